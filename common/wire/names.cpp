#include "common/wire/names.hpp"

#include <algorithm>
#include <cctype>

#include "common/base/text.hpp"
#include "common/wire/wire.hpp"

namespace home_energy {

bool is_base_topic(const std::string& text) {
  constexpr std::size_t kLongest = 256;
  if (text.empty() || text.size() > kLongest || !is_utf8(text)) return false;
  if (text.front() == '/' || text.back() == '/' || text.front() == '$') return false;
  return std::ranges::none_of(text, [](unsigned char c) { return c == '+' || c == '#' || std::iscntrl(c) != 0; });
}

bool is_home_id(const std::string& text) {
  constexpr std::size_t kLongest = 64;
  return !text.empty() && text.size() <= kLongest && std::ranges::all_of(text, [](unsigned char c) {
    return c < 128 && (std::isalnum(c) != 0 || c == '_' || c == '-');
  });
}

bool is_reserved_home(const std::string& id) {
  return std::ranges::find(wire::kReservedHomes, id) != wire::kReservedHomes.end();
}

bool is_currency(const std::string& text) {
  return text.size() == 3 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace home_energy
