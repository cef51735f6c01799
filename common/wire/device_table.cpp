#include "common/wire/device_table.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "common/wire/wire.hpp"
#include "common/wire/wire_numbers.hpp"

namespace home_energy::wire {
namespace {

using home_assistant::kEnergyMeasure;
using home_assistant::kPowerMeasure;

/// What the device has drawn since the counters began.
EnergyTotal drawn_by(const Reported& of) {
  return of.home.counters.devices.at(kind_of(*of.device));
}

void append_power(std::string& out, const Reported& of) {
  append_kw(out, power_of(*of.device));
}
void append_energy(std::string& out, const Reported& of) {
  append_kwh(out, drawn_by(of).count(), of.home.ticks_per_hour);
}
void append_heating(std::string& out, const Reported& of) {
  out += '"';
  out += text(std::get<Heater>(*of.device).heating());
  out += '"';
}

constexpr std::array kHeating{home_assistant::Entity{.id = "heater",
                                                     .platform = "switch",
                                                     .name = "Heater",
                                                     .measure = {.icon = "mdi:water-boiler"},
                                                     .more = home_assistant::on_and_off}};
constexpr std::array kHeaterPower{home_assistant::Entity{
    .id = "heater_power", .platform = "sensor", .name = "Heater power", .measure = kPowerMeasure}};
constexpr std::array kHeaterEnergy{home_assistant::Entity{
    .id = "heater_energy", .platform = "sensor", .name = "Heater energy", .measure = kEnergyMeasure}};

constexpr std::array kHeater{
    ValueRow{"heating", append_heating, kHeating},
    ValueRow{key::kPowerKw, append_power, kHeaterPower},
    ValueRow{key::kEnergyKwh, append_energy, kHeaterEnergy, "heater_kwh"},
};

constexpr std::array kKinds{
    DeviceKind{Heater::kName, kHeater, "heating"},
};
static_assert(kKinds.size() == kDeviceKinds);

}  // namespace

std::span<const DeviceKind> device_kinds() {
  return kKinds;
}

std::string_view column_of(const DeviceKind& kind) {
  const auto found = std::ranges::find_if(kind.rows, [](const ValueRow& row) { return !row.column.empty(); });
  return found == kind.rows.end() ? std::string_view{} : found->column;
}

const DeviceKind* device_kind(std::string_view name) {
  const auto* const found = std::ranges::find(kKinds, name, &DeviceKind::name);
  return found == kKinds.end() ? nullptr : found;
}

std::span<const std::string_view> command::all() {
  static const auto kAll = [] {
    std::vector<std::string_view> all(kOfEveryHome.begin(), kOfEveryHome.end());
    for (const DeviceKind& kind : kKinds) all.push_back(kind.name);
    return all;
  }();
  return kAll;
}

void append_device(std::string& out, const Device& device, const Snapshot& home, const Labels& labels) {
  append_rows(out, kKinds.at(kind_of(device)).rows, {home, labels, &device});
}

}  // namespace home_energy::wire
