// A further device behind the meter, and what of it the meter, the plan and the history see.
#include "common/world/heater.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "common/wire/command_reader.hpp"
#include "common/wire/home_assistant.hpp"
#include "common/wire/home_state.hpp"
#include "common/wire/wire.hpp"
#include "common/wire/wire_history.hpp"
#include "tests/homes.hpp"

using namespace home_energy;

namespace {

constexpr Heater::Hours kNight{22, 6};

HomeSettings settings(std::optional<Heater::Hours> hours = std::nullopt) {
  HomeSettings with_heater = test::reference_settings();
  with_heater.devices.emplace_back(Heater(Watts(2'000), hours));
  return with_heater;
}

void switch_heater(Home& home, std::string_view position) {
  const auto parsed = parse_command("heater", position, TextForm::bare);
  REQUIRE(parsed.command);
  REQUIRE(home.apply(*parsed.command));
}

std::string heater_of(const Home& home) {
  const Snapshot seen = home.snapshot();
  std::string out;
  wire::append_device(out, seen.devices.front(), seen, {"SEK", ""});
  return out;
}

}  // namespace

TEST_CASE("a heater draws what it has while it is on, and nothing else") {
  Home home = test::home_of(settings());
  CHECK(heater_of(home) == R"({"heating":"off","power_kw":0.0,"energy_kwh":0.0})");
  test::advance(home, 4);
  switch_heater(home, "on");
  CHECK(heater_of(home) == R"({"heating":"on","power_kw":2.0,"energy_kwh":0.0})");
  test::advance(home, 6);
  switch_heater(home, "off");
  test::advance(home, 4);
  CHECK(heater_of(home) == R"({"heating":"off","power_kw":0.0,"energy_kwh":3.0})");
}

TEST_CASE("with a heater the meter adds up") {
  Home home = test::home_of(settings());
  Home without = test::home_of(test::reference_settings());
  for (Home* const each : {&home, &without}) test::apply(*each, ChargeCommand{Charging::on});
  switch_heater(home, "on");
  for (int tick = 0; tick < 200; ++tick) {
    const Snapshot seen = home.snapshot();
    CHECK(seen.power() == seen.base_power + seen.car.power + Watts(2'000));
    const Counters before = home.counters();
    home.advance();
    without.advance();
    const Counters& now = home.counters();
    CHECK(now.devices.front().drawn - before.devices.front().drawn == EnergyTotal(in_one_tick(Watts(2'000)).count()));
    const EnergyTotal car = now.charged - before.charged;  // in the tick in which it is full, less than its power
    CHECK(
        (now.imported() - before.imported() == EnergyTotal(in_one_tick(seen.base_power + Watts(2'000)).count()) + car));
  }
  CHECK(home.counters().base == without.counters().base);
  CHECK(home.counters().charged == without.counters().charged);
  CHECK(home.counters().cost > without.counters().cost);
}

TEST_CASE("hours switch a heater, and what it is told holds until they do next") {
  Home home = test::home_of(settings(kNight));
  const auto heats = [&] { return std::get<Heater>(home.snapshot().devices.front()).heating() == Switch::on; };
  CHECK(heats());  // it is midnight
  for (int quarter = 1; quarter < 3 * kQuartersPerDay; ++quarter) {
    home.advance();
    const int hour = home.snapshot().hour;
    CAPTURE(quarter);
    CHECK(heats() == (hour >= 22 || hour < 6));
  }
  test::set_clock(home, {.day = 5, .quarter = 12 * kQuartersPerHour, .tick = 0});
  switch_heater(home, "on");
  test::advance(home, 10 * kQuartersPerHour);  // until 22:00, when its hours begin
  CHECK(heats());
  switch_heater(home, "off");
  test::advance(home, 7 * kQuartersPerHour);
  CHECK_FALSE(heats());
}

TEST_CASE("full hours of a day that do not pass midnight") {
  Heater heater(Watts(1'000), Heater::Hours{11, 14});
  int quarters = 0;
  for (int quarter = 0; quarter < kQuartersPerDay; ++quarter) {
    heater.begin_quarter(quarter);
    if (heater.heating() == Switch::on) ++quarters;
    CHECK(heater.expected_power(12 * kQuartersPerHour) == Watts(1'000));
    CHECK(heater.expected_power(14 * kQuartersPerHour) == Watts());
  }
  CHECK(quarters == 3 * kQuartersPerHour);
}

TEST_CASE("a plan leaves room for the heater within the fuse") {
  HomeSettings tight = settings(kNight);
  tight.fuse = Watts(11'000);  // beside the heater there is room for the car from 23:00 to 02:00 only
  tight.car.wish = {.mode = ChargingMode::cheapest, .target = Percent(5'000), .ready_by = 7 * kMinutesPerHour};
  Home home = test::home_of(tight);
  for (int tick = 0; tick < 2 * kQuartersPerDay; ++tick) {
    plan_now(home);
    home.advance();
    const Snapshot seen = home.snapshot();
    if (seen.car.power > Watts()) CHECK(seen.power() <= tight.fuse);
  }
  const Snapshot seen = home.snapshot();
  CHECK(100 * seen.car.stored.count() >= 49 * seen.car.capacity.count());
}

TEST_CASE("a heater that is switched on by hand makes the plan anew") {
  HomeSettings planned = settings();
  planned.car.wish.mode = ChargingMode::cheapest;
  Home home = test::home_of(planned);
  plan_now(home);
  switch_heater(home, "on");
  CHECK(home.plan_due());
  plan_now(home);
  switch_heater(home, "on");
  CHECK_FALSE(home.plan_due());
}

TEST_CASE("what a heater was told and has drawn comes back, and a state without it has its defaults") {
  Home home = test::home_of(settings(kNight));
  test::advance(home, 30);
  switch_heater(home, "on");
  std::string text;
  append_state(text, {home.state(), HistoryMeter(home).state()});
  const auto state = parse_state(text, test::kPlain);
  REQUIRE(state);
  CHECK(state->home == home.state());
  Home again = test::home_of(settings(kNight));
  again.restore(state->home, {});
  CHECK(heater_of(again) == heater_of(home));
  CHECK(again.counters() == home.counters());

  std::string before;
  append_state(before, {test::home_of(test::reference_settings()).state(), {}});
  CHECK(before.find("heater") == std::string::npos);
  const auto without = parse_state(before, test::kPlain);
  REQUIRE(without);
  again.restore(without->home, {});
  CHECK(again.counters().devices.front().drawn == EnergyTotal());
}

TEST_CASE("a state with fields and devices that this program does not know comes back with every value that it does") {
  Home home = test::home_of(settings(kNight));
  test::advance(home, 5);
  std::string text;
  append_state(text, {home.state(), {}});
  auto json = nlohmann::json::parse(text);
  json["moon_phase"] = {{"full", true}};
  json["devices"]["sauna"] = {{"hot", 1}};
  json["devices"]["heater"]["colour"] = 7;
  json["counters"]["sauna"] = "12";
  const auto state = parse_state(json.dump(), test::kPlain);
  REQUIRE(state);
  CHECK(state->home.counters == home.counters());
  Home again = test::home_of(settings(kNight));
  again.restore(state->home, {});
  CHECK(again.state() == home.state());
}

TEST_CASE("what of a heater's state is out of range refuses the state") {
  Home home = test::home_of(settings());
  std::string text;
  append_state(text, {home.state(), {}});
  for (const auto& [path, value] :
       std::vector<std::pair<std::string, nlohmann::json>>{{"/devices", 5},
                                                           {"/devices/heater", "on"},
                                                           {"/devices/heater/heating", "on"},
                                                           {"/counters/heater", "-1"},
                                                           {"/devices/heater/heating", 1e300},
                                                           {"/counters/heater", std::string(37, '9')}}) {
    auto json = nlohmann::json::parse(text);
    json[nlohmann::json::json_pointer(path)] = value;
    CAPTURE(path, value);
    CHECK_FALSE(parse_state(json.dump(), test::kPlain));
  }
}

TEST_CASE("history has a column for the heater where there is one, and its sum is what the counter rose by") {
  Home home = test::home_of(settings(kNight));
  HistoryMeter meter(home);
  std::vector<HistoryRow> rows;
  for (int tick = 0; tick < 2 * kQuartersPerDay; ++tick) {
    meter.before_tick(home);
    home.advance();
    if (const auto row = meter.look(home)) rows.push_back(*row);
  }
  const auto days = folded(rows, HistoryStep::day, test::kPlain);
  REQUIRE(days.size() == 2);
  CHECK(days.front().drawn_mwh.front() == 16'000'000);  // 2 kW for 8 h
  const auto json = wire::history_json("home", "SEK", HistoryStep::day, days, test::start_text());
  CHECK(json.find(R"("minutes":1440,"heater_kwh":16.0})") != std::string::npos);
  const std::vector<HistoryRow> none(1);
  const auto without = wire::history_csv("SEK", none, test::start_text());
  CHECK(without.find("heater") == std::string::npos);
  CHECK(wire::history_csv("SEK", none, test::start_text(), {{1}}).find("minutes,heater_kwh\r\n") != std::string::npos);
}

TEST_CASE("a command for a heater that is not there is refused by name") {
  Home home = test::home_of(test::reference_settings());
  const auto outcome = home.apply(DeviceCommand{.kind = 0, .order = Switch::on});
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().reason == "heater is not there: the home was started without one");
  for (const auto* text :
       {"maybe", "", "2", R"({"heating":"warm"})", R"({"charging":"on"})", "[1]", R"({"heating":null})"})
    CHECK_FALSE(parse_command("heater", text, TextForm::bare).command);
  CHECK(parse_command("heater", "warm", TextForm::bare).command.error().reason ==
        R"(heating must be "on" or "off", got "warm")");
}

TEST_CASE(
    "Home Assistant has the heater's entities where there is one, and removes them where there is none any more") {
  namespace ha = home_assistant;
  ha::Settings with{.prefix = "homeassistant",
                    .base_topic = "home-energy",
                    .version = "1",
                    .currency = "SEK",
                    .has_dates = false,
                    .page_url = std::nullopt,
                    .devices = {0}};
  ha::Settings without = with;
  without.devices.clear();
  const std::string text = ha::document(with, "home");
  const auto components = nlohmann::json::parse(text)["cmps"];
  CHECK(components["heater"]["p"] == "switch");
  CHECK(components["heater"]["cmd_t"] == "home-energy/home/heater/set");
  CHECK(components["heater"]["stat_t"] == "home-energy/home/heater");
  CHECK(components["heater"]["val_tpl"] == "{{ value_json.heating }}");
  CHECK(components["heater_energy"]["stat_cla"] == "total_increasing");
  CHECK(components["heater_power"]["unit_of_meas"] == "kW");
  CHECK(ha::document(without, "home").find("heater") == std::string::npos);
  CHECK(ha::leftovers_of(with, "home", text)->empty());
  const auto leftovers = ha::leftovers_of(without, "home", text);
  REQUIRE(leftovers);
  CHECK(leftovers->size() == 3);
  CHECK(ha::stubs_of(*leftovers).at("heater") == R"({"p":"switch"})");
}
