#include "common/home_assistant.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "common/wire.hpp"

namespace home_energy::home_assistant {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kJoint = "__";
constexpr std::string_view kDeviceLevel = "/device/";
constexpr std::string_view kConfigLevel = "/config";
constexpr std::string_view kCurrencyPlace = "$";  ///< in a unit: the configured currency
constexpr int kCommandQos = 1;

/// How the value of an entity is taken from the payload of its topic.
enum class Template {
  member,   ///< as it stands there
  problem,  ///< `true` is ON
};

using wire::HomeTopic;
namespace key = wire::key;

/// What a value is, in Home Assistant's terms. What is empty is left out of the document.
struct Measure {
  std::string_view device_class{};
  std::string_view unit{};
  std::string_view state_class{};
  int precision = -1;  ///< decimals that are shown; not set where negative
  std::string_view icon{};
};

constexpr Measure kPower{"power", "kW", "measurement", 2};
constexpr Measure kEnergy{"energy", "kWh", "total_increasing", 2};
constexpr Measure kStorage{"energy_storage", "kWh", "measurement", 2};
constexpr Measure kSoc{"battery", "%", "measurement", 0};
constexpr Measure kCost{"monetary", kCurrencyPlace, "total", 2};
constexpr Measure kPrice{{}, "$/kWh", "measurement", 4, "mdi:cash-clock"};

constexpr Measure only_icon(std::string_view icon) {
  return {.icon = icon};
}

/// Where the entity's component is more than the table says.
using More = void (*)(ordered_json& component, const wire::Topics& topics, std::string_view home);

/// One entity of a home.
struct Entity {
  std::string_view id;  ///< stable for ever, and so is its platform
  std::string_view platform;
  std::string_view name;
  std::optional<HomeTopic> state;
  std::string_view key;  ///< of its value in that topic
  Measure measure;
  std::string_view command{};
  More more = nullptr;
  Template form = Template::member;
};

std::string member_template(std::string_view key) {
  return "{{ value_json." + std::string(key) + " }}";
}

void last_reset(ordered_json& component, const wire::Topics&, std::string_view) {
  component["lrst_val_tpl"] = member_template(key::kSince);
}

void today_as_attributes(ordered_json& component, const wire::Topics& topics, std::string_view home) {
  component["json_attr_t"] = topics.of(home, HomeTopic::price_profile);
}

void hidden_diagnostic(ordered_json& component, const wire::Topics&, std::string_view) {
  component["ent_cat"] = "diagnostic";
  component["en"] = false;  // as a visible text it would write a row of the logbook at every tick
}

void on_and_off(ordered_json& component, const wire::Topics&, std::string_view) {
  component["pl_on"] = wire::text(Charging::on);
  component["pl_off"] = wire::text(Charging::off);
}

void press(ordered_json& component, const wire::Topics&, std::string_view) {
  component["pl_prs"] = "PRESS";
}

void percentage(ordered_json& component, const wire::Topics&, std::string_view) {
  component["min"] = kLowestLimitPercent;
  component["max"] = kHighestLimitPercent;
  component["step"] = 1;
  component["mode"] = "slider";
}

// clang-format off: a table
constexpr std::array kEntities{
    Entity{"base_load_power", "sensor", "Base load power", HomeTopic::baseload, key::kPowerKw, kPower},
    Entity{"base_load_energy", "sensor", "Base load energy", HomeTopic::baseload, key::kEnergyKwh, kEnergy},
    Entity{"total_power", "sensor", "Total power", HomeTopic::grid, key::kPowerKw, kPower},
    Entity{"grid_energy", "sensor", "Grid energy", HomeTopic::grid, key::kEnergyKwh, kEnergy},
    Entity{"cost", "sensor", "Cost", HomeTopic::grid, key::kCost, kCost, {}, last_reset},
    Entity{"electricity_price",
           "sensor",
           "Electricity price",
           HomeTopic::price,
           key::kPrice,
           kPrice,
           {},
           today_as_attributes},
    Entity{"car_battery", "sensor", "Car battery", HomeTopic::battery, key::kSocPercent, kSoc},
    Entity{"car_stored_energy", "sensor", "Car stored energy", HomeTopic::battery, key::kStoredKwh, kStorage},
    Entity{"charging_power", "sensor", "Charging power", HomeTopic::battery, key::kPowerKw, kPower},
    Entity{"car_charged_energy", "sensor", "Car charged energy", HomeTopic::battery, key::kChargedKwh, kEnergy},
    Entity{"simulated_time",
           "sensor",
           "Simulated time",
           HomeTopic::clock,
           key::kTime,
           only_icon("mdi:clock-outline"),
           {},
           hidden_diagnostic},
    Entity{"overload",
           "binary_sensor",
           "Overload",
           HomeTopic::grid,
           key::kOverload,
           {.device_class = "problem"},
           {},
           nullptr,
           Template::problem},
    Entity{"car_charging",
           "binary_sensor",
           "Car charging",
           HomeTopic::battery,
           key::kCharging,
           {.device_class = "battery_charging"},
           {},
           on_and_off},
    Entity{"charge_car", "switch", "Charge car", HomeTopic::battery, key::kCharging, only_icon("mdi:ev-station"),
           wire::command::kCharge, on_and_off},
    Entity{"discharge",
           "button",
           "Discharge to 20 %",
           std::nullopt,
           {},
           only_icon("mdi:battery-arrow-down"),
           wire::command::kDischarge,
           press},
    Entity{"charge_limit",
           "number",
           "Charge limit",
           HomeTopic::battery,
           key::kLimitPercent,
           {.unit = "%", .icon = "mdi:battery-lock"},
           wire::command::kChargeLimit,
           percentage},
};
// clang-format on

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-';
}

