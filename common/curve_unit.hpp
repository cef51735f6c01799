/// @file
/// The units in which prices and loads may come, and what makes them ours.
#pragma once

#include <string>
#include <string_view>

#include "common/result.hpp"

namespace home_energy {

/// What prices in `unit` are divided by to be in `currency` per kWh. Units are `SEK/kWh` and `SEK/MWh`, and hundredths:
/// `öre/kWh`, `øre/kWh`, `ore/kWh` of the kronor SEK, DKK and NOK; `p/kWh` of GBP; `cent/kWh`, `ct/kWh`, `c/kWh` of all
/// others. Upper and lower case are one, blanks around the `/` and the whole are left off; an empty unit is per kWh.
/// Any other unit or currency is refused: there is no exchange rate here.
/// @param currency ISO 4217
/// @param field    how errors name the prices
Result<double> price_divisor(std::string_view unit, std::string_view currency, const std::string& field);

/// What loads in `unit` are divided by to be in kW: `kW`, `W` or nothing, likewise.
Result<double> load_divisor(std::string_view unit, const std::string& field);

}  // namespace home_energy
