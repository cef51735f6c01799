/// @file
/// A day of the local calendar in absolute time. Whoever knows the time zone makes it; the core is only told.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "common/time/pace.hpp"

namespace home_energy {

struct LocalDay {
  std::int64_t day;  ///< as Clock::day counts
  std::string date;  ///< "2026-11-22", for messages
  /// Unix seconds at which the clock first shows each quarter of an hour, and those of the day's end; never falling. A
  /// quarter that the clock leaves out in spring starts where it ends; in autumn the last one before the clock is put
  /// back is longer, by the time that is shown twice. (mktime() alone does not do in spring: it takes 02:45 for 03:45.)
  std::array<std::int64_t, kQuartersPerDay + 1> starts;
};

}  // namespace home_energy
