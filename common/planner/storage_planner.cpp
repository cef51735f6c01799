// The plan of a home battery: dynamic programming backwards over levels of its store, then forwards from what is
// stored.
#include <algorithm>
#include <cmath>
#include <limits>

#include "common/planner/planner.hpp"
#include "common/planner/store.hpp"

namespace home_energy {
namespace {

using namespace planner;

MoneyMicro rounded(double micro) {
  return MoneyMicro(std::llround(micro));
}

StorageStep step_of(const MeterSpan& span, const Store::Choice& choice, std::chrono::seconds length) {
  if (choice.follows_home) return {};
  const auto seconds = static_cast<double>(length.count());
  const Watts power(std::llround(std::abs(choice.drawn) / seconds));
  if (span.net < 0) {
    if (choice.drawn < 0) return {StorageAct::discharge, power};
    return {choice.drawn <= -span.net ? StorageAct::take_at_most : StorageAct::charge, power};
  }
  if (choice.drawn > 0) return {StorageAct::charge, power};
  return {choice.drawn >= span.self_drawn ? StorageAct::give_at_most : StorageAct::discharge, power};
}

/// Into the plan what following the home draws and costs.
void follow_home(StoragePlan& plan, const Store& store, const std::vector<MeterSpan>& spans, double stored) {
  double cost = 0;
  for (const MeterSpan& span : spans) {
    const double drawn = store.self_drawn(span, stored);
    plan.drawn_self_consumption.emplace_back(std::llround(drawn));
    cost += span.cost_of_energy(drawn);
    stored = store.after(span, stored, drawn);
  }
  plan.cost_self_consumption = rounded(cost - stored * store.worth_of_rest());
}

}  // namespace

StoragePlan plan_storage(const StorageProblem& problem) {
  return planner::plan_storage(problem, kFineLevels);
}

namespace planner {

StoragePlan plan_storage(const StorageProblem& problem, std::size_t levels) {
  const Store store(problem, levels);
  std::vector<MeterSpan> spans;
  for (const StorageSlot& slot : problem.slots)
    spans.push_back(store.span(slot, static_cast<double>(slot.car.count())));
  std::vector<Store::Costs> costs(spans.size() + 1);
  costs.back() = store.costs_at_end();
  for (std::size_t slot = spans.size(); slot-- > 0;) {
    costs[slot].assign(store.size(), std::numeric_limits<double>::infinity());
    store.lower(costs[slot], spans[slot], costs[slot + 1]);
  }
  auto stored = static_cast<double>(problem.stored.count());
  StoragePlan plan;
  follow_home(plan, store, spans, stored);
  double cost = 0;
  for (std::size_t slot = 0; slot < spans.size(); ++slot) {
    const Store::Choice choice = store.best(spans[slot], costs[slot + 1], stored);
    plan.steps.push_back(step_of(spans[slot], choice, problem.slots[slot].length));
    plan.drawn.emplace_back(std::llround(choice.drawn));
    cost += spans[slot].cost_of_energy(choice.drawn);
    stored = store.after(spans[slot], stored, choice.drawn);
  }
  plan.cost = rounded(cost - stored * store.worth_of_rest());
  return plan;
}

}  // namespace planner
}  // namespace home_energy
