/// @file
/// How deeply a TOML file nests, found without recursion: toml++ makes tables of each part of a key, and follows them
/// by recursion, which thousands of them would end the stack of.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace home_energy {

/// Where a file nests more deeply than anybody writes.
struct TomlExcess {
  std::size_t line;  ///< from 1 on
  std::string reason;
};

/// The first key of more than 65 parts, or the first bracket in 32 others, of which at most 2080 tables one in another
/// are left. Nothing where there is none; whether it is TOML at all is not told.
std::optional<TomlExcess> excess_of_toml(std::string_view content);

}  // namespace home_energy
