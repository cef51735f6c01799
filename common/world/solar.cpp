#include "common/world/solar.hpp"

#include <algorithm>
#include <cmath>

namespace home_energy {

/// Where days are those of a zone the sun follows UTC, else their clock shows the mean solar time.
Solar::Place Solar::place_of(const Quarter& quarter) const {
  if (!calendar_->has_zone()) return {calendar_->date_of(quarter.day), quarter.of_day};
  const std::int64_t unix_seconds = calendar_->epoch() + quarter.moment;
  const std::int64_t date = floored_quotient(unix_seconds, kSecondsPerDay);
  return {date, static_cast<int>((unix_seconds - date * kSecondsPerDay) / kSecondsPerQuarter)};
}

Solar::Day Solar::day_of(std::int64_t date) const {
  if (today_ && today_->weather.date == date) return *today_;
  const int of_year = day_of_year(date).day;
  return {design_->clouds.day(date), of_year, air_temperature(design_->latitude, of_year)};
}

/// Modules lose 0.4 % a degree above 25, at 0.03 degrees above the air for each W/m2, and 5 % to glass, colour and
/// faint light.
Watts Solar::given(const Day& day, int quarter, double clearness) const {
  constexpr double kAtTest = 1000;  // W/m2
  constexpr double kTestDegrees = 25;
  constexpr double kPerDegree = 0.004;
  constexpr double kHeating = 0.03;
  constexpr double kGlass = 0.95;
  const double light = kGlass * design_->sky.on_plane(day.of_year, quarter, clearness);
  const double above = day.air + kHeating * light - kTestDegrees;
  const double share = light / kAtTest * (1 - kPerDegree * above) * (1 - design_->losses);
  const auto watts = std::llround(static_cast<double>(design_->peak.count()) * std::max(0.0, share));
  return std::min(Watts(watts), design_->inverter);
}

void Solar::begin_quarter(const Quarter& quarter, const Calendar& calendar) {
  now_ = quarter;
  calendar_ = &calendar;
  if (design_->measured) {
    given_ = design_->measured->at(quarter, calendar);
    return;
  }
  const Place place = place_of(quarter);
  if (!today_ || today_->weather.date != place.date) today_ = day_of(place.date);
  given_ = is_night(*today_, place.quarter)
               ? Watts()
               : given(*today_, place.quarter, design_->clouds.clearness(today_->weather, place.quarter));
}

/// Of a forecast for that quarter, 0..1: more with the hours ahead.
double Solar::forecast_error(const Quarter& quarter) const {
  constexpr double kBlind = 48.0 * kSecondsPerHour;
  const double ahead = std::clamp(static_cast<double>(quarter.moment - now_.moment) / kBlind, 0.0, 1.0);
  return design_->forecast_error * std::sqrt(ahead);
}

/// What will be measured, and with the hours ahead more and more of what was a day before it.
Watts Solar::measured_forecast(const Quarter& quarter) const {
  const LoadSeries& measured = *design_->measured;
  const Watts actual = measured.at(quarter, *calendar_);
  const double wrong = forecast_error(quarter);
  if (measured.is_daily() || wrong == 0) return actual;
  const Watts day_before = measured.at(quarter_at(quarter.moment - kSecondsPerDay, *calendar_), *calendar_);
  return Watts(std::llround((1 - wrong) * static_cast<double>(actual.count()) +
                            wrong * static_cast<double>(day_before.count())));
}

/// The weather as it will be, and with the hours ahead more and more of another.
Watts Solar::forecast(const Quarter& quarter) const {
  if (design_->measured) return measured_forecast(quarter);
  const Place place = place_of(quarter);
  const Day day = day_of(place.date);
  if (is_night(day, place.quarter)) return {};
  const double wrong = forecast_error(quarter);
  const double actual = design_->clouds.clearness(day.weather, place.quarter);
  if (wrong == 0) return given(day, place.quarter, actual);
  const double other = design_->clouds.alternative(day.weather, place.quarter);
  return given(day, place.quarter, (1 - wrong) * actual + wrong * other);
}

std::int64_t Solar::forecast_of_day(int ahead) const {
  const std::int64_t end = calendar_->begin_of(now_.day + ahead + 1);
  std::int64_t sum = 0;
  for (std::int64_t moment = calendar_->begin_of(now_.day + ahead); moment < end; moment += kSecondsPerQuarter)
    sum += forecast(quarter_at(moment, *calendar_)).count();
  return sum;
}

}  // namespace home_energy
