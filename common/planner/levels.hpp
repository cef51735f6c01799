/// @file
/// The levels that a plan may have reached at the slots' boundaries, and which of them a slot leads to.
///
/// On/off chargers: the levels are on-times. Let g divide 900 s and `min_run`. A plan's cumulated on-times at the
/// slots' boundaries are bound by differences alone: 0 or the slot's length, or within them, and `min_run` from the
/// beginning of a run to its end. Its cost is a sum of functions of one on-time each, linear between the taper's kinks.
/// So the least is found at a vertex: each on-time is tied by tight differences to 0, to the total or to a kink, which
/// puts it at an anchor plus a multiple of g. The anchors are those three, what a short first or last slot makes of
/// them, and where a run going on has lasted `min_run`.
///
/// Modulating chargers: see grid.hpp.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "common/planner/grid.hpp"

namespace home_energy::planner {

/// For each level another level: where a window of successors begins or ends.
using LevelMap = std::vector<std::uint32_t>;

/// What is planned: the problem, what the car takes, and how much shall be drawn.
struct Task {
  const ChargingProblem& problem;
  const Intake& intake;
  std::int64_t goal;     ///< microjoules, above 0: the need, or what can be drawn of it
  std::int64_t on_time;  ///< microseconds that an on/off charger is on for it
};

class Levels {
 public:
  explicit Levels(const Task& task);

  /// At least two: the first is nothing, the last the goal.
  std::size_t size() const { return drawn_.size(); }

  /// Microjoules at a level.
  std::int64_t drawn(std::size_t level) const { return drawn_[level]; }

  /// What costs are counted in; `cost_units_per_kwh` of them are a kilowatt-hour.
  const std::vector<std::int64_t>& cost_units() const { return cost_units_; }
  Int128 cost_units_per_kwh() const { return cost_units_per_kwh_; }

  /// Time is counted in ticks: microseconds, or joules at full power where an on/off charger knows no taper.
  std::int64_t ticks(std::chrono::seconds time) const { return time.count() * ticks_per_second_; }
  std::int64_t ticks_per_second() const { return ticks_per_second_; }

  /// `min_run`, or what the whole need takes at least power where that is less.
  std::int64_t min_run() const { return min_run_; }

  /// Ticks at each level since the first, at `offered` watts all the time.
  std::vector<std::int64_t> clock(std::int64_t offered) const;

  /// The highest level that can be reached within `time` at `offered` watts.
  const LevelMap& furthest(std::int64_t offered, std::int64_t time);

  /// The lowest level where at least `time` may have been spent: at least power all the while.
  const LevelMap& nearest(std::int64_t time);

  /// The first level at which a slot with so much left below the fuse, in watts, may be used.
  std::size_t allowed_from(std::int64_t room) const;

  /// The power that is offered at most where so much is left below the fuse.
  std::int64_t offered(std::int64_t room) const;

  bool on_off() const { return least_ == most_; }
  bool tapers() const { return tapers_; }

 private:
  void lay_on_times(const Task& task);
  void lay_grid(const Task& task);
  void lay_forced(const Task& task, std::int64_t from, GridStep step);
  std::int64_t forced_from() const;

  const Intake& intake_;
  std::int64_t least_;
  std::int64_t most_;
  bool tapers_;
  std::vector<std::int64_t> drawn_;
  std::vector<std::int64_t> on_times_;  ///< ticks; empty where the charger modulates
  std::vector<std::int64_t> cost_units_;
  Int128 cost_units_per_kwh_ = 0;
  std::int64_t ticks_per_second_ = kMicro;
  std::int64_t min_run_ = 0;
  std::vector<std::int64_t> least_clock_;
  std::map<std::pair<std::int64_t, std::int64_t>, LevelMap> furthest_;
  std::map<std::int64_t, LevelMap> nearest_;
};

}  // namespace home_energy::planner
