/// @file
/// A home with an electric car: its state, and how time and commands change it. No clock, no thread: whoever owns a
/// home tells it that a tick has passed. Not safe to use from two threads at once.
#pragma once

#include <cstdint>
#include <memory>

#include "common/battery.hpp"
#include "common/command.hpp"
#include "common/day_curve.hpp"
#include "common/pace.hpp"
#include "common/units.hpp"

namespace home_energy {

/// How the clock of the home relates to the clock on the wall.
enum class ClockMode {
  simulated,  ///< starts at 00:00 and is set back there by a discharge
  local,      ///< follows the wall clock, whatever else happens
};

/// What does not change while a home runs. Shared by all homes that are alike.
struct HomeSettings {
  Pace pace;
  LoadCurve baseload;
  PriceCurve price;
  WattHours capacity;
  Watts charger;
  Watts fuse;
  Percent start_soc;
  Percent charge_limit;
  ClockMode clock_mode;
};

/// A moment of the simulated calendar.
struct Clock {
  std::int64_t day = 0;
  int quarter = 0;  ///< of the day, 0..95; stays at the hour's first where a slot is an hour
  int tick = 0;     ///< of the slot, 0..ticks_per_slot-1

  friend bool operator==(const Clock&, const Clock&) = default;
};

/// What can be seen of a home at one moment: exact, in the units of the world; `wire` rounds it.
struct Snapshot {
  int ticks_per_hour;
  std::int64_t day;
  int hour;
  int minute;
  Watts base_power;
  PricePerKwh price;
  Watts car_power;
  Watts fuse;
  Energy hour_energy;  ///< the hour's base load and what was charged in it
  Energy stored;
  Energy capacity;
  Charging charging;
  Percent limit;
  EnergyTotal base_energy;     ///< since the start; never falls
  EnergyTotal charged_energy;  ///< since the start; never falls
  Money cost;                  ///< since the start; falls where prices are negative
};

class Home {
 public:
  explicit Home(std::shared_ptr<const HomeSettings> settings);

  /// One tick passes: time moves on; a new hour's energy starts from its base load; a charging car takes its share.
  /// The counters count the tick at the power and price of the moment it began.
  void advance();

  /// Carries out a command. @return what holds now, as the receipt tells it
  Receipt apply(const Command& command);

  /// Puts the clock to another time of the local day without any energy flowing. A clock before the present one, or
  /// in another hour, begins that hour's energy anew.
  void set_clock(const Clock& clock);

  const Clock& clock() const { return clock_; }
  const HomeSettings& settings() const { return *settings_; }
  Snapshot snapshot() const;

 private:
  void enter_slot();
  void begin_hour();
  void reset();

  std::shared_ptr<const HomeSettings> settings_;
  Battery battery_;
  Clock clock_;
  int ticks_per_slot_;
  Watts base_power_;   ///< of the present slot
  PricePerKwh price_;  ///< of the present slot
  Energy hour_energy_;
  EnergyTotal base_energy_;
  EnergyTotal charged_energy_;
  Money cost_;
};

}  // namespace home_energy
