/// @file
/// Counts a month's highest hours for networks that bill power: the mean of the n highest, of each day the highest one.
/// The sum is divided by n also while there are fewer days: so the month's cost only rises, and another day's hour adds
/// its share at the moment at which it ends.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "common/base/units.hpp"
#include "common/planner/planner.hpp"
#include "common/world/tariff.hpp"

namespace home_energy {

/// The highest hour of a day.
struct DayPeak {
  std::int64_t date = 0;  ///< days since 1970-01-01
  Energy imported;        ///< in that hour, by the share of its price of the highest one

  friend bool operator==(const DayPeak&, const DayPeak&) = default;
};

/// What a peak meter has to remember, in the ticks of the run.
struct PeakState {
  Energy imported;              ///< in the present hour until now
  std::vector<DayPeak> days{};  ///< of the present month and of one before or after it

  friend bool operator==(const PeakState&, const PeakState&) = default;
};

/// Belongs to one home. Energies are what was imported since the start, as the meter counts it.
class PeakMeter {
 public:
  /// The hour that began last is over, or is left. @return what the month costs more by it
  Money end_hour(EnergyTotal imported, const PeakPrice& price);
  /// @param date days since 1970-01-01
  /// @param hour of the day, 0..23
  void begin_hour(std::int64_t date, int hour, EnergyTotal imported);

  /// The month's sum, divided by the number of hours.
  Watts mean(const PeakPrice& price, int ticks_per_hour) const;

  PeakState state(EnergyTotal imported) const;
  /// Goes on in an hour.
  void restore(const PeakState& state, std::int64_t date, int hour, EnergyTotal imported);

 private:
  struct Month {
    std::int64_t number = std::numeric_limits<std::int64_t>::min();
    std::vector<DayPeak> days{};  ///< highest first
  };

  void enter_month(std::int64_t number);
  void count(Energy weighted, int hours);
  Money cost(const PeakPrice& price) const;
  Int128 sum(const PeakPrice& price) const;

  std::int64_t date_ = 0;  ///< of the present hour
  int hour_ = 0;
  EnergyTotal began_;  ///< imported when it began
  Month month_;
  Month other_;  ///< the one before: a clock that is put back over a month's end counts no hour of either twice
};

/// The problem of the hours to come, of their quarters one after another.
class PeakForecast {
 public:
  PeakForecast(const PeakPrice& price, const PeakState& state, int ticks_per_hour);

  /// @param date days since 1970-01-01 @param quarter of the day, 0..95
  void add(std::int64_t date, int quarter);
  /// The days' months are complete now.
  PeakProblem problem() const;

 private:
  const PeakPrice& price_;
  const PeakState& state_;
  int ticks_per_hour_;
  std::vector<std::int64_t> dates_;  ///< of the problem's days
  int hour_ = 0;                     ///< of the day, the last one
  PeakProblem problem_;
};

}  // namespace home_energy
