/// @file
/// When a car leaves and comes back: a week of trips with seeded chance, and single trips beside. Values; any moment's
/// trip can be computed alone.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/base/units.hpp"
#include "common/time/calendar.hpp"

namespace home_energy {

/// Of one day.
constexpr std::size_t kMostTripsPerDay = 8;

/// A trip as it is wished for.
struct Trip {
  int leave;         ///< minutes past midnight
  int back;          ///< minutes past midnight: on the next day where it is not after `leave`
  WattHours energy;  ///< what it takes

  friend bool operator==(const Trip&, const Trip&) = default;
};

/// Those of each weekday, Monday first, in the order in which they leave.
using WeekOfTrips = std::array<std::vector<Trip>, kDaysPerWeek>;

/// Whether the trips of each day are within 0..1439 minutes, take 0..1000 kWh, follow each other, and are at most
/// `kMostTripsPerDay`; also of what lasts past midnight.
bool is_legal(const WeekOfTrips& week);

/// How trips differ from what was wished for.
struct TripChance {
  std::uint64_t seed = 1;
  int minutes = 0;     ///< standard deviation of leaving and coming back
  double energy = 0;   ///< standard deviation of the energy, as a share of it, 0..1
  double day_off = 0;  ///< the share of days on which the car stays, 0..1

  friend bool operator==(const TripChance&, const TripChance&) = default;
};

struct TripSettings {
  WeekOfTrips week{};
  TripChance chance{};
  WattHours per_100km{18'000};  ///< above 0
  std::int64_t odometer_m = 0;  ///< at the start
};

/// A trip that takes place.
struct Journey {
  std::int64_t leave;  ///< the moment
  std::int64_t back;   ///< the moment, after `leave`
  WattHours energy;

  friend bool operator==(const Journey&, const Journey&) = default;
};

/// The first journey that is not back by a moment: the one under way or, where none is, the next; nothing where none is
/// within 400 days.
std::optional<Journey> journey_at(const WeekOfTrips& week, const TripChance& chance, std::int64_t moment,
                                  const Calendar& calendar);
/// The first journey that leaves after a moment.
std::optional<Journey> journey_after(const WeekOfTrips& week, const TripChance& chance, std::int64_t moment,
                                     const Calendar& calendar);

/// A single trip, when its time comes next.
Journey next_journey(const Trip& trip, std::int64_t moment, const Calendar& calendar);

}  // namespace home_energy
