/// @file
/// The further devices behind the meter, beside house load and car: the list of their kinds. To add one: its file, its
/// line here, its option, and its rows in `wire/device_table.cpp`.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "common/base/units.hpp"
#include "common/world/heater.hpp"

namespace home_energy {

/// One device of any kind. A kind's place here is its number in this process; what outlives it goes by the name.
using Device = std::variant<Heater>;

inline constexpr std::size_t kDeviceKinds = std::variant_size_v<Device>;

template <std::size_t... Kind>
constexpr std::array<std::string_view, kDeviceKinds> names_of_kinds(std::index_sequence<Kind...>) {
  return {std::variant_alternative_t<Kind, Device>::kName...};
}
/// Of each kind, its name.
inline constexpr auto kDeviceNames = names_of_kinds(std::make_index_sequence<kDeviceKinds>());

inline std::size_t kind_of(const Device& device) {
  return device.index();
}
inline std::string_view name_of(const Device& device) {
  return kDeviceNames.at(kind_of(device));
}
inline Watts power_of(const Device& device) {
  return std::visit([](const auto& each) { return each.power(); }, device);
}
inline Watts expected_power(const Device& device, int quarter) {
  return std::visit([&](const auto& each) { return each.expected_power(quarter); }, device);
}
inline void begin_quarter(Device& device, int quarter) {
  std::visit([&](auto& each) { each.begin_quarter(quarter); }, device);
}
inline void switch_to(Device& device, Switch position) {
  std::visit([&](auto& each) { each.switch_to(position); }, device);
}
inline DeviceState state_of(const Device& device) {
  return std::visit([](const auto& each) { return each.state(); }, device);
}
inline void restore(Device& device, const DeviceState& state) {
  std::visit([&](auto& each) { each.restore(state); }, device);
}

/// What the devices of a home remember, by the name of their kind.
using DeviceStates = std::map<std::string, DeviceState, std::less<>>;

}  // namespace home_energy
