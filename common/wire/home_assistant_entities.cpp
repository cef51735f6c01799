#include "common/wire/home_assistant_entities.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "common/wire/device_table.hpp"
#include "common/wire/wire.hpp"

namespace home_energy::home_assistant {
namespace {

using nlohmann::ordered_json;
using wire::HomeTopic;
using wire::name;
namespace key = wire::key;

constexpr Measure kStorage{"energy_storage", "kWh", "measurement", 2};
constexpr Measure kSoc{"battery", "%", "measurement", 0};
constexpr Measure kCost{"monetary", kCurrencyPlace, "total", 2};
constexpr Measure kPlanMoney{"monetary", kCurrencyPlace, {}, 2};
constexpr Measure kPrice{{}, "$/kWh", "measurement", 4, "mdi:cash-clock"};

constexpr Measure only_icon(std::string_view icon) {
  return {.icon = icon};
}

void last_reset(ordered_json& component, const Settings&, std::string_view) {
  component["lrst_val_tpl"] = member_template(key::kSince);
}

void today_as_attributes(ordered_json& component, const Settings& settings, std::string_view home) {
  component["json_attr_t"] = wire::Topics(settings.base_topic).of(home, HomeTopic::price_profile);
}

/// A plan's times have a date and a zone in real time, else they are no more than a clock's face.
void moment(ordered_json& component, const Settings& settings, std::string_view) {
  switch (settings.clock_mode) {
    case ClockMode::local:
      component["dev_cla"] = "timestamp";
      return;
    case ClockMode::simulated:
      return;
  }
}

void modes(ordered_json& component, const Settings&, std::string_view) {
  for (const auto mode : kChargingModes) component["ops"].push_back(wire::text(mode));
}

void clock_face(ordered_json& component, const Settings&, std::string_view) {
  constexpr int kLength = 5;  // HH:MM
  component["min"] = kLength;
  component["max"] = kLength;
  component["pattern"] = "^([01][0-9]|2[0-3]):[0-5][0-9]$";
}

void hidden_diagnostic(ordered_json& component, const Settings&, std::string_view) {
  component["ent_cat"] = "diagnostic";
  component["en"] = false;  // as a visible text it would write a row of the logbook at every tick
}

/// Of the receipts, those that tell an error; the state stays what it was at the others. A state has 255 characters at
/// most.
void refused(ordered_json& component, const Settings& settings, std::string_view home) {
  component["stat_t"] = wire::Topics(settings.base_topic).receipt(home);
  component["val_tpl"] = "{{ value_json.error[:255] if value_json.status == 'error' else this.state }}";
  component["ent_cat"] = "diagnostic";
}

void press(ordered_json& component, const Settings&, std::string_view) {
  component["pl_prs"] = "PRESS";
}

void percentage(ordered_json& component, const Settings&, std::string_view) {
  component["min"] = kLowestLimitPercent;
  component["max"] = kHighestLimitPercent;
  component["step"] = 1;
  component["mode"] = "slider";
}

// clang-format off
constexpr std::array kEntities{
    Entity{"base_load_power", "sensor", "Base load power", name(HomeTopic::baseload), key::kPowerKw, kPowerMeasure},
    Entity{"base_load_energy", "sensor", "Base load energy", name(HomeTopic::baseload), key::kEnergyKwh, kEnergyMeasure},
    Entity{"total_power", "sensor", "Total power", name(HomeTopic::grid), key::kPowerKw, kPowerMeasure},
    Entity{"grid_energy", "sensor", "Grid energy", name(HomeTopic::grid), key::kEnergyKwh, kEnergyMeasure},
    Entity{"cost", "sensor", "Cost", name(HomeTopic::grid), key::kCost, kCost, {}, last_reset},
    Entity{"electricity_price", "sensor", "Electricity price", name(HomeTopic::price), key::kPrice, kPrice, {},
           today_as_attributes},
    Entity{"car_battery", "sensor", "Car battery", name(HomeTopic::battery), key::kSocPercent, kSoc},
    Entity{"car_stored_energy", "sensor", "Car stored energy", name(HomeTopic::battery), key::kStoredKwh, kStorage},
    Entity{"charging_power", "sensor", "Charging power", name(HomeTopic::battery), key::kPowerKw, kPowerMeasure},
    Entity{"car_charged_energy", "sensor", "Car charged energy", name(HomeTopic::battery), key::kChargedKwh, kEnergyMeasure},
    Entity{"simulated_time", "sensor", "Simulated time", name(HomeTopic::clock), key::kTime, only_icon("mdi:clock-outline"),
           {}, hidden_diagnostic},
    Entity{"last_error", "sensor", "Last error", {}, {}, only_icon("mdi:alert-circle-outline"), {}, refused},
    Entity{"overload", "binary_sensor", "Overload", name(HomeTopic::grid), key::kOverload, {.device_class = "problem"}, {},
           nullptr, Template::problem},
    Entity{"car_charging", "binary_sensor", "Car charging", name(HomeTopic::battery), key::kCharging,
           {.device_class = "battery_charging"}, {}, on_and_off},
    Entity{"charge_car", "switch", "Charge car", name(HomeTopic::battery), key::kCharging, only_icon("mdi:ev-station"),
           wire::command::kCharge, on_and_off},
    Entity{"discharge_to_20", "button", "Discharge to 20 %", {}, {}, only_icon("mdi:battery-arrow-down"),
           wire::command::kDischarge, press},
    Entity{"charge_limit", "number", "Charge limit", name(HomeTopic::battery), key::kLimitPercent,
           {.unit = "%", .icon = "mdi:battery-lock"}, wire::command::kChargeLimit, percentage},
    Entity{"charging_mode", "select", "Charging mode", name(HomeTopic::plan), key::kMode, only_icon("mdi:auto-mode"),
           wire::command::kMode, modes},
    Entity{"target", "number", "Target", name(HomeTopic::plan), key::kTarget, {.unit = "%", .icon = "mdi:battery-check"},
           wire::command::kTarget, percentage},
    Entity{"ready_by", "text", "Ready by", name(HomeTopic::plan), key::kReadyBy, only_icon("mdi:clock-end"),
           wire::command::kReadyBy, clock_face},
    Entity{"planned_start", "sensor", "Planned start", name(HomeTopic::plan), key::kStart, only_icon("mdi:clock-start"), {},
           moment},
    Entity{"planned_end", "sensor", "Planned end", name(HomeTopic::plan), key::kEnd, only_icon("mdi:clock-end"), {}, moment},
    Entity{"plan_cost", "sensor", "Plan cost", name(HomeTopic::plan), key::kCost, kPlanMoney},
    Entity{"plan_saving", "sensor", "Plan saving", name(HomeTopic::plan), key::kSaving, kPlanMoney},
};
// clang-format on

}  // namespace

std::vector<Entity> entities(const Settings& settings) {
  std::vector<Entity> all(kEntities.begin(), kEntities.end());
  for (const std::size_t number : settings.devices) {
    const auto& kind = wire::device_kinds()[number];
    for (const auto& row : kind.rows) {
      Entity& entity = all.emplace_back(row.entity);
      entity.topic = kind.name;
      entity.key = row.key;
      if (row.key == kind.command_key) entity.command = kind.name;
    }
  }
  return all;
}

}  // namespace home_energy::home_assistant
