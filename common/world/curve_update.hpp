/// @file
/// Prices or base loads that are set while a home runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/time/day_curve.hpp"

namespace home_energy {

/// A curve for one day, of which some quarters may not be known.
template <class Curve>
struct CurveOfDay {
  std::int64_t day;  ///< as LocalDay::day counts
  Curve curve;       ///< 0 where not known
  Quarters known = Quarters().set();
};

/// What dated values cover, as times with the offset of the home's clock; spans are `begin/end`.
struct Coverage {
  std::string from;
  std::string to;
  std::vector<std::string> missing;  ///< between the two, where no value came
  std::vector<std::string> filled;   ///< those of them that have the value before them: at most an hour
};

/// Either a curve for every day or curves of single days.
template <class Curve>
struct CurveUpdate {
  std::optional<Curve> every_day{};
  std::vector<CurveOfDay<Curve>> of_days{};  ///< by day, ascending
  Coverage coverage{};                       ///< of those of single days
  std::string unit{};                        ///< of the values as they are kept: `SEK/kWh`, `kW`
};
using PriceUpdate = CurveUpdate<PriceCurve>;
using LoadUpdate = CurveUpdate<LoadCurve>;

}  // namespace home_energy
