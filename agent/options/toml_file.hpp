/// @file
/// What a TOML file holds, as plain values with their lines. The only file that knows toml++ is its source.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/wire/option_spec.hpp"

namespace home_energy {

struct TomlValue {
  enum class Type { flag, number, text, list, table, other };

  Type type = Type::other;
  int line = 0;
  std::string text{};                                        ///< of a flag, a number with all its digits, or a text
  std::vector<TomlValue> items{};                            ///< of a list
  std::vector<std::pair<std::string, TomlValue>> members{};  ///< of a table
};

/// The whole file, a table. Fails with one line that names the file and the line.
/// @param name how errors call the file
Result<TomlValue> read_toml(const std::string& content, const std::string& name);

/// The text of an option; nothing where the value has a type that cannot be it.
std::optional<std::string> option_text(const TomlValue& value, OptionKind kind);

}  // namespace home_energy
