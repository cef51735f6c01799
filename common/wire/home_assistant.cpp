#include "common/wire/home_assistant.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "common/wire/home_assistant_entities.hpp"
#include "common/wire/wire.hpp"

namespace home_energy::home_assistant {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kJoint = "__";
constexpr std::string_view kDeviceLevel = "/device/";
constexpr std::string_view kConfigLevel = "/config";
constexpr int kCommandQos = 1;

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
  return std::string(entity.platform) + '.' + slug(name.append(numbered_id(entity)));
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
    case Template::truth:
      return "{{ 'ON' if value_json." + std::string(entity.key) + " else 'OFF' }}";
    case Template::falsehood:
      return "{{ 'OFF' if value_json." + std::string(entity.key) + " else 'ON' }}";
  }
  return {};
}

void put(ordered_json& component, const char* name, std::string_view value) {
  if (!value.empty()) component[name] = value;
}

ordered_json component_of(const Entity& entity, const Settings& settings, std::string_view device) {
  const wire::Topics topics(settings.base_topic);
  const std::string_view home = parse_device(device).home;
  ordered_json component{{"p", entity.platform},
                         {"uniq_id", device_id(settings.base_topic, device) + '_' + std::string(entity.id)},
                         {"def_ent_id", entity_id_of(entity, settings, home)},
                         {"name", name_of(entity)}};
  if (!entity.topic.empty()) {
    component["stat_t"] = topics.of(home, wire::below_car(entity.car, entity.topic));
    component["val_tpl"] = template_of(entity);
  }
  const Measure& measure = entity.measure;
  put(component, "dev_cla", measure.device_class);
  put(component, "unit_of_meas", unit_of(measure.unit, settings.currency));
  put(component, "stat_cla", measure.state_class);
  if (measure.precision >= 0) component["sug_dsp_prc"] = measure.precision;
  put(component, "ic", measure.icon);
  if (!entity.command.empty()) {
    component["cmd_t"] = topics.command(home, wire::below_car(entity.car, entity.command));
    component["qos"] = kCommandQos;
  }
  if (entity.more != nullptr) entity.more(component, settings, {home, entity.car});
  return component;
}

std::string name_of(const DeviceName& device) {
  std::string name = "Home Energy";
  if (device.home != kDefaultHome) name.append(" ").append(device.home);
  return device.car == 0 ? name : name + " Car " + std::to_string(device.car + 1);
}

std::string_view model_of(const Settings& settings, const DeviceName& device) {
  if (device.car > 0) return "Simulated electric car";
  return settings.parts.car ? "Simulated home with an electric car" : "Simulated home";
}

ordered_json description_of(const Settings& settings, std::string_view name) {
  const DeviceName device = parse_device(name);
  ordered_json description{{"ids", {device_id(settings.base_topic, name)}},
                           {"name", name_of(device)},
                           {"mf", "Home Energy Agent"},
                           {"mdl", model_of(settings, device)},
                           {"sw", settings.version},
                           {"sn", settings.base_topic + '/' + std::string(name)}};
  if (device.car > 0) description["via_device"] = device_id(settings.base_topic, device.home);
  if (settings.page_url) description["cu"] = *settings.page_url;
  return description;
}

/// Those of one device. Of a car that a home has no more it is what each car has.
std::vector<Entity> entities_of(const Settings& settings, const DeviceName& device) {
  Settings with_car = settings;
  if (with_car.parts.further_cars.size() < device.car) with_car.parts.further_cars.resize(device.car);
  std::vector<Entity> all = entities(with_car);
  std::erase_if(all, [&](const Entity& entity) { return entity.car != device.car; });
  return all;
}

/// Whether a document may hold it: one illegal component would cost the whole device.
bool may_be_announced(const std::vector<Entity>& entities, const ordered_json& component) {
  if (!component.is_object() || !component.contains("p") || !component["p"].is_string()) return false;
  if (std::ranges::find(entities, component["p"].get<std::string>(), &Entity::platform) == entities.end()) return false;
  const bool is_stub = component.size() == 1;
  return is_stub || (component.contains("uniq_id") && component["uniq_id"].is_string());
}

