/// @file
/// What a home can be told to do, as plain values.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <variant>

#include "common/base/units.hpp"
#include "common/world/battery.hpp"
#include "common/world/curve_update.hpp"
#include "common/world/devices.hpp"
#include "common/world/trips.hpp"

namespace home_energy {

/// Start or stop charging the car. Idempotent.
struct ChargeCommand {
  Charging charging;
};

/// The battery to 20 %, charging off, the clock to 00:00 of the next day.
struct ResetCommand {};

constexpr int kLowestLimitPercent = 20;
constexpr int kHighestLimitPercent = 100;

/// The state of charge at which charging stops, 20..100 %.
struct ChargeLimitCommand {
  Percent limit;
};

/// What the charger may draw at most from now on, in every mode: 0 up to its own power.
struct ChargePowerCommand {
  Watts power;
};

/// Who decides when the car charges.
enum class ChargingMode {
  manual,       ///< `charge` on and off
  cheapest,     ///< a plan of the least cost
  lowest_load,  ///< a plan for when the house uses least
  immediate,    ///< at full power whenever it is plugged in, up to the target
  solar,        ///< what the home gives and does not use, up to the target
};

/// All of them. Files hold a mode by its place here: new ones go to the end.
inline constexpr std::array kChargingModes{ChargingMode::manual, ChargingMode::cheapest, ChargingMode::lowest_load,
                                           ChargingMode::immediate, ChargingMode::solar};

struct ModeCommand {
  ChargingMode mode;
};

/// The state of charge that a plan is to reach, 20..100 %, at most the charge limit.
struct TargetCommand {
  Percent target;
};

/// When a plan is to have reached it: the next time that the clock shows it, in minutes past midnight, 0..1439.
struct ReadyByCommand {
  int minute;
};

/// Plug the car in or out.
struct PlugCommand {
  Switch position;
};

/// A single trip, the next time that its time comes; without leaving: when the trip under way ends.
struct TripCommand {
  std::optional<int> leave;  ///< minutes past midnight
  int back;                  ///< minutes past midnight
  WattHours energy;          ///< of a trip that is still to come
};

/// The trips of every week from now on.
struct TripsCommand {
  WeekOfTrips week;
};

struct PriceCommand {
  PriceUpdate prices;
};

struct BaseloadCommand {
  LoadUpdate loads;
};

/// Tell a further device something.
struct DeviceCommand {
  std::size_t kind;  ///< of the device
  DeviceOrder order;
};

using Command = std::variant<ChargeCommand, ResetCommand, ChargeLimitCommand, ModeCommand, TargetCommand,
                             ReadyByCommand, PriceCommand, BaseloadCommand, DeviceCommand, PlugCommand, TripCommand,
                             TripsCommand, ChargePowerCommand>;

/// Whether it is told to the car.
inline bool is_for_car(const Command& command) {
  return !std::holds_alternative<PriceCommand>(command) && !std::holds_alternative<BaseloadCommand>(command) &&
         !std::holds_alternative<DeviceCommand>(command);
}

/// Says that a command was carried out; the command itself holds what was asked and is now so.
struct Receipt {
  Command done;
  bool took_over = false;  ///< another mode than `manual` was to charge: now it is `manual`
  bool pending = false;    ///< the car is not plugged in: it charges as soon as it is
};

}  // namespace home_energy
