#include "common/world/trips.hpp"

#include <algorithm>
#include <cmath>

#include "common/base/noise.hpp"
#include "common/time/iso8601.hpp"

namespace home_energy {
namespace {

constexpr WattHours kMostEnergy{1'000'000};

// The streams of chance.
constexpr std::uint64_t kDaysOff = 0;
constexpr std::uint64_t kLeaving = 1;
constexpr std::uint64_t kComing = 2;
constexpr std::uint64_t kEnergies = 3;

int end_of(const Trip& trip) {
  return trip.back > trip.leave ? trip.back : trip.back + kMinutesPerDay;
}

bool is_day_off(const TripChance& chance, std::int64_t date) {
  constexpr double kAll = 18'446'744'073'709'551'616.0;  // 2^64
  return static_cast<double>(noise_bits(chance.seed, kDaysOff, date)) / kAll < chance.day_off;
}

/// As the day's chance has it: of each at most three standard deviations, and back at the earliest a minute later.
Journey journey_of(const Trip& trip, std::int64_t day, std::size_t number, const TripChance& chance,
                   const Calendar& calendar) {
  const auto place =
      calendar.date_of(day) * static_cast<std::int64_t>(kMostTripsPerDay) + static_cast<std::int64_t>(number);
  const auto normal = [&](std::uint64_t stream) {
    constexpr double kMost = 3;
    return std::clamp(noise_normal(chance.seed, stream, place), -kMost, kMost);
  };
  const auto later = [&](std::uint64_t stream) { return std::llround(chance.minutes * normal(stream)); };
  const auto energy = static_cast<double>(trip.energy.count()) * std::max(0.0, 1 + chance.energy * normal(kEnergies));
  const auto moment = [&](std::int64_t minute) {
    return calendar.moment_of(day + floored_quotient(minute, kMinutesPerDay),
                              (minute - floored_quotient(minute, kMinutesPerDay) * kMinutesPerDay) * kSecondsPerMinute);
  };
  const std::int64_t leave = moment(trip.leave + later(kLeaving));
  const std::int64_t back = moment(end_of(trip) + later(kComing));
  return {leave, std::max(back, leave + kSecondsPerMinute), std::min(WattHours(std::llround(energy)), kMostEnergy)};
}

}  // namespace

bool is_legal(const WeekOfTrips& week) {
  for (std::size_t day = 0; day < week.size(); ++day) {
    if (week.at(day).size() > kMostTripsPerDay) return false;
    const auto& before = week.at((day + kDaysPerWeek - 1) % kDaysPerWeek);
    int free_from = before.empty() ? 0 : end_of(before.back()) - kMinutesPerDay;
    for (const Trip& trip : week.at(day)) {
      const bool in_day =
          trip.leave >= 0 && trip.leave < kMinutesPerDay && trip.back >= 0 && trip.back < kMinutesPerDay;
      if (!in_day || trip.leave < free_from || trip.energy < WattHours() || trip.energy > kMostEnergy) return false;
      free_from = end_of(trip);
    }
  }
  return true;
}

namespace {

/// The earliest journey that meets a condition, of the first day that has one. Days may be off for long, but not for
/// ever.
template <class Condition>
std::optional<Journey> first_journey(const WeekOfTrips& week, const TripChance& chance, std::int64_t moment,
                                     const Calendar& calendar, const Condition& condition) {
  constexpr std::int64_t kBefore = 2;  // a trip of a day that began late
  constexpr std::int64_t kFarthest = 400;
  const std::int64_t today = calendar.at(moment).day;
  for (std::int64_t day = today - kBefore; day <= today + kFarthest; ++day) {
    const auto& trips = week.at(weekday_of(calendar.date_of(day)));
    if (trips.empty() || is_day_off(chance, calendar.date_of(day))) continue;
    std::optional<Journey> earliest;
    for (std::size_t number = 0; number < trips.size(); ++number) {
      const Journey journey = journey_of(trips[number], day, number, chance, calendar);
      if (condition(journey) && (!earliest || journey.leave < earliest->leave)) earliest = journey;
    }
    if (earliest) return earliest;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Journey> journey_at(const WeekOfTrips& week, const TripChance& chance, std::int64_t moment,
                                  const Calendar& calendar) {
  return first_journey(week, chance, moment, calendar, [&](const Journey& each) { return each.back > moment; });
}

std::optional<Journey> journey_after(const WeekOfTrips& week, const TripChance& chance, std::int64_t moment,
                                     const Calendar& calendar) {
  return first_journey(week, chance, moment, calendar, [&](const Journey& each) { return each.leave > moment; });
}

Journey next_journey(const Trip& trip, std::int64_t moment, const Calendar& calendar) {
  const std::int64_t today = calendar.at(moment).day;
  Journey journey = journey_of(trip, today, 0, {}, calendar);
  for (std::int64_t day = today + 1; journey.leave <= moment; ++day) journey = journey_of(trip, day, 0, {}, calendar);
  return journey;
}

}  // namespace home_energy
