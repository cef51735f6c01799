#include "common/planner/power_search.hpp"

#include <algorithm>
#include <limits>

namespace home_energy::planner {

PowerSearch::PowerSearch(const ChargingProblem& charging, const StorageProblem& storage)
    : storage_(storage), store_(storage, kLevels), start_(static_cast<double>(charging.start_cost.count())) {
  for (std::size_t slot = 0; slot < storage.slots.size(); ++slot) {
    choices_.push_back({choice(slot, 0)});
    if (slot < charging.slots.size()) add_choices(charging, slot);
  }
  is_running_ = charging.running_for.has_value();
}

std::vector<std::int64_t> PowerSearch::powers(double worth, std::size_t slots) const {
  const std::vector<Row> costs = costs_at(worth);
  std::vector<std::int64_t> powers;
  auto stored = static_cast<double>(storage_.stored.count());
  bool runs = is_running_;
  for (std::size_t slot = 0; slot < slots; ++slot) {
    const Choice* best = nullptr;
    Store::Choice best_stored{0, std::numeric_limits<double>::infinity(), true};
    for (const Choice& choice : choices_[slot]) {
      const bool draws = choice.power > 0;
      Store::Choice stored_by = store_.best(choice.span, costs[slot + 1][draws ? 1 : 0], stored);
      stored_by.cost += (draws && !runs ? start_ : 0) - worth * choice.car;
      if (best == nullptr || stored_by.cost < best_stored.cost) {
        best = &choice;
        best_stored = stored_by;
      }
    }
    powers.push_back(best->power);
    runs = best->power > 0;
    stored = store_.after(best->span, stored, best_stored.drawn);
  }
  return powers;
}

PowerSearch::Choice PowerSearch::choice(std::size_t slot, std::int64_t power, std::chrono::seconds length) const {
  const auto car = static_cast<double>(power * length.count());
  return {power, car, store_.span(storage_.slots[slot], car)};
}

/// Where costs bend: the least and the most, the surplus and the limit of the import, with and without the storage.
void PowerSearch::add_choices(const ChargingProblem& charging, std::size_t slot) {
  const PlannerSlot& car = charging.slots[slot];
  const StorageSlot& beside = storage_.slots[slot];
  const std::int64_t most = std::min(charging.most, charging.fuse - car.base_load).count();
  const std::int64_t least = charging.least.count();
  if (most < std::max<std::int64_t>(1, least) || (charging.max_price && car.price > *charging.max_price)) return;
  const std::int64_t surplus = -beside.net.count();
  std::vector<std::int64_t> powers{least, most, surplus, surplus + storage_.most_out.count()};
  if (beside.import_limit) {
    powers.push_back(surplus + beside.import_limit->power.count());
    powers.push_back(powers.back() + storage_.most_out.count());
  }
  std::ranges::sort(powers);
  powers.erase(std::unique(powers.begin(), powers.end()), powers.end());
  for (const std::int64_t power : powers)
    if (power > 0 && power >= least && power <= most) choices_[slot].push_back(choice(slot, power, car.length));
}

std::vector<PowerSearch::Row> PowerSearch::costs_at(double worth) const {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  std::vector<Row> costs(choices_.size() + 1);
  costs.back() = {store_.costs_at_end(), store_.costs_at_end()};
  Store::Costs lowered;
  for (std::size_t slot = choices_.size(); slot-- > 0;) {
    for (Store::Costs& row : costs[slot]) row.assign(store_.size(), kInfinite);
    for (const Choice& choice : choices_[slot]) {
      const bool draws = choice.power > 0;
      lowered.assign(store_.size(), kInfinite);
      store_.lower(lowered, choice.span, costs[slot + 1][draws ? 1 : 0]);
      for (std::size_t level = 0; level < lowered.size(); ++level) {
        const double cost = lowered[level] - worth * choice.car;
        costs[slot][0][level] = std::min(costs[slot][0][level], cost + (draws ? start_ : 0));
        costs[slot][1][level] = std::min(costs[slot][1][level], cost);
      }
    }
  }
  return costs;
}

}  // namespace home_energy::planner
