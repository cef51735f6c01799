/// @file
/// Values that hold from one moment to another, as they come from outside.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/time/calendar.hpp"

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

/// The quarters of an hour from one moment to another for which there is a value all the time, each with the mean of
/// its values.
/// @param values one after another
std::vector<TimedValue> quarter_means(std::span<const TimedValue> values, TimeSpan span);

/// For a pace that meets hours only: an hour of which a part is not known is not known.
/// @param quarters  of an hour each, one after another
/// @param calendar  by whose face hours are counted
/// @return false where the quarters of an hour differ
bool make_hourly(std::vector<TimedValue>& quarters, const Calendar& calendar);

/// Whether in some hour quarters differ.
bool are_quarterly(const std::vector<TimedValue>& quarters);

}  // namespace home_energy
