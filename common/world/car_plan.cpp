// What a car asks the planner, and when it asks again; the plan is made elsewhere.
#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "common/base/decimal.hpp"
#include "common/time/iso8601.hpp"
#include "common/world/car.hpp"

namespace home_energy {
namespace {

/// `2026-11-28 07:00`, or `07:00 of day 3` where days have no date.
std::string date_and_time(const Calendar& calendar, std::int64_t day, const std::string& time) {
  return calendar.has_zone() ? date_text(calendar.date_of(day)) + ' ' + time : time + " of day " + std::to_string(day);
}

/// Quarters of an hour of one day, one after another.
struct QuarterSpan {
  std::int64_t day;
  int begin;
  std::int64_t end;  ///< the moment
};

/// Those from a moment until another in which another day's value stands in.
template <class Value>
std::vector<QuarterSpan> stood_in(const Series<Value>& series, const Calendar& calendar, std::int64_t moment,
                                  std::int64_t until) {
  std::vector<QuarterSpan> spans;
  if (series.is_daily()) return spans;
  while (moment < until) {
    const Quarter quarter = quarter_at(moment, calendar);
    moment = quarter.moment + kSecondsPerQuarter;
    if (!series.stands_in(quarter, calendar)) continue;
    if (!spans.empty() && spans.back().day == quarter.day && spans.back().end == quarter.moment) {
      spans.back().end = moment;
    } else {
      spans.push_back({quarter.day, quarter.of_day, moment});
    }
  }
  return spans;
}

/// `2026-11-22 00:00-01:00, 23:00-24:00`, each day after `none` and a semicolon.
void append_stood_in(std::string& note, std::string_view none, const std::vector<QuarterSpan>& spans,
                     const Calendar& calendar) {
  for (auto span = spans.begin(); span != spans.end();) {
    const std::int64_t day = span->day;
    std::string text = std::string(none) + (calendar.has_zone() ? date_text(calendar.date_of(day)) + ' ' : "");
    for (bool first = true; span != spans.end() && span->day == day; ++span, first = false) {
      const Quarter end = quarter_at(span->end, calendar);
      text += (first ? "" : ", ") + time_text(std::int64_t{span->begin} * kMinutesPerQuarter) + '-' +
              (end.day == day ? time_text(std::int64_t{end.of_day} * kMinutesPerQuarter) : "24:00");
    }
    append_sentence(note, text + ", those of an earlier day stand in");
  }
}

constexpr std::int64_t kFarthest = 2 * kSecondsPerDay;  ///< that a plan looks ahead

/// Of the cars, in a slot.
Watts mean_power(const StorageSlot& slot) {
  return Watts(slot.car.count() / slot.length.count());
}

}  // namespace

/// A storage is left out: it follows the others.
Expected Surroundings::expected(const Quarter& quarter, std::size_t slot) const {
  Expected expected{.load = loads.at(quarter, time.calendar()), .supply = {}};
  if (slot < others.size()) expected.load += others[slot];
  for (const Device& device : devices) {
    const Watts power = expected_power(device, quarter);
    if (power > Watts()) expected.load += power;
    if (power < Watts()) expected.supply = expected.supply - power;
  }
  return expected;
}

std::vector<PlannerSlot> Car::slots(const Surroundings& around, std::int64_t begin, std::int64_t end) const {
  std::vector<PlannerSlot> slots;
  const Calendar& calendar = around.time.calendar();
  const std::int64_t first = quarter_at(around.time.moment(), calendar).moment;
  for (std::int64_t moment = begin; moment < end;) {
    const Quarter quarter = quarter_at(moment, calendar);
    const std::int64_t next = std::min(quarter.moment + kSecondsPerQuarter, end);
    const auto number = static_cast<std::size_t>((quarter.moment - first) / kSecondsPerQuarter);
    const Expected beside = around.expected(quarter, number);
    const PricePerKwh market = around.prices.at(quarter, calendar);
    const StorageSlot prices{.length = {},
                             .import = settings_->tariff.imported(market, quarter, calendar),
                             .exported = settings_->tariff.exported(market, quarter, calendar),
                             .net = {},
                             .car = {}};
    slots.push_back({std::chrono::seconds(next - moment),
                     price_of_charging(prices, beside.supply - beside.load, most()), beside.load});
    moment = next;
  }
  return slots;
}

/// Those that begin within 48 hours, and when the next one does; none where the car may stay longer than until the
/// departure.
void Car::foresee_stays(PlanRequest& request, const Surroundings& around) const {
  const auto* const first = travel_ && travel_->journey() ? &*travel_->journey() : nullptr;
  if (first == nullptr || (connected() && first->leave != departure_)) return;
  const Calendar& calendar = around.time.calendar();
  const std::int64_t horizon = around.time.moment() + kFarthest;
  const std::vector<Journey> journeys = travel_->later_journeys(horizon + kFarthest, calendar);
  const int ticks_per_hour = around.time.ticks_per_hour();
  Joules driven = in_joules(travel_->still_to_drive(ticks_per_hour), ticks_per_hour);
  std::int64_t back = first->back;
  for (std::size_t i = 0; back < horizon; ++i) {
    const Journey* const next = i < journeys.size() ? &journeys[i] : nullptr;
    const bool leaves_at_once = next != nullptr && next->leave == back;
    const std::int64_t departure = leaves_at_once ? back : departure_after(back, next, calendar);
    const bool leaves = next != nullptr && next->leave == departure;
    if (!leaves_at_once) {
      request.later.push_back({.begin = back,
                               .departure = departure,
                               .trip_before = driven,
                               .ready_by = static_cast<int>(calendar.at(departure).second / kSecondsPerMinute),
                               .trip = leaves ? std::optional(next->energy) : std::nullopt,
                               .objective = objective_of_mode(),
                               .note_of_curves = note_of_curves(around, back, departure),
                               .slots = slots(around, back, departure)});
      driven = {};
    }
    if (!leaves) return;
    driven += Joules(next->energy.count() * kSecondsPerHour);
    back = next->back;
  }
  request.looks_further = back - kFarthest;
}

/// What a plan has to say of the prices and loads that it is made from.
std::string Car::note_of_curves(const Surroundings& around, std::int64_t begin, std::int64_t end) {
  std::string note;
  const Calendar& calendar = around.time.calendar();
  append_stood_in(note, "no prices have come for ", stood_in(around.prices, calendar, begin, end), calendar);
  append_stood_in(note, "no base load has come for ", stood_in(around.loads, calendar, begin, end), calendar);
  for (const Device& device : around.devices)
    if (const auto* const solar = std::get_if<Solar>(&device); solar != nullptr && solar->measured() != nullptr)
      append_stood_in(note, "no sun has come for ", stood_in(*solar->measured(), calendar, begin, end), calendar);
  return note;
}

/// Where the trip that a plan is for needs more than the target leaves in the battery.
std::string Car::note_of_trip() const {
  if (!travel_ || !travel_->journey() || travel_->journey()->leave != departure_) return {};
  const int ticks_per_hour = settings_->pace.ticks_per_hour();
  const Energy needed = in_one_hour(Watts(travel_->journey()->energy.count()), ticks_per_hour);
  const Energy at_target = battery_.at(wish_.target);
  if (needed <= at_target) return {};
  const auto kwh = [&](Energy energy) {
    std::string text;
    append_decimal(text, rounded_quotient(energy.count(), kMilliwattsPerKw * ticks_per_hour, 1), 1);
    return text;
  };
  return "the trip needs " + kwh(needed) + " kWh, the target is " + kwh(at_target);
}

/// Where the charger was told to draw less than it can.
std::string Car::note_of_power() const {
  if (!charge_power_) return {};
  std::string note = "charge_power is ";
  append_decimal(note, charge_power_->count(), 3);
  note += " kW";
  return *charge_power_ > most() ? note + ", less than the charger's minimum" : note;
}

/// What the battery lacks of the target; less than a run is worth counts as nothing.
Joules Car::lacking() const {
  const int ticks_per_hour = settings_->pace.ticks_per_hour();
  const Joules lacking =
      in_joules(battery_.at(wish_.target), ticks_per_hour) - in_joules(battery_.stored(), ticks_per_hour);
  return lacking < kLeastRun ? Joules() : lacking;
}

/// A departure that passes below the target makes the car late, until the target is reached.
void Car::judge_departure(const HomeTime& time) {
  if (lacking() == Joules()) {
    late_since_.reset();
  } else if (!late_since_ && time.moment() >= departure_) {
    const std::int64_t today = time.clock().day;
    late_since_ = moment_of_departure(today, time.calendar()) == departure_ ? today : today - 1;
  }
}

Objective Car::objective_of_mode() const {
  return wish_.mode == ChargingMode::cheapest ? Objective::cost : Objective::load;
}

std::string Car::late_text(const HomeTime& time) const {
  return late_since_ ? date_and_time(time.calendar(), *late_since_, time_text(wish_.ready_by)) : "";
}

ChargingProblem Car::problem(const Surroundings& around) const {
  const int ticks_per_hour = settings_->pace.ticks_per_hour();
  const Joules target = in_joules(battery_.at(wish_.target), ticks_per_hour);
  Joules stored = in_joules(battery_.stored(), ticks_per_hour);
  if (lacking() == Joules()) stored = std::max(stored, target);
  ChargingProblem problem{
      .slots = connected() ? slots(around, around.time.moment(), departure_) : std::vector<PlannerSlot>(),
      .objective = late_since_ ? Objective::time : objective_of_mode(),
      .least = least(),
      .most = most(),
      .fuse = settings_->fuse,
      .capacity = own_->capacity,
      .efficiency = own_->charge_efficiency,
      .stored = stored,
      .target = target,
      .taper = own_->taper,
      .start_cost = own_->start_cost,
      .min_run = own_->min_run,
      .max_price = own_->max_price,
      .running_for = std::nullopt};
  if (ticks_of_run_ > 0) problem.running_for = std::chrono::seconds(ticks_of_run_ * kSecondsPerHour / ticks_per_hour);
  return problem;
}

bool Car::is_plan_outdated(const HomeTime& time) const {
  return time.moment() >= departure_ || (late_since_ && lacking() == Joules()) ||
         follower_.behind() > in_one_hour(Watts(1), settings_->pace.ticks_per_hour());
}

/// Where the clock leaves it out in spring: when it jumps over it.
std::int64_t Car::moment_of_departure(std::int64_t day, const Calendar& calendar) const {
  return calendar.moment_of(day, wish_.ready_by * kSecondsPerMinute);
}

void Car::judge_forecast(const Surroundings& around) {
  constexpr Joules kWorthAnotherPlan{1'800'000};  // half a kWh
  const std::int64_t now = around.time.moment();
  if (plan_due_ || !plan_ || plan_->surplus.empty() || still_planned(now, departure_) == Joules()) return;
  std::int64_t off = 0;
  const auto first = static_cast<std::size_t>(
      (quarter_at(now, around.time.calendar()).moment - quarter_at(plan_->made_at, around.time.calendar()).moment) /
      kSecondsPerQuarter);
  std::int64_t moment = now;
  for (std::size_t slot = first; slot < plan_->surplus.size() && moment < departure_; ++slot) {
    const Quarter quarter = quarter_at(moment, around.time.calendar());
    const Expected expected = around.expected(quarter, slot - first);
    const Watts surplus = std::max(Watts(), expected.supply - expected.load);
    const std::int64_t end = std::min(quarter.moment + kSecondsPerQuarter, departure_);
    off += std::abs((surplus - plan_->surplus[slot]).count()) * (end - moment);
    moment = end;
  }
  if (Joules(off) <= kWorthAnotherPlan) return;
  renew_plan_kept(around);
}

/// What the first plan was to cost stays the measure.
void Car::renew_plan_kept(const Surroundings& around) {
  renew_plan(around);
  is_for_forecast_ = plan_due_;
}

void Car::count_cost(Energy drawn, Energy surplus, const Prices& prices) {
  if (!promise_) return;
  const Energy free = std::min(drawn, surplus);
  promise_->paid += prices.import * (drawn - free) + prices.exported * free;
}

/// Kept while only the forecast changes.
void Car::promise(const HomePlan& plan) {
  if (is_for_forecast_ && promise_ && promise_->departure == departure_) return;
  promise_.reset();
  if (!plan.surplus.empty()) promise_.emplace(Promise{departure_, plan.plan.cost, Money()});
}

std::optional<FirstPlan> Car::first_plan() const {
  if (!is_for_forecast_ || !promise_ || promise_->departure != departure_) return std::nullopt;
  const Int128 parts = kMilliwattsPerKw * settings_->pace.ticks_per_hour();
  return FirstPlan{promise_->cost, MoneyMicro(rounded_quotient(promise_->paid.count(), parts, 0))};
}

/// When it leaves, where that is within two days; else the next time that it is to be ready by.
/// @param journey the next one after the moment; null where there is none
std::int64_t Car::departure_after(std::int64_t moment, const Journey* journey, const Calendar& calendar) const {
  if (journey != nullptr && journey->leave > moment && journey->leave <= moment + kFarthest) return journey->leave;
  std::int64_t day = calendar.at(moment).day;
  std::int64_t departure = moment_of_departure(day, calendar);
  while (departure <= moment) departure = moment_of_departure(++day, calendar);
  return departure;
}

void Car::renew_plan(const Surroundings& around) {
  ++revision_;
  is_for_forecast_ = false;
  plan_due_ = planned() && (connected() || travel_->away());
  if (plan_due_) {
    const auto* const journey = travel_ && travel_->journey() ? &*travel_->journey() : nullptr;
    departure_ = departure_after(around.time.moment(), journey, around.time.calendar());
  } else {
    plan_.reset();
    promise_.reset();
    follower_ = {};
  }
  settle(around.now);
}

PlanRequest Car::plan_request(const Surroundings& around) const {
  std::string note = note_of_curves(around, around.time.moment(), departure_);
  append_sentence(note, note_of_trip());
  append_sentence(note, note_of_power());
  PlanRequest request{.made_at = around.time.moment(),
                      .ready_by = static_cast<int>(around.time.calendar().at(departure_).second / kSecondsPerMinute),
                      .since = late_text(around.time),
                      .note_of_curves = std::move(note),
                      .problem = problem(around),
                      .first = first_plan()};
  foresee_stays(request, around);
  return request;
}

/// What the plan still draws in a span of moments; its steps lie within quarters. Where hours have a price the stays to
/// come are planned again before they count.
Joules Car::still_planned(std::int64_t begin, std::int64_t end) const {
  Joules sum = drawn_between(plan_->plan, plan_->made_at, begin, end);
  if (settings_->tariff.peak) return sum;
  for (const LaterPlan& each : plan_->later) sum += drawn_between(each.plan, each.begin, begin, end);
  return sum;
}

/// By its plan; without one at the power of now until it is full, or what the sun leaves it.
void Car::foresee(std::vector<StorageSlot>& slots, const Surroundings& around) const {
  const bool by_sun = wish_.mode == ChargingMode::solar && connected();
  if (!by_sun && battery_.charging() == Charging::off && !(planned() && plan_)) return;
  const Percent goal = wish_.mode == ChargingMode::manual ? battery_.limit() : wish_.target;
  Joules left = in_joules(battery_.lacking(goal), settings_->pace.ticks_per_hour());
  std::int64_t moment = around.time.moment();
  for (StorageSlot& slot : slots) {
    const std::int64_t end = moment + slot.length.count();
    if (planned()) {
      if (plan_) slot.car += still_planned(moment, end);
    } else {
      const Watts power = by_sun ? surplus_taken(slot.net + mean_power(slot)) : this->power(around.now);
      const Joules drawn = std::min(left, Joules(power.count() * slot.length.count()));
      slot.car += drawn;
      left = left - drawn;
    }
    moment = end;
  }
}

bool Car::adopt(std::shared_ptr<const HomePlan> plan, std::uint64_t revision, const Surroundings& around) {
  if (!plan_due_ || revision != revision_) return false;
  PlanFollower follower(plan->plan, settings_->pace.ticks_per_hour());  // first: it takes memory
  ++revision_;
  plan_due_ = false;
  plan_ = std::move(plan);
  promise(*plan_);
  assert(std::ranges::all_of(plan_->plan.blocks, [](const PlanBlock& block) { return block.energy >= kLeastRun; }));
  follower_ = std::move(follower);
  settle(around.now);
  return true;
}

}  // namespace home_energy
