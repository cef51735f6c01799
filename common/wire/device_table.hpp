/// @file
/// The kinds of further devices: the values that they report, the columns that they have in history, and what they can
/// be told, each declared once. Telemetry, `/state`, events, history, discovery and the commands of devices are read
/// from this table.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/wire/value_table.hpp"
#include "common/world/devices.hpp"
#include "common/world/history.hpp"
#include "common/world/home.hpp"

namespace home_energy::wire {

/// An energy of a device in history.
struct DeviceColumn {
  std::string_view name;
  /// By kind: drawn or given.
  std::array<std::int64_t, kDeviceKinds> HistoryRow::*energies;
};

/// What a device can be told: `{"<key>": <value>}`, or the value alone.
struct DeviceVerb {
  std::string_view name;   ///< of the command
  std::string_view key;    ///< in its payload and in its receipt
  std::string_view value;  ///< the key among the values that it sets; empty where it is not reported
  std::string_view legal;  ///< what it may be, for people
  std::optional<DeviceOrder> (*read)(const nlohmann::json& value);
  /// As JSON; empty where it is another verb's order.
  std::string (*written)(const DeviceOrder& order);
};

/// A kind of device.
struct DeviceKind {
  std::string_view name;  ///< its topic below the home
  std::span<const ValueRow> rows;
  std::span<const DeviceColumn> columns;
  std::span<const DeviceVerb> verbs;
};

/// All of them, in the order of `Device`.
std::span<const DeviceKind> device_kinds();
inline std::size_t number_of(const DeviceKind& kind) {
  return static_cast<std::size_t>(&kind - device_kinds().data());
}

/// The kind and the verb of a command's name; nulls where there is none.
struct DeviceVerbOfKind {
  const DeviceKind* kind = nullptr;
  const DeviceVerb* verb = nullptr;
};
DeviceVerbOfKind device_verb(std::string_view command);

std::string_view text(StorageMode mode);
std::optional<StorageMode> storage_mode_of(std::string_view text);

/// What a receipt says of a command that was carried out.
std::string device_result(const DeviceCommand& command);

}  // namespace home_energy::wire
