/// @file
/// Homes made of the texts of options, as a command line makes them.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <utility>

#include "common/wire/home_options.hpp"

namespace home_energy::test {

using OptionText = std::pair<const char*, const char*>;
using OptionTexts = std::initializer_list<OptionText>;

inline Result<HomeConfiguration> configuration_of(std::span<const OptionText> given) {
  OptionValues values;
  for (const OptionSpec& spec : home_option_specs()) values[spec.name] = {spec.default_text, false};
  for (const auto& [name, text] : given) values.at(name) = {text, true};
  // A curve's text is its content.
  return home_configuration(values, Calendar(),
                            [](const std::string& text, const std::string&) { return Result<std::string>(text); });
}

inline Result<HomeConfiguration> configuration_of(OptionTexts given) {
  return configuration_of(std::span(given.begin(), given.size()));
}

inline HomeSettings settings_of(std::span<const OptionText> given) {
  return configuration_of(given).value().home;
}
inline HomeSettings settings_of(OptionTexts given) {
  return configuration_of(given).value().home;
}

}  // namespace home_energy::test
