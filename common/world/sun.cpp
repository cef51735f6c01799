#include "common/world/sun.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>

#include "common/base/noise.hpp"

namespace home_energy {
namespace {

constexpr int kDaysPerYear = 366;
constexpr double kDegree = std::numbers::pi / 180;
constexpr double kSolarConstant = 1361;  // W/m2
constexpr double kGroundAlbedo = 0.2;
constexpr double kLowestSun = 0.035;  // cosine of the zenith angle, 2 degrees: below, the ratio to the plane runs away

// The streams of the clouds' randomness.
constexpr std::uint64_t kDays = 0;
constexpr std::uint64_t kHours = 1;
constexpr std::uint64_t kOtherDays = 2;
constexpr std::uint64_t kOtherHours = 3;
// Standard deviations, before the curve that keeps shares within 0..1.
constexpr double kSpreadOfDays = 1.3;
constexpr double kSpreadOfHours = 0.7;

/// Where the sun stands on a day of the year.
struct SunOfDay {
  double declination;       ///< radians
  double equation_of_time;  ///< minutes that sundials are ahead
  double distance;          ///< radiation over that at the mean distance
};

/// Spencer, 1971.
SunOfDay sun_of_day(int day) {
  const double b = 2 * std::numbers::pi * day / 365;
  return {.declination = 0.006918 - 0.399912 * std::cos(b) + 0.070257 * std::sin(b) - 0.006758 * std::cos(2 * b) +
                         0.000907 * std::sin(2 * b) - 0.002697 * std::cos(3 * b) + 0.00148 * std::sin(3 * b),
          .equation_of_time = 229.18 * (0.000075 + 0.001868 * std::cos(b) - 0.032077 * std::sin(b) -
                                        0.014615 * std::cos(2 * b) - 0.04089 * std::sin(2 * b)),
          .distance = 1.00011 + 0.034221 * std::cos(b) + 0.00128 * std::sin(b) + 0.000719 * std::cos(2 * b) +
                      0.000077 * std::sin(2 * b)};
}

/// Global radiation on the horizontal under a clear sky, W/m2: Haurwitz, 1945.
double haurwitz(double cos_zenith) {
  return 1098 * cos_zenith * std::exp(-0.057 / cos_zenith);
}

/// The share of the global radiation that is diffuse, by that of the radiation above the atmosphere which arrives:
/// Erbs, Klein and Duffie, 1982.
double diffuse_share(double arriving) {
  constexpr double kOvercast = 0.22;
  constexpr double kClear = 0.80;
  if (arriving <= kOvercast) return 1 - 0.09 * arriving;
  if (arriving > kClear) return 0.165;
  return 0.9511 + arriving * (-0.1604 + arriving * (4.388 + arriving * (-16.638 + arriving * 12.336)));
}

double within_0_and_1(double x) {
  return 1 / (1 + std::exp(-x));
}

/// The mean of what `within_0_and_1` makes of a normal number with this mean and deviation.
double mean_share(double mean, double deviation) {
  constexpr int kSteps = 40;
  constexpr double kWidth = 3.5;
  double sum = 0;
  double weights = 0;
  for (int i = -kSteps; i <= kSteps; ++i) {
    const double z = kWidth * i / kSteps;
    const double weight = std::exp(-z * z / 2);
    sum += weight * within_0_and_1(mean + deviation * z);
    weights += weight;
  }
  return sum / weights;
}

/// The mean with which `mean_share` is that share.
double mean_for(double share, double deviation) {
  double low = -20;
  double high = 20;
  constexpr int kHalvings = 40;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    (mean_share(middle, deviation) < share ? low : high) = middle;
  }
  return low;
}

/// @param minutes of a mean solar day, or of one beside it
double shade_at(const Shade& shade, double minutes) {
  const auto hour = static_cast<int>(std::floor(minutes / kMinutesPerHour));
  return shade.at(static_cast<std::size_t>((hour + kHoursPerDay) % kHoursPerDay));
}

}  // namespace

