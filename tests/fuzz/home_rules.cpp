#include "tests/fuzz/home_rules.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "common/planner/check.hpp"
#include "tests/planner/legality.hpp"

namespace home_energy::fuzz {
namespace {

Int128 tick_of(Watts power) {
  return in_one_tick(power).count();
}

/// What a tick moved.
class Tick {
 public:
  Tick(const FuzzedHome& home, const Moment& before, const Moment& after)
      : settings_(home.settings), home_(home), before_(before), after_(after) {
    const Counters& was = before.seen.counters;
    const Counters& is = after.seen.counters;
    for (std::size_t car = 0; car < cars(); ++car)
      drawn_by_car_.at(car) = (is.charged_by(car) - was.charged_by(car)).count();
    of_cars_ = (is.charged_together() - was.charged_together()).count();
    base_ = (is.base - was.base).count();
    imported_ = (is.imported() - was.imported()).count();
    exported_ = (is.exported - was.exported).count();
    for (std::size_t kind = 0; kind < kDeviceKinds; ++kind) {
      drawn_.at(kind) = (is.devices.at(kind).drawn - was.devices.at(kind).drawn).count();
      given_.at(kind) = (is.devices.at(kind).given - was.devices.at(kind).given).count();
    }
  }

  void hold_all() const {
    hold_meter();
    hold_cost();
    for (std::size_t car = 0; car < cars(); ++car) hold_car(car);
    hold_fuse();
    for (std::size_t car = 0; settings_.has_car && car < cars(); ++car) hold_battery(car);
    for (const Device& device : before_.seen.devices) hold_steady(device);
    if (home_.storage) hold_storage(*home_.storage, *before_.storage(), *after_.storage());
  }

 private:
  std::size_t cars() const { return 1 + settings_.further_cars.size(); }
  static const CarState& state_of(const Moment& moment, std::size_t car) {
    return car == 0 ? moment.state.car : moment.state.further_cars.at(car - 1);
  }

  void hold_meter() const {
    Int128 net = base_ + of_cars_;
    for (std::size_t kind = 0; kind < kDeviceKinds; ++kind) {
      hold(drawn_.at(kind) >= 0 && given_.at(kind) >= 0, "a device's counters do not fall");
      hold(drawn_.at(kind) == 0 || given_.at(kind) == 0, "a device draws or gives");
      net += drawn_.at(kind) - given_.at(kind);
    }
    hold(imported_ - exported_ == net, "the meter adds up");
    hold(imported_ == 0 || exported_ == 0, "import or export");
    hold(imported_ >= 0 && exported_ >= 0, "the meter's counters do not fall");
    hold(base_ == tick_of(before_.seen.base_power), "energy flows in one direction");
    hold(before_.seen.can_export || exported_ == 0, "no export without panels or storage");
  }

  void hold_cost() const {
    const Int128 earned = (after_.seen.counters.earned - before_.seen.counters.earned).count();
    hold(earned == before_.exported.count() * exported_, "what is earned");
    const Int128 cost = (after_.seen.counters.cost - before_.seen.counters.cost).count();
    const Int128 of_hours = cost + earned - before_.seen.price.count() * imported_;
    hold(settings_.tariff.peak ? of_hours >= 0 : of_hours == 0, "the cost");
  }

  void hold_car(std::size_t car) const {
    const CarSnapshot& seen = before_.seen.car_at(car);
    const Int128 drawn = drawn_by_car_.at(car);
    hold(drawn >= 0, "a car's counter does not fall");
    hold(drawn <= tick_of(seen.charge_power.value_or(settings_.car_at(car).charger)), "no more than the charger gives");
    hold(settings_.has_car || drawn == 0, "a car that is not there draws nothing");
    hold(!seen.travel || seen.travel->plugged || drawn == 0, "a car that is not plugged in draws nothing");
  }

