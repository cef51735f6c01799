/// @file
/// When a car should charge: the cheapest way (or the one that burdens the house least) to a target by a departure.
/// A pure function of its argument; the same problem gives the same plan on every machine. Any thread may call it.
///
/// Time is whole seconds from the moment of the plan, cut into slots of constant price and base load; the end of the
/// last one is the departure.
///  - A run is charging without interruption. It may begin and end inside a slot, costs `start_cost`, and lasts at
///    least `min_run` unless a barred slot or the departure ends it. Where the whole need takes less than that at
///    `least` power, that time is the minimum. A run going on at 0 (`running_for`) that continues costs no start, and
///    what it has lasted counts; it need not continue.
///  - Within a run the charger offers a power from `least` to `most` at every moment (equal: an on/off charger), and
///    the car takes that or what the taper says at its state of charge, whichever is less.
///  - Base load and draw together stay within the fuse. A slot is barred at a state of charge where even the least
///    draw would exceed it; a slot above the price ceiling is barred altogether.
///  - A run draws at least `kLeastRun`. So a plan may lack so much of its target where only a run of less would do.
///  - The plan reaches the target, or draws all it can. (With Objective::time that is all; a run may be short.) Among
///  those: the least objective, then the fewest starts, then
///    the latest first start, the latest second one, and so on.
///
/// On/off chargers are planned exactly. For the others energy moves in steps of at most 25 Wh (see grid.hpp
/// for what that can cost); problems whose powers, need and slots lie on these steps are planned exactly, too.
#pragma once

#include <optional>

#include "common/planner/peak_problem.hpp"
#include "common/planner/problem.hpp"
#include "common/planner/storage_problem.hpp"

namespace home_energy {

/// @param problem within the ranges of its fields
ChargingPlan plan_charging(const ChargingProblem& problem);

/// What a plan draws: the whole need or, where that cannot be, all that can be drawn.
Joules reachable(const ChargingProblem& problem);

/// What a kilowatt-hour costs that a charger draws at its most: what of it is surplus would else have been exported.
PricePerKwh price_of_charging(const StorageSlot& prices, Watts surplus, Watts most);

/// What a home battery should do: the least cost of import less what export earns, where what is left in it at the end
/// is worth what it costs at least to put it there again, and no more than it saves at most. Between 200 levels of its
/// store costs are interpolated. Where choices cost the same it follows the home.
/// @param problem within the ranges of its fields
StoragePlan plan_storage(const StorageProblem& problem);

/// Plans for a car and a home battery behind one meter.
struct JointPlan {
  ChargingPlan charging;
  StoragePlan storage;             ///< its costs with those of the month's highest hours
  std::vector<PlannerSlot> slots;  ///< as the car's plan saw them, at prices that sun and storage make
  MoneyMicro peak_cost{};          ///< what car and storage add to what the month's highest hours cost
  MoneyMicro peak_cost_at_once{};  ///< the same where the car draws from now on at the highest power
  bool keeps_peak_low = false;     ///< whether it is as it is for the sake of the month's highest hours
};

/// Both plans together: the nearest to the target, of those of least cost, of the few that are tried: the car alone at
/// the prices of its slots, and the car at powers that a search over car and storage finds (Objective::cost only), each
/// with the storage beside it. No optimum is promised; tests/planner/joint_proof.cpp measures how near it comes.
/// @param storage its first slots lie on those of `charging`, of which the last may be shorter; where the car is
/// planned, nothing is in their `car`. Without capacity there is no storage, only the sun
/// @param peak what the month's highest hours cost: some limits are tried that no hour exceeds, and what the hours
/// until then add to the month's cost counts with the rest. A car whose objective is not the cost is planned without
JointPlan plan_jointly(const ChargingProblem& charging, const StorageProblem& storage,
                       const PeakProblem* peak = nullptr);

}  // namespace home_energy
