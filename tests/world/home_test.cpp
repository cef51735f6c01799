#include "common/world/home.hpp"

#include <catch2/catch.hpp>

#include "tests/homes.hpp"

namespace home_energy {
namespace {

Home reference_home() {
  return test::home_of(test::reference_settings());
}

}  // namespace

TEST_CASE("in real time a discharge leaves the clock alone and begins the hour's energy anew") {
  HomeSettings settings = test::reference_settings();
  settings.clock_mode = ClockMode::local;
  settings.pace = *Pace::make(3600, std::chrono::seconds(1), Resolution::hourly);
  Home home = test::home_of(settings);
  test::set_clock(home, {.day = 0, .quarter = 4 * 17 + 2, .tick = 5});
  test::apply(home, ChargeCommand{Charging::on});
  test::advance(home, 10);
  test::apply(home, ResetCommand{});
  const Snapshot after = home.snapshot();
  CHECK(home.clock() == Clock{.day = 0, .quarter = 4 * 17 + 2, .tick = 15});
  CHECK(after.hour_energy == in_one_hour(Watts(11'000), 3600));
  CHECK(after.car.stored.count() == after.car.capacity.count() / 5);
  CHECK(after.car.charging == Charging::off);
}

TEST_CASE("setting the clock within the hour keeps the hour's energy, into another hour begins it anew") {
  Home home = reference_home();
  test::apply(home, ChargeCommand{Charging::on});
  test::advance(home, 2);
  const Energy earned = home.snapshot().hour_energy;
  test::set_clock(home, {.day = 0, .quarter = 3, .tick = 0});
  CHECK(home.snapshot().hour_energy == earned);
  test::set_clock(home, {.day = 0, .quarter = 8, .tick = 0});
  CHECK(home.snapshot().hour_energy == in_one_hour(Watts(2'200), 4));
}

TEST_CASE("charging twice over is charging once") {
  Home once = reference_home();
  Home twice = reference_home();
  test::apply(once, ChargeCommand{Charging::on});
  test::apply(twice, ChargeCommand{Charging::on});
  test::apply(twice, ChargeCommand{Charging::on});
  test::advance(once, 30);
  test::advance(twice, 30);
  CHECK(once.snapshot().car.stored == twice.snapshot().car.stored);
}

TEST_CASE("a charger of 0 kW charges nothing and stays on") {
  HomeSettings settings = test::reference_settings();
  settings.car.charger = Watts(0);
  Home home = test::home_of(settings);
  test::apply(home, ChargeCommand{Charging::on});
  test::advance(home, 100);
  CHECK(home.snapshot().car.charging == Charging::on);
  CHECK(home.snapshot().counters.charged == EnergyTotal());
}

TEST_CASE("a hour of 3 or 7 ticks has whole minutes") {
  for (const int ticks : {1, 3, 7, 50}) {
    HomeSettings settings = test::reference_settings();
    settings.pace = *Pace::make(ticks, std::chrono::seconds(1), Resolution::hourly);
    Home home = test::home_of(settings);
    test::advance(home, ticks + ticks / 2);
    CHECK(home.snapshot().hour == 1);
    CHECK(home.snapshot().minute == ticks / 2 * 60 / ticks);
  }
}

}  // namespace home_energy
