/// @file
/// Local days of Europe/Stockholm, made by hand: the tests look up no time zone.
#pragma once

#include <string>

#include "common/time/local_day.hpp"

namespace home_energy {

constexpr std::int64_t kQuarterSeconds = 900;
constexpr std::int64_t kHourSeconds = 3600;

/// A day of 24 hours.
inline LocalDay plain_day(std::int64_t day, const std::string& date, std::int64_t begin) {
  LocalDay local{day, date, {}};
  for (auto& start : local.starts) start = begin + kQuarterSeconds * (&start - local.starts.data());
  return local;
}

/// 2026-11-22
inline LocalDay today() {
  return plain_day(7, "2026-11-22", 1'795'302'000);
}

/// 2026-11-23
inline LocalDay tomorrow() {
  return plain_day(8, "2026-11-23", 1'795'388'400);
}

/// 2027-03-28, 23 hours: after 01:59 comes 03:00.
inline LocalDay spring_day() {
  auto local = plain_day(133, "2027-03-28", 1'806'188'400);
  for (std::size_t quarter = 9; quarter <= kQuartersPerDay; ++quarter) {
    local.starts[quarter] = quarter < 12 ? local.starts[8] : local.starts[quarter] - kHourSeconds;
  }
  return local;
}

/// 2026-10-25, 25 hours: after 02:59 comes 02:00 once more.
inline LocalDay autumn_day() {
  auto local = plain_day(-21, "2026-10-25", 1'792'879'200);
  for (std::size_t quarter = 12; quarter <= kQuartersPerDay; ++quarter) local.starts[quarter] += kHourSeconds;
  return local;
}

}  // namespace home_energy