std::string escaped(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr unsigned kNibble = 4;
  std::string out;
  for (const char c : text) {
    if (is_plain(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'_', kHex[byte >> kNibble], kHex[byte & 0xFU]};
    }
  }
  return out;
}

/// As Home Assistant writes names in entity ids: small letters and digits, single `_` between them.
std::string slug(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_plain(c) && c != '-') {
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!out.empty() && out.back() != '_') {
      out += '_';
    }
  }
  return out;
}

/// `sensor.home_energy_cost` for the default home, `sensor.home_energy_home_2_cost` for another.
std::string entity_id_of(const Entity& entity, const Settings& settings, std::string_view home) {
  constexpr std::size_t kLongestBase = 100;  // an entity id has at most 255 characters
  std::string name = settings.base_topic.substr(0, kLongestBase) + '_';
  if (home != kDefaultHome) name.append(home).append("_");
  return std::string(entity.platform) + '.' + slug(name.append(entity.id));
}

std::string unit_of(std::string_view unit, const std::string& currency) {
  std::string text(unit);
  if (text.starts_with(kCurrencyPlace)) text.replace(0, kCurrencyPlace.size(), currency);
  return text;
}

std::string template_of(const Entity& entity) {
  switch (entity.form) {
    case Template::member:
      return member_template(entity.key);
    case Template::problem:
      return "{{ 'ON' if value_json." + std::string(entity.key) + " else 'OFF' }}";
  }
  return {};
}

void put(ordered_json& component, const char* name, std::string_view value) {
  if (!value.empty()) component[name] = value;
}

ordered_json component_of(const Entity& entity, const Settings& settings, std::string_view home) {
  const wire::Topics topics(settings.base_topic);
  ordered_json component{{"p", entity.platform},
                         {"uniq_id", device_id(settings.base_topic, home) + '_' + std::string(entity.id)},
                         {"def_ent_id", entity_id_of(entity, settings, home)},
                         {"name", entity.name}};
  if (entity.state) {
    component["stat_t"] = topics.of(home, *entity.state);
    component["val_tpl"] = template_of(entity);
  }
  const Measure& measure = entity.measure;
  put(component, "dev_cla", measure.device_class);
  put(component, "unit_of_meas", unit_of(measure.unit, settings.currency));
  put(component, "stat_cla", measure.state_class);
  if (measure.precision >= 0) component["sug_dsp_prc"] = measure.precision;
  put(component, "ic", measure.icon);
  if (!entity.command.empty()) {
    component["cmd_t"] = topics.command(home, entity.command);
    component["qos"] = kCommandQos;
  }
  if (entity.more != nullptr) entity.more(component, topics, home);
  return component;
}

