/// @file
/// Follows a charging plan from tick to tick: what the plan wants drawn in each, exactly, whatever a tick is worth.
#pragma once

#include <optional>
#include <vector>

#include "common/planner/planner.hpp"
#include "common/world/battery.hpp"

namespace home_energy {

/// Begins with the tick that follows the moment of the plan. Belongs to one home.
class PlanFollower {
 public:
  PlanFollower() = default;
  PlanFollower(const ChargingPlan& plan, int ticks_per_hour);

  /// What the plan wants of the present tick and has not been told of yet; nothing where that is all.
  std::optional<Offer> next() const;
  /// What became of it.
  void took(Energy drawn);
  /// The tick is over. To be called when there is nothing `next` in it.
  void end_tick();

  /// The power that the plan wants at the beginning of the present tick; 0 where it waits.
  Watts power() const;
  /// The greatest power that it wants at any moment of the present tick.
  Watts most_in_tick() const;
  /// What should have been drawn by now and was not.
  Energy behind() const { return behind_; }

 private:
  struct Step {
    std::int64_t begin;  ///< in 3600ths of a tick
    Watts power;
    Energy left;
  };

  std::int64_t tick_begin() const;
  std::int64_t end_of(std::size_t step) const;

  std::vector<Step> steps_;
  std::size_t current_ = 0;
  std::int64_t tick_ = 0;
  std::int64_t reached_ = 0;  ///< the moment up to which the present tick has been told of, in 3600ths of a tick
  Energy behind_;
};

}  // namespace home_energy
