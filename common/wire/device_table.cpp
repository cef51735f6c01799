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

DeviceValue power(const Device& device, EnergyTotal) {
  return power_of(device);
}
DeviceValue energy(const Device&, EnergyTotal drawn) {
  return drawn;
}

constexpr std::array kHeater{
    DeviceRow{"heating",
              [](const Device& device, EnergyTotal) -> DeviceValue { return std::get<Heater>(device).heating(); },
              {.id = "heater",
               .platform = "switch",
               .name = "Heater",
               .measure = {.icon = "mdi:water-boiler"},
               .more = home_assistant::on_and_off}},
    DeviceRow{key::kPowerKw,
              power,
              {.id = "heater_power", .platform = "sensor", .name = "Heater power", .measure = kPowerMeasure}},
    DeviceRow{key::kEnergyKwh,
              energy,
              {.id = "heater_energy", .platform = "sensor", .name = "Heater energy", .measure = kEnergyMeasure},
              "heater_kwh"},
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
  const auto found = std::ranges::find_if(kind.rows, [](const DeviceRow& row) { return !row.column.empty(); });
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

void append_device(std::string& out, const Device& device, const Snapshot& home) {
  struct Append {
    std::string& out;
    int ticks_per_hour;
    void operator()(Switch position) const { (out += '"') += std::string(text(position)) + '"'; }
    void operator()(Watts power) const { append_kw(out, power); }
    void operator()(EnergyTotal energy) const { append_kwh(out, energy.count(), ticks_per_hour); }
  };
  const std::size_t kind = kind_of(device);
  for (const DeviceRow& row : kKinds.at(kind).rows) {
    &row == kKinds.at(kind).rows.data() ? begin(out, row.key) : next(out, row.key);
    std::visit(Append{out, home.ticks_per_hour}, row.get(device, home.counters.devices.at(kind)));
  }
  out += '}';
}

}  // namespace home_energy::wire
