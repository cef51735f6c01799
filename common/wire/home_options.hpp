/// @file
/// The options of the simulated world, each declared once, and the home that their texts make.
#pragma once

#include <chrono>
#include <vector>

#include "common/wire/option_spec.hpp"
#include "common/world/home_settings.hpp"

namespace home_energy {

/// Those of time, house, car and planning, in the order of `--help`.
const std::vector<OptionSpec>& home_option_specs();

/// A home, and how its time goes.
struct HomeConfiguration {
  HomeSettings home;
  std::chrono::milliseconds tick;  ///< real time between two ticks
  double seconds_per_hour;         ///< real seconds that a simulated hour lasts
  bool running;                    ///< whether time goes on by itself from the start
};

/// Puts it together.
/// @param values    of all `home_option_specs`, each legal by itself
/// @param times     in which times without an offset are meant in files: a calendar whose moments are Unix seconds
Result<HomeConfiguration> home_configuration(const OptionValues& values, const Calendar& times,
                                             const ReadFile& read_file);

}  // namespace home_energy
