/// @file
/// Where an option's text comes from: the file, the environment, the command line, each overriding the one before.
/// The only file that knows CLI11 is its source.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/result.hpp"
#include "common/wire/home_options.hpp"

namespace home_energy {

/// Where a value of the environment is read: `getenv`, or a test's own.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The process has nothing to run: it prints and ends.
struct Exit {
  int code;
  std::string out;  ///< for standard output
  std::string err;  ///< for standard error, one line
};

/// All of them, in the order of `--help`.
const std::vector<OptionSpec>& option_specs();

/// The texts of all options; or what `--help` or `--version` prints; or what is wrong, in one line.
/// @param more options that only the command line has
std::variant<OptionValues, std::string, Error> read_layers(const std::vector<std::string>& arguments,
                                                           const Environment& environment,
                                                           const std::vector<OptionSpec>& more = {});

/// How the process ends where an option is wrong.
Exit usage_error(std::string reason);

/// How `--help` prints.
std::string help_text();

/// What a file of options has to say of each option: name, default as TOML, meaning. For the test of the example file.
struct OptionDoc {
  std::string name;
  std::string default_toml;
  std::string meaning;
};
std::vector<OptionDoc> option_docs();

}  // namespace home_energy