  /// A second car follows no plan: only a guard that is on cuts it.
  void hold_fuse() const {
    const bool balances = settings_.load_balancing == LoadBalancing::on ||
                          (settings_.load_balancing == LoadBalancing::automatic && after_.plans && cars() == 1);
    if (balances && of_cars_ > 0) hold(imported_ <= tick_of(settings_.fuse), "the fuse");
  }

  /// Each bend of the taper rounds off less than one unit drawn.
  void hold_battery(std::size_t car) const {
    const CarSettings& settings = settings_.car_at(car);
    const Int128 stored = (after_.seen.car_at(car).stored - before_.seen.car_at(car).stored).count();
    const Int128 gained = stored * kFull.count();
    const Int128 fractions = state_of(after_, car).battery.fraction - state_of(before_, car).battery.fraction;
    const Int128 off =
        gained + fractions + driven(car) * kFull.count() - drawn_by_car_.at(car) * settings.charge_efficiency.count();
    const Int128 bends = 1 + static_cast<Int128>(settings.taper.size());
    hold(off <= 0 ? -off <= bends * 2 * kFull.count() : off <= bends * kFull.count(), "energy is conserved");
  }

  /// Out of the battery.
  Int128 driven(std::size_t car) const {
    const auto& before = state_of(before_, car).travel;
    if (!before) return 0;
    const Int128 driven = (state_of(after_, car).travel->driven - before->driven).count();
    hold(driven >= 0, "what was driven does not fall");
    return driven;
  }

  /// Heater and panels move what they show.
  void hold_steady(const Device& device) const {
    if (role_of(device) == DeviceRole::storage) return;
    const std::size_t kind = kind_of(device);
    hold(drawn_.at(kind) - given_.at(kind) == tick_of(power_of(device, {})), "a device moves its power");
  }

  void hold_storage(const StorageDesign& design, const Storage& was, const Storage& is) const {
    const std::size_t kind = drawn_.size() - 1;
    const Int128 drawn = drawn_.at(kind);
    const Int128 given = given_.at(kind);
    hold(drawn <= tick_of(design.most_in) && given <= tick_of(design.most_out), "what a storage can");
    if (drawn > 0) hold(imported_ <= tick_of(settings_.fuse), "a storage that draws within the fuse");
    if (given > 0) hold(exported_ <= tick_of(settings_.fuse), "a storage that gives within the fuse");
    hold_mode(was.mode(), drawn, given);
    hold_store(design, was, is);
  }

  void hold_mode(StorageMode mode, Int128 drawn, Int128 given) const {
    if (mode == StorageMode::self_consumption)
      hold((drawn == 0 || imported_ == 0) && (given == 0 || exported_ == 0), "nothing from or to the grid");
    if (mode == StorageMode::hold) hold(drawn == 0 && given == 0, "a storage that holds");
    if (mode == StorageMode::charge) hold(given == 0, "a storage that charges");
    if (mode == StorageMode::discharge) hold(drawn == 0, "a storage that discharges");
  }

  /// Parts of a unit are not seen here: two units may be off.
  void hold_store(const StorageDesign& design, const Storage& was, const Storage& is) const {
    constexpr Int128 kOff = 2;
    const Int128 stored = is.stored().count();
    const Int128 full = kFull.count();
    hold(stored >= 0 && stored <= design.capacity.count(), "a storage within its capacity");
    const Int128 drawn = drawn_.back();
    const Int128 given = given_.back();
    const Int128 standby = tick_of(design.standby);
    const Int128 expected = was.stored().count() + drawn * design.efficiency_in.count() / full -
                            given * full / design.efficiency_out.count() - standby;
    const Int128 off = stored - std::max(Int128{0}, expected);
    hold(off <= kOff && off >= -kOff, "a storage's energy is conserved");
    const Int128 reserve = Int128{design.capacity.count()} * was.reserve().count() / full;
    if (given > 0) hold(stored + standby + kOff >= reserve, "a storage above its reserve");
  }

