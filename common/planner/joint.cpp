// A car and a home battery behind one meter, and what a network is paid for the month's highest hours. What the car
// draws in each slot is searched together with the storage at a price of the car's energy (a Lagrange multiplier),
// which is raised until the need is met; that knows neither taper nor minimum run. So the powers found are only offered
// to the planner of the car, which knows all rules, and the storage is planned beside what that one makes of them. For
// the highest hours limits are tried within which both are planned.
#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "common/base/decimal.hpp"
#include "common/planner/check.hpp"
#include "common/planner/intake.hpp"
#include "common/planner/peaks.hpp"
#include "common/planner/planner.hpp"
#include "common/planner/power_search.hpp"
#include "common/planner/store.hpp"

namespace home_energy {
namespace {

using namespace planner;

constexpr PricePerKwh kMostPrice{1'000'000'000'000};  // of a planner's slot

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
    const Joules shortfall = each.charging.shortfall < kLeastRun ? Joules() : each.charging.shortfall;
    return std::tuple(shortfall, each.storage.cost + each.charging.start_costs, each.charging.shortfall);
  };
  return rank(a) < rank(b);
}

/// Of a month's highest hours.
struct Limits {
  Peaks::Limits of_days;
  Joules help;  ///< so much more the car may draw in an hour, which the storage gives
};

/// The car's problem, and what the reader of the car's plan sees of it.
struct Trial {
  ChargingProblem charging;
  std::vector<PlannerSlot> seen;
  std::optional<Peaks::Limits> limits{};
};

class JointSearch {
 public:
  JointSearch(const ChargingProblem& charging, const StorageProblem& storage, const PeakProblem* peak)
      : charging_(charging), storage_(storage) {
    if (peak != nullptr) peaks_.emplace(*peak, storage.slots);
  }

  JointPlan best() {
    const Trial whole{charging_, charging_.slots};
    try_out(whole);
    offer_powers(whole);
    if (!peaks_) return *best_;
    lower_peaks();
    best_->peak_cost_at_once = peak_cost_at_once();
    return *best_;
  }

 private:
  /// Where all that can be drawn has to be, powers are no choice; without sun and storage they have no say.
  bool has_choice_of_powers() const {
    const bool can_be_drawn = !best_->charging.steps.empty() && best_->charging.shortfall < kLeastRun;
    const bool has_sun = std::ranges::any_of(storage_.slots, [](const auto& slot) { return slot.net < Watts(); });
    return can_be_drawn && charging_.objective == Objective::cost && (has_sun || storage_.capacity > Joules());
  }

  void offer_powers(const Trial& trial) {
    constexpr int kHalvings = 11;
    if (!has_choice_of_powers()) return;
    const StorageProblem storage = limited(storage_, trial);
    const PowerSearch search(trial.charging, storage);
    const std::int64_t need = Intake(charging_).need();
    double low = 0;
    double high = 0;
    for (const StorageSlot& slot : storage_.slots) {
      low = std::min({low, per_joule(slot.exported), per_joule(slot.import)});
      high = std::max({high, per_joule(slot.exported), per_joule(slot.import)});
    }
    double beyond = 0;
    for (const StorageSlot& slot : storage.slots)
      if (slot.import_limit) beyond = std::max(beyond, per_joule(slot.import_limit->beyond));
    // A start is paid within a slot at the least.
    const double least = static_cast<double>(std::max<std::int64_t>(1, charging_.least.count())) * 900;
    high += beyond + 1e6 / kJoulesPerKwh + static_cast<double>(charging_.start_cost.count()) / least;
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
    offer(trial, enough);
    offer(trial, too_few);
  }

