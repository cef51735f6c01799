#include "common/world/car.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

#include "common/base/decimal.hpp"

namespace home_energy {
namespace {

Battery battery_of(const CarSettings& car, int ticks_per_hour) {
  return {{.capacity = Energy(car.capacity.count() * kMilliwattsPerWatt * ticks_per_hour),
           .efficiency = car.charge_efficiency,
           .taper = car.taper},
          car.start_soc,
          car.charge_limit};
}

}  // namespace

Car::Car(std::shared_ptr<const HomeSettings> settings, const CarSettings& own)
    : settings_(std::move(settings)),
      own_(&own),
      battery_(battery_of(own, settings_->pace.ticks_per_hour())),
      wish_(own.wish) {
  if (own.trips) travel_.emplace(own.trips);
}

CarState Car::state() const {
  CarState state{battery_.state(), wish_, ticks_of_run_, late_since_, pending_, {}, charge_power_};
  if (travel_) state.travel = travel_->state();
  return state;
}

void Car::restore(const CarState& state, const HomeTime& time) {
  battery_.restore(state.battery);
  wish_ = state.wish;
  wish_.target = std::min(wish_.target, battery_.limit());
  ticks_of_run_ = state.ticks_of_run;
  late_since_ = state.late_since;
  pending_ = state.pending && static_cast<bool>(travel_);
  charge_power_ = below_charger(state.charge_power);
  if (!travel_) return;
  state.travel ? travel_->restore(*state.travel, time) : travel_->move_to(time);
  if (!connected()) battery_.set_charging(Charging::off);
}

const std::vector<LaterPlan>& Car::later_plans() const {
  static const std::vector<LaterPlan> kNone;
  return plan_ ? plan_->later : kNone;
}

Energy Car::draw(Beside beside) {
  assert(!plan_due_);
  const Energy drawn = planned() ? follow_plan_for_a_tick(beside) : charge_for_a_tick(beside);
  assert(drawn >= Energy() && drawn <= in_one_tick(most()));
  ticks_of_run_ = drawn > Energy() ? ticks_of_run_ + 1 : 0;
  return drawn;
}

void Car::follow_time(const Surroundings& around) {
  if (travel_) follow_travel(around);
  if (planned() && connected() && is_plan_outdated(around.time)) {
    judge_departure(around.time);
    renew_plan(around);
  } else if (planned() && !plan_due_ && plan_ && plan_->looks_further &&
             around.time.moment() >= *plan_->looks_further) {
    renew_plan_kept(around);
  }
  settle(around.now);
}

void Car::move_to(const Surroundings& around) {
  if (travel_) {
    travel_->move_to(around.time);
    plug(connected());
  }
  if (follows_time()) renew_plan(around);
}

/// What by hand was charging goes on when it is plugged in again.
void Car::plug(bool plugged) {
  if (plugged == (battery_.charging() == Charging::on)) return;
  if (plugged && pending_) {
    battery_.set_charging(Charging::on);
    pending_ = false;
  } else if (!plugged) {
    pending_ = wish_.mode == ChargingMode::manual;
    battery_.set_charging(Charging::off);
    ticks_of_run_ = 0;
  }
}

void Car::follow_travel(const Surroundings& around) {
  const Travel::Event event = travel_->follow(around.time);
  if (event.driven > Energy()) travel_->lacked(event.driven - battery_.drain(event.driven));
  if (!event.left && !event.came) return;
  plug(connected());
  late_since_.reset();
  renew_plan(around);
}

/// In modes other than by hand no further than to the target.
Energy Car::charge_for_a_tick(Beside beside) {
  const Watts power = within_fuse(wanted(beside.load), beside);
  const Energy tick = in_one_tick(power);
  const bool by_hand = wish_.mode == ChargingMode::manual;
  const Energy most = by_hand ? tick : std::min(tick, battery_.lacking(wish_.target));
  const Energy drawn = battery_.charge({power, tick, most});
  if (battery_.at_limit()) battery_.set_charging(Charging::off);
  return drawn;
}

/// One that is only on or off draws what it was told: a set point from outside is obeyed as a charger obeys it.
Watts Car::most() const {
  const Watts told = charge_power_.value_or(own_->charger);
  return own_->charger_min && told < *own_->charger_min ? Watts() : told;
}

Watts Car::least() const {
  return std::min(own_->charger_min.value_or(most()), most());
}

/// What the mode asks for, before fuse and battery.
Watts Car::wanted(Watts load) const {
  switch (wish_.mode) {
    case ChargingMode::manual:
    case ChargingMode::immediate:
      return most();
    case ChargingMode::cheapest:
    case ChargingMode::lowest_load:
      return follower_.power();
    case ChargingMode::solar:
      return surplus_taken(load);
  }
  return {};
}

/// The surplus; where it is less than the charger's least, that much with a little from the grid.
Watts Car::surplus_taken(Watts load) const {
  const Watts surplus = Watts() - load;
  if (surplus <= Watts() || surplus + own_->solar_min < least()) return {};
  return std::clamp(surplus, least(), most());
}

Energy Car::follow_plan_for_a_tick(Beside beside) {
  Energy drawn;
  while (const auto wanted = follower_.next()) {
    Offer offer = *wanted;
    offer.power = within_fuse(wanted->power, beside);
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
Watts Car::within_fuse(Watts wanted, Beside beside) const {
  if (!balances_load()) return wanted;
  const Watts left = settings_->fuse - beside.load - beside.kept;
  if (battery_.accepted(wanted) <= left) return wanted;
  if (left >= least() && left > Watts()) return left;
  return battery_.accepted(least()) <= left ? least() : Watts();
}

/// What the charger offers at this moment.
Watts Car::offered(Beside beside) const {
  if (battery_.charging() == Charging::off) return {};
  return within_fuse(wanted(beside.load), beside);
}

Watts Car::asks_for(Watts load) const {
  if (planned()) return battery_.accepted(follower_.most_in_tick());
  return battery_.charging() == Charging::off ? Watts() : battery_.accepted(wanted(load));
}

/// An equal part; where that is too little to charge with, as many of them wait as it takes.
Watts Car::kept_for_others(Watts used, std::int64_t rivals) const {
  const Watts left = settings_->fuse - used;
  if (rivals <= 1 || left <= Watts()) return {};
  while (rivals > 1 && left.count() / rivals < least().count()) --rivals;
  return left - Watts(left.count() / rivals);
}

std::int64_t Car::leaves_at() const {
  if (planned()) return departure_;
  const auto* const journey = travel_ && travel_->journey() ? &*travel_->journey() : nullptr;
  return journey == nullptr ? std::numeric_limits<std::int64_t>::max() : journey->leave;
}

/// Where the mode decides, whether it charges is what the mode says now; until a due plan is there all stays as it was.
void Car::settle(Beside beside) {
  if (wish_.mode == ChargingMode::manual || plan_due_) return;
  const bool lacks = planned() || battery_.lacking(wish_.target) > Energy();
  const bool charges = connected() && lacks && battery_.accepted(within_fuse(wanted(beside.load), beside)) > Watts();
  battery_.set_charging(charges ? Charging::on : Charging::off);
}

bool Car::set_charging(Charging charging) {
  const bool took_over = wish_.mode != ChargingMode::manual;
  wish_.mode = ChargingMode::manual;
  late_since_.reset();
  pending_ = charging == Charging::on && !connected();
  battery_.set_charging(pending_ ? Charging::off : charging);
  return took_over;
}

namespace {

tl::unexpected<Error> no_trips(const std::string& command) {
  return failure(ErrorCode::illegal, command, command + " is for a car that leaves: start with --trips");
}

}  // namespace

Result<bool> Car::set_plugged(Switch position) {
  if (!travel_) return no_trips("plug");
  if (travel_->away()) return failure(ErrorCode::illegal, "plug", "plug is not possible, the car is away");
  const bool plugged = position == Switch::on;
  if (plugged == travel_->connected()) return false;
  travel_->set_plugged(plugged);
  plug(plugged);
  return true;
}

Result<bool> Car::set_trip(const TripCommand& trip, const HomeTime& time) {
  if (!travel_) return no_trips("trip");
  if (travel_->away() == trip.leave.has_value()) {
    const std::string what =
        trip.leave ? "the car is away: only back can be set" : "the car is at home: leave is missing";
    return failure(ErrorCode::illegal, "trip", "trip is not possible, " + what);
  }
  if (trip.leave) {
    travel_->set_trip({*trip.leave, trip.back, trip.energy}, time);
  } else {
    travel_->set_back(trip.back, time);
  }
  return true;
}

Result<bool> Car::set_week(const WeekOfTrips& week, const HomeTime& time) {
  if (!travel_) return no_trips("trips");
  travel_->set_week(week, time);
  return true;
}

bool Car::set_limit(Percent limit) {
  const bool changed = limit != battery_.limit();
  battery_.set_limit(limit);
  wish_.target = std::min(wish_.target, limit);
  return changed;
}

Result<bool> Car::set_charge_power(Watts power) {
  if (power <= own_->charger) {
    const auto told = below_charger(power);
    return std::exchange(charge_power_, told) != told;
  }
  std::string reason = "charge_power must be at most --charger-kw, which is ";
  append_decimal(reason, own_->charger.count(), 3);
  append_decimal(reason += ", got ", power.count(), 3);
  return failure(ErrorCode::illegal, "charge_power", std::move(reason));
}

std::optional<Watts> Car::shown_charge_power() const {
  return charge_power_ || !own_->charger_min ? charge_power_ : own_->charger;
}

/// The charger's own power is no limit: it remains none where the charger is another one later.
std::optional<Watts> Car::below_charger(const std::optional<Watts>& power) const {
  return power && *power < own_->charger ? power : std::nullopt;
}

bool Car::set_mode(ChargingMode mode) {
  const bool changed = std::exchange(wish_.mode, mode) != mode;
  if (changed) late_since_.reset();
  if (changed) pending_ = false;
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
  pending_ = false;
}

}  // namespace home_energy
