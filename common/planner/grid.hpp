/// @file
/// The grid on which energy moves where the charger modulates, and what it costs.
///
/// The step is the energy of a slot at full power, divided into so many parts that none is above 25 Wh: into more where
/// the need would take less than 512 steps, into fewer where it would take more than 40,960 (a need above 1 MWh).
/// Levels lie a whole number of steps below the goal. What a slot gives at most is rounded down to a step, what a run
/// must draw in a slot at least is rounded up.
///
/// The bound. Take the optimum of the same problem with one step less to draw in each slot at most and one step more
/// at least (100 W each for 25 Wh in 15 minutes). Round each level of it at a boundary down to the grid: no level moves
/// by a step, so differences change by less than one, and the rounded plan is legal here. It costs at most
/// sum |price(i) - price(i+1)| * step more. So what is found costs at most that. Where energies are then shifted
/// between a plan's slots (see draws.hpp), it costs less. Where everything lies on the grid, nothing is
/// rounded, and by the argument of levels.hpp the plan is the optimum.
/// The bound takes a minimum run, where there is one, to be 15 minutes longer: a run whose first and last slots are
/// both used in part counts only one of them. It says nothing where that tighter problem has no plan, nor where a slot
/// is barred at some states of charge only.
///
/// Where the taper leaves no choice of power (it is at or below `least`), a grid of energies would leave no plan. There
/// levels lie evenly in time. And where the need is little more than what one run of `min_run` draws at `least`,
/// charging at least power alone, which needs no grid, is planned too, and the better plan taken.
#pragma once

#include <algorithm>
#include <cstdint>

#include "common/planner/intake.hpp"

namespace home_energy::planner {

/// Costs are counted in thousandths of a step: the lowest step may be a part of one.
constexpr std::int64_t kGridCostUnits = 1000;

/// A step is `whole / pieces` microjoules.
struct GridStep {
  std::int64_t whole;
  std::int64_t pieces;
};

constexpr GridStep grid_step(Watts most, std::int64_t goal) {
  constexpr std::int64_t kLongest = 25 * kMicro * 3600;  // 25 Wh
  constexpr std::int64_t kMostSteps = 40'960;
  constexpr std::int64_t kEnoughSteps = 1024;
  const std::int64_t whole = most.count() * kPlannerSlot.count() * kMicro;
  const std::int64_t pieces = divide_up(whole, kLongest);
  const std::int64_t steps = divide_up(goal, whole / pieces);
  const std::int64_t coarser = divide_up(steps, kMostSteps);
  const std::int64_t finer = std::max<std::int64_t>(1, kEnoughSteps / steps);
  return {whole * coarser, pieces * finer};
}

}  // namespace home_energy::planner
