#include "common/home.hpp"

#include <utility>

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
  return {Energy(settings.capacity.count() * kMilli * settings.pace.ticks_per_hour()), in_one_tick(settings.charger),
          settings.start_soc, settings.charge_limit};
}

}  // namespace

Home::Home(std::shared_ptr<const HomeSettings> settings)
    : settings_(std::move(settings)),
      battery_(battery_of(*settings_)),
      ticks_per_slot_(settings_->pace.ticks_per_slot()) {
  enter_slot();
  begin_hour();
}

void Home::advance() {
  const Energy house = in_one_tick(base_power_);
  const PricePerKwh price = price_;
  if (++clock_.tick == ticks_per_slot_) {
    clock_.tick = 0;
    clock_.quarter += settings_->pace.quarters_per_slot();
    if (clock_.quarter == kQuartersPerDay) {
      clock_.quarter = 0;
      ++clock_.day;
    }
    enter_slot();
    if (clock_.quarter % kQuartersPerHour == 0) begin_hour();
  }
  const Energy car = battery_.charge_for_a_tick();
  hour_energy_ += car;
  charged_energy_ += car;
  base_energy_ += house;
  cost_ += price * (house + car);
}

void Home::enter_slot() {
  base_power_ = settings_->baseload.at_quarter(clock_.quarter);
  price_ = settings_->price.at_quarter(clock_.quarter);
}

void Home::begin_hour() {
  const Watts quarters = settings_->baseload.hour_sum(hour_of(clock_));
  hour_energy_ = Energy(in_one_hour(quarters, settings_->pace.ticks_per_hour()).count() / kQuartersPerHour);
}

void Home::set_clock(const Clock& clock) {
  const bool same_hour = clock.day == clock_.day && hour_of(clock) == hour_of(clock_);
  clock_ = clock;
  enter_slot();
  if (!same_hour) begin_hour();
}

void Home::reset() {
  constexpr Percent kDischargedTo{2'000};
  battery_.reset_to(kDischargedTo);
  if (settings_->clock_mode == ClockMode::simulated) clock_ = Clock{clock_.day + 1, 0, 0};
  enter_slot();
  begin_hour();
}

Receipt Home::apply(const Command& command) {
  struct Apply {
    Home& home;
    void operator()(const ChargeCommand& charge) const { home.battery_.set_charging(charge.charging); }
    void operator()(const DischargeCommand&) const { home.reset(); }
    void operator()(const ChargeLimitCommand& limit) const { home.battery_.set_limit(limit.limit); }
  };
  std::visit(Apply{*this}, command);
  return Receipt{command};
}

Snapshot Home::snapshot() const {
  const Pace& pace = settings_->pace;
  constexpr int kMilli = 1000;
  return {.ticks_per_hour = pace.ticks_per_hour(),
          .day = clock_.day,
          .hour = hour_of(clock_),
          .minute = tick_of_hour(clock_, pace) * kMinutesPerHour / pace.ticks_per_hour(),
          .base_power = base_power_,
          .price = price_,
          .car_power = Watts(battery_.draw().count() / kMilli),
          .fuse = settings_->fuse,
          .hour_energy = hour_energy_,
          .stored = battery_.stored(),
          .capacity = battery_.capacity(),
          .charging = battery_.charging(),
          .limit = battery_.limit(),
          .base_energy = base_energy_,
          .charged_energy = charged_energy_,
          .cost = cost_};
}

}  // namespace home_energy
