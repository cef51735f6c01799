// Whole stories as data: tests/scenarios/*.json, each with commands at ticks and what must be seen at ticks.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/wire/command_reader.hpp"
#include "common/wire/curve_reader.hpp"
#include "common/wire/wire.hpp"
#include "tests/homes.hpp"

namespace home_energy {
namespace {

using nlohmann::json;

HomeSettings settings_of(const json& scenario) {
  HomeSettings settings = test::reference_settings();
  if (scenario.contains("prices")) settings.price = *parse_price_curve(scenario["prices"].dump(), "SEK", "prices");
  if (scenario.contains("baseload")) settings.baseload = *parse_load_curve(scenario["baseload"].dump(), "baseload");
  settings.pace =
      *Pace::make(scenario.value("seconds_per_hour", 4.0), std::chrono::milliseconds(scenario.value("tick_ms", 1000)),
                  std::max(settings.price.resolution(), settings.baseload.resolution()));
  return settings;
}

/// What is seen of the home, as clients see it.
json seen(const Home& home) {
  const wire::Labels labels{"SEK", "2026-11-22T00:00:00+01:00"};
  const json state = json::parse(wire::http::state(home, home.snapshot(), labels));
  const json info = json::parse(wire::http::info(home.snapshot()));
  return {{"day", state["clock"]["day"]},
          {"time", state["clock"]["time"]},
          {"hour_kwh", info["base_current_load"]},
          {"stored_kwh", info["battery_capacity_kWh"]},
          {"soc_percent", state["battery"]["soc_percent"]},
          {"charging", state["battery"]["charging"]},
          {"power_kw", state["battery"]["power_kw"]},
          {"charged_kwh", state["battery"]["charged_kwh"]},
          {"base_kw", state["baseload"]["power_kw"]},
          {"base_kwh", state["baseload"]["energy_kwh"]},
          {"price", state["price"]["price"]},
          {"grid_kw", state["grid"]["power_kw"]},
          {"cost", state["grid"]["cost"]},
          {"overload", state["grid"]["overload"]}};
}

void tell(Home& home, const json& commands, int tick) {
  for (const auto& told : commands) {
    if (told["tick"] != tick) continue;
    const auto parsed =
        parse_command(told["command"].get<std::string>(), told["text"].get<std::string>(), TextForm::bare);
    REQUIRE(parsed.command);
    REQUIRE(test::apply(home, *parsed.command));
  }
}

void check(const Home& home, const json& expected) {
  const json now = seen(home);
  for (const auto& [key, value] : expected.items()) {
    if (key == "tick") continue;
    INFO("at tick " << expected["tick"] << ": " << key);
    CHECK(now.at(key) == value);
  }
}

void play(const json& scenario) {
  Home home = test::home_of(settings_of(scenario));
  int tick = 0;
  tell(home, scenario["commands"], tick);
  for (const auto& expected : scenario["expect"]) {
    while (tick < expected["tick"]) {
      test::advance(home);
      tell(home, scenario["commands"], ++tick);
    }
    check(home, expected);
  }
}

}  // namespace

TEST_CASE("the scenarios come out as written") {
  int played = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SCENARIOS)) {
    const json scenario = json::parse(std::ifstream(entry.path()));
    DYNAMIC_SECTION(entry.path().stem().string() << ": " << scenario["story"].get<std::string>()) {
      play(scenario);
    }
    ++played;
  }
  CHECK(played >= 9);
}

}  // namespace home_energy
