/// @file
/// The latest plans and what they were made from, so that of homes that are alike one has it made.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

#include "common/world/charging_plan.hpp"

namespace home_energy {

class RecentPlans {
 public:
  /// @param most so many are kept
  explicit RecentPlans(std::size_t most) : most_(most) {}

  /// Null where none is kept.
  std::shared_ptr<const HomePlan> find(const PlanRequest& request) const {
    const auto found = std::ranges::find(made_, request, &Made::request);
    return found == made_.end() ? nullptr : found->plan;
  }
  void add(PlanRequest request, std::shared_ptr<const HomePlan> plan) {
    made_.push_front({std::move(request), std::move(plan)});
    if (made_.size() > most_) made_.pop_back();
  }

 private:
  struct Made {
    PlanRequest request;
    std::shared_ptr<const HomePlan> plan;
  };

  std::size_t most_;
  std::deque<Made> made_;  ///< the latest first
};

}  // namespace home_energy
