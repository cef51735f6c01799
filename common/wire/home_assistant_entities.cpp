#include "common/wire/home_assistant_entities.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>

#include "common/base/units.hpp"
#include "common/wire/device_table.hpp"
#include "common/wire/wire.hpp"

namespace home_energy::home_assistant {
namespace {

using nlohmann::ordered_json;
using wire::HomeTopic;
using wire::name;
namespace key = wire::key;

constexpr Measure kPlanMoney{"monetary", kCurrencyPlace, {}, 2};
constexpr Measure only_icon(std::string_view icon) {
  return {.icon = icon};
}

/// A plan's times have a date and an offset where the homes have, else they are no more than a clock's face.
void moment(ordered_json& component, const Settings& settings, const Whose&) {
  if (settings.has_dates) component["dev_cla"] = "timestamp";
}

void modes(ordered_json& component, const Settings&, const Whose&) {
  for (const auto mode : kChargingModes) component["ops"].push_back(wire::text(mode));
}

void clock_face(ordered_json& component, const Settings&, const Whose&) {
  constexpr int kLength = 5;  // HH:MM
  component["min"] = kLength;
  component["max"] = kLength;
  component["pattern"] = "^([01][0-9]|2[0-3]):[0-5][0-9]$";
}

/// Of the receipts, those that tell an error; the state stays what it was at the others. A state has 255 characters at
/// most.
void refused(ordered_json& component, const Settings& settings, const Whose& whose) {
  component["stat_t"] = wire::Topics(settings.base_topic).receipt(whose.home);
  component["val_tpl"] = "{{ value_json.error[:255] if value_json.status == 'error' else this.state }}";
  component["ent_cat"] = "diagnostic";
}

void press(ordered_json& component, const Settings&, const Whose&) {
  component["pl_prs"] = "PRESS";
}

// clang-format off
// Those that are no single value of a table.
constexpr std::array kOfEveryHome{
    Entity{"last_error", "sensor", "Last error", {}, {}, only_icon("mdi:alert-circle-outline"), {}, refused},
};
constexpr std::array kOfCar{
    Entity{"discharge_to_20", "button", "Discharge to 20 %", {}, {}, only_icon("mdi:battery-arrow-down"),
           wire::command::kDischarge, press},
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

void last_reset(ordered_json& component, const Settings&, const Whose&) {
  component["lrst_val_tpl"] = member_template(key::kSince);
}

void today_as_attributes(ordered_json& component, const Settings& settings, const Whose& whose) {
  component["json_attr_t"] = wire::Topics(settings.base_topic).of(whose.home, HomeTopic::price_profile);
}

void hidden_diagnostic(ordered_json& component, const Settings&, const Whose&) {
  component["ent_cat"] = "diagnostic";
  component["en"] = false;  // as a visible text it would write a row of the logbook at every tick
}

void percentage(ordered_json& component, const Settings&, const Whose&) {
  component["min"] = kLowestLimitPercent;
  component["max"] = kHighestLimitPercent;
  component["step"] = 1;
  component["mode"] = "slider";
}

void up_to_charger(ordered_json& component, const Settings& settings, const Whose& whose) {
  constexpr double kStep = 0.1;
  component["min"] = 0;
  component["max"] = static_cast<double>(settings.chargers.at(whose.car).value_or(Watts()).count()) / kMilli;
  component["step"] = kStep;
  component["mode"] = "box";
}

std::string numbered_id(const Entity& entity) {
  constexpr std::string_view kWord = "car";
  std::string id(entity.id);
  if (entity.car == 0) return id;
  const std::string number = '_' + std::to_string(entity.car + 1);
  const auto place = id.find(kWord);
  return place == std::string::npos ? std::string(kWord) + number + '_' + id : id.insert(place + kWord.size(), number);
}

std::string name_of(const Entity& entity) {
  constexpr std::string_view kWord = "car";
  std::string name(entity.name);
  if (entity.car == 0) return name;
  if (const auto place = name.find(' ' + std::string(kWord)); place != std::string::npos)
    name.erase(place, kWord.size() + 1);
  if (name.starts_with("Car ")) name.erase(0, kWord.size() + 1);
  name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
  return name;
}

std::vector<Entity> entities(const Settings& settings) {
  std::vector<Entity> all(kOfEveryHome.begin(), kOfEveryHome.end());
  if (settings.parts.car) all.insert(all.end(), kOfCar.begin(), kOfCar.end());
  const wire::Offers offers{
      .exports = std::ranges::any_of(settings.devices,
                                     [](std::size_t kind) { return kDeviceRoles.at(kind) != DeviceRole::load; }),
      .peak_price = settings.has_peak_price,
      .charge_power = false};
  const auto add = [&](std::string_view topic, std::span<const wire::ValueRow> rows,
                       std::span<const wire::DeviceVerb> verbs, std::size_t car = 0) {
    wire::Offers of_car = offers;
    of_car.charge_power = settings.chargers.at(car).has_value();
    for (const auto& row : rows) {
      if (!is_there(row.presence, of_car)) continue;
      const auto verb = std::ranges::find(verbs, row.key, &wire::DeviceVerb::value);
      for (Entity entity : row.entities) {
        entity.topic = topic;
        entity.key = row.key;
        entity.car = car;
        if (verb != verbs.end()) entity.command = verb->name;
        all.push_back(entity);
      }
    }
  };
  for (const wire::TopicOfHome topic : topics_of(settings.parts))
    add(name(topic.topic), wire::rows_of(topic.topic), {}, topic.car);
  for (std::size_t car = 1; car <= settings.parts.further_cars.size(); ++car)
    for (Entity entity : kOfCar) {
      entity.car = car;
      all.push_back(entity);
    }
  for (const std::size_t number : settings.devices) {
    const auto& kind = wire::device_kinds()[number];
    add(kind.name, kind.rows, kind.verbs);
  }
  return all;
}

}  // namespace home_energy::home_assistant
