// The charger's power as others tell it: in every mode, in a plan, below the charger's minimum, and after a restart.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "common/wire/command_reader.hpp"
#include "common/wire/home_state.hpp"
#include "common/wire/wire.hpp"
#include "tests/homes.hpp"
#include "tests/options_of.hpp"
#include "tests/shown.hpp"

namespace home_energy {
namespace {

Watts power_of(const Home& home) {
  return home.snapshot().car.power;
}

double charged_kwh(const Home& home) {
  return static_cast<double>(home.counters().charged.count()) / 1e6 / home.settings().pace.ticks_per_hour();
}

nlohmann::json battery_of(const Home& home) {
  return nlohmann::json::parse(test::payload_of(home, wire::HomeTopic::battery));
}

}  // namespace

TEST_CASE("a charging power that is told holds from that moment on, until another one") {
  Home home = test::home_of(test::reference_settings());
  CHECK(test::tell(home, "charge_power", "3.7") == R"({"charge_power":3.7})");
  CHECK(power_of(home) == Watts());  // it does not switch on
  test::tell(home, "charge", "on");
  CHECK(power_of(home) == Watts(3'700));
  test::advance(home, 4);
  CHECK(charged_kwh(home) == Approx(3.7));
  CHECK(test::tell(home, "charge_power", R"({"charge_power":"1.38"})") == R"({"charge_power":1.38})");
  test::advance(home, 4);
  CHECK(charged_kwh(home) == Approx(5.08));
  CHECK(test::tell(home, "charge_power", "0") == R"({"charge_power":0.0})");
  test::advance(home, 4);
  CHECK(charged_kwh(home) == Approx(5.08));
  CHECK(home.snapshot().car.charging == Charging::on);  // it pauses: nobody has switched it off
  test::tell(home, "discharge", "on");
  test::tell(home, "charge", "on");
  CHECK(power_of(home) == Watts());  // as the charge limit, it outlives that
  CHECK(test::tell(home, "charge_power", "7.4") == R"({"charge_power":7.4})");
  CHECK(power_of(home) == Watts(7'400));
}

TEST_CASE("a charging power beyond the charger's, or none at all, is refused and changes nothing") {
  Home home = test::home_of(test::reference_settings());
  test::tell(home, "charge", "on");
  test::tell(home, "charge_power", "2");
  CHECK(test::tell(home, "charge_power", "7.41") ==
        "charge_power must be at most --charger-kw, which is 7.4, got 7.41");
  for (const auto* text : {"-0.1", "1001", "nan", "1e999", "full", "", "{}", R"({"charge_power":[1]})"}) {
    CAPTURE(text);
    CHECK(test::tell(home, "charge_power", text).starts_with("charge_power "));
  }
  CHECK(test::tell(home, "charge_power", "-1") == "charge_power must be a power in kW from 0 to --charger-kw, got -1");
  CHECK(power_of(home) == Watts(2'000));
}

TEST_CASE("a charger that modulates pauses below its minimum, one that is on or off draws what it is told") {
  Home modulates = test::home_of(test::settings_of({{"charger-min-kw", "1.4"}}));
  Home switches = test::home_of(test::reference_settings());
  for (Home* const home : {&modulates, &switches}) test::tell(*home, "charge", "on");
  for (const char* const power : {"1.4", "1.39", "0.001", "0"}) {
    CAPTURE(power);
    for (Home* const home : {&modulates, &switches})
      CHECK(test::tell(*home, "charge_power", power).starts_with(R"({"charge_power":)"));
    const Watts told(std::llround(std::stod(power) * 1000));
    CHECK(power_of(switches) == told);
    CHECK(power_of(modulates) == (told >= Watts(1'400) ? told : Watts()));
  }
}

TEST_CASE("every mode keeps to the charging power") {
  const auto* const mode = GENERATE("manual", "immediate", "cheapest", "lowest_load", "solar");
  CAPTURE(mode);
  HomeSettings settings = test::settings_of(
      {{"solar-kwp", "20"}, {"fuse-kw", "25"}, {"start-date", "2026-06-21"}, {"charge-limit", "100"}});
  if (GENERATE(false, true)) settings.car.charger_min = Watts(1'400);
  Home home = test::home_of(settings);
  test::tell(home, "target", "100");
  test::tell(home, "mode", mode);
  if (mode == std::string("manual")) test::tell(home, "charge", "on");
  test::tell(home, "charge_power", "2.5");
  Watts highest;
  for (int tick = 0; tick < kQuartersPerDay; ++tick) {
    const EnergyTotal before = home.counters().charged;
    highest = std::max(highest, power_of(home));
    test::advance(home);
    CHECK((home.counters().charged - before).count() <= in_one_tick(Watts(2'500)).count());
  }
  CHECK(highest == Watts(2'500));
}

TEST_CASE("what is told while it charges switches on and off where the mode decides") {
  Home home = test::home_of(test::settings_of({{"mode", "immediate"}}));
  CHECK(home.snapshot().car.charging == Charging::on);
  test::tell(home, "charge_power", "0");
  CHECK(home.snapshot().car.charging == Charging::off);
  test::advance(home, 8);
  CHECK(charged_kwh(home) == 0);
  test::tell(home, "charge_power", "5");
  CHECK(home.snapshot().car.charging == Charging::on);
  CHECK(power_of(home) == Watts(5'000));
}

TEST_CASE("a plan counts with the charging power and is made anew with it") {
  Home home = test::home_of(test::settings_of({{"mode", "cheapest"}, {"ready-by", "00:00"}}));
  const auto full = test::plan_of(home);
  test::tell(home, "charge_power", "3.7");
  const auto half = test::plan_of(home);
  CHECK(half["note"] == "charge_power is 3.7 kW");
  CHECK(half["energy_kwh"] == full["energy_kwh"]);
  CHECK(half["cost"] > full["cost"]);
  for (const auto& block : half["blocks"]) CHECK(block["kw"] == 3.7);
  const auto revision = home.revision();
  test::tell(home, "charge_power", "3.7");
  CHECK(home.revision() == revision);
  test::advance(home, kQuartersPerDay - 1);
  CHECK(home.revision() == revision);  // nothing of it was missed
  test::advance(home);
  CHECK(charged_kwh(home) == Approx(27.78).margin(0.001));
}

TEST_CASE("a plan without power has no blocks, and says why") {
  const auto* const mode = GENERATE("cheapest", "lowest_load");
  const auto row = GENERATE(table<const char*, const char*, const char*>(
      {{"full", "0", "charge_power is 0.0 kW"},
       {"1.4", "1.3", "charge_power is 1.3 kW, less than the charger's minimum"},
       {"1.4", "0", "charge_power is 0.0 kW"}}));
  Home home = test::home_of(test::settings_of({{"mode", mode},
                                               {"ready-by", "07:00"},
                                               {"charger-min-kw", std::get<0>(row)},
                                               {"solar-kwp", "20"},
                                               {"taper", "30:1"}}));
  const auto before = test::plan_of(home);
  test::tell(home, "charge_power", std::get<1>(row));
  const auto plan = test::plan_of(home);
  CHECK(plan["blocks"].empty());
  CHECK(plan["shortfall_kwh"] == 27.78);
  const std::string note = "27.78 kWh of the target are out of reach: the charger gives no power; ";
  CHECK(plan["note"] == note + std::get<2>(row));
  test::advance(home, kQuartersPerDay);  // past the departure: it is late, and has no power still
  CHECK(charged_kwh(home) == 0);
  CHECK(test::plan_of(home)["blocks"].empty());
  CHECK(test::plan_of(home)["note"].get<std::string>().starts_with("late since 07:00 of day 0"));
  test::tell(home, "charge_power", "7.4");
  CHECK(test::plan_of(home)["blocks"].size() == 1);
  CHECK(power_of(home) > Watts());
}

TEST_CASE("the charging power is shown where the charger modulates, else only where it is told") {
  Home switches = test::home_of(test::reference_settings());
  CHECK_FALSE(battery_of(switches).contains("charge_power_kw"));
  test::tell(switches, "charge_power", "3.7");
  CHECK(battery_of(switches)["charge_power_kw"] == 3.7);
  test::tell(switches, "charge_power", "7.4");
  CHECK_FALSE(battery_of(switches).contains("charge_power_kw"));
  Home modulates = test::home_of(test::settings_of({{"charger-min-kw", "1.4"}}));
  CHECK(battery_of(modulates)["charge_power_kw"] == 7.4);
  test::tell(modulates, "charge_power", "1.3");
  CHECK(battery_of(modulates)["charge_power_kw"] == 1.3);
}

TEST_CASE("the charging power outlives the process, as far as the charger goes then") {
  Home home = test::home_of(test::reference_settings());
  const auto text_of = [](const Home& of) {
    std::string text;
    append_state(text, {.home = of.state(), .row = {}});
    return text;
  };
  const std::string of_before = text_of(home);
  CHECK(of_before.find("charge_power") == std::string::npos);
  test::tell(home, "charge_power", "3.7");
  const auto read = parse_state(text_of(home), test::kPlain);
  REQUIRE(read);
  CHECK(read->home == home.state());
  const auto power_with = [](const RememberedHome& state, const char* charger) {
    Home again = test::home_of(test::settings_of({{"charger-kw", charger}}));
    again.restore(state.home, {});
    test::tell(again, "charge", "on");
    return power_of(again);
  };
  CHECK(power_with(*read, "7.4") == Watts(3'700));
  CHECK(power_with(*read, "2.3") == Watts(2'300));
  CHECK(power_with(*parse_state(of_before, test::kPlain), "11") == Watts(11'000));
  for (const char* const wrong : {"-1", "1000001", "1.5", "\"x\"", "null"}) {
    CAPTURE(wrong);
    auto damaged = nlohmann::json::parse(of_before);
    damaged["charge_power"] = nlohmann::json::parse(wrong);
    CHECK_FALSE(parse_state(damaged.dump(), test::kPlain));
  }
}

TEST_CASE("the fuse guard and the taper take what the charging power leaves") {
  Home home = test::home_of(test::settings_of(
      {{"load-balancing", "on"}, {"charger-min-kw", "1"}, {"taper", "20:2.5"}, {"charge-efficiency", "0.5"}}));
  test::tell(home, "charge", "on");
  CHECK(power_of(home) == Watts(2'500));
  test::tell(home, "charge_power", "2");
  CHECK(power_of(home) == Watts(2'000));
  const Energy stored = home.snapshot().car.stored;
  test::advance(home);
  CHECK((home.snapshot().car.stored - stored).count() == in_one_tick(Watts(1'000)).count());
  test::set_clock(home, {.day = 0, .quarter = 17 * 4, .tick = 0});  // the house takes the whole fuse
  CHECK(power_of(home) == Watts());
}

}  // namespace home_energy
