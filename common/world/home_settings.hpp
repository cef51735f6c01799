/// @file
/// What a home is made of, and what it starts with.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "common/base/units.hpp"
#include "common/planner/planner.hpp"
#include "common/time/calendar.hpp"
#include "common/time/day_curve.hpp"
#include "common/time/pace.hpp"
#include "common/time/series.hpp"
#include "common/world/charging_plan.hpp"
#include "common/world/devices.hpp"
#include "common/world/tariff.hpp"
#include "common/world/trips.hpp"

namespace home_energy {

/// How the clock of the home relates to the clock on the wall.
enum class ClockMode {
  simulated,  ///< starts at 00:00 and is set back there by a discharge
  local,      ///< follows the wall clock, whatever else happens
};

/// Whether charging is cut or stopped before the fuse is exceeded.
enum class LoadBalancing {
  automatic,  ///< where a plan charges; by hand an overload is only told
  on,
  off,
};

/// A car with its charger: what does not change, and what it starts with.
struct CarSettings {
  WattHours capacity;
  Watts charger;
  std::optional<Watts> charger_min{};  ///< none: the charger is on or off
  Percent start_soc;
  Percent charge_limit;
  Percent charge_efficiency = kFull;
  std::vector<TaperStep> taper{};
  MoneyMicro start_cost{};
  std::chrono::seconds min_run{0};
  std::optional<PricePerKwh> max_price{};
  ChargingWish wish{};
  Watts solar_min{};                            ///< what mode `solar` may take from the grid to keep charging
  std::shared_ptr<const TripSettings> trips{};  ///< null where the car never leaves
};

/// What does not change while a home runs, and what it starts with. Shared by all homes that are alike.
struct HomeSettings {
  Pace pace;
  LoadCurve baseload;
  PriceCurve price;
  Record<Watts> recorded_loads{};         ///< null: every day is like `baseload`
  Record<PricePerKwh> recorded_prices{};  ///< null: every day is like `price`
  Resolution finest_record = Resolution::hourly;
  bool has_car = true;
  CarSettings car;                          ///< counts for nothing without one
  std::vector<CarSettings> further_cars{};  ///< fewer than `kMostCars`; none without the first
  Watts fuse;
  ClockMode clock_mode;
  LoadBalancing load_balancing = LoadBalancing::automatic;
  std::vector<Device>
      devices{};  ///< further ones, as they are at the start, in the order of their kinds; of each one at most
  Tariff tariff{};
  std::shared_ptr<const Calendar> calendar = std::make_shared<const Calendar>();

  /// @param number 0 is the first
  const CarSettings& car_at(std::size_t number) const { return number == 0 ? car : further_cars[number - 1]; }
};

}  // namespace home_energy
