#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

namespace home_energy::fuzz {

void hold(bool holds, std::string_view what) {
  if (holds) return;
  std::cerr << "does not hold: " << what << std::endl;
  std::abort();
}

void hold_json(std::string_view text) {
  if (!nlohmann::json::accept(text)) hold(false, "JSON: " + std::string(text));
}

std::span<const Target> targets() {
  static constexpr std::array kTargets{Target{"command", command},     Target{"curve", curve},     Target{"text", text},
                                       Target{"discovery", discovery}, Target{"options", options}, Target{"http", http},
                                       Target{"stored", stored},       Target{"home", home}};
  return kTargets;
}

const Target* find_target(std::string_view name) {
  const auto found = std::ranges::find(targets(), name, &Target::name);
  return found == targets().end() ? nullptr : &*found;
}

std::uint8_t Input::byte() {
  if (bytes_.empty()) return 0;
  const std::uint8_t first = bytes_.front();
  bytes_ = bytes_.subspan(1);
  return first;
}

std::int64_t Input::within(std::int64_t lowest, std::int64_t highest) {
  constexpr int kBytes = 4;
  std::uint64_t value = 0;
  for (int i = 0; i < kBytes; ++i) value = value << 8U | byte();
  return lowest + static_cast<std::int64_t>(value % (static_cast<std::uint64_t>(highest - lowest) + 1));
}

std::int64_t Input::whole() {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8U | byte();
  return static_cast<std::int64_t>(value);
}

std::string Input::rest() {
  std::string text(bytes_.begin(), bytes_.end());
  bytes_ = {};
  return text;
}

}  // namespace home_energy::fuzz
