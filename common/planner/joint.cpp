// A car and a home battery behind one meter. What the car draws in each slot is searched together with the storage at a
// price of the car's energy (a Lagrange multiplier), which is raised until the need is met; that knows neither taper
// nor minimum run. So the powers found are only offered to the planner of the car, which knows all rules, and the
// storage is planned beside what that one makes of them.
#include <algorithm>
#include <array>
#include <cassert>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/decimal.hpp"
#include "common/planner/intake.hpp"
#include "common/planner/planner.hpp"
#include "common/planner/store.hpp"

namespace home_energy {
namespace {

using namespace planner;

constexpr PricePerKwh kMostPrice{1'000'000'000'000};  // of a planner's slot

/// Surplus of a slot beside the home, without the storage.
Watts surplus_of(const StorageSlot& slot) {
  return std::max(Watts(), Watts() - slot.net);
}

/// The search at a price of the car's energy. Its levels are few: only powers are taken from it.
class PowerSearch {
 public:
  PowerSearch(const ChargingProblem& charging, const StorageProblem& storage)
      : storage_(storage), store_(storage, kLevels), start_(static_cast<double>(charging.start_cost.count())) {
    for (std::size_t slot = 0; slot < storage.slots.size(); ++slot) {
      choices_.push_back({choice(slot, 0)});
      if (slot < charging.slots.size()) add_choices(charging, slot);
    }
    is_running_ = charging.running_for.has_value();
  }

