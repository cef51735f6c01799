/// @file
/// Houses that come with the program: the files of `presets/`, embedded when it is built.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace home_energy {

struct Preset {
  std::string_view name;
  std::string_view toml;
};

std::span<const Preset> presets();
/// The one of that name; nothing where there is none.
std::optional<Preset> preset(std::string_view name);

}  // namespace home_energy
