/// @file
/// One simulated home for whoever links the library: configuration in, time and commands in, reports out, as values or
/// as JSON text. Needs no other header of the library.
///
/// Two homes share nothing that changes: each may live on a thread of its own. One home is not safe to use from two
/// threads at once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace home_energy {

/// The latest plans of homes, so that of those that are alike one has it made. May be shared by the homes of one
/// thread; not safe to use from two threads at once.
class PlanCache {
 public:
  PlanCache();
  ~PlanCache();
  PlanCache(const PlanCache&) = delete;
  PlanCache& operator=(const PlanCache&) = delete;
  PlanCache(PlanCache&&) noexcept;
  PlanCache& operator=(PlanCache&&) noexcept;

 private:
  friend class Simulation;
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// What can be seen of a home at one moment.
struct SimulationState {
  std::int64_t day;    ///< since the start
  int minute_of_day;   ///< 0..1439
  double soc_percent;  ///< of the car, 0..100; 0 where there is none, as in all that is of it
  double stored_kwh;   ///< in the car
  bool charging;       ///< whether the car does
  double car_kw;       ///< what the car draws
  double base_kw;      ///< what the house draws without it
  double power_kw;     ///< what the home draws from the grid; below zero what it gives to it
  double energy_kwh;   ///< from the grid since the start; never falling
  double export_kwh;   ///< to the grid since the start; never falling
  double cost;         ///< since the start, in the currency: what was paid less what was earned
  double price;        ///< per kWh, now
  bool overload;       ///< whether the main fuse is exceeded
  bool plugged;        ///< whether the charger reaches the car: true where it never leaves, false without one
  bool away;           ///< whether the car is

  /// Panels; none where there are none.
  struct Solar {
    double power_kw;    ///< what they give now
    double energy_kwh;  ///< given since the start; never falling
  };
  std::optional<Solar> solar;

  /// The home battery; none where there is none.
  struct Storage {
    double power_kw;     ///< above zero what it draws, below zero what it gives
    double soc_percent;  ///< 0..100
    double stored_kwh;
    double charged_kwh;     ///< drawn since the start; never falling
    double discharged_kwh;  ///< given since the start; never falling
  };
  std::optional<Storage> storage;

  /// The mean of the month's highest hours; none where the tariff has no price of power.
  std::optional<double> peak_kw;
};

class Simulation {
 public:
  /// @param configuration a JSON object of options by the names that `home-energy-agent --help` gives, without dashes:
  /// `{"capacity-kwh":60,"mode":"cheapest","heater-kw":2}`. What is left out has its default. `prices` and `baseload`
  /// are arrays of 24, 48 or 96 numbers. Those of time are `seconds-per-hour` and `tick`: an hour has as many ticks as
  /// the one lasts longer than the other. Fails with the option that is wrong.
  static Result<Simulation> make(std::string_view configuration);
  ~Simulation();
  Simulation(Simulation&&) noexcept;
  Simulation& operator=(Simulation&&) noexcept;
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  /// So many ticks pass. Plans are made as they fall due, which takes up to some hundred milliseconds each.
  /// @param ticks not negative
  void advance(std::int64_t ticks, PlanCache* cache = nullptr);
  int ticks_per_hour() const;

  /// Carries out a command as it comes over MQTT: `("charge", "on")`, `("price", "[0.1, ...]")`.
  /// @return what holds now, as JSON; or why it cannot be, and nothing changed
  Result<std::string> command(std::string_view name, std::string_view text, PlanCache* cache = nullptr);

  SimulationState state() const;
  /// All topics of the home in one object, as `GET /state` gives them.
  std::string state_json() const;
  /// What is to be charged when, as `GET /plan` gives it.
  std::string plan_json() const;

 private:
  class Impl;
  explicit Simulation(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace home_energy
