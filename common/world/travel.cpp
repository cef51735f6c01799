#include "common/world/travel.hpp"

#include <algorithm>
#include <limits>

#include "common/base/decimal.hpp"

namespace home_energy {

/// The next journey after a moment: a single trip before one of the week that it overlaps. What should have left by
/// then is left out.
void Travel::choose(std::int64_t from, const Calendar& calendar) {
  state_.journey = journey_after(week(), settings_->chance, from, calendar);
  if (state_.single) {
    const Journey single = next_journey(*state_.single, from, calendar);
    if (!state_.journey || single.leave < state_.journey->back) state_.journey = single;
  }
  quiet_until_ = state_.journey ? state_.journey->leave : std::numeric_limits<std::int64_t>::max();
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
  if (moment < quiet_until_ || !state_.journey) return event;
  if (!state_.away) {
    event.left = true;
    state_.away = true;
    state_.used = {};
    if (state_.single && *state_.journey == next_journey(*state_.single, state_.journey->leave - 1, time.calendar()))
      state_.single.reset();
    // Who comes to leave later than that has the whole trip still to drive.
    state_.journey->leave = std::min(moment, state_.journey->back - kSecondsPerMinute);
  }
  const Energy due_now = due(moment, time.ticks_per_hour());
  event.driven = due_now - state_.used;
  state_.used = due_now;
  state_.driven += event.driven;
  quiet_until_ = moment;
  if (moment >= state_.journey->back) {
    event.came = true;
    state_.away = false;
    state_.plugged = true;
    choose(std::max(moment, state_.journey->back), time.calendar());
  }
  return event;
}

void Travel::lacked(Energy energy) {
  state_.driven = state_.driven - EnergyTotal(energy.count());
  state_.stranded += energy;
}

std::int64_t Travel::odometer(int ticks_per_hour) const {
  constexpr Int128 kMilli = 1000;
  constexpr Int128 kMetres = 100'000;  // of 100 km
  const Int128 driven = (state_.driven + state_.stranded).count();
  return settings_->odometer_m +
         rounded_quotient(driven * kMetres, kMilli * ticks_per_hour * settings_->per_100km.count(), 0);
}

void Travel::move_to(const HomeTime& time) {
  const bool was_away = state_.away;
  const auto present = journey_at(week(), settings_->chance, time.moment(), time.calendar());
  state_.away = present && present->leave <= time.moment();
  if (!state_.away) choose(time.moment(), time.calendar());
  if (state_.away) {
    state_.journey = present;
    quiet_until_ = time.moment();
  }
  if (was_away && !state_.away) state_.plugged = true;
  if (state_.away) state_.used = due(time.moment(), time.ticks_per_hour());
}

void Travel::set_week(const WeekOfTrips& week, const HomeTime& time) {
  state_.week = week;
  if (!state_.away) choose(time.moment(), time.calendar());
}

void Travel::set_trip(const Trip& trip, const HomeTime& time) {
  state_.single = trip;
  choose(time.moment(), time.calendar());
}

void Travel::set_back(int minute, const HomeTime& time) {
  std::int64_t day = time.clock().day;
  std::int64_t back = time.moment();
  while (back <= time.moment()) back = time.calendar().moment_of(day++, minute * kSecondsPerMinute);
  // What is left of the trip is spread over the rest of its time.
  Journey& journey = *state_.journey;
  const std::int64_t rest = std::max<std::int64_t>(0, journey.back - time.moment());
  const Int128 energy = Int128{journey.energy.count()} * rest / (journey.back - journey.leave);
  journey = {time.moment(), back, WattHours(static_cast<std::int64_t>(energy))};
  state_.used = {};
}

void Travel::restore(const TravelState& state, const HomeTime& time) {
  state_ = state;
  if (!state_.away || !state_.journey) {
    state_.away = false;
    choose(time.moment(), time.calendar());
  } else {
    quiet_until_ = time.moment();
  }
}

}  // namespace home_energy