  const HomeSettings& settings_;
  const FuzzedHome& home_;
  const Moment& before_;
  const Moment& after_;
  CarArray<Int128> drawn_by_car_{};
  Int128 of_cars_;
  Int128 base_;
  Int128 imported_;
  Int128 exported_;
  std::array<Int128, kDeviceKinds> drawn_{};
  std::array<Int128, kDeviceKinds> given_{};
};

double number(auto quantity) {
  return static_cast<double>(quantity.count());
}

/// Of a plan beside a meter: what it costs depends on the power of each step, and what the storage does has rules.
class MeterPlan {
 public:
  MeterPlan(const PlanRequest& request, const HomePlan& made)
      : problem_(request.problem), meter_(meter_beside(request, made.later)), has_peak_(request.peak), made_(made) {
    std::size_t slot = 0;
    for (const PlanStep& step : made.plan.steps) {
      while (slot + 1 < problem_.slots.size() && step.begin >= end_of(slot)) ++slot;
      slots_.push_back(slot);
    }
  }

  void hold_all() {
    hold_cost();
    if (made_.storage) hold_storage(*made_.storage);
  }

  /// The judge knows one price of a slot: it is given none that bars, and the cost by the slots' own.
  std::string fault() const {
    ChargingProblem problem = problem_;
    const bool sunny = std::ranges::any_of(meter_.slots, [](const auto& slot) { return slot.net < Watts(); });
    if (sunny && problem.max_price) {
      problem.max_price.reset();
      problem.min_run = {};  // a barred slot excuses a short run
    }
    ChargingPlan plan = made_.plan;
    double cost = 0;
    for (std::size_t i = 0; i < slots_.size(); ++i)
      cost += number(problem.slots[slots_[i]].price) * number(plan.steps[i].energy) / kJoulesPerKwh;
    plan.cost = MoneyMicro(std::llround(cost));
    return test::fault_of(problem, plan);
  }

 private:
  std::chrono::seconds end_of(std::size_t slot) {
    while (ends_.size() <= slot)
      ends_.push_back((ends_.empty() ? std::chrono::seconds() : ends_.back()) + problem_.slots[ends_.size()].length);
    return ends_[slot];
  }

  /// A step takes what the sun leaves first.
  double price_of(const PlanStep& step, const StorageSlot& slot) const {
    const double free = std::clamp(-number(slot.net), 0.0, number(step.power));
    return (number(slot.import) * (number(step.power) - free) + number(slot.exported) * free) / number(step.power);
  }

  void hold_cost() const {
    double cost = 0;
    double kwh = 0;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      const PlanStep& step = made_.plan.steps[i];
      const StorageSlot& slot = meter_.slots[slots_[i]];
      cost += price_of(step, slot) * number(step.energy) / kJoulesPerKwh;
      kwh += number(step.energy) / kJoulesPerKwh;
      if (problem_.max_price && slot.net >= Watts())
        hold(slot.import <= *problem_.max_price, "a slot that the ceiling bars");
    }
    const auto blocks = static_cast<double>(made_.plan.blocks.size());
    const double rounding = 1 + blocks + kwh;  // prices are whole millionths
    hold(std::abs(cost - number(made_.plan.cost)) <= rounding + std::abs(cost) * 1e-9, "the cost of a plan");
  }

  void hold_storage(const StoragePlan& plan) const {
    hold(plan.steps.size() == meter_.slots.size() && plan.drawn.size() == meter_.slots.size(), "a step for each slot");
    if (!has_peak_) hold(plan.cost <= plan.cost_self_consumption + MoneyMicro(1), "no dearer than self-consumption");
    std::vector<std::int64_t> car;
    for (const StorageSlot& slot : meter_.slots) car.push_back(slot.car.count());
    for (std::size_t i = 0; i < slots_.size(); ++i) car[slots_[i]] += made_.plan.steps[i].energy.count();
    for (std::size_t i = 0; i < meter_.slots.size(); ++i) {
      const std::int64_t seconds = meter_.slots[i].length.count();
      const std::int64_t drawn = plan.drawn[i].count();
      const std::int64_t net = meter_.slots[i].net.count() * seconds + car[i];
      hold(drawn <= meter_.most_in.count() * seconds && -drawn <= meter_.most_out.count() * seconds,
           "what a storage can, planned");
      hold(std::abs(net + drawn) <= std::max(meter_.fuse.count() * seconds, std::abs(net)) + 1, "the fuse, planned");
      hold(plan.steps[i].power >= Watts(), "a power of a storage");
    }
  }

