#include "common/planner/check.hpp"

#include <algorithm>

namespace home_energy::planner {
namespace {

/// What rounding makes of nothing: the need and what is stored are whole joules each. Times are rounded to a
/// microsecond, which is less.
constexpr std::int64_t kArtefactJoules = 2;
/// A charger that offers no power for a while draws nothing either: that is no artefact.
constexpr std::int64_t kArtefactLasts = kMicro;

/// Whole joules, so that all draws add up to the whole.
std::int64_t joules(const Draw& draw) {
  return draw.to / kMicro - draw.from / kMicro;
}

bool is_artefact(const Draw& draw) {
  return joules(draw) <= kArtefactJoules && draw.lasts <= kArtefactLasts;
}

bool are_blocks_sound(const ChargingPlan& plan) {
  std::size_t step = 0;
  for (const PlanBlock& block : plan.blocks) {
    if (block.energy < kLeastRun || block.begin >= block.end) return false;
    if (block.first_step != step || block.step_count == 0) return false;
    step += block.step_count;
  }
  return step == plan.steps.size() &&
         std::ranges::is_sorted(plan.blocks, {}, [](const PlanBlock& block) { return block.begin; });
}

/// Whether not even the least power is allowed where the car takes so much at most.
bool is_barred(const ChargingProblem& problem, const PlannerSlot& slot, std::int64_t limit) {
  const std::int64_t room = (problem.fuse - slot.base_load).count();
  const bool too_dear = problem.max_price && slot.price > *problem.max_price;
  return too_dear || room <= 0 || std::min(problem.least.count(), limit) > room;
}

}  // namespace

std::vector<Draw> without_artefacts(const std::vector<Draw>& draws) {
  std::vector<Draw> kept;
  std::int64_t reached = 0;  // microjoules that the kept draws and those joined to them account for
  bool starts = false;       // the next one begins the run that an artefact would have begun
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const bool has_next = i + 1 < draws.size();
    const bool is_alone = !has_next || draws[i + 1].starts;  // nothing of its run follows
    if (is_artefact(draws[i]) && (has_next || !kept.empty())) {
      const bool begins = draws[i].starts || starts;
      starts = begins && !is_alone;
      // The end of a run, or a run of its own, belongs to what was drawn before; a beginning to what follows.
      if (is_alone && !kept.empty()) kept.back().to = reached = draws[i].to;
      continue;
    }
    kept.push_back(draws[i]);
    kept.back().from = reached;
    kept.back().starts = draws[i].starts || starts;
    reached = draws[i].to;
    starts = false;
  }
  return kept;
}

std::vector<Draw> without_needless_starts(const ChargingProblem& problem, std::vector<Draw> draws) {
  std::int64_t slot_begin = 0;
  // Microseconds from now at which the last draw ends: now, where a run is going on.
  std::int64_t reached = problem.running_for ? 0 : -kArtefactLasts;
  std::size_t slot = 0;
  for (Draw& draw : draws) {
    for (; slot < draw.slot; ++slot) slot_begin += problem.slots[slot].length.count() * kMicro;
    const std::int64_t begin = slot_begin + draw.begin;
    if (begin - reached < kArtefactLasts) draw.starts = false;
    reached = begin + draw.lasts;
  }
  return draws;
}

Worthwhile worthwhile(const std::vector<Draw>& draws) {
  Worthwhile result;
  for (auto run = draws.begin(); run != draws.end();) {
    const auto end = std::find_if(run + 1, draws.end(), [](const Draw& draw) { return draw.starts; });
    const std::int64_t drawn = std::prev(end)->to / kMicro - run->from / kMicro;
    if (drawn < kLeastRun.count()) {
      result.left_out += drawn;
    } else {
      result.draws.insert(result.draws.end(), run, end);
    }
    run = end;
  }
  return result;
}

bool is_sound(const ChargingProblem& problem, const ChargingPlan& plan) {
  std::chrono::seconds departure{0};
  for (const PlannerSlot& slot : problem.slots) departure += slot.length;
  Joules energy;
  for (const PlanStep& step : plan.steps) {
    if (step.energy <= Joules() || step.power <= Watts() || step.begin >= departure) return false;
    energy += step.energy;
  }
  const bool ends_in_time = plan.blocks.empty() || plan.blocks.back().end <= departure;
  const bool in_order = std::ranges::is_sorted(plan.steps, {}, [](const PlanStep& step) { return step.begin; });
  return ends_in_time && in_order && are_blocks_sound(plan) && energy == plan.energy;
}

bool keeps_min_run(const ChargingProblem& problem, const ChargingPlan& plan) {
  constexpr std::chrono::seconds kRounding{2};  // begin and end are whole seconds each
  if (problem.objective == Objective::time) return true;
  const Intake intake(problem);
  const std::int64_t whole = intake.time(0, plan.energy.count() * kMicro, problem.least.count());
  const std::chrono::seconds least_run(std::min<std::int64_t>(problem.min_run.count(), whole / kMicro));
  std::int64_t drawn = 0;
  std::size_t slot = 0;
  std::chrono::seconds slot_begin{0};
  for (const PlanBlock& block : plan.blocks) {
    drawn += block.energy.count() * kMicro;
    std::chrono::seconds lasts = block.end - block.begin;
    if (block.begin.count() == 0) lasts += problem.running_for.value_or(std::chrono::seconds(0));
    if (lasts + kRounding >= least_run) continue;
    for (; slot < problem.slots.size() && slot_begin + kRounding <= block.end; ++slot)
      slot_begin += problem.slots[slot].length;
    if (slot_begin >= block.end + kRounding) return false;  // it ends within a slot
    const bool departs = slot == problem.slots.size();
    if (!departs && !is_barred(problem, problem.slots[slot], intake.limit_at(drawn))) return false;
  }
  return true;
}

}  // namespace home_energy::planner
