#include "common/planner/planner.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "common/base/units.hpp"
#include "common/planner/check.hpp"
#include "common/planner/draws.hpp"

namespace home_energy {
namespace {

using namespace planner;

/// A price in millionths a kilowatt-hour times joules; exact.
using Priced = Int128;

/// In millionths, rounded to the nearest.
MoneyMicro rounded(Priced priced) {
  const Priced doubled = 2 * priced + kJoulesPerKwh;
  const Priced unit = Priced{kJoulesPerKwh} * 2;
  const Priced floor = doubled / unit - (doubled % unit < 0 ? 1 : 0);
  return MoneyMicro(static_cast<std::int64_t>(floor));
}

/// Whole joules, so that all draws add up to the whole.
Joules energy_of(const Draw& draw) {
  return Joules(draw.to / kMicro - draw.from / kMicro);
}

Priced price_of(const ChargingProblem& problem, const Draw& draw) {
  return Priced{problem.slots[draw.slot].price.count()} * energy_of(draw).count();
}

/// Puts draws together to steps and blocks.
class PlanWriter {
 public:
  explicit PlanWriter(const ChargingProblem& problem) : problem_(problem) {
    std::int64_t begin = 0;
    for (const PlannerSlot& slot : problem.slots) {
      begins_.push_back(begin);
      begin += slot.length.count() * kMicro;
    }
  }

  ChargingPlan write(const std::vector<Draw>& draws) {
    for (const Draw& draw : draws) add(draw);
    end_block();
    plan_.cost = rounded(total_);
    return std::move(plan_);
  }

 private:
  void add(const Draw& draw) {
    const std::int64_t begin = begins_[draw.slot] + draw.begin;
    if (draw.starts || plan_.blocks.empty()) {
      end_block();
      plan_.blocks.push_back({.begin = std::chrono::seconds(begin / kMicro), .first_step = plan_.steps.size()});
      if (draw.starts) plan_.start_costs += problem_.start_cost;
    }
    PlanBlock& block = plan_.blocks.back();
    const std::int64_t end = begin + draw.lasts;
    block.end = std::max(std::chrono::seconds((end + kMicro / 2) / kMicro), block.begin + std::chrono::seconds(1));
    const Joules energy = energy_of(draw);
    if (energy.count() > 0) {
      plan_.steps.push_back({std::chrono::seconds(begin / kMicro), Watts(draw.offered), energy});
      ++block.step_count;
    }
    block.energy += energy;
    block_cost_ += price_of(problem_, draw);
    plan_.energy += energy;
  }

  void end_block() {
    if (plan_.blocks.empty()) return;
    plan_.blocks.back().cost = rounded(block_cost_);
    total_ += block_cost_;
    block_cost_ = 0;
  }

