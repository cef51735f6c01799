/// @file
/// What the clock of all homes can be told to do, as plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace home_energy {

/// Time goes on by itself.
struct RunClock {};

/// Time stands still.
struct PauseClock {};

/// So much simulated time at once, then time stands still.
struct StepClock {
  std::optional<std::chrono::seconds> by;  ///< above 0; none: one tick
};

/// Time at once until the first home's clock shows this, then time stands still. Of the first three one at most is
/// given; without any the next such time of day is meant.
struct StepUntil {
  std::optional<std::int64_t> day;           ///< as Clock::day counts
  std::optional<std::int64_t> date;          ///< days since 1970-01-01
  std::optional<std::int64_t> unix_seconds;  ///< the moment itself: it came with an offset from UTC
  int minute;                                ///< past midnight, 0..1439; not where the moment is given
  std::string text;                          ///< as it was asked for
};

/// In step with the clock on the wall.
struct FollowWall {};

using ClockMove = std::variant<RunClock, PauseClock, StepClock, StepUntil, FollowWall>;

/// Ten years: a longer step was not meant.
constexpr std::int64_t kLongestStepDays = 3660;

/// Real seconds that a simulated hour may last.
constexpr double kLeastSecondsPerHour = 0.001;
constexpr double kMostSecondsPerHour = 3600;

/// At least one of the two is there.
struct ClockCommand {
  std::optional<ClockMove> move;
  std::optional<double> seconds_per_hour;
};

}  // namespace home_energy
