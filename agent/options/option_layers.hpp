/// @file
/// Where an option's text comes from: the file, the environment, the command line, each beating the one before.
/// The only file that knows CLI11 and toml++ is its source.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "agent/options/options.hpp"

namespace home_energy {

/// How an option is written in TOML.
enum class Kind { text, number, flag };

/// One option, declared.
struct OptionSpec {
  std::string name;  ///< without dashes
  Kind kind;
  std::string default_text;
  std::string legal;  ///< what it may be, for people
  bool (*is_legal)(const std::string& text);
  std::string meaning;
};

/// All of them, in the order of `--help`.
const std::vector<OptionSpec>& option_specs();

struct OptionValue {
  std::string text;
  bool given = false;  ///< by anyone, rather than by default
};
using OptionValues = std::map<std::string, OptionValue>;

/// The texts of all options; or what `--help` or `--version` prints; or what is wrong, in one line.
/// @param more options that only the command line has
std::variant<OptionValues, std::string, Error> read_layers(const std::vector<std::string>& arguments,
                                                           const Environment& environment,
                                                           const std::vector<OptionSpec>& more = {});

/// The options put together from their texts; or what is wrong.
Result<Options> assemble(const OptionValues& values, const Environment& environment);

/// How the process ends where an option is wrong.
Exit usage_error(std::string reason);

}  // namespace home_energy
