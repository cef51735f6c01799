/// @file
/// The further devices behind the meter, beside house load and car: the list of their kinds. To add one: its file, its
/// line here, its option, and its rows in `wire/device_table.cpp`.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "common/base/units.hpp"
#include "common/time/series.hpp"
#include "common/world/heater.hpp"
#include "common/world/solar.hpp"
#include "common/world/storage.hpp"

namespace home_energy {

/// One device of any kind. A kind's place here is its number in this process; what outlives it goes by the name. A
/// storage comes last, since it balances what the others leave.
using Device = std::variant<Heater, Solar, Storage>;

inline constexpr std::size_t kDeviceKinds = std::variant_size_v<Device>;

template <std::size_t... Kind>
constexpr std::array<std::string_view, kDeviceKinds> names_of_kinds(std::index_sequence<Kind...>) {
  return {std::variant_alternative_t<Kind, Device>::kName...};
}
template <std::size_t... Kind>
constexpr std::array<DeviceRole, kDeviceKinds> roles_of_kinds(std::index_sequence<Kind...>) {
  return {std::variant_alternative_t<Kind, Device>::kRole...};
}
/// Of each kind, its name and its role.
inline constexpr auto kDeviceNames = names_of_kinds(std::make_index_sequence<kDeviceKinds>());
inline constexpr auto kDeviceRoles = roles_of_kinds(std::make_index_sequence<kDeviceKinds>());

/// What a device can be told.
using DeviceOrder = std::variant<Switch, StorageMode, StoragePower, StorageReserve>;

inline std::size_t kind_of(const Device& device) {
  return device.index();
}
inline std::string_view name_of(const Device& device) {
  return kDeviceNames[kind_of(device)];
}
inline DeviceRole role_of(const Device& device) {
  return kDeviceRoles[kind_of(device)];
}

/// What it draws at this moment; below zero what it gives. @param others what they leave; only a storage looks at it
inline Watts power_of(const Device& device, const Balance<Watts>& others) {
  return std::visit(
      [&](const auto& each) {
        if constexpr (requires { each.power(others); })
          return each.power(others);
        else
          return each.power();
      },
      device);
}
/// A tick passes.
inline Flow advance(Device& device, const Balance<Energy>& others) {
  return std::visit(
      [&](auto& each) {
        if constexpr (requires { each.advance(others); })
          return each.advance(others);
        else
          return each.advance();
      },
      device);
}
/// What it is likely to draw in a quarter of an hour by itself; below zero to give. Nothing of a storage, which follows
/// the others.
inline Watts expected_power(const Device& device, const Quarter& quarter) {
  return std::visit(
      [&](const auto& each) {
        if constexpr (requires { each.forecast(quarter); })
          return Watts(-each.forecast(quarter).count());
        else if constexpr (requires { each.expected_power(quarter.of_day); })
          return each.expected_power(quarter.of_day);
        else
          return Watts();
      },
      device);
}
/// A quarter of an hour has begun. @param calendar outlives the device
inline void begin_quarter(Device& device, const Quarter& quarter, const Calendar& calendar) {
  std::visit(
      [&](auto& each) {
        if constexpr (requires { each.begin_quarter(quarter, calendar); })
          each.begin_quarter(quarter, calendar);
        else if constexpr (requires { each.begin_quarter(quarter.of_day); })
          each.begin_quarter(quarter.of_day);
      },
      device);
}
/// @return whether it is an order for such a device
inline bool carry_out(Device& device, const DeviceOrder& order) {
  return std::visit(
      [](auto& each, const auto& what) {
        constexpr bool kUnderstood = requires {
          each.carry_out(what);
        };
        if constexpr (kUnderstood) each.carry_out(what);
        return kUnderstood;
      },
      device, order);
}
inline DeviceState state_of(const Device& device) {
  return std::visit([](const auto& each) { return each.state(); }, device);
}
inline void restore(Device& device, const DeviceState& state) {
  std::visit([&](auto& each) { each.restore(state); }, device);
}

/// What the devices of a home remember, by the name of their kind.
using DeviceStates = std::map<std::string, DeviceState, std::less<>>;

template <class Kind>
constexpr std::span<const std::string_view> energies_of_kind() {
  if constexpr (requires { Kind::kEnergies; })
    return Kind::kEnergies;
  else
    return {};
}
template <std::size_t... Kind>
constexpr std::array<std::span<const std::string_view>, kDeviceKinds> energies_of_kinds(std::index_sequence<Kind...>) {
  return {energies_of_kind<std::variant_alternative_t<Kind, Device>>()...};
}
/// Of what each kind remembers, the names of energies, which are counted in ticks.
inline constexpr auto kDeviceEnergies = energies_of_kinds(std::make_index_sequence<kDeviceKinds>());

}  // namespace home_energy
