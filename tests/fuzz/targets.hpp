/// @file
/// What the fuzzer calls, by name: each target takes any bytes, and what must hold of the answer is held by `hold`. The
/// same functions replay the corpus in every test run (replay.cpp) and are driven by libFuzzer (libfuzzer.cpp).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace home_energy::fuzz {

using Bytes = std::span<const std::uint8_t>;

struct Target {
  std::string_view name;
  void (*run)(Bytes bytes);
};

/// Aborts with what does not hold: libFuzzer and CTest see that alike.
void hold(bool holds, std::string_view what);
void hold_json(std::string_view text);

/// Command payloads, MQTT's and HTTP's: command.cpp.
void command(Bytes bytes);
/// Curves: files, payloads, units: curve.cpp.
void curve(Bytes bytes);
/// Times, decimals, ids, topics, hosts, queries, values of options: text.cpp.
void text(Bytes bytes);
/// Documents read back from the broker: discovery.cpp.
void discovery(Bytes bytes);
/// The TOML file and the values in it: options.cpp.
void options(Bytes bytes);
/// One HTTP connection, from its bytes to the answers: http.cpp.
void http(Bytes bytes);
/// What a database held of a home and its history: stored.cpp.
void stored(Bytes bytes);
/// A home, driven by settings, commands and ticks, with everything rendered: home.cpp.
void home(Bytes bytes);

std::span<const Target> targets();
/// None where there is none of that name.
const Target* find_target(std::string_view name);

/// Takes an input apart from its beginning; zeros where it is at its end.
class Input {
 public:
  explicit Input(Bytes bytes) : bytes_(bytes) {}

  bool empty() const { return bytes_.empty(); }
  std::uint8_t byte();
  bool flag() { return byte() % 2 == 1; }
  /// One of so many, 1..256.
  std::size_t below(std::size_t end) { return byte() % end; }
  /// From lowest..highest, both included, of four bytes.
  std::int64_t within(std::int64_t lowest, std::int64_t highest);
  /// Eight bytes as they are.
  std::int64_t whole();
  std::string rest();

 private:
  Bytes bytes_;
};

}  // namespace home_energy::fuzz
