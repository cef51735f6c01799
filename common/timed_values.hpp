/// @file
/// Values that hold from one moment to another, and what a local day's clock makes of them: a curve.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/local_day.hpp"
#include "common/result.hpp"

namespace home_energy {

struct TimedValue {
  std::int64_t begin;  ///< Unix seconds
  std::int64_t end;    ///< Unix seconds, after `begin`
  std::int64_t count;  ///< in the small units of a curve
};

/// Whether any of the values holds at any time of the day.
bool any_within(std::span<const TimedValue> values, const LocalDay& day);

/// The day's curve: 24 values where the quarters of each hour agree, else 96. Each is the mean over the time in which
/// the clock shows that quarter, both times where it shows it twice in autumn; one that the clock leaves out in spring
/// has the value before it.
/// @param values by `begin`, ascending; those outside of the day are passed over
/// @param field  how errors name the curve; a day that is not covered whole, or in part twice, is refused
Result<std::vector<std::int64_t>> counts_of_day(std::span<const TimedValue> values, const LocalDay& day,
                                                const std::string& field);

}  // namespace home_energy
