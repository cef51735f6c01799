#include "common/world/car.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "common/base/decimal.hpp"

namespace home_energy {
namespace {

Battery battery_of(const HomeSettings& settings) {
  constexpr int kMilli = 1000;
  return {{.capacity = Energy(settings.capacity.count() * kMilli * settings.pace.ticks_per_hour()),
           .efficiency = settings.charge_efficiency,
           .taper = settings.taper},
          settings.start_soc,
          settings.charge_limit};
}

}  // namespace

Car::Car(std::shared_ptr<const HomeSettings> settings)
    : settings_(std::move(settings)), battery_(battery_of(*settings_)), wish_(settings_->wish) {}

void Car::restore(const CarState& state) {
  battery_.restore(state.battery);
  wish_ = state.wish;
  wish_.target = std::min(wish_.target, battery_.limit());
  ticks_of_run_ = state.ticks_of_run;
  late_since_ = state.late_since;
}

Energy Car::draw(Watts load) {
  assert(!plan_due_);
  const Energy drawn = planned() ? follow_plan_for_a_tick(load) : charge_for_a_tick(load);
  assert(drawn >= Energy() && drawn <= in_one_tick(settings_->charger));
  ticks_of_run_ = drawn > Energy() ? ticks_of_run_ + 1 : 0;
  return drawn;
}

void Car::follow_time(const Surroundings& around) {
  if (is_plan_outdated(around.time)) {
    judge_departure(around.time);
    renew_plan(around);
  }
  settle(around.load);
}

Energy Car::charge_for_a_tick(Watts load) {
  const Watts power = within_fuse(settings_->charger, load);
  const Energy tick = in_one_tick(power);
  const Energy drawn = battery_.charge({power, tick, tick});
  if (battery_.at_limit()) battery_.set_charging(Charging::off);
  return drawn;
}

Energy Car::follow_plan_for_a_tick(Watts load) {
  Energy drawn;
  while (const auto wanted = follower_.next()) {
    Offer offer = *wanted;
    offer.power = within_fuse(wanted->power, load);
    if (offer.power != wanted->power) {
      const auto window = static_cast<Int128>(wanted->window.count()) * offer.power.count() / wanted->power.count();
      offer.window = Energy(static_cast<std::int64_t>(window));
    }
    const Energy taken = battery_.charge(offer);
    follower_.took(taken);
    drawn += taken;
  }
  follower_.end_tick();
  return drawn;
}

bool Car::balances_load() const {
  switch (settings_->load_balancing) {
    case LoadBalancing::automatic:
      return planned();
    case LoadBalancing::on:
      return true;
    case LoadBalancing::off:
      return false;
  }
  return true;
}

/// The guard that knows no plan: what of the wanted power may be offered beside the other load.
Watts Car::within_fuse(Watts wanted, Watts load) const {
  if (!balances_load()) return wanted;
  const Watts left = settings_->fuse - load;
  if (battery_.accepted(wanted) <= left) return wanted;
  const Watts least = settings_->charger_min.value_or(settings_->charger);
  if (left >= least && left > Watts()) return left;
  return battery_.accepted(least) <= left ? least : Watts();
}

/// What the charger offers at this moment.
Watts Car::offered(Watts load) const {
  if (battery_.charging() == Charging::off) return {};
  return within_fuse(planned() ? follower_.power() : settings_->charger, load);
}

/// Where a plan charges, whether it does so is what the plan says now; until a due one is there all stays as it was.
void Car::settle(Watts load) {
  if (!planned() || plan_due_) return;
  const bool charges = battery_.accepted(within_fuse(follower_.power(), load)) > Watts();
  battery_.set_charging(charges ? Charging::on : Charging::off);
}

bool Car::set_charging(Charging charging) {
  const bool took_over = planned();
  wish_.mode = ChargingMode::manual;
  late_since_.reset();
  battery_.set_charging(charging);
  return took_over;
}

bool Car::set_limit(Percent limit) {
  const bool changed = limit != battery_.limit();
  battery_.set_limit(limit);
  wish_.target = std::min(wish_.target, limit);
  return changed;
}

bool Car::set_mode(ChargingMode mode) {
  const bool changed = std::exchange(wish_.mode, mode) != mode;
  if (changed) late_since_.reset();
  return changed;
}

Result<bool> Car::set_target(Percent target) {
  if (target <= battery_.limit()) return std::exchange(wish_.target, target) != target;
  std::string limit;
  append_decimal(limit, battery_.limit().count(), 2);
  return failure(ErrorCode::illegal, "target", "target must be at most the charge limit, which is " + limit + " %");
}

bool Car::set_ready_by(int minute) {
  const bool changed = std::exchange(wish_.ready_by, minute) != minute;
  if (changed) late_since_.reset();
  return changed;
}

void Car::reset() {
  constexpr Percent kDischargedTo{2'000};
  battery_.reset_to(kDischargedTo);
  ticks_of_run_ = 0;
  late_since_.reset();
}

}  // namespace home_energy
