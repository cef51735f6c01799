/// @file
/// Reads a day's curve from the text of a JSON or CSV file, and knows the two curves that are there without one.
#pragma once

#include <string>
#include <string_view>

#include "common/day_curve.hpp"

namespace home_energy {

constexpr int kMaxLoadKw = 1000;            ///< the highest base load that a curve may hold, kW
constexpr int kMaxPricePerKwh = 1'000'000;  ///< the dearest (and cheapest, negated) kWh, in any currency

/// JSON: an array of 24 or 96 numbers. CSV: the same numbers, separated by commas, semicolons or lines; where there are
/// 24 or 96 lines of several columns, the last column counts; one heading line is passed over.
/// @param field how errors name the curve
/// Loads are in kW (0..1000), kept to the watt.
Result<LoadCurve> parse_load_curve(std::string_view text, const std::string& field);

/// Prices are in the currency per kWh (-1,000,000..1,000,000), kept to a millionth.
Result<PriceCurve> parse_price_curve(std::string_view text, const std::string& field);

/// A household's day with a share of 11 kW in each hour, as the Battery Management Service has it.
LoadCurve default_load_curve();

/// A day in Stockholm (SE3), SEK/kWh including VAT, as the Battery Management Service has it.
PriceCurve default_price_curve();

}  // namespace home_energy