ordered_json device_of_home(const Settings& settings, std::string_view home) {
  ordered_json device{{"ids", {device_id(settings.base_topic, home)}},
                      {"name", home == kDefaultHome ? "Home Energy" : "Home Energy " + std::string(home)},
                      {"mf", "Home Energy Agent"},
                      {"mdl", "Simulated home with an electric car"},
                      {"sw", settings.version},
                      {"sn", settings.base_topic + '/' + std::string(home)}};
  if (settings.page_url) device["cu"] = *settings.page_url;
  return device;
}

bool exists(const std::string& id) {
  return std::ranges::find(kEntities, id, &Entity::id) != kEntities.end();
}

}  // namespace

std::string birth_topic(std::string_view prefix) {
  return std::string(prefix) + "/status";
}

std::string discovery_filter(std::string_view prefix) {
  return discovery_topic(prefix, "+");
}

std::string discovery_topic(std::string_view prefix, std::string_view device_id) {
  std::string topic(prefix);
  topic += kDeviceLevel;
  topic += device_id;
  return topic += kConfigLevel;
}

std::optional<std::string> device_of(std::string_view prefix, std::string_view topic) {
  const std::string before = std::string(prefix) + std::string(kDeviceLevel);
  if (!topic.starts_with(before) || !topic.ends_with(kConfigLevel)) return std::nullopt;
  if (topic.size() <= before.size() + kConfigLevel.size()) return std::nullopt;
  return std::string(topic.substr(before.size(), topic.size() - before.size() - kConfigLevel.size()));
}

std::string device_id(std::string_view base_topic, std::string_view home) {
  return escaped(base_topic) + std::string(kJoint) + escaped(home);
}

std::optional<std::string> home_of(std::string_view base_topic, std::string_view device_id) {
  const std::string before = escaped(base_topic) + std::string(kJoint);
  if (!device_id.starts_with(before)) return std::nullopt;
  std::string home;
  for (std::string_view rest = device_id.substr(before.size()); !rest.empty();) {
    constexpr std::size_t kEscape = 3;
    constexpr int kBase = 16;
    const bool escape = rest.front() == '_' && rest.size() >= kEscape;
    home += escape ? static_cast<char>(std::strtol(std::string(rest.substr(1, 2)).c_str(), nullptr, kBase)) : rest[0];
    rest.remove_prefix(escape ? kEscape : 1);
  }
  // What does not come out the same was not written by us.
  if (home.empty() || home_assistant::device_id(base_topic, home) != device_id) return std::nullopt;
  return home;
}

std::string document(const Settings& settings, std::string_view home, const Components& leftovers) {
  ordered_json components;
  for (const Entity& entity : kEntities) components[std::string(entity.id)] = component_of(entity, settings, home);
  for (const auto& [name, text] : leftovers) components[name] = ordered_json::parse(text);
  return ordered_json{{"dev", device_of_home(settings, home)},
                      {"o", {{"name", wire::kAgentName}, {"sw", settings.version}}},
                      {"avty_t", wire::Topics(settings.base_topic).status()},
                      {"cmps", std::move(components)}}
      .dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::optional<Components> leftovers_of(std::string_view document) {
  constexpr int kDeepest = 8;  // what lies deeper is left out: it was not written by us
  const auto parsed = ordered_json::parse(
      document, [](int depth, auto, auto&) { return depth < kDeepest; }, false);
  const auto origin = ordered_json::json_pointer("/o/name");
  if (!parsed.is_object() || !parsed.contains(origin) || parsed[origin] != wire::kAgentName) return std::nullopt;
  const auto components = parsed.find("cmps");
  if (components == parsed.end() || !components->is_object()) return std::nullopt;
  Components leftovers;
  for (const auto& [name, component] : components->items()) {
    const bool has_platform = component.is_object() && component.contains("p") && component["p"].is_string();
    if (has_platform && !exists(name)) leftovers.emplace(name, component.dump());
  }
  return leftovers;
}

Components stubs_of(const Components& leftovers) {
  Components stubs;
  for (const auto& [name, text] : leftovers) {
    stubs.emplace(name, ordered_json{{"p", ordered_json::parse(text)["p"]}}.dump());
  }
  return stubs;
}

}  // namespace home_energy::home_assistant