  /// Limits of all days together all over the range, then of each day closer and closer about the best; and how much
  /// more the car may draw since the storage helps it. Searched with fewer levels of the store.
  void lower_peaks() {
    constexpr std::int64_t kSteps = 10;
    constexpr int kRounds = 3;
    const Peaks::Limits days = peaks_->of_days(drawn_by(best_->charging, best_->storage.drawn));
    const std::vector<std::int64_t> lasts = peaks_->lasts(charging_.slots.size());
    limits_ = {days, Joules()};
    const Joules highest = *std::ranges::max_element(days);
    std::int64_t step = highest.count() / kSteps;
    for (std::int64_t i = 0; i < kSteps; ++i)
      for (const Joules help : helps()) try_limits({Peaks::Limits(days.size(), Joules(i * step)), help});
    for (std::size_t day = 0; day < days.size(); ++day)
      for (const Joules limit : peaks_->thresholds(day)) try_limit_of(day, limit.count());
    for (int round = 0; round < kRounds; ++round, step /= 3) {
      for (std::size_t day = 0; day < days.size(); ++day) {
        if (lasts[day] == 0 && storage_.capacity == Joules()) continue;  // after the departure
        for (const std::int64_t away : {-3, -2, -1, 1, 2, 3})
          try_limit_of(day, limits_.of_days[day].count() + away * step / 3);
        for (const std::int64_t away : {1, 2, 4, 8}) lower_beside(day, Joules(away * step / 3), lasts);
      }
    }
    try_out(limited_to(limits_));
    for (int tenths = 6; tenths <= 10; tenths += 2) {
      Peaks::Limits scaled = limits_.of_days;
      for (Joules& day : scaled) day = Joules(day.count() * tenths / 10);
      offer_powers({charging_, charging_.slots, scaled});
    }
  }

  /// The ceiling is ignored, as by the energy's cost. The storage looks at the hours, but lets the car make them.
  MoneyMicro peak_cost_at_once() {
    Trial trial{charging_, charging_.slots};
    ChargingProblem& car = trial.charging;
    const Int128 stored = Int128{best_->charging.energy.count()} * car.efficiency.count() / kFull.count();
    car.objective = Objective::time;
    car.max_price.reset();
    car.target = std::min(car.target, car.stored + Joules(static_cast<std::int64_t>(stored)));
    trial.limits = peaks_->of_days(drawn_by(plan_charging(car), std::vector<Joules>(storage_.slots.size())));
    return planned(trial, kFineLevels).peak_cost;
  }

  /// One day's limit lower, and those of the others higher, so that the car may draw as much as before.
  void lower_beside(std::size_t day, Joules by, const std::vector<std::int64_t>& lasts) {
    Limits limits = limits_;
    const std::int64_t others = std::accumulate(lasts.begin(), lasts.end(), std::int64_t{0}) - lasts[day];
    if (others == 0 || limits.of_days[day] < by) return;
    const Joules more(static_cast<std::int64_t>(Int128{by.count()} * lasts[day] / others));
    for (std::size_t i = 0; i < limits.of_days.size(); ++i)
      limits.of_days[i] = i == day ? limits.of_days[i] - by : limits.of_days[i] + more;
    try_limits(limits);
  }

  /// What a storage may give in an hour.
  std::vector<Joules> helps() const {
    const std::int64_t most = storage_.most_out.count() * 3600;
    if (storage_.capacity == Joules() || charging_.slots.empty()) return {Joules()};
    return {Joules(), Joules(most / 8), Joules(most / 4), Joules(most / 2), Joules(most)};
  }

  void try_limit_of(std::size_t day, std::int64_t limit) {
    Limits limits = limits_;
    limits.of_days[day] = Joules(std::max<std::int64_t>(0, limit));
    try_limits(limits);
  }

  void try_limits(const Limits& limits) {
    constexpr std::size_t kLevels = 51;
    JointPlan plan = planned(limited_to(limits), kLevels);
    if (!keeps_min_run(charging_, plan.charging) || (coarse_ && !is_better(plan, *coarse_))) return;
    coarse_ = std::move(plan);
    limits_ = limits;
  }

  Trial limited_to(const Limits& limits) const {
    Peaks::Limits of_car = limits.of_days;
    for (Joules& day : of_car) day += limits.help;
    const bool by_cost = charging_.objective == Objective::cost;
    return {by_cost ? peaks_->limited(charging_, of_car) : charging_, charging_.slots, limits.of_days};
  }

  StorageProblem limited(const StorageProblem& storage, const Trial& trial) const {
    return trial.limits ? peaks_->limited(storage, *trial.limits) : storage;
  }

  static double per_joule(PricePerKwh price) { return static_cast<double>(price.count()) / kJoulesPerKwh; }

  /// Microjoules.
  Int128 draws(const std::vector<std::int64_t>& powers) const {
    Int128 sum = 0;
    for (std::size_t i = 0; i < powers.size(); ++i) sum += Int128{powers[i]} * charging_.slots[i].length.count();
    return sum * kMicro;
  }