bool exists(const std::vector<Entity>& entities, const std::string& id) {
  return std::ranges::find(entities, id, &Entity::id) != entities.end();
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

std::optional<std::string> id_of_topic(std::string_view prefix, std::string_view topic) {
  const std::string before = std::string(prefix) + std::string(kDeviceLevel);
  if (!topic.starts_with(before) || !topic.ends_with(kConfigLevel)) return std::nullopt;
  if (topic.size() <= before.size() + kConfigLevel.size()) return std::nullopt;
  return std::string(topic.substr(before.size(), topic.size() - before.size() - kConfigLevel.size()));
}

DeviceName parse_device(std::string_view device) {
  const auto slash = device.find('/');
  if (slash == std::string_view::npos) return {device};
  const auto* const car = std::ranges::find(wire::kCarNames, device.substr(slash + 1));
  if (car == wire::kCarNames.begin() || car == wire::kCarNames.end()) return {device};
  return {device.substr(0, slash), static_cast<std::size_t>(car - wire::kCarNames.begin())};
}

std::vector<std::string> devices_of(const std::vector<std::string>& homes, const wire::HomeParts& parts) {
  std::vector<std::string> all;
  for (const std::string& home : homes) {
    all.push_back(home);
    for (std::size_t car = 1; car <= parts.further_cars.size(); ++car)
      all.push_back(home + '/' + std::string(wire::kCarNames.at(car)));
  }
  return all;
}

std::string device_id(std::string_view base_topic, std::string_view device) {
  return escaped(base_topic) + std::string(kJoint) + escaped(device);
}

std::optional<std::string> device_of_id(std::string_view base_topic, std::string_view device_id) {
  const std::string before = escaped(base_topic) + std::string(kJoint);
  if (!device_id.starts_with(before)) return std::nullopt;
  std::string device;
  for (std::string_view rest = device_id.substr(before.size()); !rest.empty();) {
    constexpr std::size_t kEscape = 3;
    constexpr int kBase = 16;
    const bool escape = rest.front() == '_' && rest.size() >= kEscape;
    device += escape ? static_cast<char>(std::strtol(std::string(rest.substr(1, 2)).c_str(), nullptr, kBase)) : rest[0];
    rest.remove_prefix(escape ? kEscape : 1);
  }
  // What does not come out the same was not written by us.
  if (device.empty() || home_assistant::device_id(base_topic, device) != device_id) return std::nullopt;
  return device;
}

std::string document(const Settings& settings, std::string_view device, const Components& leftovers) {
  const DeviceName name = parse_device(device);
  const wire::Topics topics(settings.base_topic);
  ordered_json components;
  for (const Entity& entity : entities_of(settings, name))
    components[std::string(entity.id)] = component_of(entity, settings, device);
  for (const auto& [id, text] : leftovers) components[id] = ordered_json::parse(text);
  return ordered_json{{"dev", description_of(settings, device)},
                      {"o", {{"name", wire::kAgentName}, {"sw", settings.version}}},
                      {"avty", ordered_json::array({{{"t", topics.status()}}, {{"t", topics.status(name.home)}}})},
                      {"avty_mode", "all"},
                      {"cmps", std::move(components)}}
      .dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::optional<Components> leftovers_of(const Settings& settings, std::string_view device, std::string_view document) {
  constexpr int kDeepest = 8;  // what lies deeper is left out: it was not written by us
  const auto parsed = ordered_json::parse(
      document, [](int depth, auto, auto&) { return depth < kDeepest; }, false);
  const auto origin = ordered_json::json_pointer("/o/name");
  if (!parsed.is_object() || !parsed.contains(origin) || parsed[origin] != wire::kAgentName) return std::nullopt;
  const auto components = parsed.find("cmps");
  if (components == parsed.end() || !components->is_object()) return std::nullopt;
  const auto present = entities_of(settings, parse_device(device));
  Components leftovers;
  for (const auto& [name, component] : components->items()) {
    if (may_be_announced(present, component) && !exists(present, name)) leftovers.emplace(name, component.dump());
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
