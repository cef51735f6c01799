/// @file
/// A charging problem and its plan, as values; `planner.hpp` tells what they mean together.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/base/units.hpp"

namespace home_energy {

/// The most slots of a problem: 48 hours, one of them cut in two by the present moment.
constexpr std::size_t kMaxPlannerSlots = 193;

/// The length of a slot, but for the first and the last, which may be shorter.
constexpr std::chrono::seconds kPlannerSlot{900};

/// What a run draws at least: 1 Wh. Less is not worth a start, and is shown as 0.0 kWh.
constexpr Joules kLeastRun{3600};

/// What a plan makes as small as it can.
enum class Objective {
  cost,  ///< of the energy and of the starts
  load,  ///< the base load in the hours of charging: the sum of base load times energy. Starts are only reported
  time,  ///< until the target: charging at once at the highest power, wherever fuse and ceiling allow it
};

/// From this state of charge on the car takes at most so much, whatever the charger offers.
struct TaperStep {
  Percent from;
  Watts at_most;  ///< 0..1e6

  friend bool operator==(const TaperStep&, const TaperStep&) = default;
};

/// A span of constant price and base load.
struct PlannerSlot {
  std::chrono::seconds length;  ///< 1..900; less than 900 only in the first and the last
  PricePerKwh price;            ///< -1e12..1e12
  Watts base_load;              ///< 0..1e6

  friend bool operator==(const PlannerSlot&, const PlannerSlot&) = default;
};

/// What is to be planned. The caller keeps to the ranges.
struct ChargingProblem {
  std::vector<PlannerSlot> slots;  ///< 0..kMaxPlannerSlots, from now on without a gap
  Objective objective = Objective::cost;
  Watts least;                                      ///< 0..most
  Watts most;                                       ///< 0..1e6
  Watts fuse;                                       ///< 0..2e6
  WattHours capacity;                               ///< 1..1e6; what the taper's percents are of
  Percent efficiency = kFull;                       ///< above 0..100 %: what the battery stores of what is drawn
  Joules stored;                                    ///< 0..capacity
  Joules target;                                    ///< 0..capacity; nothing is planned where it is not above `stored`
  std::vector<TaperStep> taper;                     ///< ascending in `from`
  MoneyMicro start_cost;                            ///< 0..1e12
  std::chrono::seconds min_run{0};                  ///< 0..3600, whole minutes
  std::optional<PricePerKwh> max_price;             ///< slots above it are barred
  std::optional<std::chrono::seconds> running_for;  ///< a run is going on, since so long ago

  friend bool operator==(const ChargingProblem&, const ChargingProblem&) = default;
};

/// Draws `power`, or less where the taper takes less, from `begin` until `energy` is drawn; all within one slot.
struct PlanStep {
  std::chrono::seconds begin;  ///< from now, rounded down
  Watts power;
  Joules energy;  ///< above 0

  friend bool operator==(const PlanStep&, const PlanStep&) = default;
};

/// A run.
struct PlanBlock {
  std::chrono::seconds begin;  ///< from now, rounded down
  std::chrono::seconds end;    ///< from now, rounded to the nearest second; after `begin`
  Joules energy;               ///< at least `kLeastRun`
  MoneyMicro cost;             ///< of the energy; without the start
  std::size_t first_step;      ///< in `steps` of the plan
  std::size_t step_count;

  friend bool operator==(const PlanBlock&, const PlanBlock&) = default;
};

/// What kept a plan from its target: all false where less than `kLeastRun` is missing.
struct PlanObstacles {
  bool time = false;     ///< not even without fuse and ceiling could it be reached, or only by runs of too little
  bool fuse = false;     ///< without the fuse more could be drawn
  bool ceiling = false;  ///< without the price ceiling more could be drawn
  bool defect = false;   ///< the plan broke a rule and was thrown away: a defect of the planner

  friend bool operator==(const PlanObstacles&, const PlanObstacles&) = default;
};

struct ChargingPlan {
  std::vector<PlanStep> steps;    ///< in the order of time
  std::vector<PlanBlock> blocks;  ///< in the order of time
  Joules energy;                  ///< drawn
  Joules shortfall;               ///< what the battery still lacks of the target at the departure
  MoneyMicro cost;                ///< of the energy
  MoneyMicro start_costs;         ///< what the starts cost; a run that continues costs none
  MoneyMicro cost_at_once;  ///< of the same energy, drawn from now on at the highest power: fuse kept, ceiling ignored
  PlanObstacles obstacles;
};

}  // namespace home_energy
