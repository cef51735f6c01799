/// @file
/// The search for the best plan: backwards over the slots the least cost from each level and state on, then forwards
/// along what attains it, starting as late as possible.
///
/// States at a slot's boundary: off; free, in a run that may end anywhere; young, in a run that must still last so many
/// ticks. A slot is used fully; or its tail, where a run begins; or its head, where one ends; or it is split: one run
/// ends in its head, another begins in its tail. (That pays where both must still reach `min_run`.)
///
/// A run that begins in a tail counts there exactly what makes the rest whole slots, or nothing: by the argument of
/// levels.hpp an optimal plan exists where no run of just `min_run` uses both its first and its last slot in
/// part, unless a level is tied to a kink of the taper. Those runs are searched one by one (`pinned`; on/off only).
#pragma once

#include <vector>

#include "common/planner/levels.hpp"
#include "common/planner/uses.hpp"

namespace home_energy::planner {

/// @return for each slot what of it may be used at which cost
std::vector<SlotFacts> slot_facts(const Task& task, const Levels& levels);

/// The best plan, slot by slot; empty where the levels' rounding leaves none.
std::vector<Use> best_uses(const Task& task, Levels& levels);

}  // namespace home_energy::planner
