/// @file
/// The clock on the wall and its time zone. The zone is the one that the process runs in: `TZ` in all forms that the C
/// library knows, else `/etc/localtime`.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "common/time/calendar.hpp"

namespace home_energy::local_time {

using Time = std::chrono::system_clock::time_point;

/// Whether the machine has a time zone of that name (`Europe/Stockholm`). To be asked before there are other threads.
bool is_zone(const std::string& name);
/// Makes the process run in a zone. To be called before there are other threads.
void use_zone(const std::string& name);

/// The changes of the zone's clock from 1970 to 2100. Safe from any thread.
std::vector<Calendar::Offset> offsets();

/// `2026-11-22T00:00:00+01:00`. Safe from any thread.
std::string iso8601(Time time);

/// Time since the machine was started, also while it slept; which no change of the clock on the wall moves.
std::chrono::nanoseconds since_boot();

}  // namespace home_energy::local_time
