/// @file
/// Prices or base loads that are set while a home runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/time/series.hpp"

namespace home_energy {

/// What dated values cover, as times with the offset of the home's clock; spans are `begin/end`.
struct Coverage {
  std::string from;
  std::string to;
  std::vector<std::string> missing;  ///< between the two, where no value came
  std::vector<std::string> filled;   ///< those of them that have the value before them: at most an hour
};

/// Either a curve for every day or values of single moments.
template <class Value>
struct CurveUpdate {
  std::optional<DayCurve<Value>> every_day{};
  std::vector<Dated<Value>> dated{};  ///< by `begin`, one after another
  Coverage coverage{};                ///< of the dated ones
  std::string unit{};                 ///< of the values as they are kept: `SEK/kWh`, `kW`
};
template <class Value>
void set(Series<Value>& series, const CurveUpdate<Value>& update) {
  if (update.every_day) series.set_daily(*update.every_day);
  series.set_dated(update.dated);
}

using PriceUpdate = CurveUpdate<PricePerKwh>;
using LoadUpdate = CurveUpdate<Watts>;

}  // namespace home_energy