ClearSky::ClearSky(const SolarPlace& place, const SolarPlane& plane, bool zone_is_known)
    : skies_(static_cast<std::size_t>(kDaysPerYear) * kQuartersPerDay),
      sky_seen_((1 + std::cos(plane.tilt * kDegree)) / 2),
      ground_seen_(kGroundAlbedo * (1 - std::cos(plane.tilt * kDegree)) / 2) {
  constexpr double kMinutesPerDegree = 4;
  const double sin_latitude = std::sin(place.latitude * kDegree);
  const double cos_latitude = std::cos(place.latitude * kDegree);
  const double sin_tilt = std::sin(plane.tilt * kDegree);
  const double cos_tilt = std::cos(plane.tilt * kDegree);
  const double from_south = (plane.azimuth - 180) * kDegree;
  const double ahead = zone_is_known ? kMinutesPerDegree * place.longitude : 0;
  for (int day = 0; day < kDaysPerYear; ++day) {
    const SunOfDay sun = sun_of_day(day);
    for (int quarter = 0; quarter < kQuartersPerDay; ++quarter) {
      const double mean_minutes = (quarter + 0.5) * kMinutesPerQuarter + ahead;
      const double minutes = mean_minutes + sun.equation_of_time;
      const double hour_angle = (minutes / kMinutesPerDegree - 180) * kDegree;
      // The sun's direction: south, west, up.
      const double up =
          sin_latitude * std::sin(sun.declination) + cos_latitude * std::cos(sun.declination) * std::cos(hour_angle);
      if (up <= 0) continue;
      const double south =
          sin_latitude * std::cos(sun.declination) * std::cos(hour_angle) - cos_latitude * std::sin(sun.declination);
      const double west = std::cos(sun.declination) * std::sin(hour_angle);
      const double on_plane = up * cos_tilt + sin_tilt * (south * std::cos(from_south) + west * std::sin(from_south));
      Sky& sky = skies_[static_cast<std::size_t>(day) * kQuartersPerDay + static_cast<std::size_t>(quarter)];
      sky.horizontal = static_cast<float>(haurwitz(up));
      sky.above = static_cast<float>(kSolarConstant * sun.distance * up);
      const double arriving = 1 - shade_at(plane.shade, mean_minutes);
      sky.ratio = static_cast<float>(arriving * std::max(0.0, on_plane) / std::max(up, kLowestSun));
    }
  }
}

/// Direct, diffuse as from a sky that is equally bright everywhere, and thrown back by the ground: Liu and Jordan,
/// 1963.
double ClearSky::on_plane(int day, int quarter, double clearness) const {
  const Sky& sky = at(day, quarter);
  if (sky.horizontal <= 0) return 0;
  const double global = clearness * sky.horizontal;
  const double diffuse = global * diffuse_share(global / sky.above);
  return (global - diffuse) * sky.ratio + diffuse * sky_seen_ + global * ground_seen_;
}

Clouds::Clouds(const Clearness& clearness, std::uint64_t seed) : means_{}, seed_(seed) {
  for (std::size_t month = 0; month < clearness.size(); ++month)
    means_.at(month) = mean_for(clearness.at(month), std::hypot(kSpreadOfDays, kSpreadOfHours));
}

/// A day is like the one before it: a correlation of 0.45.
double Clouds::of_day(std::uint64_t stream, std::int64_t date) const {
  constexpr double kOwn = 0.8507;  // squares that add up to 1, with a product of 0.447
  constexpr double kBefore = 0.5257;
  return kSpreadOfDays * (kOwn * noise_normal(seed_, stream, date) + kBefore * noise_normal(seed_, stream, date - 1));
}

Clouds::Day Clouds::day(std::int64_t date) const {
  const double mean = means_.at(static_cast<std::size_t>(day_of_year(date).month));
  return {date, mean + of_day(kDays, date), mean + of_day(kOtherDays, date)};
}

/// From hour to hour, in between in a straight line.
double Clouds::within_day(std::uint64_t stream, std::int64_t date, int quarter) const {
  const std::int64_t hour = date * kHoursPerDay + quarter / kQuartersPerHour;
  const double later = (quarter % kQuartersPerHour + 0.5) / kQuartersPerHour;
  const double before = 1 - later;
  const double mixed = before * noise_normal(seed_, stream, hour) + later * noise_normal(seed_, stream, hour + 1);
  return kSpreadOfHours * mixed / std::sqrt(before * before + later * later);
}

double Clouds::clearness(const Day& day, int quarter) const {
  return within_0_and_1(day.actual + within_day(kHours, day.date, quarter));
}

double Clouds::alternative(const Day& day, int quarter) const {
  return within_0_and_1(day.alternative + within_day(kOtherHours, day.date, quarter));
}

/// Warmer towards the equator, and 10 degrees to either side of the mean, coldest in the middle of January; six months
/// later in the south.
double air_temperature(double latitude, int day) {
  constexpr double kSeason = 10;
  constexpr int kColdest = 19;
  const double mean = 28.7 - 0.367 * std::abs(latitude);
  const double season = std::cos(2 * std::numbers::pi * (day - kColdest) / 365);
  return mean - (latitude < 0 ? -kSeason : kSeason) * season;
}

DayOfYear day_of_year(std::int64_t date) {
  using namespace std::chrono;
  constexpr std::int64_t kDaysPerCycle = 146'097;  // after 400 years all dates come again
  const sys_days day{days{static_cast<int>(date % kDaysPerCycle)}};
  const year_month_day shown(day);
  const auto first = sys_days(shown.year() / January / 1);
  return {static_cast<int>((day - first).count()), static_cast<int>(static_cast<unsigned>(shown.month())) - 1};
}

}  // namespace home_energy
