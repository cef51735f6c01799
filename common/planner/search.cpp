#include "common/planner/search.hpp"

#include <algorithm>
#include <cstdlib>

#include "common/planner/walk.hpp"

namespace home_energy::planner {
namespace {

/// Whether no sum of the search leaves 62 bits.
bool fits(const Task& task, const Levels& levels, std::span<const SlotFacts> slots) {
  double heaviest = 0;
  for (const SlotFacts& facts : slots) {
    heaviest = std::max(heaviest, std::abs(static_cast<double>(facts.weight)));
  }
  const auto units = static_cast<double>(levels.cost_units().back());
  const double start =
      static_cast<double>(task.problem.start_cost.count()) * static_cast<double>(levels.cost_units_per_kwh());
  const double sum =
      (2 * heaviest * units + static_cast<double>(kStartsPerCost) * (start + 1)) * static_cast<double>(kStartsPerCost);
  return sum < 1e18;  // below 2^60
}

template <class Cost>
std::vector<Use> search(const Task& task, Levels& levels, std::span<const SlotFacts> slots) {
  CostTable<Cost> costs(task, levels, slots);
  return Walk<Cost>(task, levels, slots, costs).best();
}

}  // namespace

std::vector<SlotFacts> slot_facts(const Task& task, const Levels& levels) {
  const ChargingProblem& problem = task.problem;
  std::vector<SlotFacts> slots;
  slots.reserve(problem.slots.size());
  for (const PlannerSlot& slot : problem.slots) {
    const bool too_dear = problem.max_price && slot.price > *problem.max_price;
    const std::int64_t room = (problem.fuse - slot.base_load).count();
    slots.push_back({.weight = problem.objective == Objective::cost ? slot.price.count() : slot.base_load.count(),
                     .length = levels.ticks(slot.length),
                     .offered = levels.offered(room),
                     .allowed_from = too_dear ? levels.size() : levels.allowed_from(room)});
  }
  return slots;
}

std::vector<Use> best_uses(const Task& task, Levels& levels) {
  const std::vector<SlotFacts> slots = slot_facts(task, levels);
  if (fits(task, levels, slots)) return search<std::int64_t>(task, levels, slots);
  return search<Int128>(task, levels, slots);
}

}  // namespace home_energy::planner
