#include "common/world/travel.hpp"

#include <algorithm>

#include "common/base/decimal.hpp"

namespace home_energy {

/// The next journey after a moment: a single trip before one of the week that it overlaps.
std::optional<Journey> Travel::next_after(std::int64_t since, const std::optional<Trip>& single,
                                          const Calendar& calendar) const {
  const auto of_week = journey_after(week(), settings_->chance, since, calendar);
  if (!single) return of_week;
  const Journey journey = next_journey(*single, since, calendar);
  return !of_week || journey.leave < of_week->back ? journey : of_week;
}

/// Whether a journey is the single trip that is still to come.
bool Travel::is_single(const Journey& journey, const Calendar& calendar) const {
  return state_.single && journey == next_journey(*state_.single, journey.leave - 1, calendar);
}

std::vector<Journey> Travel::later_journeys(std::int64_t until, const Calendar& calendar) const {
  std::vector<Journey> all;
  std::optional<Trip> single = state_.single;
  for (auto journey = state_.journey; journey;) {
    if (is_single(*journey, calendar)) single.reset();
    journey = next_after(journey->back - 1, single, calendar);
    if (!journey || journey->leave >= until) break;
    all.push_back(*journey);
  }
  return all;
}

void Travel::choose(std::int64_t since, const Calendar& calendar) {
  state_.since = since;
  state_.journey = next_after(since, state_.single, calendar);
  // Where all days are off, others come in sight.
  quiet_until_ = state_.journey ? state_.journey->leave : since + kSecondsPerDay;
}

/// What of its energy the journey has taken by a moment: evenly over its time.
Energy Travel::due(std::int64_t moment, int ticks_per_hour) const {
  const Journey& journey = *state_.journey;
  const Int128 whole = in_one_hour(Watts(journey.energy.count()), ticks_per_hour).count();
  const std::int64_t lasts = journey.back - journey.leave;
  const std::int64_t gone = std::clamp<std::int64_t>(moment - journey.leave, 0, lasts);
  return Energy(static_cast<std::int64_t>(whole * gone / lasts));
}

Travel::Event Travel::follow(const HomeTime& time) {
  Event event;
  const std::int64_t moment = time.moment();
  if (moment < quiet_until_) return event;
  if (!state_.journey) choose(moment, time.calendar());
  if (!state_.journey || (!state_.away && moment < state_.journey->leave)) return event;
  if (!state_.away) {
    event.left = true;
    state_.away = true;
    state_.used = {};
    if (is_single(*state_.journey, time.calendar())) state_.single.reset();
    // Who comes to leave later than that has the whole trip still to drive.
    state_.journey->leave = std::min(moment, state_.journey->back - kSecondsPerMinute);
  }
  const Energy due_now = due(moment, time.ticks_per_hour());
  event.driven = std::max(Energy(), due_now - state_.used);
  state_.used = due_now;
  state_.driven += event.driven;
  quiet_until_ = moment;
  if (moment >= state_.journey->back) {
    event.came = true;
    state_.away = false;
    state_.plugged = true;
    choose(state_.journey->back - 1, time.calendar());  // one may follow at once
  }
  return event;
}

Energy Travel::still_to_drive(int ticks_per_hour) const {
  const Energy whole = due(state_.journey->back, ticks_per_hour);
  return state_.away ? whole - state_.used : whole;
}

void Travel::lacked(Energy energy) {
  state_.driven = state_.driven - EnergyTotal(energy.count());
  state_.stranded += energy;
}

std::int64_t Travel::odometer(int ticks_per_hour) const {
  constexpr Int128 kMetres = 100'000;  // of 100 km
  const Int128 driven = (state_.driven + state_.stranded).count();
  const Int128 per_metre = Int128{kMilliwattsPerWatt} * ticks_per_hour * settings_->per_100km.count();
  return rounded_quotient(driven * kMetres + settings_->odometer_m * per_metre, per_metre, 0);
}

/// A journey that is under way goes on where the time is still within it.
void Travel::move_to(const HomeTime& time) {
  const std::int64_t moment = time.moment();
  const bool was_away = state_.away;
  const bool goes_on = was_away && state_.journey->leave <= moment && moment < state_.journey->back;
  state_.since = std::min(state_.since, moment);
  const auto present = goes_on ? state_.journey : journey_at(week(), settings_->chance, moment, time.calendar());
  state_.away = goes_on || (present && present->leave <= moment && present->leave > state_.since);
  if (was_away && !state_.away) state_.plugged = true;
  if (!state_.away) return choose(moment, time.calendar());
  state_.journey = present;
  state_.used = due(moment, time.ticks_per_hour());
  quiet_until_ = moment;
}

void Travel::set_week(const WeekOfTrips& week, const HomeTime& time) {
  state_.week = week;
  if (!state_.away) choose(time.moment(), time.calendar());
}

void Travel::set_trip(const Trip& trip, const HomeTime& time) {
  state_.single = trip;
  choose(time.moment(), time.calendar());
}

/// What is left of the trip is spread over the rest of its time.
void Travel::set_back(int minute, const HomeTime& time) {
  const std::int64_t moment = time.moment();
  std::int64_t day = time.clock().day;
  std::int64_t back = moment;
  while (back <= moment) back = time.calendar().moment_of(day++, minute * kSecondsPerMinute);
  Journey& journey = *state_.journey;
  const std::int64_t lasts = journey.back - journey.leave;
  const Int128 rest = std::clamp<std::int64_t>(journey.back - moment, 0, lasts);
  journey = {moment, back, WattHours(static_cast<std::int64_t>(journey.energy.count() * rest / lasts))};
  state_.used = {};
}

/// What does not go together, as in a file that somebody changed, is put right.
void Travel::restore(const TravelState& state, const HomeTime& time) {
  state_ = state;
  state_.away = state_.away && state_.journey;
  constexpr std::int64_t kLongest = 4 * kSecondsPerDay;  // what left before is back
  state_.since = std::clamp(state_.since, time.moment() - kLongest, time.moment());
  if (!state_.away) {
    choose(state_.since, time.calendar());
    // What other trips than those of the last run would have begun meanwhile did not take place.
    const bool is_past = state_.journey && state_.journey->leave <= time.moment();
    if (is_past && state_.journey != state.journey) choose(time.moment(), time.calendar());
    return;
  }
  state_.journey->leave = std::min(state_.journey->leave, time.moment());
  state_.used = std::min(state_.used, due(time.moment(), time.ticks_per_hour()));
  quiet_until_ = time.moment();
}

}  // namespace home_energy
