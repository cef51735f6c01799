/// @file
/// How fast simulated time runs: how many ticks make an hour of the simulated day.
#pragma once

#include <chrono>
#include <cstdint>

#include "common/base/result.hpp"

namespace home_energy {

/// How finely a day's curve is given.
enum class Resolution { hourly = 24, quarter_hourly = 96 };

constexpr int kHoursPerDay = 24;
constexpr int kDaysPerWeek = 7;
constexpr int kHalfHoursPerDay = 48;
constexpr int kQuartersPerHour = 4;
constexpr int kQuartersPerDay = kHoursPerDay * kQuartersPerHour;
constexpr int kMinutesPerHour = 60;
constexpr int kMinutesPerDay = kHoursPerDay * kMinutesPerHour;
constexpr int kMinutesPerQuarter = kMinutesPerHour / kQuartersPerHour;
constexpr std::int64_t kSecondsPerMinute = 60;
constexpr std::int64_t kSecondsPerQuarter = 900;
constexpr std::int64_t kSecondsPerHour = 3600;
constexpr std::int64_t kSecondsPerDay = 86'400;

/// A slot is the span over which base load and price are constant: a quarter of an hour, or the whole hour where the
/// ticks do not meet the quarters (which hourly curves allow).
class Pace {
 public:
  /// @param seconds_per_hour real seconds that a simulated hour lasts, 0.001..3600
  /// @param tick             real time between two ticks, 10 ms..60 s
  /// @param finest           the finer of the two curves: a tick must divide its step
  /// Fails with the field `tick` where a tick does not divide that step.
  static Result<Pace> make(double seconds_per_hour, std::chrono::milliseconds tick, Resolution finest);

  int ticks_per_hour() const { return ticks_per_hour_; }
  int ticks_per_slot() const { return ticks_per_hour_ * quarters_per_slot_ / kQuartersPerHour; }
  /// 1 or 4
  int quarters_per_slot() const { return quarters_per_slot_; }
  /// The finest curve that the ticks meet.
  Resolution finest() const { return quarters_per_slot_ == 1 ? Resolution::quarter_hourly : Resolution::hourly; }

 private:
  Pace(int ticks_per_hour, int quarters_per_slot)
      : ticks_per_hour_(ticks_per_hour), quarters_per_slot_(quarters_per_slot) {}

  int ticks_per_hour_;
  int quarters_per_slot_;
};

}  // namespace home_energy
