/// @file
/// What a network is paid for the highest hours of a month, as a plan has to know it; `planner.hpp` tells what it
/// means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/base/units.hpp"

namespace home_energy {

struct PeakHour {
  std::size_t slots;     ///< above 0: of the meter's, those that lie in it
  std::size_t day;       ///< in PeakProblem::days
  std::int64_t share;    ///< 0..1,000,000: millionths of its import that count
  Joules imported = {};  ///< in it before now: of the first hour only

  friend bool operator==(const PeakHour&, const PeakHour&) = default;
};

struct PeakDay {
  std::size_t month;    ///< in PeakProblem::months
  Joules highest = {};  ///< what counts of its hours that are over

  friend bool operator==(const PeakDay&, const PeakDay&) = default;
};

/// The mean of a month's `count` highest hours, each of another day, costs `price` for each kilowatt.
struct PeakProblem {
  std::vector<PeakHour> hours;              ///< from now on; their slots together are the meter's
  std::vector<PeakDay> days;                ///< in which those lie
  std::vector<std::vector<Joules>> months;  ///< what counts of each one's other days
  PricePerKwh price;                        ///< above 0
  int count;                                ///< 1..10

  friend bool operator==(const PeakProblem&, const PeakProblem&) = default;
};

}  // namespace home_energy
