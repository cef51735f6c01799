/// @file
/// The sun over a place: what falls on a tilted plane under a clear sky, and how clouds lessen it. Pure functions of
/// place, seed and moment; the models and what they leave out are in docs/world.md. Any thread may call them.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "common/time/pace.hpp"

namespace home_energy {

constexpr int kMonthsPerYear = 12;

/// Of each month, the share of a clear sky's radiation that reaches the ground: 0.02..0.98.
using Clearness = std::array<double, kMonthsPerYear>;

struct SolarPlace {
  double latitude;   ///< degrees north, -90..90
  double longitude;  ///< degrees east, -180..180
};

/// Of each hour of the mean solar day, the share of the direct radiation that trees and houses keep off: 0..1.
using Shade = std::array<double, kHoursPerDay>;

/// How modules are mounted.
struct SolarPlane {
  double tilt;     ///< degrees from the horizontal, 0..90
  double azimuth;  ///< degrees from north by east, 0..360: 180 is south
  Shade shade{};
};

/// The clear sky over a place in the middle of each quarter of an hour of a year.
class ClearSky {
 public:
  /// @param zone_is_known whether days are those of UTC; else their clock shows the mean solar time of the place
  ClearSky(const SolarPlace& place, const SolarPlane& plane, bool zone_is_known);

  /// What falls on the plane, W/m2. @param day of the year, 0..365 @param quarter of the day, 0..95
  /// @param clearness of a clear sky's radiation on the horizontal, 0..1
  double on_plane(int day, int quarter, double clearness) const;
  bool is_night(int day, int quarter) const { return at(day, quarter).horizontal <= 0; }

 private:
  struct Sky {
    float horizontal;  ///< W/m2 on the horizontal under a clear sky
    float above;       ///< the same without an atmosphere
    float ratio;       ///< of the direct radiation, on the plane to on the horizontal
  };
  const Sky& at(int day, int quarter) const {
    return skies_[static_cast<std::size_t>(day) * kQuartersPerDay + static_cast<std::size_t>(quarter)];
  }

  std::vector<Sky> skies_;
  double sky_seen_;     ///< share of the sky that the plane sees
  double ground_seen_;  ///< share of what the ground throws back
};

/// Clouds over a place.
class Clouds {
 public:
  Clouds(const Clearness& clearness, std::uint64_t seed);

  /// What is common to a day. @param date days since 1970-01-01
  struct Day {
    std::int64_t date;
    double actual;       ///< before the hours' own
    double alternative;  ///< of another weather, as likely: what a wrong forecast leans to
  };
  Day day(std::int64_t date) const;
  /// Share of a clear sky's radiation, 0..1. @param quarter of the day, 0..95
  double clearness(const Day& day, int quarter) const;
  double alternative(const Day& day, int quarter) const;

 private:
  double within_day(std::uint64_t stream, std::int64_t date, int quarter) const;
  double of_day(std::uint64_t stream, std::int64_t date) const;

  std::array<double, kMonthsPerYear> means_;  ///< of the days, before the curve that keeps them within 0..1
  std::uint64_t seed_;
};

/// The mean air temperature of a day of the year, degrees Celsius, by latitude alone.
double air_temperature(double latitude, int day);

/// Of a date, since 1970-01-01: the day of the year, 0..365, and the month, 0..11.
struct DayOfYear {
  int day;
  int month;
};
DayOfYear day_of_year(std::int64_t date);

}  // namespace home_energy
