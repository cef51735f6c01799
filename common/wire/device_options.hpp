/// @file
/// The options of the further devices, and the devices that their texts make. Part of `home_options`.
#pragma once

#include <vector>

#include "common/wire/option_spec.hpp"
#include "common/world/home_settings.hpp"

namespace home_energy {

/// Of sun and home battery, in the order of `--help`.
void add_device_specs(std::vector<OptionSpec>& all);

/// The devices, in the order of their kinds.
/// @param values of all options, each legal by itself
/// @param home   what is known of it already: its pace and its fuse
/// @param times  in which files mean times without an offset
Result<std::vector<Device>> devices_of(const OptionValues& values, const HomeSettings& home, const Calendar& times,
                                       const ReadFile& read_file);

}  // namespace home_energy
