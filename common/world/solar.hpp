/// @file
/// Solar panels: give what the sun of their place and the weather of their seed make of them, or what was measured.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "common/base/units.hpp"
#include "common/time/calendar.hpp"
#include "common/time/day_curve.hpp"
#include "common/time/series.hpp"
#include "common/world/device_state.hpp"
#include "common/world/sun.hpp"

namespace home_energy {

/// What does not change while panels give. Shared by all homes that are alike.
struct SolarDesign {
  Watts peak;             ///< at 1000 W/m2 and 25 degrees Celsius
  Watts inverter;         ///< gives no more than that
  double losses;          ///< 0..1: of cables, inverter, dirt
  double latitude;        ///< degrees north
  double forecast_error;  ///< 0..1: 0 foresees the weather, 1 knows nothing of the day after tomorrow
  ClearSky sky;
  Clouds clouds;
  std::optional<LoadSeries> measured{};  ///< what is given instead
};

class Solar {
 public:
  static constexpr std::string_view kName = "solar";
  static constexpr DeviceRole kRole = DeviceRole::generator;

  explicit Solar(std::shared_ptr<const SolarDesign> design) : design_(std::move(design)) {}

  /// What it draws: below zero what it gives.
  Watts power() const { return Watts(-given_.count()); }
  Flow advance() const { return {Energy(), in_one_tick(given_)}; }

  /// @param calendar outlives the device
  void begin_quarter(const Quarter& quarter, const Calendar& calendar);

  /// When the present quarter began.
  std::int64_t now() const { return now_.moment; }
  /// By which it counts. Not before the first quarter has begun.
  const Calendar& calendar() const { return *calendar_; }
  /// What was measured somewhere and is given instead of sun and weather; null where nothing was.
  const LoadSeries* measured() const { return design_->measured ? &*design_->measured : nullptr; }
  /// What it is likely to give in a quarter of an hour, as forecast in the present one. What has been is known.
  Watts forecast(const Quarter& quarter) const;
  /// The same of a whole day, in watts times quarters of an hour. @param ahead 0: today, 1: tomorrow
  std::int64_t forecast_of_day(int ahead) const;

  /// Whether both forecast the same: the same panels below the same sky, in the same quarter of an hour.
  bool forecasts_like(const Solar& other) const {
    return now_.moment == other.now_.moment && design_ == other.design_ && calendar_ == other.calendar_;
  }

  /// All of it follows from the moment.
  DeviceState state() const { return {}; }
  void restore(const DeviceState&) {}

 private:
  struct Place {
    std::int64_t date;  ///< of the weather
    int quarter;        ///< of that day
  };
  /// What is the same all day.
  struct Day {
    Clouds::Day weather;
    int of_year;  ///< 0..365
    double air;   ///< degrees Celsius
  };
  Place place_of(const Quarter& quarter) const;
  Day day_of(std::int64_t date) const;
  bool is_night(const Day& day, int quarter) const { return design_->sky.is_night(day.of_year, quarter); }
  Watts given(const Day& day, int quarter, double clearness) const;
  double forecast_error(const Quarter& quarter) const;
  Watts measured_forecast(const Quarter& quarter) const;

  std::shared_ptr<const SolarDesign> design_;
  const Calendar* calendar_ = nullptr;
  Quarter now_{};
  std::optional<Day> today_;  ///< of the weather
  Watts given_;
};

}  // namespace home_energy
