/// @file
/// The clock on the wall and its time zone, as the world is told them. Reads the zone that the process runs in (`TZ`,
/// `/etc/localtime`). Safe from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/time/local_day.hpp"

namespace home_energy::local_time {

using Time = std::chrono::system_clock::time_point;

/// `2026-11-22T00:00:00+01:00`
std::string iso8601(Time time);

/// A local calendar day; 23 or 25 hours long where the clocks change.
struct Day {
  Time begin;
  Time end;
};
Day day_of(Time time);

/// The local day: its quarters of an hour by the clock's face. A quarter that the clock leaves out in spring begins
/// where it ends.
/// @param day how the home's clock counts this day
LocalDay quarters_of(Time within_the_day, std::int64_t day);

/// Quarters of an hour as they begin, `2026-11-22T07:15:00+01:00`; quick for those of one day after another.
class QuarterText {
 public:
  /// @param first_date of day 0, days since 1970-01-01
  explicit QuarterText(std::int64_t first_date) : first_date_(first_date) {}
  /// @param quarter since 00:00 of day 0, by the clock's face
  std::string operator()(std::int64_t quarter);

 private:
  std::int64_t first_date_;
  std::optional<std::int64_t> day_;
  std::string date_;
  std::string zone_;  ///< of the whole day; empty where the day has two
  LocalDay quarters_{};
};

/// A moment of the local day that is so many days after 1970-01-01: its noon. Dates before 1696 or after 2243 are
/// those.
Time noon_of(std::int64_t date);

/// Time since the machine was started, also while it slept; which no change of the clock on the wall moves.
std::chrono::nanoseconds since_boot();

/// What the clock on the wall shows.
struct Reading {
  std::int64_t date;  ///< days since 1970-01-01, by the local calendar
  std::chrono::milliseconds time_of_day;
};
Reading read(Time time);

}  // namespace home_energy::local_time
