/// @file
/// A car's charging plan as a home keeps it, and what one is made from. Values; a plan is made by a pure function.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/planner/planner.hpp"
#include "common/time/pace.hpp"
#include "common/world/command.hpp"

namespace home_energy {

/// What a plan is to do.
struct ChargingWish {
  ChargingMode mode = ChargingMode::manual;
  Percent target{8'000};
  int ready_by = 7 * kMinutesPerHour;  ///< minutes past midnight

  friend bool operator==(const ChargingWish&, const ChargingWish&) = default;
};

/// Of a plan, and of the same energy charged at once.
struct PlanCost {
  MoneyMicro planned;
  MoneyMicro at_once;
};

/// The car at home between two departures that are still to come.
struct LaterStay {
  std::int64_t begin;              ///< the moment at which it is back
  std::int64_t departure;          ///< the moment until which it charges
  Joules trip_before;              ///< what it still drives until it is back
  int ready_by;                    ///< minutes past midnight, of the departure
  std::optional<WattHours> trip;   ///< of the trip that it leaves for; none where it is only to be ready by then
  Objective objective;             ///< cost or load
  std::string note_of_curves;      ///< what stands in for prices and loads that have not come; empty where nothing does
  std::vector<PlannerSlot> slots;  ///< from `begin` to `departure`

  friend bool operator==(const LaterStay&, const LaterStay&) = default;
};

/// What is planned for one.
struct LaterPlan {
  std::int64_t begin;      ///< the moment, which the plan's times count from
  std::int64_t departure;  ///< the moment
  std::optional<WattHours> trip;
  Joules stored;  ///< at `begin`
  ChargingPlan plan;
  std::vector<std::string> reasons;  ///< of each block
  std::string note;                  ///< as that of a HomePlan
};

/// A plan as a home keeps it.
struct HomePlan {
  ChargingPlan plan;
  std::int64_t made_at;                          ///< the moment, as `Home::moment` counts
  std::vector<std::string> reasons;              ///< of each block, in a few words
  std::string note;                              ///< what the reader should know of the whole; empty where nothing
  std::shared_ptr<const StoragePlan> storage{};  ///< of a home battery that plans; else null
  /// What car and home battery add to what the month's highest hours cost, below zero what they take off it; none where
  /// the tariff has no price of power.
  std::optional<PlanCost> peak_cost{};
  /// What the sun was expected to leave in each slot; empty where the plan did not look at it.
  std::vector<Watts> surplus{};
  std::vector<LaterPlan> later{};               ///< of the stays after the departure, one after the other
  std::optional<std::int64_t> looks_further{};  ///< see PlanRequest

  /// Of the energy, and of the month's highest hours; without the starts.
  PlanCost cost() const {
    const PlanCost peak = peak_cost.value_or(PlanCost{});
    return {plan.cost + peak.planned, plan.cost_at_once + peak.at_once};
  }
};

/// What the car's energy cost by the plan that was made first, where another one takes its place since the sun's
/// forecast has changed.
struct FirstPlan {
  MoneyMicro cost;
  MoneyMicro paid;  ///< of that until now

  friend bool operator==(const FirstPlan&, const FirstPlan&) = default;
};

/// All that a plan is made from: a value, so that any thread may make it. Homes in the same state ask the same.
struct PlanRequest {
  std::int64_t made_at;        ///< the moment, as `Home::moment` counts
  int ready_by;                ///< minutes past midnight
  std::string since;           ///< when the departure was that was missed; empty where none was
  std::string note_of_curves;  ///< what stands in for prices and loads that have not come, and what the trip needs;
                               ///< empty where nothing is to be said
  ChargingProblem problem;     ///< without slots where no car is to be planned
  std::optional<StorageProblem>
      meter{};  ///< what the sun and a home battery that plans do meanwhile; none without both and a price of power
  std::optional<PeakProblem> peak{};  ///< where the tariff has a price of power; not without `meter`
  std::optional<FirstPlan> first{};
  std::vector<LaterStay> later{};               ///< those after the departure
  std::optional<std::int64_t> looks_further{};  ///< the moment from which on a plan would tell of one more stay

  friend bool operator==(const PlanRequest&, const PlanRequest&) = default;
};

/// What the car is asked to do in a stay to come. @param now what it is asked until the departure
/// @param stored when it leaves before the stay, or now where it is away
ChargingProblem problem_of(const LaterStay& stay, const ChargingProblem& now, Joules stored);

/// What a plan draws in a span of moments, where that cuts no step.
Joules drawn_between(const ChargingPlan& plan, std::int64_t made_at, std::int64_t begin, std::int64_t end);

/// The request's meter, which there is, where the car draws after its departure what is planned for then. Not where
/// hours have a price: the later plans do not know it, and are made again before they count.
StorageProblem meter_beside(const PlanRequest& request, const std::vector<LaterPlan>& later);

/// Makes the plan. A pure function; takes up to some hundred milliseconds.
HomePlan plan_home(const PlanRequest& request);

/// Adds a sentence to a note, behind what is there already; an empty one is none.
void append_sentence(std::string& note, std::string_view sentence);

}  // namespace home_energy
