/// @file
/// How an option is declared, and the texts of options. Whoever reads them from a command line, a file or JSON hands
/// them over as text.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/base/result.hpp"

namespace home_energy {

/// How an option is written in TOML and JSON.
enum class OptionKind { text, number, flag };

/// One option, declared.
struct OptionSpec {
  std::string name;  ///< without dashes
  OptionKind kind;
  std::string default_text;
  std::string legal;  ///< what it may be, for people
  bool (*is_legal)(const std::string& text);
  std::string meaning;
  std::string group{};  ///< its heading in `--help`; without one it is not shown there
};

/// Adds options under a heading of `--help`.
void add_group(std::vector<OptionSpec>& all, const std::string& group, std::vector<OptionSpec> specs);

struct OptionValue {
  std::string text;
  bool given = false;     ///< by anyone, rather than by default: overrides what is stored
  bool in_house = false;  ///< by a house: how the home begins

  bool is_said() const { return given || in_house; }
};
using OptionValues = std::map<std::string, OptionValue>;

/// What is wrong with an option beside others: it names the option.
tl::unexpected<Error> wrong_option(const std::string& option, const std::string& reason);

/// A failure, with the option that it is about.
template <class T>
Result<T> named_option(const std::string& option, Result<T> result) {
  return std::move(result).map_error([&](const Error& error) {
    return Error{error.code, option, "--" + option + ": " + error.reason};
  });
}

/// Gives the content of a file that an option names.
using ReadFile = std::function<Result<std::string>(const std::string& path, const std::string& option)>;

}  // namespace home_energy