  const ChargingProblem& problem_;
  const StorageProblem meter_;
  bool has_peak_;
  const HomePlan& made_;
  std::vector<std::size_t> slots_;  ///< of each step
  std::vector<std::chrono::seconds> ends_;
};

void hold_car(const CarSnapshot& before, const CarSnapshot& after) {
  hold(after.stored >= Energy() && after.stored <= after.capacity, "what is stored is within the capacity");
  if (!after.travel) return;
  hold(after.travel->odometer_m >= before.travel->odometer_m, "the odometer does not fall");
  hold(after.travel->stranded >= before.travel->stranded, "what trips lacked does not fall");
}

}  // namespace

Moment::Moment(const Home& home)
    : seen(home.snapshot()), state(home.state()), exported(), plans(home.plan() != nullptr) {
  const Quarter quarter{home.slot_begin(), home.clock().day, home.clock().quarter};
  exported = home.settings().tariff.exported(home.prices().at(quarter, home.calendar()), quarter, home.calendar());
}

const Storage* Moment::storage() const {
  return seen.devices.empty() ? nullptr : std::get_if<Storage>(&seen.devices.back());
}

void hold_tick(const FuzzedHome& home, const Moment& before, const Moment& after) {
  Tick(home, before, after).hold_all();
}

void hold_counters(const Snapshot& before, const Snapshot& after) {
  hold(after.counters.base >= before.counters.base, "the base load's counter does not fall");
  hold(after.counters.exported >= before.counters.exported, "the export's counter does not fall");
  hold(after.counters.imported() >= before.counters.imported(), "the import's counter does not fall");
  for (std::size_t kind = 0; kind < kDeviceKinds; ++kind) {
    const FlowTotal& was = before.counters.devices.at(kind);
    const FlowTotal& is = after.counters.devices.at(kind);
    hold(is.drawn >= was.drawn && is.given >= was.given, "a device's counters do not fall");
  }
  hold_car(before.car, after.car);
  for (std::size_t car = 0; car < after.further_cars.size(); ++car)
    hold_car(before.further_cars.at(car), after.further_cars.at(car));
  for (std::size_t car = 0; car < kMostCars; ++car)
    hold(after.counters.charged_by(car) >= before.counters.charged_by(car), "a car's counter does not fall");
}

namespace {

void hold_steps(const ChargingProblem& problem, const ChargingPlan& plan) {
  hold(planner::is_sound(problem, plan), "a sound plan");
  hold(!plan.obstacles.defect, "no plan was thrown away");
  for (const PlanStep& step : plan.steps)
    hold(step.energy > Joules() && step.power > Watts(), "no step without energy");
}

void hold_later(const PlanRequest& request, const HomePlan& made) {
  hold(made.later.size() == request.later.size(), "a plan for each later stay");
  for (std::size_t i = 0; i < made.later.size(); ++i) {
    const LaterStay& stay = request.later[i];
    const LaterPlan& later = made.later[i];
    const ChargingProblem problem = problem_of(stay, request.problem, later.stored + stay.trip_before);
    hold_steps(problem, later.plan);
    const std::string fault = test::fault_of(problem, later.plan);
    hold(fault.empty(), "later: " + fault);
  }
}

}  // namespace

void hold_plan(const PlanRequest& request, const HomePlan& made) {
  const ChargingPlan& plan = made.plan;
  hold_steps(request.problem, plan);
  hold_later(request, made);
  std::string fault;
  if (request.meter) {
    MeterPlan beside(request, made);
    beside.hold_all();
    fault = beside.fault();
  } else {
    fault = test::fault_of(request.problem, plan);
  }
  hold(fault.empty(), fault);
}

}  // namespace home_energy::fuzz
