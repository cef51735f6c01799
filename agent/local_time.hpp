/// @file
/// The clock on the wall and its time zone, as the world is told them. Reads the zone that the process runs in (`TZ`,
/// `/etc/localtime`). Safe from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "common/local_day.hpp"

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

/// What the clock on the wall shows.
struct Reading {
  std::int64_t date;  ///< days since 1970-01-01, by the local calendar
  std::chrono::milliseconds time_of_day;
};
Reading read(Time time);

}  // namespace home_energy::local_time
