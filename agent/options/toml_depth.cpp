#include "agent/options/toml_depth.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace home_energy {
namespace {

constexpr int kMostParts = 65;     ///< of a key
constexpr int kMostBrackets = 32;  ///< one in another; a house has three, [[car]] with a list

/// Passes over a file from its begin to its end.
class TomlScan {
 public:
  explicit TomlScan(std::string_view content) : rest_(content) {}

  std::optional<TomlExcess> run() {
    while (!rest_.empty()) {
      pass_next();
      if (dots_ >= kMostParts) return TomlExcess{line_, fmt::format("a key has at most {} parts", kMostParts)};
      if (brackets_ > kMostBrackets)
        return TomlExcess{line_, fmt::format("brackets are nested at most {} deep", kMostBrackets)};
    }
    return std::nullopt;
  }

 private:
  void pass_next() {
    const char next = rest_.front();
    if (next == '"' || next == '\'') return pass_string(next);
    if (next == '#') return pass(std::min(rest_.find('\n'), rest_.size()));
    if (next == '[' || next == '{') ++brackets_;
    if (next == ']' || next == '}') brackets_ = std::max(0, brackets_ - 1);
    constexpr std::string_view kEndsKey = "=,[]{}\n";
    if (next == '.') ++dots_;
    if (kEndsKey.find(next) != std::string_view::npos) dots_ = 0;
    pass(1);
  }

  /// One that is not ended ends with its line, where toml++ will refuse it.
  void pass_string(char quote) {
    const std::string three(3, quote);
    const bool is_long = rest_.starts_with(three);
    const std::string_view end = is_long ? std::string_view(three) : std::string_view(three).substr(2);
    pass(end.size());
    while (!rest_.empty() && !rest_.starts_with(end)) {
      if (!is_long && rest_.front() == '\n') return;
      pass(quote == '"' && rest_.front() == '\\' ? 2 : 1);
    }
    pass(end.size());
    // Quotes before the end belong to the text: """a"""""
    while (is_long && rest_.starts_with(quote)) pass(1);
  }

  void pass(std::size_t count) {
    const std::string_view passed = rest_.substr(0, count);
    line_ += static_cast<std::size_t>(std::ranges::count(passed, '\n'));
    rest_.remove_prefix(passed.size());
  }

  std::string_view rest_;
  std::size_t line_ = 1;
  int brackets_ = 0;
  int dots_ = 0;  ///< of the key that is passed
};

}  // namespace

std::optional<TomlExcess> excess_of_toml(std::string_view content) {
  return TomlScan(content).run();
}

}  // namespace home_energy
