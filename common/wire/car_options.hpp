/// @file
/// The options of a car, its charger and its plans, and the car that their texts make. Part of `home_options`.
#pragma once

#include <vector>

#include "common/wire/option_spec.hpp"
#include "common/world/home_settings.hpp"

namespace home_energy {

/// In the order of `--help`.
void add_car_specs(std::vector<OptionSpec>& all);

/// With `car` off only its battery, for which what is stored of it goes on: to say more is a mistake, unless the car
/// was switched off from what a house says of it.
/// @param values of all `add_car_specs` and of `car`, each legal by itself
Result<CarSettings> car_of(const OptionValues& values);

/// Those beside the first, which are described in a house only. Among the values of options each has its name, `car-2`,
/// with the text `on`, and its own options below that: `car-2/charger-kw`.
Result<std::vector<CarSettings>> further_cars_of(const OptionValues& values);

}  // namespace home_energy
