// Homes without a car.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "common/wire/command_reader.hpp"
#include "common/wire/home_assistant.hpp"
#include "common/wire/wire.hpp"
#include "common/wire/wire_history.hpp"
#include "tests/homes.hpp"
#include "tests/options_of.hpp"
#include "tests/shown.hpp"

namespace home_energy {
namespace {

using nlohmann::json;

HomeSettings without_car(std::vector<test::OptionText> more = {}) {
  more.emplace_back("car", "off");
  return test::settings_of(more);
}

json state_of(const Home& home) {
  return json::parse(wire::http::state(home, home.snapshot(), test::kLabels));
}

std::string fault_of(test::OptionTexts options) {
  const auto made = test::configuration_of(options);
  return made ? "" : made.error().reason;
}

}  // namespace

TEST_CASE("a home without a car draws its base load and pays for it") {
  Home home = test::home_of(without_car());
  Home with_car = test::home_of(test::settings_of({}));
  test::advance(home, 4 * kHoursPerDay);
  test::advance(with_car, 4 * kHoursPerDay);
  CHECK(home.counters().base == with_car.counters().base);
  CHECK(home.counters().charged == EnergyTotal());
  CHECK(home.counters().cost == with_car.counters().cost);
  CHECK_FALSE(home.plan_due());
}

TEST_CASE("a home without a car has rows of history, and their sum is what it drew") {
  Home home = test::home_of(without_car());
  HistoryMeter meter(home);
  std::int64_t base_mwh = 0;
  for (int tick = 0; tick < 4 * kHoursPerDay; ++tick) {
    meter.before_tick(home);
    test::advance(home);
    const auto row = meter.look(home);
    if (!row) continue;
    base_mwh += row->base_mwh;
    CHECK(row->soc == 0);
    CHECK(row->car_mwh == 0);
  }
  CHECK(static_cast<double>(base_mwh) / 1e6 == Approx(static_cast<double>(home.counters().base.count()) / 1e6 / 4));
}

TEST_CASE("what is told to a car that is not there is refused by name, and changes nothing") {
  Home home = test::home_of(without_car());
  const std::string before = wire::http::state(home, home.snapshot(), test::kLabels);
  for (const auto& [name, text] :
       std::vector<std::pair<const char*, const char*>>{{"charge", "on"},
                                                        {"charge", "off"},
                                                        {"discharge", "on"},
                                                        {"charge_limit", "50"},
                                                        {"charge_power", "3"},
                                                        {"mode", "cheapest"},
                                                        {"target", "50"},
                                                        {"ready_by", "06:00"},
                                                        {"plug", "off"},
                                                        {"trip", R"({"leave":"07:30","back":"17:00","kwh":5})"},
                                                        {"trips", "{}"}}) {
    CAPTURE(name);
    const auto parsed = parse_command(name, text, TextForm::bare);
    REQUIRE(parsed.command);
    const auto outcome = test::apply(home, *parsed.command);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::absent);
    CHECK(outcome.error().reason == "car is not there: the home was started without one");
  }
  CHECK(wire::http::state(home, home.snapshot(), test::kLabels) == before);
  REQUIRE(test::apply(home, PriceCommand{{.every_day = default_price_curve(), .unit = "SEK/kWh"}}));
}

TEST_CASE("nothing of a car is shown where there is none") {
  const Home home = test::home_of(without_car());
  const json state = state_of(home);
  for (const char* topic : {"battery", "plan", "car"}) CHECK_FALSE(state.contains(topic));
  const json info = json::parse(wire::http::info(home.snapshot()));
  CHECK(info["battery_capacity_kWh"] == 0.0);
  CHECK(info["ev_battery_charge_start_stopp"] == false);
  CHECK(info["base_current_load"].get<double>() > 0);
  CHECK(wire::http::stored_kwh(home.snapshot()) == "0.0");
  const HistoryRow row{.minutes = 15, .base_mwh = 1};
  const std::string csv = wire::history_csv("SEK", std::span(&row, 1), test::start_text(), {.car = false});
  CHECK(csv.starts_with("start,base_kwh,price,cost,overload_minutes,minutes\r\n"));
  const HistoryRow of_earlier{.minutes = 15, .car_mwh = 1};
  CHECK(wire::history_csv("SEK", std::span(&of_earlier, 1), test::start_text(), {.car = false}).find("car_kwh") !=
        std::string::npos);
  home_assistant::Settings settings{.prefix = "homeassistant",
                                    .base_topic = "home-energy",
                                    .version = "1",
                                    .currency = "SEK",
                                    .has_dates = false,
                                    .page_url = std::nullopt,
                                    .parts = wire::parts_of(home.settings())};
  const json document = json::parse(home_assistant::document(settings, "home"));
  for (const auto& [id, component] : document["cmps"].items()) {
    CAPTURE(id);
    CHECK(component.dump().find("battery") == std::string::npos);
    CHECK(component.dump().find("/plan") == std::string::npos);
  }
  CHECK(document["cmps"].contains("last_error"));
  CHECK(document["dev"]["mdl"] == "Simulated home");
}

TEST_CASE("a home that had a car begins without it as if it had never charged") {
  Home with_car = test::home_of(test::settings_of({}));
  REQUIRE(test::apply(with_car, ChargeCommand{Charging::on}));
  test::advance(with_car, 2);
  Home home = test::home_of(without_car());
  home.restore(with_car.state(), with_car.curves());
  CHECK(home.counters().charged == with_car.counters().charged);
  test::advance(home, 4);
  CHECK(home.counters().charged == with_car.counters().charged);
  CHECK(home.snapshot().car.power == Watts());
}

TEST_CASE("without a car the plan is the home battery's alone") {
  const Home home = test::home_of(without_car({{"storage-kwh", "10"}, {"storage-mode", "plan"}}));
  REQUIRE(home.storage()->plan() != nullptr);
  const json state = state_of(home);
  CHECK_FALSE(state.contains("battery"));
  CHECK(state["plan"]["storage"]["saving"].get<double>() > 0);
  CHECK(state["plan"].size() == 2);
  const Home follows = test::home_of(without_car({{"storage-kwh", "10"}}));
  CHECK(state_of(follows)["plan"].dump() == R"({"currency":"SEK"})");
}

TEST_CASE("options of a car that is not there are refused by name") {
  CHECK(fault_of({{"car", "off"}, {"charger-kw", "11"}}) == "--charger-kw: needs a car: --car on");
  CHECK(fault_of({{"car", "off"}, {"mode", "cheapest"}}) == "--mode: needs a car: --car on");
  CHECK(fault_of({{"car", "off"}, {"trips", "mon-fri 07:30-17:15 9.5"}}) == "--trips: needs a car: --car on");
  CHECK(fault_of({{"car", "off"}, {"load-balancing", "on"}, {"fuse-kw", "16"}}).empty());
}

}  // namespace home_energy
