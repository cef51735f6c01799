/// @file
/// Values that hold from one moment to another, and what a local day's clock makes of them: a curve.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/time/day_curve.hpp"
#include "common/time/local_day.hpp"

namespace home_energy {

/// Unix seconds; `end` is after `begin`.
struct TimeSpan {
  std::int64_t begin;
  std::int64_t end;
};

struct TimedValue {
  std::int64_t begin;  ///< Unix seconds
  std::int64_t end;    ///< Unix seconds, after `begin`
  std::int64_t count;  ///< in the small units of a curve
};

/// Two values that hold at the same time.
struct Contradiction {
  std::int64_t at;
  std::int64_t first;   ///< count
  std::int64_t second;  ///< count
};

/// The values one after another: what is there twice is one.
/// @param values by `begin`, ascending
tl::expected<std::vector<TimedValue>, Contradiction> one_after_another(std::span<const TimedValue> values);

/// Where no value came between two that did.
struct Holes {
  std::vector<TimeSpan> all;
  std::vector<TimeSpan> filled;  ///< those of at most an hour
};

/// Fills each hole of at most an hour with the value before it.
/// @param values one after another
Holes fill_holes(std::vector<TimedValue>& values);

struct CountsOfDay {
  std::array<std::int64_t, kQuartersPerDay> counts{};  ///< 0 where not known
  Quarters known;
};

/// What the day's clock makes of the values: each quarter is the mean over the time in which the clock shows it, both
/// times where it shows it twice in autumn; one that the clock leaves out in spring has the value before it. Known are
/// the quarters in which there is a value all the time.
/// @param values one after another; those outside of the day are passed over
CountsOfDay counts_of_day(std::span<const TimedValue> values, const LocalDay& day);

}  // namespace home_energy
