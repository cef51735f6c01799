/// @file
/// What the values of a curve may be, how many there are, and the two curves that are there where none is given.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/time/day_curve.hpp"

namespace home_energy {

constexpr int kMaxLoadKw = 1000;            ///< the highest base load that a curve may hold, kW
constexpr int kMaxPricePerKwh = 1'000'000;  ///< the dearest (and cheapest, negated) kWh, in any currency

constexpr std::size_t kMaxFileEntries = 200'000;  ///< of a file with dates; five years of quarters are 175,000

/// What the values of a curve may be, and the small unit to which they are kept.
struct CurveRange {
  double lowest;
  double highest;
  double per_unit;        ///< small units to one
  int decimals;           ///< that makes so many decimals
  std::string_view unit;  ///< of the values, for messages
};
inline constexpr CurveRange kLoadRange{0, kMaxLoadKw, 1000, 3, "kW"};
inline constexpr CurveRange kPriceRange{-kMaxPricePerKwh, kMaxPricePerKwh, 1'000'000, 6, "per kWh"};

/// 24 hours, 48 halves of an hour or 96 quarters
bool is_curve_size(std::size_t count);

/// A finite number, the whole text.
std::optional<double> curve_number(std::string_view text);
/// A finite number, also as text.
std::optional<double> curve_number(const nlohmann::json& value);

/// The numbers of a JSON array: finite, of any count and range.
/// @param field how errors name the curve
Result<std::vector<double>> curve_numbers(const nlohmann::json& list, const std::string& field);

/// One value in small units. Fails where it is out of range, and then calls it `name`: "value 3".
Result<std::int64_t> curve_count(double value, const std::string& field, const CurveRange& range,
                                 const std::string& name);

/// The values of a whole curve in small units: 24 or 96, from 24, 48 or 96.
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
