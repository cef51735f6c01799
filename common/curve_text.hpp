/// @file
/// Reads a day's curve from the text of a JSON or CSV file, knows what its values may be, and knows the two curves that
/// are there without one.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/day_curve.hpp"
#include "common/result.hpp"

namespace home_energy {

constexpr int kMaxLoadKw = 1000;            ///< the highest base load that a curve may hold, kW
constexpr int kMaxPricePerKwh = 1'000'000;  ///< the dearest (and cheapest, negated) kWh, in any currency

/// What the values of a curve may be, and the small unit to which they are kept.
struct CurveRange {
  double lowest;
  double highest;
  double per_unit;        ///< small units to one
  std::string_view unit;  ///< of the values, for messages
};
inline constexpr CurveRange kLoadRange{0, kMaxLoadKw, 1000, "kW"};
inline constexpr CurveRange kPriceRange{-kMaxPricePerKwh, kMaxPricePerKwh, 1'000'000, "per kWh"};

/// JSON: an array of 24 or 96 numbers. CSV: the same numbers, separated by commas, semicolons or lines; where there are
/// 24 or 96 lines of several columns, the last column counts; one heading line is passed over.
/// @param field how errors name the curve
/// Loads are in kW (0..1000), kept to the watt.
Result<LoadCurve> parse_load_curve(std::string_view text, const std::string& field);

/// Prices are in the currency per kWh (-1,000,000..1,000,000), kept to a millionth.
Result<PriceCurve> parse_price_curve(std::string_view text, const std::string& field);

/// The numbers of a text as above, and of a JSON array: finite, of any count and range.
Result<std::vector<double>> curve_numbers(std::string_view text, const std::string& field);
Result<std::vector<double>> curve_numbers(const nlohmann::json& list, const std::string& field);

/// One value in small units. Fails where it is out of range, and then calls it `name`: "value 3".
Result<std::int64_t> curve_count(double value, const std::string& field, const CurveRange& range,
                                 const std::string& name);

/// The values of a whole curve in small units: 24 or 96.
Result<std::vector<std::int64_t>> curve_counts(std::span<const double> values, const std::string& field,
                                               const CurveRange& range);

/// @param counts 24 or 96 values in small units
template <class Value>
DayCurve<Value> curve_of(std::span<const std::int64_t> counts) {
  const std::vector<Value> values(counts.begin(), counts.end());
  return DayCurve<Value>(values);
}

/// A household's day with a share of 11 kW in each hour, as the Battery Management Service has it.
LoadCurve default_load_curve();

/// A day in Stockholm (SE3), SEK/kWh including VAT, as the Battery Management Service has it.
PriceCurve default_price_curve();

}  // namespace home_energy