  /// Slots for which no power was found are there for the last of the need only.
  void offer(const Trial& trial, const std::vector<std::int64_t>& powers) {
    Trial offered = trial;
    PricePerKwh spread;
    for (const StorageSlot& slot : storage_.slots)
      spread = std::max({spread, slot.import, PricePerKwh() - slot.exported, PricePerKwh() - slot.import});
    for (std::size_t i = 0; i < powers.size(); ++i) {
      PlannerSlot& slot = offered.charging.slots[i];
      const Watts power(powers[i]);
      if (power > Watts()) {
        slot.base_load = std::max(slot.base_load, charging_.fuse - power);
        slot.price = offered.seen[i].price = price_of_charging(storage_.slots[i], surplus_of(storage_.slots[i]), power);
      } else if (!charging_.max_price) {
        slot.price = std::min(slot.price + spread + spread, kMostPrice);
      }
    }
    try_out(offered);
  }

  /// In each slot, by the car and, as given, by the storage.
  Peaks::Drawn drawn_by(const ChargingPlan& car, const std::vector<Joules>& stored) const {
    Peaks::Drawn drawn;
    for (std::size_t i = 0; i < storage_.slots.size(); ++i) drawn.push_back(storage_.slots[i].car + stored[i]);
    const std::vector<std::size_t> slots = slots_of_steps(car, charging_);
    for (std::size_t i = 0; i < slots.size(); ++i) drawn[slots[i]] += car.steps[i].energy;
    return drawn;
  }

  void try_out(const Trial& trial) {
    JointPlan joint = planned(trial, kFineLevels);
    if (best_) {  // not limited to what was offered
      joint.charging.cost_at_once = best_->charging.cost_at_once;
      joint.charging.obstacles = best_->charging.obstacles;
    }
    if (!best_ || (keeps_min_run(charging_, joint.charging) && is_better(joint, *best_))) best_ = std::move(joint);
  }

  /// Many limits are none to the car: its plan is as before.
  const ChargingPlan& plan_of_car(const ChargingProblem& charging) {
    if (!last_car_ || last_car_->first != charging) last_car_.emplace(charging, plan_charging(charging));
    return last_car_->second;
  }

  JointPlan planned(const Trial& trial, std::size_t levels) {
    JointPlan joint{plan_of_car(trial.charging), {}, trial.seen};
    const std::vector<std::size_t> slots = slots_of_steps(joint.charging, charging_);
    reprice(joint.charging, slots);
    StorageProblem beside = storage_;
    for (std::size_t i = 0; i < slots.size(); ++i) beside.slots[slots[i]].car += joint.charging.steps[i].energy;
    joint.storage = planner::plan_storage(limited(beside, trial), levels);
    joint.keeps_peak_low = trial.limits && charging_.objective == Objective::cost;
    if (peaks_) count_peaks(joint);
    return joint;
  }

  /// The storage's costs with those of the month's highest hours.
  void count_peaks(JointPlan& joint) const {
    const auto cost = [&](const std::vector<Joules>& stored) { return peaks_->cost(drawn_by(joint.charging, stored)); };
    const MoneyMicro of_plan = cost(joint.storage.drawn);
    joint.peak_cost = of_plan - peaks_->cost(Peaks::Drawn(storage_.slots.size()));
    joint.storage.cost += of_plan;
    joint.storage.cost_self_consumption += cost(joint.storage.drawn_self_consumption);
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
      block.cost = MoneyMicro(rounded_quotient(cost, kJoulesPerKwh, 0));
      plan.cost += block.cost;
    }
  }

  const ChargingProblem& charging_;
  const StorageProblem& storage_;
  std::optional<Peaks> peaks_;
  std::optional<std::pair<ChargingProblem, ChargingPlan>> last_car_;
  Limits limits_;                    ///< the best
  std::optional<JointPlan> coarse_;  ///< with them
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

JointPlan plan_jointly(const ChargingProblem& charging, const StorageProblem& storage, const PeakProblem* peak) {
  assert(charging.slots.size() <= storage.slots.size());
  return JointSearch(charging, storage, peak).best();
}

}  // namespace home_energy
