// Several cars in one home: what each is told, how they share the fuse, their plans, and what is remembered of them.
#include "common/world/cars.hpp"

#include <rapidcheck.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "common/wire/home_assistant.hpp"
#include "common/wire/home_state.hpp"
#include "common/wire/trip_text.hpp"
#include "common/wire/wire.hpp"
#include "tests/homes.hpp"
#include "tests/shown.hpp"

namespace home_energy {
namespace {

/// The reference home with a second car like its first, behind a larger fuse.
HomeSettings two_cars() {
  HomeSettings settings = test::reference_settings();
  settings.fuse = Watts(30'000);
  settings.further_cars = {settings.car};
  return settings;
}

/// Both modulate from 1.4 kW on, are empty, and are cut where the fuse is short.
HomeSettings two_at_a_fuse(Watts fuse) {
  HomeSettings settings = two_cars();
  settings.fuse = fuse;
  settings.load_balancing = LoadBalancing::on;
  for (CarSettings* car : {&settings.car, &settings.further_cars.front()}) {
    car->charger = Watts(11'000);
    car->charger_min = Watts(1'400);
    car->start_soc = Percent();
  }
  return settings;
}

std::shared_ptr<const TripSettings> leaving(const char* trips) {
  return std::make_shared<const TripSettings>(
      TripSettings{.week = *to_week(trips), .chance = {}, .per_100km = WattHours(18'000), .odometer_m = 0});
}

Watts power_of(const Home& home, std::size_t car) {
  return home.snapshot().car_at(car).power;
}

double kwh(EnergyTotal energy, const Home& home) {
  return static_cast<double>(energy.count()) / 1e6 / home.settings().pace.ticks_per_hour();
}

/// What a plan that was made at midnight draws in a quarter of an hour.
Joules planned_in(const HomePlan& made, int quarter) {
  Joules sum;
  for (const PlanStep& step : made.plan.steps)
    if (step.begin.count() / kSecondsPerQuarter == quarter) sum += step.energy;
  return sum;
}

nlohmann::json state_of(const Home& home) {
  return nlohmann::json::parse(wire::http::state(home, home.snapshot(), test::kLabels));
}

}  // namespace

TEST_CASE("each car does what it is told, and the meter counts both") {
  Home home = test::home_of(two_cars());
  CHECK(test::tell(home, "car-2/charge", "on") == R"({"charging":"on"})");
  CHECK(power_of(home, 0) == Watts());
  CHECK(power_of(home, 1) == Watts(7'400));
  CHECK(home.power() == home.snapshot().power());
  test::advance(home, 4);
  CHECK(kwh(home.counters().charged, home) == 0);
  CHECK(kwh(home.counters().charged_by(1), home) == Approx(7.4));
  test::tell(home, "charge", "on");
  CHECK(test::tell(home, "car-2/charge_power", "3.7") == R"({"charge_power":3.7})");
  test::advance(home, 4);
  CHECK(kwh(home.counters().charged, home) == Approx(7.4));
  CHECK(kwh(home.counters().charged_by(1), home) == Approx(11.1));
  CHECK(home.counters().imported() == home.counters().base + home.counters().charged_together());
  CHECK(test::tell(home, "car-2/charge_limit", "40") == R"({"charge_limit":40.0})");
  test::advance(home, 8);
  CHECK(home.snapshot().car_at(1).soc() == Percent(4'397));  // it was above the limit by then
  CHECK(home.snapshot().car_at(1).charging == Charging::off);
  CHECK(home.snapshot().car.charging == Charging::on);
}

TEST_CASE("the hour's energy of the documented endpoints is that of house and first car") {
  Home with = test::home_of(two_cars());
  Home without = test::home_of(test::reference_settings());
  for (Home* home : {&with, &without}) test::tell(*home, "charge", "on");
  test::tell(with, "car-2/charge", "on");
  for (int tick = 0; tick < 20; ++tick) {
    test::advance(with);
    test::advance(without);
    CHECK(wire::http::info(with.snapshot()) == wire::http::info(without.snapshot()));
  }
}

TEST_CASE("a car that is not there is told from one that is, and the clock follows the first alone") {
  Home home = test::home_of(two_cars());
  CHECK(test::tell(home, "car-3/charge", "on") == "car-3 is not there: the home was started without one");
  CHECK(test::tell(home, "car-2/price", "[1]")
            .starts_with("command \"car-2/price\" does not exist, of a car there are: "
                         "charge, discharge, "));
  CHECK(test::tell(home, "car-5/charge", "on").starts_with("command \"car-5/charge\" does not exist, there are: "));
  test::advance(home, 5);
  test::tell(home, "car-2/charge", "on");
  test::advance(home);
  CHECK(test::tell(home, "car-2/discharge", "on") == R"({"discharging":"on"})");
  CHECK(home.snapshot().car_at(1).soc() == Percent(2'000));
  CHECK(home.clock().day == 0);
  test::tell(home, "discharge", "on");
  CHECK(home.clock().day == 1);
}

TEST_CASE("cars that leave at the same time share what the fuse leaves evenly, what one does not take the others get") {
  Home home = test::home_of(two_at_a_fuse(Watts(8'880)));  // 8 kW beside the house at midnight
  test::tell(home, "charge", "on");
  CHECK(power_of(home, 0) == Watts(8'000));
  test::tell(home, "car-2/charge", "on");
  CHECK(power_of(home, 0) == Watts(4'000));
  CHECK(power_of(home, 1) == Watts(4'000));
  test::tell(home, "charge_power", "2.5");
  CHECK(power_of(home, 0) == Watts(2'500));
  CHECK(power_of(home, 1) == Watts(5'500));
  test::tell(home, "charge_power", "11");
  test::tell(home, "car-2/charge_power", "2.5");
  CHECK(power_of(home, 0) == Watts(5'500));
  CHECK(power_of(home, 1) == Watts(2'500));
  CHECK_FALSE(home.snapshot().is_overload());
}

TEST_CASE("where even parts are below the least that a car charges with, one waits") {
  Home home = test::home_of(two_at_a_fuse(Watts(3'080)));  // 2.2 kW beside the house
  test::tell(home, "charge", "on");
  test::tell(home, "car-2/charge", "on");
  CHECK(power_of(home, 0) == Watts(2'200));
  CHECK(power_of(home, 1) == Watts());
  CHECK(home.snapshot().car_at(1).charging == Charging::on);
}

TEST_CASE("who leaves first charges first") {
  HomeSettings settings = two_at_a_fuse(Watts(8'880));
  settings.car.trips = leaving("mon-sun 09:00-17:00 5");
  settings.further_cars.front().trips = leaving("mon-sun 07:00-17:00 5");
  Home home = test::home_of(settings);
  test::tell(home, "charge", "on");
  test::tell(home, "car-2/charge", "on");
  CHECK(power_of(home, 0) == Watts());
  CHECK(power_of(home, 1) == Watts(8'000));
  test::tell(home, "car-2/charge_power", "3");
  CHECK(power_of(home, 0) == Watts(5'000));
}

TEST_CASE("a car that nobody cuts takes what it wants, another gets what is left") {
  HomeSettings settings = two_at_a_fuse(Watts(8'880));
  settings.load_balancing = LoadBalancing::automatic;
  settings.car.wish = {.mode = ChargingMode::cheapest, .target = Percent(9'000), .ready_by = 2 * kMinutesPerHour};
  settings.further_cars.front().charger = Watts(6'000);
  Home home = test::home_of(settings);
  CHECK(power_of(home, 0) == Watts(8'000));
  test::tell(home, "car-2/charge", "on");
  CHECK(power_of(home, 1) == Watts(6'000));
  CHECK(power_of(home, 0) == Watts(2'000));
}

TEST_CASE("two plans reach their targets beside each other, and neither exceeds the fuse") {
  HomeSettings settings = two_at_a_fuse(Watts(12'500));
  settings.car.wish = {.mode = ChargingMode::cheapest, .target = Percent(8'000), .ready_by = 7 * kMinutesPerHour};
  settings.further_cars.front().wish = {
      .mode = ChargingMode::cheapest, .target = Percent(6'000), .ready_by = 9 * kMinutesPerHour};
  Home home = test::home_of(settings);
  REQUIRE(home.plan(0) != nullptr);
  REQUIRE(home.plan(1) != nullptr);
  CHECK(home.plan(0)->plan.shortfall == Joules());
  CHECK(home.plan(1)->plan.shortfall == Joules());
  for (int quarter = 0; quarter < 9 * kQuartersPerHour; ++quarter) {
    const Joules both = planned_in(*home.plan(0), quarter) + planned_in(*home.plan(1), quarter);
    CHECK(both.count() <= (settings.fuse - settings.baseload.at_quarter(quarter)).count() * kSecondsPerQuarter);
  }
  while (home.clock().quarter < 7 * kQuartersPerHour) {
    CHECK_FALSE(home.snapshot().is_overload());
    test::advance(home);
  }
  CHECK(home.snapshot().car.soc() >= Percent(7'999));
  while (home.clock().quarter < 9 * kQuartersPerHour) {
    CHECK_FALSE(home.snapshot().is_overload());
    test::advance(home);
  }
  CHECK(home.snapshot().car_at(1).soc() >= Percent(5'999));
}

TEST_CASE("what a plan begins to draw within a tick is kept free for it") {
  HomeSettings settings = two_at_a_fuse(Watts(14'000));
  settings.car.capacity = WattHours(60'000);
  settings.car.start_soc = Percent(2'000);
  settings.car.wish = {.mode = ChargingMode::cheapest, .target = Percent(8'000), .ready_by = 7 * kMinutesPerHour};
  Home home = test::home_of(settings);
  REQUIRE(home.plan()->plan.steps.front().begin.count() % kSecondsPerQuarter != 0);
  test::tell(home, "car-2/charge", "on");
  while (home.clock().quarter < 7 * kQuartersPerHour) {
    const EnergyTotal before = home.counters().imported();
    test::advance(home);
    CHECK((home.counters().imported() - before).count() <= in_one_tick(settings.fuse).count());
  }
  CHECK(home.snapshot().car.soc() >= Percent(7'999));
}

TEST_CASE("whatever two cars are told, nothing is lost at the meter, and the guard keeps to the fuse") {
  CHECK(rc::check([] {
    HomeSettings settings = two_at_a_fuse(Watts(*rc::gen::inRange(11'000, 30'000)));  // the house alone stays below
    settings.further_cars.push_back(settings.car);
    if (*rc::gen::arbitrary<bool>()) settings.car.trips = leaving("mon-sun 07:30-17:15 9.5");
    if (*rc::gen::arbitrary<bool>()) settings.further_cars.back().charger_min.reset();
    Home home = test::home_of(settings);
    for (int step = 0; step < 12; ++step) {
      const auto car = *rc::gen::inRange<std::size_t>(0, 4);
      const Command command = *rc::gen::element<Command>(
          ChargeCommand{Charging::on}, ChargeCommand{Charging::off}, ModeCommand{ChargingMode::immediate},
          ModeCommand{ChargingMode::cheapest}, ModeCommand{ChargingMode::solar}, ChargePowerCommand{Watts(3'000)},
          ChargePowerCommand{Watts()}, TargetCommand{Percent(9'000)}, ResetCommand{}, PlugCommand{Switch::off});
      RC_ASSERT(car < 3 || !home.apply(command, car));
      if (car < 3) test::apply(home, command, car);
      for (int tick = *rc::gen::inRange(1, 20); tick > 0; --tick) {
        const Snapshot before = home.snapshot();
        RC_ASSERT(!before.is_overload());
        RC_ASSERT(before.power() == home.power());
        test::advance(home);
        const Counters& now = home.counters();
        RC_ASSERT((now.imported() - before.counters.imported()).count() <= in_one_tick(settings.fuse).count());
        RC_ASSERT(now.imported() - before.counters.imported() ==
                  now.base - before.counters.base + (now.charged_together() - before.counters.charged_together()));
        for (std::size_t each = 0; each < 3; ++each) {
          const CarSnapshot seen = home.snapshot().car_at(each);
          RC_ASSERT(now.charged_by(each) >= before.counters.charged_by(each));
          RC_ASSERT(seen.stored >= Energy());
          RC_ASSERT(seen.stored <= seen.capacity);
        }
      }
    }
  }));
}

TEST_CASE("a home with two cars comes back as it was; a car that is new begins as it is described") {
  HomeSettings settings = two_cars();
  settings.further_cars.front().trips = leaving("mon-sun 07:30-17:15 9.5");
  Home home = test::home_of(settings);
  test::tell(home, "car-2/charge", "on");
  test::tell(home, "car-2/target", "60");
  test::advance(home, 40);
  std::string text;
  append_state(text, {home.state(), {}});
  const auto state = parse_state(text, test::kPlain);
  REQUIRE(state);
  Home other(std::make_shared<const HomeSettings>(settings));
  other.restore(state->home, {});
  CHECK(other.state() == home.state());
  for (Home* each : {&home, &other}) test::advance(*each, 200);
  CHECK(other.state() == home.state());
  settings.further_cars.push_back(settings.car);
  Home more(std::make_shared<const HomeSettings>(settings));
  more.restore(state->home, {});
  CHECK(more.snapshot().car_at(1).stored == state->home.further_cars.front().battery.stored);
  CHECK(more.snapshot().car_at(2).soc() == Percent(2'000));
  CHECK(more.counters().charged_by(1) == state->home.counters.charged_by(1));
}

TEST_CASE("a further car has its topics, its part of the state and its entities") {
  HomeSettings settings = two_cars();
  settings.further_cars.front().trips = leaving("mon-sun 07:30-17:15 9.5");
  settings.further_cars.front().charger_min = Watts(1'400);
  Home home = test::home_of(settings);
  test::tell(home, "car-2/charge", "on");
  test::advance(home, 4);
  const auto state = state_of(home);
  CHECK(state["car-2"].size() == 3);
  CHECK(state["car-2"]["battery"]["charged_kwh"] == 7.4);
  CHECK(state["car-2"]["battery"]["charge_power_kw"] == 7.4);
  CHECK(state["car-2"]["car"]["status"] == "C");
  CHECK(state["car-2"]["plan"]["mode"] == "manual");
  CHECK(state["battery"]["charged_kwh"] == 0.0);
  CHECK_FALSE(state["battery"].contains("charge_power_kw"));
  CHECK_FALSE(state.contains("car"));
  CHECK(state_of(test::home_of(test::reference_settings())).contains("car-2") == false);
  const wire::HomeParts parts = wire::parts_of(settings);
  std::vector<std::string_view> names;
  for (const auto topic : topics_of(parts))
    if (topic.car > 0) names.push_back(name(topic));
  CHECK(names == std::vector<std::string_view>{"car-2/battery", "car-2/plan", "car-2/car"});
  home_assistant::Settings announced{.prefix = "homeassistant",
                                     .base_topic = "home-energy",
                                     .version = "0.1.0",
                                     .currency = "SEK",
                                     .has_dates = false,
                                     .page_url = std::nullopt,
                                     .parts = parts};
  announced.chargers = wire::modulating_chargers(settings);
  const auto of_home = nlohmann::json::parse(home_assistant::document(announced, "home"));
  CHECK(of_home["cmps"].contains("charge_car"));
  CHECK_FALSE(of_home["cmps"].contains("charge_power"));
  CHECK_FALSE(of_home["cmps"].contains("plug_car"));
  CHECK_FALSE(of_home["dev"].contains("via_device"));
  const auto document = nlohmann::json::parse(home_assistant::document(announced, "home/car-2"));
  CHECK(document["dev"]["ids"] == nlohmann::json{"home-energy__home_2Fcar-2"});
  CHECK(document["dev"]["via_device"] == "home-energy__home");
  CHECK(document["dev"]["name"] == "Home Energy Car 2");
  CHECK(document["dev"]["sn"] == "home-energy/home/car-2");
  CHECK(document["avty"] == of_home["avty"]);
  const auto& components = document["cmps"];
  CHECK(components["charge_car"]["cmd_t"] == "home-energy/home/car-2/charge/set");
  CHECK(components["charge_car"]["stat_t"] == "home-energy/home/car-2/battery");
  CHECK(components["charge_car"]["name"] == "Charge");
  CHECK(components["charge_car"]["def_ent_id"] == "switch.home_energy_charge_car_2");
  CHECK(components["car_battery"]["name"] == "Battery");
  CHECK(components["car_battery"]["uniq_id"] == "home-energy__home_2Fcar-2_car_battery");
  CHECK(components["car_battery"]["def_ent_id"] == "sensor.home_energy_car_2_battery");
  CHECK(components["charge_power"]["max"] == 7.4);
  CHECK(components["target"]["name"] == "Target");
  CHECK(components["plug_car"]["name"] == "Plug in");
  CHECK_FALSE(components.contains("cost"));
  CHECK_FALSE(components.contains("last_error"));
  CHECK(home_assistant::devices_of({"home", "home-2"}, parts) ==
        std::vector<std::string>{"home", "home/car-2", "home-2", "home-2/car-2"});
  // Of a car that is no longer there a document can still be made, to take it back.
  CHECK(nlohmann::json::parse(home_assistant::document(announced, "home/car-4"))["cmps"].contains("charge_car"));
}

}  // namespace home_energy
