/// @file
/// A month's highest hours under a plan: what they cost, and problems in which no hour is higher than a limit. All
/// energies of hours are in joules, by the share of them that counts.
#pragma once

#include <cstdint>
#include <vector>

#include "common/planner/peak_problem.hpp"
#include "common/planner/problem.hpp"
#include "common/planner/storage_problem.hpp"

namespace home_energy::planner {

class Peaks {
 public:
  /// What is drawn in each slot beside what its net says; below zero what is given.
  using Drawn = std::vector<Joules>;

  /// @param slots of the meter. Both are kept as references
  Peaks(const PeakProblem& problem, const std::vector<StorageSlot>& slots) : problem_(problem), slots_(slots) {}

  /// Of the months, with what they have already.
  MoneyMicro cost(const Drawn& drawn) const;
  /// What no hour of each day is to exceed for the plan's sake.
  using Limits = std::vector<Joules>;
  /// The highest of the hours to come and of those of their day, of each day.
  Limits of_days(const Drawn& drawn) const;
  /// Where a day's limit makes a difference: what its hours reach without the plan, and what the month has already.
  std::vector<Joules> thresholds(std::size_t day) const;

  /// How long each day lasts within the first slots, in seconds.
  std::vector<std::int64_t> lasts(std::size_t slots) const;

  /// The car's problem in which no hour exceeds the limit, nor what its day has reached, for the car's sake. Where the
  /// charger's least power would exceed it, the car may draw in so many of the hour's slots that it does not.
  ChargingProblem limited(const ChargingProblem& charging, const Limits& limits) const;
  /// The storage's problem in which what exceeds the limit costs what the network is paid for it, beside what the car
  /// draws in the slots.
  StorageProblem limited(const StorageProblem& storage, const Limits& limits) const;

 private:
  std::vector<Joules> of_hours(const Drawn& drawn) const;
  Joules least_that_costs(const PeakDay& day) const;
  /// What an hour may still import until it counts as much as the limit; 2^60 where it may import all.
  std::int64_t allowed(const PeakHour& hour, const Limits& limits) const;
  void limit_hour(ChargingProblem& charging, std::size_t hour, std::size_t first, Watts power) const;
  void limit_hour(StorageProblem& storage, const PeakHour& hour, std::size_t first, std::int64_t allowed) const;
  std::int64_t length(const PeakHour& hour, std::size_t first) const;

  const PeakProblem& problem_;
  const std::vector<StorageSlot>& slots_;
};

}  // namespace home_energy::planner