  const ChargingProblem& problem_;
  std::vector<std::int64_t> begins_;  ///< of the slots, microseconds
  ChargingPlan plan_{};
  Priced block_cost_ = 0;
  Priced total_ = 0;
};

/// Each is judged alone, and against a world with neither: two that bar the same slots both stand in the way.
PlanObstacles obstacles_of(const ChargingProblem& problem, const Intake& intake, std::int64_t drawn) {
  const auto reach = [&](Rules rules) { return draw_at_once(problem, intake, rules, intake.need()).drawn; };
  const std::int64_t with_neither = reach({.fuse = false, .ceiling = false});
  const std::int64_t with_fuse = reach({.fuse = true, .ceiling = false});
  const std::int64_t with_ceiling = reach({.fuse = false, .ceiling = true});
  const bool fuse = with_ceiling > drawn || with_fuse < with_neither;
  const bool ceiling = with_fuse > drawn || with_ceiling < with_neither;
  return {.time = with_neither < intake.need(), .fuse = fuse, .ceiling = ceiling};
}

Joules shortfall_of(const ChargingProblem& problem, Joules drawn) {
  const Int128 stored = Int128{drawn.count()} * problem.efficiency.count() / kFull.count();
  return Joules(problem.target.count() - problem.stored.count() - static_cast<std::int64_t>(stored));
}

/// The objective, then the starts.
std::pair<Int128, Int128> objective_of(const ChargingProblem& problem, const std::vector<Draw>& draws) {
  Int128 sum = 0;
  Int128 starts = 0;
  for (const Draw& draw : draws) {
    const PlannerSlot& slot = problem.slots[draw.slot];
    const bool costs = problem.objective == Objective::cost;
    sum += Int128{costs ? slot.price.count() : slot.base_load.count()} * (draw.to - draw.from);
    if (draw.starts && costs) sum += Int128{problem.start_cost.count()} * kMicro * kJoulesPerKwh;
    starts += draw.starts ? 1 : 0;
  }
  return {sum, starts};
}

/// The best draws at the least power alone, which need no grid; none where that is too slow.
std::vector<Draw> draws_at_least_power(const Task& task) {
  ChargingProblem slow = task.problem;
  slow.most = slow.least;
  const Intake intake(slow);
  const AtOnce reach = draw_at_once(slow, intake, {}, task.goal);
  if (reach.drawn < task.goal) return {};
  const Task slow_task{slow, intake, task.goal, std::min(intake.time(0, task.goal, slow.least.count()), reach.on_time)};
  Levels levels(slow_task);
  return draws_of(slow_task, levels, best_uses(slow_task, levels));
}

std::vector<Draw> best_draws(const Task& task) {
  Levels levels(task);
  const std::vector<Use> uses = best_uses(task, levels);
  std::vector<Draw> draws;
  if (!uses.empty()) draws = draws_of(task, levels, uses);
  // Where the need is hardly more than a run at least power draws, the grid leaves little room, or none.
  const std::int64_t slowest = task.intake.time(0, task.goal, task.problem.least.count());
  const bool is_narrow = task.problem.min_run.count() * kMicro > slowest / 2;
  if (!levels.on_off() && slowest < kNever && (draws.empty() || is_narrow)) {
    std::vector<Draw> slow = draws_at_least_power(task);
    const bool is_better = draws.empty() || objective_of(task.problem, slow) < objective_of(task.problem, draws);
    if (!slow.empty() && is_better) draws = std::move(slow);
  }
  return draws.empty() ? draw_all_but(task) : draws;
}

std::vector<Draw> tidied(const ChargingProblem& problem, const std::vector<Draw>& draws) {
  return without_needless_starts(problem, without_artefacts(draws));
}

/// The best draws for so much, or for a little less where that takes a run that is not worth it.
std::vector<Draw> planned_draws(const ChargingProblem& problem, const Intake& intake, const AtOnce& reach) {
  constexpr int kMostTries = 4;  // one more is enough but where the rest is again hardly more than some whole slots
  std::int64_t goal = reach.drawn;
  std::vector<Draw> draws;
  for (int tries = 0; goal > 0 && tries < kMostTries; ++tries) {
    const std::int64_t time = intake.time(0, goal, problem.most.count());
    const Task task{problem, intake, goal, std::min(time, reach.on_time)};
    Worthwhile found = worthwhile(tidied(problem, best_draws(task)));
    draws = std::move(found.draws);
    if (found.left_out == 0) break;
    goal -= found.left_out * kMicro;
  }
  return draws;
}

/// Ends when so much is drawn, even where the car takes nothing more in the rest of the time.
std::vector<Draw> draws_at_once(const ChargingProblem& problem, const Intake& intake, std::int64_t drawn) {
  return worthwhile(tidied(problem, draw_at_once(problem, intake, {}, drawn).draws)).draws;
}

ChargingPlan planned(const ChargingProblem& problem, const std::vector<Draw>& draws) {
  return PlanWriter(problem).write(draws);
}

/// A plan that broke a rule never leaves: charging at once takes its place, or nothing. Reached by a defect only.
ChargingPlan replacement_of(const ChargingProblem& problem, const AtOnce& reach) {
  ChargingPlan plan = planned(problem, worthwhile(tidied(problem, reach.draws)).draws);
  if (!is_sound(problem, plan)) plan = {};
  plan.obstacles.defect = true;
  return plan;
}

MoneyMicro cost_of(const ChargingProblem& problem, const std::vector<Draw>& draws) {
  Priced sum = 0;
  for (const Draw& draw : draws) sum += price_of(problem, draw);
  return rounded(sum);
}

}  // namespace

Joules reachable(const ChargingProblem& problem) {
  const Intake intake(problem);
  return Joules(draw_at_once(problem, intake, {}, intake.need()).drawn / kMicro);
}

ChargingPlan plan_charging(const ChargingProblem& problem) {
  const Intake intake(problem);
  const AtOnce reach = draw_at_once(problem, intake, {}, intake.need());
  const bool at_once = problem.objective == Objective::time;
  ChargingPlan plan =
      planned(problem, at_once ? draws_at_once(problem, intake, reach.drawn) : planned_draws(problem, intake, reach));
  const bool sound = is_sound(problem, plan);
  assert(sound);  // a build for users goes on with less
  if (!sound) plan = replacement_of(problem, reach);
  if (plan.energy.count() < intake.need() / kMicro) plan.shortfall = shortfall_of(problem, plan.energy);
  if (plan.shortfall >= kLeastRun && reach.drawn < intake.need()) {
    const bool defect = plan.obstacles.defect;
    plan.obstacles = obstacles_of(problem, intake, reach.drawn);
    plan.obstacles.defect = defect;
  }
  // All that could be drawn in a run is less than one is worth.
  if (plan.shortfall >= kLeastRun && plan.obstacles == PlanObstacles{}) plan.obstacles.time = true;
  const std::int64_t drawn = plan.energy.count() * kMicro;
  plan.cost_at_once = cost_of(problem, draw_at_once(problem, intake, {.ceiling = false}, drawn).draws);
  return plan;
}

}  // namespace home_energy
