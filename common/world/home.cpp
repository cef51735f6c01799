#include "common/world/home.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "common/base/decimal.hpp"

namespace home_energy {
namespace {

int hour_of(const Clock& clock) {
  return clock.quarter / kQuartersPerHour;
}

int tick_of_hour(const Clock& clock, const Pace& pace) {
  return clock.quarter % kQuartersPerHour / pace.quarters_per_slot() * pace.ticks_per_slot() + clock.tick;
}

Battery battery_of(const HomeSettings& settings) {
  constexpr int kMilli = 1000;
  return {{.capacity = Energy(settings.capacity.count() * kMilli * settings.pace.ticks_per_hour()),
           .efficiency = settings.charge_efficiency,
           .taper = settings.taper},
          settings.start_soc,
          settings.charge_limit};
}

}  // namespace

Home::Home(std::shared_ptr<const HomeSettings> settings)
    : settings_(std::move(settings)),
      loads_(std::shared_ptr<const LoadCurve>(settings_, &settings_->baseload)),
      prices_(std::shared_ptr<const PriceCurve>(settings_, &settings_->price)),
      battery_(battery_of(*settings_)),
      wish_(settings_->wish),
      ticks_per_slot_(settings_->pace.ticks_per_slot()) {
  enter_slot();
  begin_hour();
  if (planned()) renew_plan();
  settle();
}

void Home::advance() {
  assert(!plan_due_);
  const Energy house = in_one_tick(base_power_);
  const PricePerKwh price = price_;
  const Energy car = planned() ? follow_plan_for_a_tick() : charge_for_a_tick();
  assert(house >= Energy() && car >= Energy() && car <= in_one_tick(settings_->charger));
  ticks_of_run_ = car > Energy() ? ticks_of_run_ + 1 : 0;
  move_clock();
  hour_energy_ += car;
  counters_.charged += car;
  counters_.base += house;
  counters_.cost += price * (house + car);
  if (planned() && is_plan_outdated()) {
    judge_departure();
    renew_plan();
  }
  settle();
}

void Home::move_clock() {
  if (++clock_.tick < ticks_per_slot_) return;
  const std::int64_t now = calendar_ ? moment() : 0;
  clock_.tick = 0;
  clock_.quarter += settings_->pace.quarters_per_slot();
  if (calendar_) follow_calendar(now);
  if (clock_.quarter == kQuartersPerDay) {
    clock_.quarter = 0;
    ++clock_.day;
    if (calendar_) follow_calendar(now);
    loads_.begin_day(clock_.day);
    prices_.begin_day(clock_.day);
  }
  enter_slot();
  if (clock_.quarter % kQuartersPerHour == 0) begin_hour();
}

Energy Home::charge_for_a_tick() {
  if (battery_.charging() == Charging::off) return {};
  const Watts power = within_fuse(settings_->charger);
  const Energy tick = in_one_tick(power);
  const Energy drawn = battery_.charge({power, tick, tick});
  if (battery_.at_limit()) battery_.set_charging(Charging::off);
  return drawn;
}

Energy Home::follow_plan_for_a_tick() {
  Energy drawn;
  while (const auto wanted = follower_.next()) {
    Offer offer = *wanted;
    offer.power = within_fuse(wanted->power);
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

bool Home::balances_load() const {
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

/// The guard that knows no plan: what of the wanted power may be offered beside the present base load.
Watts Home::within_fuse(Watts wanted) const {
  if (!balances_load()) return wanted;
  const Watts left = settings_->fuse - base_power_;
  if (battery_.accepted(wanted) <= left) return wanted;
  const Watts least = settings_->charger_min.value_or(settings_->charger);
  if (left >= least && left > Watts()) return left;
  return battery_.accepted(least) <= left ? least : Watts();
}

/// What the charger offers at this moment.
Watts Home::offered() const {
  if (battery_.charging() == Charging::off) return {};
  return within_fuse(planned() ? follower_.power() : settings_->charger);
}

/// Where a plan charges, whether it does so is what the plan says now; until a due one is there all stays as it was.
void Home::settle() {
  if (!planned() || plan_due_) return;
  const bool charges = battery_.accepted(within_fuse(follower_.power())) > Watts();
  battery_.set_charging(charges ? Charging::on : Charging::off);
}

void Home::enter_slot() {
  base_power_ = baseload().at_quarter(clock_.quarter);
  price_ = price().at_quarter(clock_.quarter);
}

void Home::begin_hour() {
  const Watts quarters = baseload().hour_sum(hour_of(clock_));
  hour_energy_ = Energy(in_one_hour(quarters, settings_->pace.ticks_per_hour()).count() / kQuartersPerHour);
}

void Home::set_clock(const Clock& clock, std::optional<std::int64_t> moment) {
  const bool same_hour = clock.day == clock_.day && hour_of(clock) == hour_of(clock_);
  clock_ = clock;
  shown_before_ = moment ? since_first_shown(*moment) : 0;
  loads_.begin_day(clock_.day);
  prices_.begin_day(clock_.day);
  enter_slot();
  if (!same_hour) begin_hour();
  if (planned()) renew_plan();
  settle();
}

void Home::set_calendar(std::shared_ptr<const std::vector<LocalDay>> days) {
  const bool first = std::exchange(calendar_, std::move(days)) == nullptr;
  if (!first || !planned()) return;
  renew_plan();
  settle();
}

void Home::reset() {
  constexpr Percent kDischargedTo{2'000};
  battery_.reset_to(kDischargedTo);
  if (settings_->clock_mode == ClockMode::simulated) clock_ = Clock{clock_.day + 1, 0, 0};
  ticks_of_run_ = 0;
  late_since_.reset();
  enter_slot();
  begin_hour();
}

struct Home::Apply {
  Home& home;
  bool changed = true;  ///< whether there is something to plan anew

  Result<Receipt> operator()(const ChargeCommand& charge) {
    const bool took_over = home.planned();
    home.wish_.mode = ChargingMode::manual;
    home.late_since_.reset();
    home.battery_.set_charging(charge.charging);
    changed = took_over;
    return Receipt{charge, took_over};
  }
  Result<Receipt> operator()(const DischargeCommand& discharge) const {
    home.reset();
    return Receipt{discharge};
  }
  Result<Receipt> operator()(const ChargeLimitCommand& limit) {
    changed = limit.limit != home.battery_.limit();
    home.battery_.set_limit(limit.limit);
    home.wish_.target = std::min(home.wish_.target, limit.limit);
    return Receipt{limit};
  }
  Result<Receipt> operator()(const ModeCommand& mode) {
    changed = std::exchange(home.wish_.mode, mode.mode) != mode.mode;
    if (changed) home.late_since_.reset();
    return Receipt{mode};
  }
  Result<Receipt> operator()(const TargetCommand& target) {
    if (target.target > home.battery_.limit()) {
      std::string limit;
      append_decimal(limit, home.battery_.limit().count(), 2);
      return failure(ErrorCode::illegal, "target", "target must be at most the charge limit, which is " + limit + " %");
    }
    changed = std::exchange(home.wish_.target, target.target) != target.target;
    return Receipt{target};
  }
  Result<Receipt> operator()(const ReadyByCommand& ready_by) {
    changed = std::exchange(home.wish_.ready_by, ready_by.minute) != ready_by.minute;
    if (changed) home.late_since_.reset();
    return Receipt{ready_by};
  }
  Result<Receipt> operator()(const PriceCommand& price) const {
    home.prices_.set(price.prices, home.clock_.day);
    home.enter_slot();
    return Receipt{price};
  }
  Result<Receipt> operator()(const BaseloadCommand& baseload) const {
    home.loads_.set(baseload.loads, home.clock_.day);
    home.enter_slot();
    return Receipt{baseload};
  }
};

Result<Receipt> Home::apply(const Command& command) {
  Apply apply{*this};
  auto outcome = std::visit(apply, command);
  if (!outcome || !apply.changed) return outcome;
  renew_plan();
  settle();
  return outcome;
}

Snapshot Home::snapshot() const {
  const Pace& pace = settings_->pace;
  return {.ticks_per_hour = pace.ticks_per_hour(),
          .day = clock_.day,
          .hour = hour_of(clock_),
          .minute = tick_of_hour(clock_, pace) * kMinutesPerHour / pace.ticks_per_hour(),
          .base_power = base_power_,
          .price = price_,
          .car_power = battery_.accepted(offered()),
          .fuse = settings_->fuse,
          .hour_energy = hour_energy_,
          .stored = battery_.stored(),
          .capacity = battery_.capacity(),
          .charging = battery_.charging(),
          .limit = battery_.limit(),
          .counters = counters_};
}

}  // namespace home_energy
