#include "common/wire/value_table.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "common/time/iso8601.hpp"
#include "common/wire/wire_numbers.hpp"

namespace home_energy::wire {
namespace {

using home_assistant::Entity;
using home_assistant::kEnergyMeasure;
using home_assistant::kPowerMeasure;
using home_assistant::Measure;

void append_text(std::string& out, std::string_view text) {
  out += '"';
  out += text;
  out += '"';
}

void append_truth(std::string& out, bool truth) {
  out += truth ? "true" : "false";
}

constexpr Measure kStorage{"energy_storage", "kWh", "measurement", 2};
constexpr Measure kSoc{"battery", "%", "measurement", 0};
constexpr Measure kCost{"monetary", home_assistant::kCurrencyPlace, "total", 2};
constexpr Measure kPrice{{}, "$/kWh", "measurement", 4, "mdi:cash-clock"};

constexpr std::array kTime{Entity{.id = "simulated_time",
                                  .platform = "sensor",
                                  .name = "Simulated time",
                                  .measure = {.icon = "mdi:clock-outline"},
                                  .more = home_assistant::hidden_diagnostic}};
constexpr std::array kBasePower{
    Entity{.id = "base_load_power", .platform = "sensor", .name = "Base load power", .measure = kPowerMeasure}};
constexpr std::array kBaseEnergy{
    Entity{.id = "base_load_energy", .platform = "sensor", .name = "Base load energy", .measure = kEnergyMeasure}};
constexpr std::array kElectricityPrice{Entity{.id = "electricity_price",
                                              .platform = "sensor",
                                              .name = "Electricity price",
                                              .measure = kPrice,
                                              .more = home_assistant::today_as_attributes}};
constexpr std::array kCarBattery{
    Entity{.id = "car_battery", .platform = "sensor", .name = "Car battery", .measure = kSoc}};
constexpr std::array kCarStored{
    Entity{.id = "car_stored_energy", .platform = "sensor", .name = "Car stored energy", .measure = kStorage}};
constexpr std::array kCarCharging{Entity{.id = "car_charging",
                                         .platform = "binary_sensor",
                                         .name = "Car charging",
                                         .measure = {.device_class = "battery_charging"},
                                         .more = home_assistant::on_and_off},
                                  Entity{.id = "charge_car",
                                         .platform = "switch",
                                         .name = "Charge car",
                                         .measure = {.icon = "mdi:ev-station"},
                                         .command = command::kCharge,
                                         .more = home_assistant::on_and_off}};
constexpr std::array kChargingPower{
    Entity{.id = "charging_power", .platform = "sensor", .name = "Charging power", .measure = kPowerMeasure}};
constexpr std::array kCarCharged{
    Entity{.id = "car_charged_energy", .platform = "sensor", .name = "Car charged energy", .measure = kEnergyMeasure}};
constexpr std::array kChargeLimit{Entity{.id = "charge_limit",
                                         .platform = "number",
                                         .name = "Charge limit",
                                         .measure = {.unit = "%", .icon = "mdi:battery-lock"},
                                         .command = command::kChargeLimit,
                                         .more = home_assistant::percentage}};
constexpr std::array kChargePower{Entity{.id = "charge_power",
                                         .platform = "number",
                                         .name = "Charging power limit",
                                         .measure = {.device_class = "power", .unit = "kW"},
                                         .command = command::kChargePower,
                                         .more = home_assistant::up_to_charger}};
constexpr std::array kTotalPower{
    Entity{.id = "total_power", .platform = "sensor", .name = "Total power", .measure = kPowerMeasure}};
constexpr std::array kGridEnergy{
    Entity{.id = "grid_energy", .platform = "sensor", .name = "Grid energy", .measure = kEnergyMeasure}};
constexpr std::array kCostSoFar{
    Entity{.id = "cost", .platform = "sensor", .name = "Cost", .measure = kCost, .more = home_assistant::last_reset}};
constexpr std::array kExportEnergy{
    Entity{.id = "grid_export_energy", .platform = "sensor", .name = "Grid export energy", .measure = kEnergyMeasure}};
constexpr std::array kEarned{Entity{
    .id = "earned", .platform = "sensor", .name = "Earned", .measure = kCost, .more = home_assistant::last_reset}};
constexpr std::array kMonthPeak{
    Entity{.id = "month_peak", .platform = "sensor", .name = "Month's peak", .measure = kPowerMeasure}};
constexpr std::array kFuseExceeded{Entity{.id = "overload",
                                          .platform = "binary_sensor",
                                          .name = "Overload",
                                          .measure = {.device_class = "problem"},
                                          .form = home_assistant::Template::truth}};

using Of = const Reported&;

constexpr std::array kClockRows{
    ValueRow{"day", Kind::level, "Days since the start, 0 is the first",
             [](std::string& out, Of of) { out += std::to_string(of.home.day); }},
    ValueRow{
        key::kTime, Kind::time_of_day, "Time of day in the home",
        [](std::string& out, Of of) { append_text(out, time_text(of.home.hour * kMinutesPerHour + of.home.minute)); },
        kTime},
    ValueRow{"hour", Kind::level, "Hour of the day, 0 to 23",
             [](std::string& out, Of of) { out += std::to_string(of.home.hour); }},
    ValueRow{"minute", Kind::level, "Minute of the hour, 0 to 59",
             [](std::string& out, Of of) { out += std::to_string(of.home.minute); }},
    ValueRow{"date", Kind::date, "Date in the home",
             [](std::string& out, Of of) { append_text(out, date_text(of.home.date)); }},
    ValueRow{"weekday", Kind::word, "Day of the week",
             [](std::string& out, Of of) { append_text(out, weekday_text(of.home.date)); }},
    ValueRow{key::kRunning, Kind::truth, "Whether time goes on by itself",
             [](std::string& out, Of of) { append_truth(out, of.labels.running); }},
    ValueRow{key::kSecondsPerHour, Kind::level, "Real seconds that an hour in the home lasts",
             [](std::string& out, Of of) { out += nlohmann::json(of.labels.seconds_per_hour).dump(); }},
};

constexpr std::array kBaseloadRows{
    ValueRow{key::kPowerKw, Kind::amount, "Power of the base load, kW",
             [](std::string& out, Of of) { append_kw(out, of.home.base_power); }, kBasePower},
    ValueRow{key::kEnergyKwh, Kind::counter, "Energy that the base load has taken, kWh",
             [](std::string& out, Of of) { append_kwh(out, of.home.counters.base.count(), of.home.ticks_per_hour); },
             kBaseEnergy},
};

constexpr std::array kPriceRows{
    ValueRow{key::kPrice, Kind::level, "Price of electricity, in the currency per kWh",
             [](std::string& out, Of of) { append_price_value(out, of.home.price); }, kElectricityPrice},
    ValueRow{key::kUnit, Kind::word, "Unit of the price",
             [](std::string& out, Of of) { out += json_string(of.labels.currency + "/kWh"); }},
};

constexpr std::array kBatteryRows{
    ValueRow{key::kSocPercent, Kind::level, "State of charge of the car, 0 to 100 %",
             [](std::string& out, Of of) { append_percent(out, of.car().soc()); }, kCarBattery},
    ValueRow{key::kStoredKwh, Kind::amount, "Energy stored in the car, kWh",
             [](std::string& out, Of of) { append_kwh(out, of.car().stored.count(), of.home.ticks_per_hour); },
             kCarStored},
    ValueRow{"capacity_kwh", Kind::amount, "Capacity of the car's battery, kWh",
             [](std::string& out, Of of) { append_kwh(out, of.car().capacity.count(), of.home.ticks_per_hour); }},
    ValueRow{key::kCharging, Kind::position, "Whether charging is on",
             [](std::string& out, Of of) { append_text(out, text(of.car().charging)); }, kCarCharging},
    ValueRow{key::kPowerKw, Kind::amount, "Power that the car takes, kW",
             [](std::string& out, Of of) { append_kw(out, of.car().power); }, kChargingPower},
    ValueRow{key::kChargedKwh, Kind::counter, "Energy that the car has taken, kWh",
             [](std::string& out, Of of) {
               append_kwh(out, of.home.counters.charged_by(of.car_number).count(), of.home.ticks_per_hour);
             },
             kCarCharged},
    ValueRow{key::kLimitPercent, Kind::level, "State of charge at which charging ends, %",
             [](std::string& out, Of of) { append_percent(out, of.car().limit); }, kChargeLimit},
    ValueRow{"charge_power_kw", Kind::amount, "Power that the charger may give, kW",
             [](std::string& out, Of of) { append_kw(out, *of.car().charge_power); }, kChargePower,
             Presence::with_charge_power},
};

constexpr std::array kGridRows{
    ValueRow{key::kPowerKw, Kind::amount, "Power at the meter, kW; below zero the home gives to the grid",
             [](std::string& out, Of of) { append_kw(out, of.home.power()); }, kTotalPower},
    ValueRow{
        key::kEnergyKwh, Kind::counter, "Energy taken from the grid, kWh",
        [](std::string& out, Of of) { append_kwh(out, of.home.counters.imported().count(), of.home.ticks_per_hour); },
        kGridEnergy},
    ValueRow{key::kCost, Kind::amount, "What was paid since the counters began, in the currency",
             [](std::string& out, Of of) { append_money(out, of.home.counters.cost, of.home.ticks_per_hour); },
             kCostSoFar},
    ValueRow{"currency", Kind::word, "Currency of prices and cost, ISO 4217",
             [](std::string& out, Of of) { out += json_string(of.labels.currency); }},
    ValueRow{"fuse_kw", Kind::amount, "Power of the main fuse, kW",
             [](std::string& out, Of of) { append_kw(out, of.home.fuse); }},
    ValueRow{key::kOverload, Kind::truth, "Whether the power at the meter is above the main fuse",
             [](std::string& out, Of of) { append_truth(out, of.home.is_overload()); }, kFuseExceeded},
    ValueRow{key::kSince, Kind::moment, "When the counters began",
             [](std::string& out, Of of) { out += json_string(of.labels.since); }},
    ValueRow{
        key::kExportKwh, Kind::counter, "Energy given to the grid, kWh",
        [](std::string& out, Of of) { append_kwh(out, of.home.counters.exported.count(), of.home.ticks_per_hour); },
        kExportEnergy, Presence::with_export},
    ValueRow{key::kEarned, Kind::amount, "What was earned for energy given to the grid, in the currency",
             [](std::string& out, Of of) { append_money(out, of.home.counters.earned, of.home.ticks_per_hour); },
             kEarned, Presence::with_export},
    ValueRow{"peak_kw", Kind::amount, "Mean of the month's highest hours, which the price of power is paid for, kW",
             [](std::string& out, Of of) { append_kw(out, of.home.peak.value_or(Watts())); }, kMonthPeak,
             Presence::with_peak_price},
};

constexpr Measure kDistance{"distance", "km", "total_increasing", 1};
constexpr std::array kPlugged{Entity{.id = "car_plugged_in",
                                     .platform = "binary_sensor",
                                     .name = "Car plugged in",
                                     .measure = {.device_class = "plug"},
                                     .form = home_assistant::Template::truth},
                              Entity{.id = "plug_car",
                                     .platform = "switch",
                                     .name = "Plug car in",
                                     .measure = {.icon = "mdi:ev-plug-type2"},
                                     .command = command::kPlug,
                                     .more = home_assistant::on_and_off,
                                     .form = home_assistant::Template::truth}};
constexpr std::array kCarStatus{
    Entity{.id = "car_status", .platform = "sensor", .name = "Car status", .measure = {.icon = "mdi:car-electric"}}};
constexpr std::array kAtHome{Entity{.id = "car_at_home",
                                    .platform = "binary_sensor",
                                    .name = "Car at home",
                                    .measure = {.device_class = "presence"},
                                    .form = home_assistant::Template::falsehood}};
constexpr std::array kDeparture{Entity{
    .id = "car_departure", .platform = "sensor", .name = "Car departure", .measure = {.device_class = "timestamp"}}};
constexpr std::array kTripEnergy{Entity{.id = "car_trip_energy",
                                        .platform = "sensor",
                                        .name = "Car trip energy",
                                        .measure = {.unit = "kWh", .icon = "mdi:map-marker-distance"}}};
constexpr std::array kOdometer{
    Entity{.id = "car_odometer", .platform = "sensor", .name = "Car odometer", .measure = kDistance}};

constexpr std::array kStranded{Entity{
    .id = "car_stranded_energy", .platform = "sensor", .name = "Car stranded energy", .measure = kEnergyMeasure}};

constexpr std::array kPending{Entity{.id = "car_charging_pending",
                                     .platform = "binary_sensor",
                                     .name = "Car charging pending",
                                     .measure = {.icon = "mdi:timer-sand"},
                                     .form = home_assistant::Template::truth}};

/// As IEC 61851 has it: not connected, connected, charging.
std::string_view car_status(const CarSnapshot& car) {
  if (!car.travel->plugged) return "A";
  return car.charging == Charging::on && car.power > Watts() ? "C" : "B";
}

void append_trip_energy(std::string& out, Of of) {
  const auto& journey = of.car().travel->journey;
  append_decimal(out, journey ? journey->energy.count() : 0, 3);
}

constexpr std::array kCarRows{
    ValueRow{"plugged", Kind::truth, "Whether the car is plugged in",
             [](std::string& out, Of of) { append_truth(out, of.car().travel->plugged); }, kPlugged},
    ValueRow{"status", Kind::word, "State of the charger, IEC 61851: A not connected, B connected, C charging",
             [](std::string& out, Of of) { append_text(out, car_status(of.car())); }, kCarStatus},
    ValueRow{"away", Kind::truth, "Whether the car is away",
             [](std::string& out, Of of) { append_truth(out, of.car().travel->away); }, kAtHome},
    ValueRow{"departure", Kind::moment, "When the car leaves next",
             [](std::string& out, Of of) {
               const std::string& departure = of.car().travel->departure;
               departure.empty() ? static_cast<void>(out += "null") : append_text(out, departure);
             },
             kDeparture},
    ValueRow{"trip_kwh", Kind::amount, "Energy that the next trip takes, kWh", append_trip_energy, kTripEnergy},
    ValueRow{
        "odometer_km", Kind::counter, "Distance driven, km",
        [](std::string& out, Of of) { append_decimal(out, rounded_quotient(of.car().travel->odometer_m, 1000, 1), 1); },
        kOdometer},
    ValueRow{
        "stranded_kwh", Kind::counter, "Energy that trips lacked, kWh",
        [](std::string& out, Of of) { append_kwh(out, of.car().travel->stranded.count(), of.home.ticks_per_hour); },
        kStranded},
    ValueRow{"pending", Kind::truth, "Whether charging begins as soon as the car is plugged in",
             [](std::string& out, Of of) { append_truth(out, of.car().travel->pending); }, kPending},
};

}  // namespace

std::span<const ValueRow> rows_of(HomeTopic topic) {
  switch (topic) {
    case HomeTopic::clock:
      return kClockRows;
    case HomeTopic::baseload:
      return kBaseloadRows;
    case HomeTopic::price:
      return kPriceRows;
    case HomeTopic::battery:
      return kBatteryRows;
    case HomeTopic::grid:
      return kGridRows;
    case HomeTopic::car:
      return kCarRows;
    case HomeTopic::plan:
    case HomeTopic::baseload_profile:
    case HomeTopic::price_profile:
      return {};
  }
  return {};
}

bool is_there(Presence presence, const Offers& offers) {
  switch (presence) {
    case Presence::always:
      return true;
    case Presence::with_export:
      return offers.exports;
    case Presence::with_peak_price:
      return offers.peak_price;
    case Presence::with_charge_power:
      return offers.charge_power;
  }
  return false;
}

Offers offers_of(const Reported& of) {
  return {of.home.can_export, of.home.peak.has_value(), of.car().charge_power.has_value()};
}

void append_rows(std::string& out, std::span<const ValueRow> rows, const Reported& of) {
  const Offers offers = offers_of(of);
  char before = '{';
  for (const ValueRow& row : rows) {
    if (!is_there(row.presence, offers)) continue;
    out += std::exchange(before, ',');
    out += '"';
    out += row.key;
    out += "\":";
    row.append(out, of);
  }
  out += '}';
}

}  // namespace home_energy::wire
