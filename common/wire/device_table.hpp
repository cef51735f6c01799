/// @file
/// The kinds of further devices and the values that they report, each declared once. Telemetry, `/state`, events,
/// history, discovery and the commands of devices are read from this table.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "common/wire/value_table.hpp"
#include "common/world/devices.hpp"
#include "common/world/home.hpp"

namespace home_energy::wire {

/// A kind of device.
struct DeviceKind {
  std::string_view name;  ///< its topic below the home, and its command
  std::span<const ValueRow> rows;
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
