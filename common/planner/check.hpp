/// @file
/// What holds of every plan that leaves the planner: no run and no step without energy. Pure functions.
#pragma once

#include <cstdint>
#include <vector>

#include "common/planner/draws.hpp"

namespace home_energy::planner {

/// Joins draws that are artefacts of rounding to their neighbours: a need of three slots may have become three slots
/// and a microsecond. What is drawn in all stays the same; no run begins earlier or ends later for them.
/// Example: draws of 900 s and 1 us, the second a run of its own, become one draw of 900 s and no second start.
std::vector<Draw> without_artefacts(const std::vector<Draw>& draws);

/// A run that begins within a second of the end of the one before continues it: the pause is an artefact of rounding,
/// and the start costs nothing. So does one now, where a run is going on.
std::vector<Draw> without_needless_starts(const ChargingProblem& problem, std::vector<Draw> draws);

/// Draws without those runs that draw less than `kLeastRun`, and what these would have drawn, in joules.
struct Worthwhile {
  std::vector<Draw> draws;
  std::int64_t left_out = 0;
};
Worthwhile worthwhile(const std::vector<Draw>& draws);

/// Whether a plan may be published: every run draws at least `kLeastRun` and lasts, every step draws something at some
/// power, all lie in order and before the departure, and the energies add up.
bool is_sound(const ChargingProblem& problem, const ChargingPlan& plan);

/// Whether every run lasts at least `min_run`, or ends where planner.hpp lets it. A plan made within a month's highest
/// hours need not: to the planner of the car an hour that is full is a slot that is barred.
bool keeps_min_run(const ChargingProblem& problem, const ChargingPlan& plan);

}  // namespace home_energy::planner
