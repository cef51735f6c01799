#include "common/wire/device_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "common/base/units.hpp"
#include "common/wire/command_text.hpp"
#include "common/wire/forecast_cache.hpp"
#include "common/wire/wire.hpp"
#include "common/wire/wire_numbers.hpp"

namespace home_energy::wire {
namespace {

using home_assistant::Entity;
using home_assistant::kEnergyMeasure;
using home_assistant::kPowerMeasure;
using nlohmann::json;
using Of = const Reported&;

FlowTotal total_of(Of of) {
  return of.home.counters.devices.at(kind_of(*of.device));
}
Watts power_of(Of of) {
  return home_energy::power_of(*of.device, of.home.balance);
}
const Storage& storage(Of of) {
  return std::get<Storage>(*of.device);
}

void append_drawn_power(std::string& out, Of of) {
  append_kw(out, power_of(of));
}
void append_given_power(std::string& out, Of of) {
  append_kw(out, Watts() - power_of(of));
}
void append_drawn(std::string& out, Of of) {
  append_kwh(out, total_of(of).drawn.count(), of.home.ticks_per_hour);
}
void append_given(std::string& out, Of of) {
  append_kwh(out, total_of(of).given.count(), of.home.ticks_per_hour);
}
void append_word(std::string& out, std::string_view word) {
  out += '"';
  out += word;
  out += '"';
}
void append_heating(std::string& out, Of of) {
  append_word(out, text(std::get<Heater>(*of.device).heating()));
}

/// Of the sum of watts in quarters of an hour.
template <int Ahead>
void append_forecast(std::string& out, Of of) {
  const Solar& solar = std::get<Solar>(*of.device);
  std::int64_t quarters = 0;
  if (ForecastCache* const cache = of.labels.forecasts.get()) {
    const ForecastSums sums = cache->sums(solar);
    quarters = Ahead == 0 ? sums.today : sums.tomorrow;
  } else {
    quarters = solar.forecast_of_day(Ahead);
  }
  append_decimal(out, rounded_quotient(quarters, Int128{1000} * kQuartersPerHour, 3), 3);
}

std::optional<DeviceOrder> read_switch_order(const json& value) {
  const auto position = switch_of(value);
  return position ? std::optional<DeviceOrder>(*position) : std::nullopt;
}
std::optional<DeviceOrder> read_storage_mode(const json& value) {
  const auto mode = storage_mode_of(word_of(value));
  return mode ? std::optional<DeviceOrder>(*mode) : std::nullopt;
}
std::optional<DeviceOrder> read_storage_power(const json& value) {
  constexpr double kMost = 1000;
  const double kilowatts = home_energy::number_of(value);
  if (!(kilowatts >= 0 && kilowatts <= kMost)) return std::nullopt;
  return StoragePower{Watts(std::llround(kilowatts * kMilli))};
}
std::optional<DeviceOrder> read_storage_reserve(const json& value) {
  constexpr double kMost = 100;
  const double percent = home_energy::number_of(value);
  if (!(percent >= 0 && percent <= kMost)) return std::nullopt;
  return StorageReserve{Percent(std::llround(percent * kHundredths))};
}

/// Writes an order of one type, nothing of another.
template <class Order, class Append>
std::string written(const DeviceOrder& order, const Append& append) {
  std::string out;
  if (const auto* const own = std::get_if<Order>(&order)) append(out, *own);
  return out;
}

void storage_modes(nlohmann::ordered_json& component, const home_assistant::Settings&, const home_assistant::Whose&) {
  for (const auto mode : kStorageModes) component["ops"].push_back(text(mode));
}
void whole_percentage(nlohmann::ordered_json& component, const home_assistant::Settings&,
                      const home_assistant::Whose&) {
  component["min"] = 0;
  component["max"] = 100;
  component["step"] = 1;
}

// Heater.

constexpr std::array kHeating{Entity{.id = "heater",
                                     .platform = "switch",
                                     .name = "Heater",
                                     .measure = {.icon = "mdi:water-boiler"},
                                     .more = home_assistant::on_and_off}};
constexpr std::array kHeaterPower{
    Entity{.id = "heater_power", .platform = "sensor", .name = "Heater power", .measure = kPowerMeasure}};
constexpr std::array kHeaterEnergy{
    Entity{.id = "heater_energy", .platform = "sensor", .name = "Heater energy", .measure = kEnergyMeasure}};
constexpr std::array kHeaterRows{
    ValueRow{"heating", Kind::position, "Whether the heater is on", append_heating, kHeating},
    ValueRow{key::kPowerKw, Kind::amount, "Power that the heater takes, kW", append_drawn_power, kHeaterPower},
    ValueRow{key::kEnergyKwh, Kind::counter, "Energy that the heater has taken, kWh", append_drawn, kHeaterEnergy},
};
constexpr std::array kHeaterColumns{DeviceColumn{"heater_kwh", &HistoryRow::drawn_mwh}};
constexpr std::array kHeaterVerbs{
    DeviceVerb{Heater::kName, "heating", "heating", R"("on" or "off")", read_switch_order,
               [](const DeviceOrder& order) {
                 return written<Switch>(order, [](auto& out, Switch position) { append_word(out, text(position)); });
               }},
};

// Solar panels.

constexpr home_assistant::Measure kForecast{"energy", "kWh", {}, 1, "mdi:solar-power-variant"};
constexpr std::array kSolarPower{
    Entity{.id = "solar_power", .platform = "sensor", .name = "Solar power", .measure = kPowerMeasure}};
constexpr std::array kSolarEnergy{
    Entity{.id = "solar_energy", .platform = "sensor", .name = "Solar energy", .measure = kEnergyMeasure}};
constexpr std::array kForecastToday{
    Entity{.id = "solar_forecast_today", .platform = "sensor", .name = "Solar forecast today", .measure = kForecast}};
constexpr std::array kForecastTomorrow{Entity{
    .id = "solar_forecast_tomorrow", .platform = "sensor", .name = "Solar forecast tomorrow", .measure = kForecast}};
constexpr std::array kSolarRows{
    ValueRow{key::kPowerKw, Kind::amount, "Power that the panels give, kW", append_given_power, kSolarPower},
    ValueRow{key::kEnergyKwh, Kind::counter, "Energy that the panels have given, kWh", append_given, kSolarEnergy},
    ValueRow{"forecast_today_kwh", Kind::amount, "Energy that the panels are expected to give today, kWh",
             append_forecast<0>, kForecastToday},
    ValueRow{"forecast_tomorrow_kwh", Kind::amount, "Energy that the panels are expected to give tomorrow, kWh",
             append_forecast<1>, kForecastTomorrow},
};
constexpr std::array kSolarColumns{DeviceColumn{"solar_kwh", &HistoryRow::given_mwh}};

// Storage.

constexpr home_assistant::Measure kSocMeasure{"battery", "%", "measurement", 0};
constexpr home_assistant::Measure kStoredMeasure{"energy_storage", "kWh", "measurement", 2};
constexpr std::array kStorageSoc{
    Entity{.id = "storage_soc", .platform = "sensor", .name = "Home battery", .measure = kSocMeasure}};
constexpr std::array kStorageStored{Entity{
    .id = "storage_stored", .platform = "sensor", .name = "Home battery stored energy", .measure = kStoredMeasure}};
constexpr std::array kStoragePower{
    Entity{.id = "storage_power", .platform = "sensor", .name = "Home battery power", .measure = kPowerMeasure}};
constexpr std::array kStorageCharged{Entity{
    .id = "storage_charged", .platform = "sensor", .name = "Home battery charged energy", .measure = kEnergyMeasure}};
constexpr std::array kStorageDischarged{Entity{.id = "storage_discharged",
                                               .platform = "sensor",
                                               .name = "Home battery discharged energy",
                                               .measure = kEnergyMeasure}};
constexpr std::array kStorageModeEntity{Entity{.id = "storage_mode",
                                               .platform = "select",
                                               .name = "Home battery mode",
                                               .measure = {.icon = "mdi:home-battery"},
                                               .more = storage_modes}};
constexpr std::array kStorageReserveEntity{Entity{.id = "storage_reserve",
                                                  .platform = "number",
                                                  .name = "Home battery reserve",
                                                  .measure = {.unit = "%", .icon = "mdi:battery-lock"},
                                                  .more = whole_percentage}};
constexpr std::array kStorageRows{
    ValueRow{key::kSocPercent, Kind::level, "State of charge of the home battery, 0 to 100 %",
             [](std::string& out, Of of) {
               const Storage& each = storage(of);
               const Int128 hundred = Int128{100} * each.stored().count();
               append_decimal(out, rounded_quotient(hundred, each.capacity().count(), 2), 2);
             },
             kStorageSoc},
    ValueRow{key::kStoredKwh, Kind::amount, "Energy stored in the home battery, kWh",
             [](std::string& out, Of of) { append_kwh(out, storage(of).stored().count(), of.home.ticks_per_hour); },
             kStorageStored},
    ValueRow{"capacity_kwh", Kind::amount, "Capacity of the home battery, kWh",
             [](std::string& out, Of of) { append_kwh(out, storage(of).capacity().count(), of.home.ticks_per_hour); }},
    ValueRow{key::kPowerKw, Kind::amount, "Power that the home battery takes, kW; below zero it gives",
             append_drawn_power, kStoragePower},
    ValueRow{key::kChargedKwh, Kind::counter, "Energy that the home battery has taken, kWh", append_drawn,
             kStorageCharged},
    ValueRow{"discharged_kwh", Kind::counter, "Energy that the home battery has given, kWh", append_given,
             kStorageDischarged},
    ValueRow{key::kMode, Kind::word, "What the home battery does",
             [](std::string& out, Of of) { append_word(out, text(storage(of).mode())); }, kStorageModeEntity},
    ValueRow{"reserve_percent", Kind::level, "State of charge below which the home battery does not give, %",
             [](std::string& out, Of of) { append_percent(out, storage(of).reserve()); }, kStorageReserveEntity},
};
constexpr std::array kStorageColumns{DeviceColumn{"storage_in_kwh", &HistoryRow::drawn_mwh},
                                     DeviceColumn{"storage_out_kwh", &HistoryRow::given_mwh}};
constexpr std::array kStorageVerbs{
    DeviceVerb{"storage_mode", "storage_mode", key::kMode,
               R"("self_consumption", "hold", "charge", "discharge" or "plan")", read_storage_mode,
               [](const DeviceOrder& order) {
                 return written<StorageMode>(order, [](auto& out, StorageMode mode) { append_word(out, text(mode)); });
               }},
    DeviceVerb{"storage_power",
               "storage_power",
               {},
               "a power from 0 to 1000 kW",
               read_storage_power,
               [](const DeviceOrder& order) {
                 return written<StoragePower>(order, [](auto& out, StoragePower told) { append_kw(out, told.power); });
               }},
    DeviceVerb{"storage_reserve", "storage_reserve", "reserve_percent", "a percentage from 0 to 100",
               read_storage_reserve,
               [](const DeviceOrder& order) {
                 return written<StorageReserve>(
                     order, [](auto& out, StorageReserve told) { append_percent(out, told.reserve); });
               }},
};

constexpr std::array kKinds{
    DeviceKind{Heater::kName, kHeaterRows, kHeaterColumns, kHeaterVerbs},
    DeviceKind{Solar::kName, kSolarRows, kSolarColumns, {}},
    DeviceKind{Storage::kName, kStorageRows, kStorageColumns, kStorageVerbs},
};
static_assert(kKinds.size() == kDeviceKinds);

}  // namespace

std::span<const DeviceKind> device_kinds() {
  return kKinds;
}

std::string_view text(StorageMode mode) {
  switch (mode) {
    case StorageMode::self_consumption:
      return "self_consumption";
    case StorageMode::hold:
      return "hold";
    case StorageMode::charge:
      return "charge";
    case StorageMode::discharge:
      return "discharge";
    case StorageMode::plan:
      return "plan";
  }
  return {};
}

std::optional<StorageMode> storage_mode_of(std::string_view word) {
  const auto* const found = std::ranges::find(kStorageModes, word, [](StorageMode mode) { return text(mode); });
  return found == kStorageModes.end() ? std::nullopt : std::optional(*found);
}

DeviceVerbOfKind device_verb(std::string_view command) {
  for (const DeviceKind& kind : kKinds) {
    const auto found = std::ranges::find(kind.verbs, command, &DeviceVerb::name);
    if (found != kind.verbs.end()) return {&kind, &*found};
  }
  return {};
}

std::string device_result(const DeviceCommand& command) {
  std::string out;
  for (const DeviceVerb& verb : kKinds.at(command.kind).verbs) {
    const std::string value = verb.written(command.order);
    if (value.empty()) continue;
    begin(out, verb.key);
    out += value;
    out += '}';
    break;
  }
  return out;
}

std::span<const std::string_view> command::all() {
  static const auto kAll = [] {
    std::vector<std::string_view> all(kOfEveryHome.begin(), kOfEveryHome.end());
    for (const DeviceKind& kind : kKinds)
      for (const DeviceVerb& verb : kind.verbs) all.push_back(verb.name);
    return all;
  }();
  return kAll;
}

void append_device(std::string& out, const Device& device, const Snapshot& home, const Labels& labels) {
  append_rows(out, kKinds.at(kind_of(device)).rows, {home, labels, &device});
}

}  // namespace home_energy::wire
