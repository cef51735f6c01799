#include "common/wire/home_assistant.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "common/wire/command_reader.hpp"
#include "common/wire/wire.hpp"
#include "tests/homes.hpp"

namespace home_energy {
namespace {

using nlohmann::json;
namespace ha = home_assistant;

const ha::Settings kSettings{.prefix = "homeassistant",
                             .base_topic = "home-energy",
                             .version = "0.1.0",
                             .currency = "SEK",
                             .has_dates = false,
                             .page_url = std::nullopt};

json document(const std::string& home = "home", const ha::Settings& settings = kSettings,
              const ha::Components& leftovers = {}) {
  return json::parse(ha::document(settings, home, leftovers));
}

std::set<std::string> keys(const json& object) {
  std::set<std::string> all;
  for (const auto& [key, value] : object.items()) all.insert(key);
  return all;
}

/// What of `object` is not in `legal`.
std::set<std::string> strangers(const json& object, const std::set<std::string>& legal) {
  std::set<std::string> found;
  std::ranges::set_difference(keys(object), legal, std::inserter(found, found.end()));
  return found;
}

// What Home Assistant takes, by platform, of the keys that make sense for us.
const std::set<std::string> kOfAll{"p", "uniq_id", "def_ent_id", "name", "ic", "ent_cat", "en"};
const std::set<std::string> kOfState{"stat_t", "val_tpl"};
const std::map<std::string, std::set<std::string>> kOfPlatform{
    {"sensor", {"dev_cla", "unit_of_meas", "stat_cla", "sug_dsp_prc", "lrst_val_tpl", "json_attr_t"}},
    {"binary_sensor", {"dev_cla", "pl_on", "pl_off"}},
    {"switch", {"cmd_t", "qos", "pl_on", "pl_off"}},
    {"button", {"cmd_t", "qos", "pl_prs"}},
    {"number", {"cmd_t", "qos", "min", "max", "step", "mode", "unit_of_meas"}},
    {"select", {"cmd_t", "qos", "ops"}},
    {"text", {"cmd_t", "qos", "min", "max", "pattern"}}};

// Device class, unit and state class that go together.
const std::set<std::tuple<std::string, std::string, std::string>> kMeasures{
    {"power", "kW", "measurement"},  {"energy", "kWh", "total_increasing"},
    {"battery", "%", "measurement"}, {"energy_storage", "kWh", "measurement"},
    {"monetary", "SEK", "total"},    {"monetary", "SEK", ""},
    {"", "SEK/kWh", "measurement"},  {"", "", ""}};

/// The payload of a topic of the reference home.
json payload(const std::string& topic) {
  const Home home = test::home_of(test::reference_settings());
  const wire::Topics topics("home-energy");
  for (const auto name : wire::kHomeTopics) {
    if (topics.of("home", name) != topic) continue;
    std::string text;
    wire::append_topic(text, name, home, home.snapshot(), {"SEK", "2026-11-22T00:00:00+01:00"});
    return json::parse(text);
  }
  FAIL("nothing is published at " << topic);
  return {};
}

/// Evaluates the two forms of template that a document may have.
json evaluated(const std::string& form, const json& value_json) {
  static const std::regex kMember(R"(\{\{ value_json\.([a-z_]+) \}\})");
  static const std::regex kProblem(R"(\{\{ 'ON' if value_json\.([a-z_]+) else 'OFF' \}\})");
  std::smatch parts;
  if (std::regex_match(form, parts, kMember)) return value_json.at(parts[1]);
  if (std::regex_match(form, parts, kProblem)) return value_json.at(parts[1]).get<bool>() ? "ON" : "OFF";
  FAIL("a template of another form: " << form);
  return {};
}

}  // namespace

TEST_CASE("a document has what Home Assistant requires, and nothing that it rejects") {
  const json whole = document();
  CHECK(keys(whole) == std::set<std::string>{"dev", "o", "avty", "avty_mode", "cmps"});
  CHECK(keys(whole["dev"]) == std::set<std::string>{"ids", "name", "mf", "mdl", "sw", "sn"});
  CHECK(whole["dev"]["ids"] == json{"home-energy__home"});
  CHECK(whole["dev"]["name"] == "Home Energy");
  CHECK(whole["dev"]["sw"] == "0.1.0");
  CHECK(keys(whole["o"]) == std::set<std::string>{"name", "sw"});
  CHECK(whole["avty"].dump() == R"([{"t":"home-energy/status"},{"t":"home-energy/home/status"}])");
  CHECK(whole["avty_mode"] == "all");
  CHECK(whole["cmps"].size() == 24);
}

TEST_CASE("every component keeps the rules of its platform") {
  const json whole = document();
  std::set<std::string> unique;
  std::set<std::string> entity_ids;
  std::set<std::string> names;
  static const std::regex kEntityId(R"(([a-z_]+)\.home_energy_[a-z]+(_[a-z0-9]+)*)");
  for (const auto& [id, component] : whole["cmps"].items()) {
    INFO(id << ": " << component.dump());
    const std::string platform = component.at("p");
    REQUIRE(kOfPlatform.contains(platform));
    auto legal = kOfPlatform.at(platform);
    legal.insert(kOfAll.begin(), kOfAll.end());
    if (platform != "button") legal.insert(kOfState.begin(), kOfState.end());
    CHECK(strangers(component, legal).empty());
    for (const auto& [key, value] : component.items()) CHECK_FALSE((value.is_null() || value == ""));
    CHECK(unique.insert(component.at("uniq_id")).second);
    CHECK(component["uniq_id"].get<std::string>().starts_with("home-energy__home_"));
    std::smatch parts;
    const std::string entity_id = component.at("def_ent_id");
    REQUIRE(std::regex_match(entity_id, parts, kEntityId));
    CHECK(parts[1] == platform);
    CHECK(entity_ids.insert(entity_id).second);
    CHECK(names.insert(component.at("name")).second);
    CHECK(component["name"].get<std::string>().find("Home Energy") == std::string::npos);  // else it stands there twice
    CHECK(component.contains("stat_t") == (platform != "button"));
    CHECK(component.contains("cmd_t") == !platform.ends_with("sensor"));
    CHECK(component.contains("cmd_t") == (component.value("qos", 0) == 1));
    CHECK((component.contains("dev_cla") || component.contains("ic")));
  }
}

TEST_CASE("a sensor's device class, unit and state class go together") {
  const json components = document()["cmps"];
  for (const auto& [id, component] : components.items()) {
    if (component["p"] != "sensor") continue;
    INFO(id);
    const std::string unit = component.value("unit_of_meas", "");
    CHECK(kMeasures.contains({component.value("dev_cla", ""), unit, component.value("stat_cla", "")}));
    CHECK(component.contains("sug_dsp_prc") == !unit.empty());
    CHECK((component.value("stat_cla", "") == "total") == component.contains("lrst_val_tpl"));
  }
  CHECK(components["simulated_time"]["ent_cat"] == "diagnostic");
  CHECK(components["simulated_time"]["en"] == false);
  CHECK(components["electricity_price"]["json_attr_t"] == "home-energy/home/price/profile");
  CHECK(components["overload"]["dev_cla"] == "problem");
  CHECK(components["car_charging"]["dev_cla"] == "battery_charging");
}

TEST_CASE("every template finds its value in the payload that is published") {
  const json components = document()["cmps"];
  for (const auto& [id, component] : components.items()) {
    for (const char* form : {"val_tpl", "lrst_val_tpl"}) {
      if (!component.contains(form) || id == "last_error") continue;  // of receipts, which no one has stored
      INFO(id);
      const json value = evaluated(component[form], payload(component["stat_t"]));
      const bool of_plan = component["stat_t"] == "home-energy/home/plan";
      if (of_plan && component["p"] == "sensor") continue;  // there is no plan yet: null is unknown
      CHECK_FALSE(value.is_null());
      if (component.contains("ops")) CHECK(std::ranges::count(component["ops"], value) == 1);
      if (component.contains("pattern")) {
        CHECK(std::regex_match(value.get<std::string>(), std::regex(component["pattern"].get<std::string>())));
      }
      if (component.contains("sug_dsp_prc") && form == std::string("val_tpl")) CHECK(value.is_number());
      if (component.contains("pl_on")) CHECK((value == component["pl_on"] || value == component["pl_off"]));
      if (component["p"] == "binary_sensor" && !component.contains("pl_on")) CHECK((value == "ON" || value == "OFF"));
    }
    if (component.contains("json_attr_t")) CHECK(payload(component["json_attr_t"]).is_object());
  }
}

TEST_CASE("whatever a control sends is a command that is accepted") {
  const wire::Topics topics("home-energy");
  const json components = document()["cmps"];
  for (const auto& [id, component] : components.items()) {
    if (!component.contains("cmd_t")) continue;
    INFO(id);
    const auto address = topics.command_address(component["cmd_t"].get<std::string>());
    REQUIRE(address);
    CHECK(address->home == "home");
    std::vector<std::string> sent;
    for (const char* key : {"pl_on", "pl_off", "pl_prs"})
      if (component.contains(key)) sent.push_back(component[key]);
    if (component["p"] == "number") sent = {component["min"].dump(), component["max"].dump()};
    if (component["p"] == "select") sent = component["ops"].get<std::vector<std::string>>();
    if (component["p"] == "text") sent = {"00:00", "23:59"};
    REQUIRE_FALSE(sent.empty());
    for (const auto& text : sent) {
      INFO(text);
      CHECK(parse_command(address->command, text, TextForm::bare).command);
    }
  }
}

TEST_CASE("the power of a charger that modulates is a number up to the charger's") {
  CHECK_FALSE(document()["cmps"].contains("charge_power"));
  ha::Settings settings = kSettings;
  settings.chargers.front() = Watts(11'040);
  const json components = document("home", settings)["cmps"];
  CHECK(components.size() == document()["cmps"].size() + 1);
  const json number = components.at("charge_power");
  CHECK(strangers(number, {"p", "uniq_id", "def_ent_id", "name", "stat_t", "val_tpl", "cmd_t", "qos", "min", "max",
                           "step", "mode", "unit_of_meas", "dev_cla"})
            .empty());
  CHECK(number["p"] == "number");
  CHECK((number["min"] == 0 && number["max"] == 11.04 && number["step"] == 0.1));
  CHECK((number["unit_of_meas"] == "kW" && number["dev_cla"] == "power"));
  CHECK(number["val_tpl"] == "{{ value_json.charge_power_kw }}");
  CHECK(number["cmd_t"] == "home-energy/home/charge_power/set");
  CHECK(number["qos"] == 1);
  for (const auto& text : {number["min"].dump(), number["max"].dump()})
    CHECK(parse_command("charge_power", text, TextForm::bare).command);
}

TEST_CASE("a plan's times are timestamps in real time") {
  ha::Settings settings = kSettings;
  CHECK_FALSE(document("home", settings)["cmps"]["planned_start"].contains("dev_cla"));
  settings.has_dates = true;
  for (const char* id : {"planned_start", "planned_end"})
    CHECK(document("home", settings)["cmps"][id]["dev_cla"] == "timestamp");
}

TEST_CASE("a home but the default one is called by its id") {
  const json whole = document("villa--2");
  CHECK(whole["dev"]["name"] == "Home Energy villa--2");
  CHECK(whole["dev"]["ids"] == json{"home-energy__villa--2"});
  CHECK(whole["cmps"]["cost"]["def_ent_id"] == "sensor.home_energy_villa_2_cost");
  CHECK(whole["cmps"]["cost"]["stat_t"] == "home-energy/villa--2/grid");
}

TEST_CASE("currency, version, page and base topic are the configured ones") {
  ha::Settings settings = kSettings;
  settings.currency = "EUR";
  settings.page_url = "http://10.0.0.5:5000";
  settings.base_topic = "site/Åre/energy";
  settings.prefix = "ha/discovery";
  const json whole = document("home", settings);
  CHECK(whole["cmps"]["cost"]["unit_of_meas"] == "EUR");
  CHECK(whole["cmps"]["electricity_price"]["unit_of_meas"] == "EUR/kWh");
  CHECK(whole["dev"]["cu"] == "http://10.0.0.5:5000");
  CHECK(whole["dev"]["ids"] == json{"site_2F_C3_85re_2Fenergy__home"});
  CHECK(whole["cmps"]["cost"]["def_ent_id"] == "sensor.site_re_energy_cost");
  CHECK(ha::discovery_topic(settings.prefix, "x") == "ha/discovery/device/x/config");
  CHECK(ha::discovery_filter(settings.prefix) == "ha/discovery/device/+/config");
  CHECK(ha::birth_topic(settings.prefix) == "ha/discovery/status");
  CHECK(ha::id_of_topic(settings.prefix, "ha/discovery/device/x/config") == "x");
  CHECK_FALSE(ha::id_of_topic(settings.prefix, "ha/discovery/device/config"));
  CHECK_FALSE(ha::id_of_topic(settings.prefix, "homeassistant/device/x/config"));
}

TEST_CASE("a device id is of one home only, and tells which") {
  const std::vector<std::pair<std::string, std::string>> homes{{"a", "b"},    {"a_", "b"},   {"a", "_b"},
                                                               {"a__b", "c"}, {"a", "b__c"}, {"a/b", "c"},
                                                               {"a", "5F"},   {"a_5F", "x"}, {"a", "b/car-2"}};
  std::set<std::string> ids;
  for (const auto& [base, home] : homes) {
    const auto id = ha::device_id(base, home);
    CHECK(ids.insert(id).second);
    CHECK(std::regex_match(id, std::regex("[A-Za-z0-9_-]+")));
    CHECK(ha::device_of_id(base, id) == home);
  }
  for (const char* other : {"a", "a__", "b__home", "a___", "a___5", "a___zz", "a__x_5f", "a__x y"}) {
    INFO(other);
    CHECK_FALSE(ha::device_of_id("a", other));
  }
}

TEST_CASE("the longest names still make a document of less than 16 KiB that is legal") {
  ha::Settings settings = kSettings;
  settings.base_topic = std::string(256, 'b');
  const auto text = ha::document(settings, std::string(64, 'h'));
  CHECK(text.size() < std::size_t{40} * 1024);
  CHECK(ha::document(kSettings, std::string(64, 'h')).size() < std::size_t{16} * 1024);
  const json components = json::parse(text)["cmps"];
  CHECK(components.size() == 24);
  for (const auto& [id, component] : components.items())
    CHECK(component["def_ent_id"].get<std::string>().size() <= 255);
}

TEST_CASE("what an earlier document had and this one has not is left over") {
  const auto leftovers = ha::leftovers_of(
      kSettings, "home",
      R"({"o":{"name":"home-energy-agent"},"cmps":{"cost":{"p":"sensor"},"old":{"p":"switch","uniq_id":"u"}}})");
  REQUIRE(leftovers);
  CHECK(*leftovers == ha::Components{{"old", R"({"p":"switch","uniq_id":"u"})"}});
  CHECK(ha::stubs_of(*leftovers) == ha::Components{{"old", R"({"p":"switch"})"}});
  const json with = document("home", kSettings, *leftovers);
  CHECK(with["cmps"]["old"]["uniq_id"] == "u");
  CHECK(with["cmps"].size() == 25);
  CHECK(ha::leftovers_of(kSettings, "home", ha::document(kSettings, "home")) == ha::Components{});
}

TEST_CASE("a document that is none of ours leaves nothing over") {
  const std::string deep = R"({"o":{"name":"home-energy-agent"},"cmps":{"x":{"p":"sensor","uniq_id":"u","y":)" +
                           std::string(30'000, '[') + std::string(30'000, ']') + "}}}";
  CHECK(ha::leftovers_of(kSettings, "home", deep)->at("x").size() < 200);
  for (const char* text :
       {"", "null", "[]", "{", "{}", "\xff", R"({"o":{}})", R"({"o":"home-energy-agent"})",
        R"({"o":{"name":"zigbee2mqtt"},"cmps":{"x":{"p":"sensor"}}})", R"({"o":{"name":"home-energy-agent"}})",
        R"({"o":{"name":"home-energy-agent"},"cmps":[1]})"}) {
    INFO(text);
    CHECK_FALSE(ha::leftovers_of(kSettings, "home", text));
  }
  CHECK(
      ha::leftovers_of(kSettings, "home", R"({"o":{"name":"home-energy-agent"},"cmps":{"x":5,"y":{},"z":{"p":7}}})") ==
      ha::Components{});
  const auto one_bad = ha::leftovers_of(
      kSettings, "home",
      R"({"o":{"name":"home-energy-agent"},"cmps":{"x":{"p":"sensor","name":"n"},"y":{"p":"laser","uniq_id":"u"}}})");
  CHECK(one_bad == ha::Components{});  // either would cost the whole device
}

}  // namespace home_energy
