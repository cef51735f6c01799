#include "common/planner/levels.hpp"

#include <algorithm>
#include <numeric>

#include "common/base/units.hpp"

namespace home_energy::planner {
namespace {

/// More on-times than that come only from odd minimum runs over very long charges: then they are laid a slot apart,
/// which costs exactness, not legality.
constexpr std::size_t kMaxOnTimes = 8192;

/// All `anchor + k * step` from 0 to `total`, ascending, each once.
std::vector<std::int64_t> lattice(const std::vector<std::int64_t>& anchors, std::int64_t step, std::int64_t total) {
  std::vector<std::int64_t> levels{0, total};
  for (const std::int64_t anchor : anchors) {
    const std::int64_t first = (anchor % step + step) % step;
    for (std::int64_t level = first; level < total; level += step) levels.push_back(level);
  }
  std::sort(levels.begin(), levels.end());
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  return levels;
}

}  // namespace

Levels::Levels(const Task& task)
    : intake_(task.intake),
      least_(task.problem.least.count()),
      most_(task.problem.most.count()),
      tapers_(!intake_.kinks().empty() || intake_.limit_at(0) < most_) {
  if (on_off()) {
    lay_on_times(task);
  } else {
    lay_grid(task);
  }
  least_clock_ = clock(least_);
  min_run_ = std::min(ticks(task.problem.min_run), least_clock_.back());
}

void Levels::lay_on_times(const Task& task) {
  const ChargingProblem& problem = task.problem;
  const std::vector<std::int64_t> kinks = intake_.kinks();
  ticks_per_second_ = tapers_ ? kMicro : most_;
  const std::int64_t total = tapers_ ? task.on_time : task.goal / kMicro;
  std::vector<std::int64_t> anchors{0, total, ticks(problem.slots.front().length),
                                    total - ticks(problem.slots.back().length)};
  if (problem.running_for) anchors.push_back(ticks(problem.min_run) - ticks(*problem.running_for));
  for (const std::int64_t kink : kinks) {
    if (kink < task.goal) anchors.push_back(intake_.time(0, kink, most_));
  }
  const bool whole = ticks(problem.min_run) >= total;  // the least run is the whole need: nothing in between
  const std::int64_t step = whole ? kPlannerSlot.count() : std::gcd(kPlannerSlot.count(), problem.min_run.count());
  on_times_ = lattice(anchors, step * ticks_per_second_, total);
  if (on_times_.size() > kMaxOnTimes) on_times_ = lattice(anchors, ticks(kPlannerSlot), total);
  for (const std::int64_t on_time : on_times_) {
    drawn_.push_back(tapers_ ? std::min(task.goal, intake_.after(0, most_, on_time)) : on_time * kMicro);
  }
  drawn_.back() = task.goal;
  cost_units_ = tapers_ ? drawn_ : on_times_;
  cost_units_per_kwh_ = Int128{kJoulesPerKwh} * (tapers_ ? kMicro : 1);
}

void Levels::lay_grid(const Task& task) {
  const GridStep step = grid_step(task.problem.most, task.goal);
  const std::int64_t free_until = std::min(task.goal, forced_from());
  const auto count = static_cast<std::int64_t>(divide_up(Int128{free_until} * step.pieces, Int128{step.whole}));
  drawn_.push_back(0);
  for (std::int64_t below = count - 1; below >= 0; --below) {
    drawn_.push_back(free_until - static_cast<std::int64_t>(Int128{below} * step.whole / step.pieces));
  }
  if (free_until < task.goal) lay_forced(task, free_until, step);
  for (const std::int64_t drawn : drawn_) {
    cost_units_.push_back(static_cast<std::int64_t>(Int128{drawn} * kGridCostUnits * step.pieces / step.whole));
  }
  cost_units_per_kwh_ = Int128{kJoulesPerKwh} * kMicro * kGridCostUnits * step.pieces / step.whole;
}

/// Where the taper leaves no choice of power, levels lie evenly in time, so many to a slot that none is more than a
/// step from the next: a slot leads from each level to just one other. They are laid from both ends.
void Levels::lay_forced(const Task& task, std::int64_t from, GridStep step) {
  const std::int64_t slot = ticks(kPlannerSlot);
  const auto pieces =
      static_cast<std::int64_t>(divide_up(Int128{intake_.limit_at(from)} * slot * step.pieces, Int128{step.whole}));
  const std::int64_t total = intake_.time(from, task.goal, least_);
  std::vector<std::int64_t> anchors{0, total, total - ticks(task.problem.slots.back().length)};
  if (from == 0) anchors.push_back(ticks(task.problem.slots.front().length));
  std::vector<std::int64_t> times;
  for (const std::int64_t anchor : anchors) {
    const std::int64_t first = anchor % slot - slot;
    for (std::int64_t piece = 0;; ++piece) {
      const auto time = first + static_cast<std::int64_t>(Int128{piece} * slot / pieces);
      if (time >= total) break;
      if (time > 0) times.push_back(time);
    }
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  for (const std::int64_t time : times) drawn_.push_back(intake_.after(from, least_, time));
  drawn_.push_back(task.goal);
}

/// What is drawn when the taper begins to leave no choice of power.
std::int64_t Levels::forced_from() const {
  if (intake_.limit_at(0) <= least_) return 0;
  for (const std::int64_t kink : intake_.kinks()) {
    if (intake_.limit_at(kink) <= least_) return kink;
  }
  return kNever;
}

std::vector<std::int64_t> Levels::clock(std::int64_t offered) const {
  if (on_off()) return on_times_;
  std::vector<std::int64_t> clock;
  clock.reserve(size());
  for (const std::int64_t drawn : drawn_) clock.push_back(intake_.time(0, drawn, offered));
  return clock;
}

const LevelMap& Levels::furthest(std::int64_t offered, std::int64_t time) {
  const auto [entry, is_new] = furthest_.try_emplace({offered, time});
  LevelMap& map = entry->second;
  if (!is_new) return map;
  const std::vector<std::int64_t> times = clock(offered);
  map.resize(size());
  std::uint32_t to = 0;
  for (std::size_t from = 0; from < size(); ++from) {
    while (to + 1 < size() && times[to + 1] < kNever && times[to + 1] - times[from] <= time) ++to;
    map[from] = to;
  }
  return map;
}

const LevelMap& Levels::nearest(std::int64_t time) {
  const auto [entry, is_new] = nearest_.try_emplace(time);
  LevelMap& map = entry->second;
  if (!is_new) return map;
  map.resize(size());
  std::uint32_t to = 0;
  for (std::size_t from = 0; from < size(); ++from) {
    to = std::max(to, static_cast<std::uint32_t>(from));
    while (least_ > 0 && to < size() && least_clock_[to] - least_clock_[from] < time) ++to;
    map[from] = to;
  }
  return map;
}

std::size_t Levels::allowed_from(std::int64_t room) const {
  const auto first = std::partition_point(drawn_.begin(), drawn_.end(), [&](std::int64_t drawn) {
    return std::min(least_, intake_.limit_at(drawn)) > room;
  });
  return static_cast<std::size_t>(first - drawn_.begin());
}

std::int64_t Levels::offered(std::int64_t room) const {
  return std::clamp(room, least_, most_);
}

}  // namespace home_energy::planner
