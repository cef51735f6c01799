/// @file
/// The store of a home battery as the planner sees it: between evenly spaced levels costs are interpolated, so that
/// powers lie on no grid and following the home exactly is always among the choices.
///
/// Energy is joules and money millionths of the currency, both as doubles: nothing here is counted, and without
/// contraction of operations (-ffp-contract=off) they are the same on every machine.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "common/base/units.hpp"
#include "common/planner/storage_problem.hpp"

namespace home_energy::planner {

/// A slot with all that the car draws in it.
struct MeterSpan {
  double import;      ///< per joule
  double exported;    ///< per joule
  double net;         ///< drawn at the meter but for the storage; below zero given
  double self_drawn;  ///< what the storage would draw in self-consumption, had it room and energy enough
  double most_drawn;
  double least_drawn;
  double standby;
  double limit = std::numeric_limits<double>::infinity();  ///< of the import
  double beyond = 0;                                       ///< what a joule above it costs besides

  double cost(double drawn) const { return cost_of_energy(drawn) + beyond * std::max(0.0, net + drawn - limit); }
  double cost_of_energy(double drawn) const {
    const double at_meter = net + drawn;
    return at_meter * (at_meter > 0 ? import : exported);
  }
};

class Store {
 public:
  /// Of each level.
  using Costs = std::vector<double>;
  /// What the storage draws at its terminals, below zero what it gives, and what that and all after it costs.
  struct Choice {
    double drawn;
    double cost;
    bool follows_home;
  };

  /// @param levels at least 2; where there is no storage one level is laid
  Store(const StorageProblem& problem, std::size_t levels);

  std::size_t size() const { return levels_; }
  MeterSpan span(const StorageSlot& slot, double car) const;
  double after(const MeterSpan& span, double stored, double drawn) const;
  double self_drawn(const MeterSpan& span, double stored) const;
  /// Of a joule in the store at the end.
  double worth_of_rest() const { return worth_; }
  Costs costs_at_end() const;
  double interpolated(const Costs& costs, double stored) const;
  /// Lowers `row` to what the slot and all after it cost at least. @param next the same after the slot
  void lower(Costs& row, const MeterSpan& span, const Costs& next) const;
  /// Of all that can be drawn: following the home, the most and the least, nothing, and what leads to a level.
  Choice best(const MeterSpan& span, const Costs& next, double stored) const;

 private:
  double least_drawn(const MeterSpan& span, double stored) const;
  double most_drawn(const MeterSpan& span, double stored) const;
  double drawn_to_limit(const MeterSpan& span, double stored) const;
  void lower_by_moves(Costs& row, const MeterSpan& span, const Costs& next) const;

  const StorageProblem& problem_;
  std::size_t levels_;
  double capacity_;
  double reserve_;
  double in_;
  double out_;
  double step_;
  double worth_;
};

constexpr std::size_t kFineLevels = 201;

/// `plan_storage` with so many levels.
StoragePlan plan_storage(const StorageProblem& problem, std::size_t levels);

}  // namespace home_energy::planner
