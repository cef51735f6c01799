/// @file
/// The calendar of Europe/Stockholm and some of its days, made by hand: the tests look up no time zone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/time/calendar.hpp"
#include "common/time/iso8601.hpp"

namespace home_energy {

constexpr std::int64_t kHourSeconds = kSecondsPerHour;

/// Unix seconds.
inline std::int64_t unix_time(const std::string& iso8601) {
  return parse_iso8601(iso8601, "test").value();
}

/// Day 0 is 2026-11-15.
inline const Calendar& stockholm() {
  static const Calendar kStockholm =
      Calendar::of_zone(*parse_date("2026-11-15"), {{0, 3600},
                                                    {unix_time("2026-03-29T01:00Z"), 7200},
                                                    {unix_time("2026-10-25T01:00Z"), 3600},
                                                    {unix_time("2027-03-28T01:00Z"), 7200}});
  return kStockholm;
}

/// A day, Unix seconds.
struct LocalDay {
  std::int64_t day;
  std::int64_t begin;
  std::int64_t end;
};

inline LocalDay local_day(const Calendar& calendar, std::int64_t day) {
  return {day, calendar.epoch() + calendar.begin_of(day), calendar.epoch() + calendar.begin_of(day + 1)};
}

/// 2026-11-22
inline LocalDay today() {
  return local_day(stockholm(), 7);
}

/// 2026-11-23
inline LocalDay tomorrow() {
  return local_day(stockholm(), 8);
}

/// 2027-03-28, 23 hours: after 01:59 comes 03:00.
inline LocalDay spring_day() {
  return local_day(stockholm(), 133);
}

/// 2026-10-25, 25 hours: after 02:59 comes 02:00 once more.
inline LocalDay autumn_day() {
  return local_day(stockholm(), -21);
}

}  // namespace home_energy
