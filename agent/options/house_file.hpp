/// @file
/// A house as a TOML file: sections for house, tariff, car, sun, battery and heater, whose keys are options without
/// their section's name.
#pragma once

#include <string>
#include <vector>

#include "common/wire/home_options.hpp"

namespace home_energy {

/// An option's text, and which option; that of a further car as `car_options` names it.
struct HouseValue {
  std::string option;
  std::string text;
};

/// Reads a house. Fails with one line that names the file, the line, the key and what is legal.
/// @param name how errors call the file; files that it names are looked for beside it
/// @param specs all options
Result<std::vector<HouseValue>> read_house(const std::string& toml, const std::string& name,
                                           const std::vector<OptionSpec>& specs);

}  // namespace home_energy