  /// The watts in each slot of the car. @param worth of a joule that the car draws, millionths of the currency
  std::vector<std::int64_t> powers(double worth, std::size_t slots) const {
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

 private:
  static constexpr std::size_t kLevels = 41;
  struct Choice {
    std::int64_t power;
    double car;  ///< J
    MeterSpan span;
  };
  using Row = std::array<Store::Costs, 2>;  ///< where the car has not been drawing, and where it has

  Choice choice(std::size_t slot, std::int64_t power, std::chrono::seconds length = {}) const {
    const auto car = static_cast<double>(power * length.count());
    return {power, car, store_.span(storage_.slots[slot], car)};
  }

  /// Where costs bend: the least and the most, the surplus, and what surplus and storage give together.
  void add_choices(const ChargingProblem& charging, std::size_t slot) {
    const PlannerSlot& car = charging.slots[slot];
    const StorageSlot& beside = storage_.slots[slot];
    const std::int64_t most = std::min(charging.most, charging.fuse - car.base_load).count();
    const std::int64_t least = charging.least.count();
    if (most < std::max<std::int64_t>(1, least) || (charging.max_price && car.price > *charging.max_price)) return;
    const std::int64_t surplus = -beside.net.count();
    std::vector<std::int64_t> powers{least, most, surplus, surplus + storage_.most_out.count()};
    std::ranges::sort(powers);
    powers.erase(std::unique(powers.begin(), powers.end()), powers.end());
    for (const std::int64_t power : powers)
      if (power > 0 && power >= least && power <= most) choices_[slot].push_back(choice(slot, power, car.length));
  }

  std::vector<Row> costs_at(double worth) const {
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

  const StorageProblem& storage_;
  Store store_;
  double start_;
  bool is_running_ = false;
  std::vector<std::vector<Choice>> choices_;
};

/// In which slot each step of a plan lies.
std::vector<std::size_t> slots_of_steps(const ChargingPlan& plan, const ChargingProblem& charging) {
  std::vector<std::size_t> slots;
  std::size_t slot = 0;
  std::chrono::seconds end = charging.slots.empty() ? std::chrono::seconds() : charging.slots.front().length;
  for (const PlanStep& step : plan.steps) {
    while (step.begin >= end && slot + 1 < charging.slots.size()) end += charging.slots[++slot].length;
    slots.push_back(slot);
  }
  return slots;
}

bool is_better(const JointPlan& a, const JointPlan& b) {
  const auto rank = [](const JointPlan& each) {
    return std::pair(each.charging.shortfall, each.storage.cost + each.charging.start_costs);
  };
  return rank(a) < rank(b);
}

class JointSearch {
 public:
  JointSearch(const ChargingProblem& charging, const StorageProblem& storage)
      : charging_(charging), storage_(storage) {}

  JointPlan best() {
    try_out(charging_, charging_.slots);
    const JointPlan& first = *best_;
    // Where all that can be drawn has to be, powers are no choice.
    const bool has_choice = !first.charging.steps.empty() && first.charging.shortfall < kLeastRun;
    if (has_choice && charging_.objective == Objective::cost) offer_powers();
    return *best_;
  }

 private:
  void offer_powers() {
    constexpr int kHalvings = 11;
    const PowerSearch search(charging_, storage_);
    const std::int64_t need = Intake(charging_).need();
    double low = 0;
    double high = 0;
    for (const StorageSlot& slot : storage_.slots) {
      low = std::min({low, per_joule(slot.exported), per_joule(slot.import)});
      high = std::max({high, per_joule(slot.exported), per_joule(slot.import)});
    }
    // A start is paid within a slot at the least.
    const double least = static_cast<double>(std::max<std::int64_t>(1, charging_.least.count())) * 900;
    high += 1e6 / kJoulesPerKwh + static_cast<double>(charging_.start_cost.count()) / least;
    low -= 1e6 / kJoulesPerKwh;
    std::vector<std::int64_t> too_few(charging_.slots.size());
    std::vector<std::int64_t> enough = search.powers(high, charging_.slots.size());
    for (int i = 0; i < kHalvings; ++i) {
      const double middle = (low + high) / 2;
      std::vector<std::int64_t> powers = search.powers(middle, charging_.slots.size());
      const bool suffices = draws(powers) >= need;
      (suffices ? high : low) = middle;
      (suffices ? enough : too_few) = std::move(powers);
    }
    offer(enough);
    offer(too_few);
  }

  static double per_joule(PricePerKwh price) { return static_cast<double>(price.count()) / kJoulesPerKwh; }

  /// Microjoules.
  Int128 draws(const std::vector<std::int64_t>& powers) const {
    Int128 sum = 0;
    for (std::size_t i = 0; i < powers.size(); ++i) sum += Int128{powers[i]} * charging_.slots[i].length.count();
    return sum * kMicro;
  }

  /// Slots for which no power was found are there for the last of the need only.
  void offer(const std::vector<std::int64_t>& powers) {
    ChargingProblem limited = charging_;
    std::vector<PlannerSlot> seen = charging_.slots;
    PricePerKwh spread;
    for (const StorageSlot& slot : storage_.slots)
      spread = std::max({spread, slot.import, PricePerKwh() - slot.exported, PricePerKwh() - slot.import});
    for (std::size_t i = 0; i < powers.size(); ++i) {
      PlannerSlot& slot = limited.slots[i];
      const Watts power(powers[i]);
      if (power > Watts()) {
        slot.base_load = std::max(slot.base_load, charging_.fuse - power);
        slot.price = seen[i].price = price_of_charging(storage_.slots[i], surplus_of(storage_.slots[i]), power);
      } else if (!charging_.max_price) {
        slot.price = std::min(slot.price + spread + spread, kMostPrice);
      }
    }
    try_out(limited, std::move(seen));
  }

  void try_out(const ChargingProblem& problem, std::vector<PlannerSlot> seen) {
    ChargingPlan plan = plan_charging(problem);
    const std::vector<std::size_t> slots = slots_of_steps(plan, charging_);
    reprice(plan, slots);
    if (best_) plan.cost_at_once = best_->charging.cost_at_once;  // not limited to the powers that were offered
    StorageProblem beside = storage_;
    for (std::size_t i = 0; i < plan.steps.size(); ++i) beside.slots[slots[i]].car += plan.steps[i].energy;
    StoragePlan stored = plan_storage(beside);
    JointPlan joint{std::move(plan), std::move(stored), std::move(seen)};
    if (!best_ || is_better(joint, *best_)) best_ = std::move(joint);
  }

  /// What its energy costs without the storage, at the powers of its steps.
  void reprice(ChargingPlan& plan, const std::vector<std::size_t>& slots) const {
    plan.cost = {};
    for (PlanBlock& block : plan.blocks) {
      Int128 cost = 0;
      for (std::size_t i = block.first_step; i < block.first_step + block.step_count; ++i) {
        const PlanStep& step = plan.steps[i];
        const StorageSlot& prices = storage_.slots[slots[i]];
        cost += Int128{price_of_charging(prices, surplus_of(prices), step.power).count()} * step.energy.count();
      }
      block.cost = MoneyMicro(rounded_quotient(cost, std::int64_t{3'600'000}, 0));
      plan.cost += block.cost;
    }
  }

  const ChargingProblem& charging_;
  const StorageProblem& storage_;
  std::optional<JointPlan> best_;
};

}  // namespace

PricePerKwh price_of_charging(const StorageSlot& prices, Watts surplus, Watts most) {
  const std::int64_t free = std::min(surplus, most).count();
  if (free <= 0) return prices.import;
  const Int128 paid = Int128{prices.import.count()} * (most.count() - free);
  const Int128 lost = Int128{prices.exported.count()} * free;
  return PricePerKwh(rounded_quotient(paid + lost, most.count(), 0));
}

JointPlan plan_jointly(const ChargingProblem& charging, const StorageProblem& storage) {
  assert(charging.slots.size() <= storage.slots.size());
  return JointSearch(charging, storage).best();
}

}  // namespace home_energy
