/// @file
/// The values that further devices report, each declared once: key, unit, history column, and what it is in Home
/// Assistant. Telemetry, `/state`, events, history, discovery and the commands of devices are read from this table.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "common/wire/home_assistant_entity.hpp"
#include "common/world/devices.hpp"
#include "common/world/home.hpp"

namespace home_energy::wire {

/// A reported value. Its type says its unit: a switch is `on` or `off`, power is in kW, energy in kWh.
using DeviceValue = std::variant<Switch, Watts, EnergyTotal>;

/// One value of a device.
struct DeviceRow {
  std::string_view key;
  /// @param drawn what the device has drawn since the counters began
  DeviceValue (*get)(const Device& device, EnergyTotal drawn);
  /// In Home Assistant; its topic and key are the row's.
  home_assistant::Entity entity;
  std::string_view column{};  ///< in history, of energy; none where empty
};

/// A kind of device.
struct DeviceKind {
  std::string_view name;  ///< its topic below the home, and its command
  std::span<const DeviceRow> rows;
  std::string_view command_key;  ///< of the row that the command switches
};

/// The column of its energy in history.
std::string_view column_of(const DeviceKind& kind);

/// All of them, in the order of `Device`.
std::span<const DeviceKind> device_kinds();
/// The kind of that name; null where there is none.
const DeviceKind* device_kind(std::string_view name);
inline std::size_t number_of(const DeviceKind& kind) {
  return static_cast<std::size_t>(&kind - device_kinds().data());
}

}  // namespace home_energy::wire
