// A car that leaves and comes back.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "common/wire/command_reader.hpp"
#include "common/wire/home_state.hpp"
#include "common/wire/trip_text.hpp"
#include "common/wire/wire.hpp"
#include "tests/homes.hpp"
#include "tests/options_of.hpp"
#include "tests/shown.hpp"

namespace home_energy {
namespace {

constexpr const char* kCommuter = "mon-fri 07:30-17:15 9.5";

/// 2026-01-01 is a Thursday.
Home home_with(const char* trips, const char* mode = "manual", const char* start_soc = "50") {
  return test::home_of(test::settings_of({{"trips", trips}, {"mode", mode}, {"start-soc", start_soc}}));
}

/// To a time of the first day, `HH.MM`.
void until(Home& home, double time) {
  const int hour = static_cast<int>(time);
  const auto moment = hour * kSecondsPerHour + std::llround((time - hour) * 100) * kSecondsPerMinute;
  while (home.moment() < moment) test::advance(home);
}

double soc(const Home& home) {
  const Snapshot seen = home.snapshot();
  return 100.0 * static_cast<double>(seen.car.stored.count()) / static_cast<double>(seen.car.capacity.count());
}

std::string car_of(const Home& home) {
  return test::payload_of(home, wire::HomeTopic::car);
}

}  // namespace

TEST_CASE("a commuter leaves, drives its battery down, and comes back") {
  Home home = home_with(kCommuter);
  CHECK(car_of(home) ==
        R"({"plugged":true,"status":"B","away":false,"departure":"2026-01-01T07:30:00+00:00","trip_kwh":9.5,)"
        R"("odometer_km":12000.0,"stranded_kwh":0.0,"pending":false})");
  until(home, 7.15);
  CHECK_FALSE(home.snapshot().car.travel->away);
  until(home, 7.30);
  CHECK(home.snapshot().car.travel->away);
  CHECK(soc(home) == Approx(50));
  until(home, 12.30);  // 5 of its 9.75 hours
  CHECK(soc(home) == Approx(50 - 100 * 9.5 * 5 / 9.75 / 46.3));
  until(home, 17.15);
  CHECK_FALSE(home.snapshot().car.travel->away);
  CHECK(soc(home) == Approx(50 - 100 * 9.5 / 46.3));
  CHECK(car_of(home) ==
        R"({"plugged":true,"status":"B","away":false,"departure":"2026-01-02T07:30:00+00:00","trip_kwh":9.5,)"
        R"("odometer_km":12052.8,"stranded_kwh":0.0,"pending":false})");
}

TEST_CASE("a trip that needs more than there is ends at 0 % and is counted") {
  Home home = home_with("thu 06:00-08:00 30", "manual", "20");
  until(home, 8.0);
  CHECK(soc(home) == 0);
  CHECK(car_of(home).find(R"("stranded_kwh":20.74,"pending":false})") != std::string::npos);
  CHECK(car_of(home).find(R"("odometer_km":12166.7)") != std::string::npos);
}

TEST_CASE("charging by hand while it is away waits until it is plugged in") {
  Home home = test::home_of(test::settings_of({{"trips", kCommuter}, {"charger-kw", "2"}}));
  CHECK(test::tell(home, "charge", "on") == R"({"charging":"on"})");
  until(home, 7.30);
  CHECK(home.snapshot().car.charging == Charging::off);
  until(home, 17.15);
  CHECK(home.snapshot().car.charging == Charging::on);  // as it was when it left
  CHECK(test::tell(home, "charge", "off") == R"({"charging":"off"})");
  CHECK(test::tell(home, "plug", "off") == R"({"plug":"off"})");
  CHECK(test::tell(home, "charge", "on") == R"({"charging":"on","pending":true})");
  test::advance(home, test::kTicksPerHour);
  CHECK(home.snapshot().car.charging == Charging::off);
  CHECK(home.snapshot().car.power == Watts());
  CHECK(test::tell(home, "plug", "on") == R"({"plug":"on"})");
  CHECK(home.snapshot().car.charging == Charging::on);
  CHECK(home.snapshot().car.power == Watts(2'000));
  // Taken back before it comes to it.
  test::tell(home, "plug", "off");
  test::tell(home, "charge", "off");
  test::tell(home, "plug", "on");
  CHECK(home.snapshot().car.charging == Charging::off);
}

TEST_CASE("immediate charges whenever it is plugged in, up to the target") {
  Home home = home_with(kCommuter, "immediate");
  CHECK(home.snapshot().car.charging == Charging::on);
  until(home, 3.0);
  CHECK(soc(home) == Approx(80));
  CHECK(home.snapshot().car.charging == Charging::off);
  until(home, 17.30);
  CHECK(home.snapshot().car.charging == Charging::on);
  CHECK(test::tell(home, "plug", "off") == R"({"plug":"off"})");
  CHECK(home.snapshot().car.charging == Charging::off);
  test::advance(home);
  CHECK(home.snapshot().car.power == Watts());
}

TEST_CASE("a plan is for the departure, and another is made when it comes back") {
  Home home = home_with(kCommuter, "cheapest", "20");
  REQUIRE(home.plan() != nullptr);
  CHECK(home.plan()->plan.shortfall == Joules());
  until(home, 7.30);
  CHECK(soc(home) == Approx(80));
  CHECK(home.plan() == nullptr);
  CHECK_FALSE(home.plan_due());
  until(home, 17.15);
  REQUIRE(home.plan() != nullptr);
  CHECK(home.plan()->plan.energy.count() == Approx(9.5 * 3.6e6).epsilon(0.001));
  // Early: it leaves at 18:00.
  CHECK(test::tell(home, "trip", R"({"leave":"18:00","back":"20:00","kwh":2})") ==
        R"({"trip":{"leave":"18:00","back":"20:00","kwh":2.0}})");
  REQUIRE(home.plan() != nullptr);
  CHECK(home.plan()->plan.shortfall > Joules());
  CHECK(home.plan()->note.find("the trip needs") == std::string::npos);
  test::tell(home, "trip", R"({"leave":"18:00","back":"20:00","kwh":40})");
  CHECK(home.plan()->note.find("the trip needs 40.0 kWh, the target is 37.0") != std::string::npos);
  // Unplugged there is nothing to plan.
  test::tell(home, "plug", "off");
  CHECK(home.plan() == nullptr);
}

TEST_CASE("it comes back late, and a single trip takes the place of the week's") {
  Home home = home_with(kCommuter);
  CHECK(test::tell(home, "trip", R"({"back":"19:00"})") ==
        "trip is not possible, the car is at home: leave is missing");
  until(home, 12.0);
  CHECK(test::tell(home, "trip", R"({"leave":"13:00","back":"19:00","kwh":1})") ==
        "trip is not possible, the car is away: only back can be set");
  CHECK(test::tell(home, "plug", "on") == "plug is not possible, the car is away");
  CHECK(test::tell(home, "trip", R"({"back":"19:00"})") == R"({"trip":{"back":"19:00"}})");
  until(home, 18.45);
  CHECK(home.snapshot().car.travel->away);
  until(home, 19.0);
  CHECK_FALSE(home.snapshot().car.travel->away);
  CHECK(soc(home) == Approx(50 - 100 * 9.5 / 46.3).epsilon(0.001));
  test::tell(home, "trip", R"({"leave":"06:00","back":"09:00","kwh":3})");
  CHECK(home.snapshot().car.travel->departure == "2026-01-02T06:00:00+00:00");
  until(home, 24 + 9.0);
  CHECK_FALSE(home.snapshot().car.travel->away);
  CHECK(soc(home) == Approx(50 - 100 * 12.5 / 46.3).epsilon(0.001));
}

TEST_CASE("a trip that should have left while the car was elsewhere does not begin late") {
  // Back at noon instead of 17:15: the week's trip is over.
  Home early = home_with(kCommuter);
  until(early, 10.0);
  test::tell(early, "trip", R"({"back":"12:00"})");
  until(early, 16.0);
  CHECK_FALSE(early.snapshot().car.travel->away);
  CHECK(early.snapshot().car.travel->departure == "2026-01-02T07:30:00+00:00");
  // A single trip stands in the place of the one of the week that it overlaps.
  Home other = home_with(kCommuter);
  test::tell(other, "trip", R"({"leave":"10:00","back":"12:00","kwh":2})");
  until(other, 9.45);
  CHECK_FALSE(other.snapshot().car.travel->away);
  until(other, 11.0);
  CHECK(other.snapshot().car.travel->away);
  until(other, 16.0);
  CHECK_FALSE(other.snapshot().car.travel->away);
  CHECK(soc(other) == Approx(50 - 100 * 2 / 46.3));
}

TEST_CASE("where the clock is put into a trip the car is away") {
  Home home = home_with(kCommuter);
  home.move_to(12 * kSecondsPerHour);
  CHECK(home.snapshot().car.travel->away);
  CHECK(soc(home) == Approx(50));  // nothing is driven in between
  until(home, 17.15);
  CHECK_FALSE(home.snapshot().car.travel->away);
  CHECK(soc(home) == Approx(50 - 100 * 9.5 * (17.25 - 12) / 9.75 / 46.3));
}

TEST_CASE("trips may follow each other at once, and last a day") {
  const auto departures = [](const char* trips) {
    Home home = home_with(trips);
    int count = 0;
    for (int tick = 0; tick < 10 * kQuartersPerDay; ++tick) {
      const auto before = home.snapshot().car.travel->journey;
      const bool was_away = home.snapshot().car.travel->away;
      test::advance(home);
      const auto travel = home.snapshot().car.travel;
      if (travel->away && (!was_away || travel->journey->back != before->back)) ++count;
    }
    return count;
  };
  CHECK(departures("mon-sun 07:00-08:00 1,mon-sun 08:00-09:00 1") == 20);
  CHECK(departures("mon-sun 07:00-08:05 1,mon-sun 08:10-09:00 1") == 20);
  CHECK(departures("mon-sun 07:30-07:30 5") == 10);
}

TEST_CASE("a car whose days are mostly off leaves again and again") {
  Home home = test::home_of(test::settings_of({{"trips", "sat 10:00-14:00 4"}, {"trip-day-off", "0.8"}}));
  int departures = 0;
  bool was_away = false;
  for (int tick = 0; tick < 700 * kQuartersPerDay; ++tick) {
    home.advance();
    const bool away = home.state().car.travel->away;
    if (away && !was_away) ++departures;
    was_away = away;
  }
  CHECK(departures > 10);
  CHECK(departures < 35);
}

TEST_CASE("a discharge in real time leaves the car where it is") {
  HomeSettings settings = test::settings_of({{"trips", kCommuter}});
  settings.clock_mode = ClockMode::local;
  Home home = test::home_of(settings);
  until(home, 12.0);
  test::tell(home, "trip", R"({"back":"20:00"})");
  until(home, 18.0);
  test::tell(home, "discharge", "on");
  CHECK(home.snapshot().car.travel->away);
  // A clock that is corrected a little neither.
  home.move_to(home.moment() + 600);
  CHECK(home.snapshot().car.travel->away);
  until(home, 20.0);
  CHECK_FALSE(home.snapshot().car.travel->away);
  home.move_to(home.moment() - 600);
  CHECK(home.snapshot().car.travel->away == false);
}

TEST_CASE("before day 0 a trip is what it was told to be") {
  Home home = home_with("none");
  home.move_to(-3 * kSecondsPerDay);
  test::tell(home, "trip", R"({"leave":"23:30","back":"23:50","kwh":5})");
  CHECK(home.snapshot().car.travel->journey ==
        Journey{-2 * kSecondsPerDay - 1800, -2 * kSecondsPerDay - 600, WattHours(5'000)});
}

TEST_CASE("a state that somebody changed is put right or refused, and nothing overflows") {
  Home home = home_with(kCommuter);
  until(home, 12.0);
  std::string text;
  append_state(text, {.home = home.state(), .row = {}});
  const auto with = [&](const char* key, const nlohmann::json& value) {
    auto json = nlohmann::json::parse(text);
    json["travel"][key] = value;
    return parse_state(json.dump(), home.calendar());
  };
  for (const auto& [key, value] : std::vector<std::pair<const char*, nlohmann::json>>{{"used", 4'000'000'000},
                                                                                      {"driven", "1000000000000000"},
                                                                                      {"stranded", "1000000000000000"},
                                                                                      {"leave", 45'000},
                                                                                      {"since", 999'999}}) {
    CAPTURE(key);
    const auto changed = with(key, value);
    REQUIRE(changed);
    Home again = home_with(kCommuter);
    again.restore(changed->home, {});
    until(again, 18.0);
    CHECK(again.state().car.travel->driven >= EnergyTotal());
    CHECK_FALSE(car_of(again).empty());
    std::string later;
    append_state(later, {.home = again.state(), .row = {}});
    CHECK(parse_state(later, again.calendar()));
  }
  for (const auto& [key, value] : std::vector<std::pair<const char*, nlohmann::json>>{{"used", -1},
                                                                                      {"driven", "-1"},
                                                                                      {"driven", 5},
                                                                                      {"back", 0},
                                                                                      {"energy", 1e300},
                                                                                      {"week", {{"mon", 5}}},
                                                                                      {"week", "none"}}) {
    CAPTURE(key);
    CHECK_FALSE(with(key, value));
  }
}

TEST_CASE("the week can be set, and none leaves the car at home") {
  Home home = home_with("none");
  CHECK(home.snapshot().car.travel->departure.empty());
  CHECK(car_of(home).find(R"("departure":null,"trip_kwh":0.0)") != std::string::npos);
  CHECK(test::tell(home, "trips", R"({"thu":[{"leave":"10:00","back":"11:00","kwh":2}],"id":"x"})") ==
        R"({"trips":{"thu":[{"leave":"10:00","back":"11:00","kwh":2.0}]}})");
  CHECK(home.snapshot().car.travel->departure == "2026-01-01T10:00:00+00:00");
  CHECK(test::tell(home, "trips", "{}") == R"({"trips":{}})");
  CHECK(home.snapshot().car.travel->departure.empty());
  const HomeState before = home.state();
  for (const char* text :
       {"on", "[]", R"({"thu":{}})", R"({"day":[]})", R"({"thu":[{"leave":"10:00"}]})",
        R"({"thu":[{"leave":"10:00","back":"12:00","kwh":1},{"leave":"11:00","back":"13:00","kwh":1}]})",
        R"({"thu":[{"leave":"22:00","back":"08:00","kwh":1}],"fri":[{"leave":"07:00","back":"09:00","kwh":1}]})",
        R"({"thu":[{"leave":"10:00","back":"12:00","kwh":-1}]})",
        R"({"thu":[{"leave":"25:00","back":"12:00","kwh":1}]})"})
    CHECK_FALSE(test::tell(home, "trips", text).starts_with("{"));
  CHECK(home.state() == before);
}

TEST_CASE("a car that never leaves refuses plug and trips by name") {
  Home home = test::home_of(test::reference_settings());
  CHECK(test::tell(home, "plug", "off") == "plug is for a car that leaves: start with --trips");
  CHECK(test::tell(home, "trip", R"({"leave":"13:00","back":"19:00","kwh":1})") ==
        "trip is for a car that leaves: start with --trips");
  CHECK(test::tell(home, "trips", "{}") == "trips is for a car that leaves: start with --trips");
}

TEST_CASE("trips of an option are read, and what is none is refused") {
  const auto week = to_week("mon-fri 07:30-17:15 9.5,sat 10:00-14:00 4");
  REQUIRE(week);
  CHECK(week->at(0) == std::vector<Trip>{{450, 1035, WattHours(9'500)}});
  CHECK(week->at(4).size() == 1);
  CHECK(week->at(5).front().energy == WattHours(4'000));
  CHECK(week->at(6).empty());
  CHECK(to_week("sat-mon 08:00-09:00 1")->at(6).size() == 1);  // over the week's end
  CHECK(to_week("none")->at(0).empty());
  for (const char* text :
       {"", "mon", "mon 07:30", "mon 07:30-17:15", "mon 07:30-17:15 x", "mon 07:30-17:15 9.5,", ",",
        "xyz 07:30-17:15 9", "mon- 07:30-17:15 9", "monday 07:30-17:15 9", "mon-friday 07:30-17:15 9",
        "mon 07:30-17:15 1001", "mon 07:30-17:15 nan", "mon 07:30-10:00 1,mon 09:00-11:00 1", "mon 24:00-01:00 1"}) {
    CAPTURE(text);
    CHECK_FALSE(to_week(text));
  }
}

TEST_CASE("chance moves trips, leaves some out, and is the same for a seed") {
  const auto week = *to_week(kCommuter);
  const Calendar calendar(20'454);
  const TripChance chance{.seed = 5, .minutes = 20, .energy = 0.2, .day_off = 0.2};
  std::int64_t moment = 0;
  int trips = 0;
  double energy = 0;
  std::int64_t latest = 0;
  constexpr int kWeeks = 100;
  while (moment < kWeeks * 7 * kSecondsPerDay) {
    const auto journey = journey_at(week, chance, moment, calendar);
    REQUIRE(journey);
    CHECK(journey->back > journey->leave);
    CHECK(journey == journey_at(week, chance, moment, calendar));
    const auto minute = calendar.at(journey->leave).second / kSecondsPerMinute;
    latest = std::max<std::int64_t>(latest, std::abs(minute - 450));
    energy += static_cast<double>(journey->energy.count());
    ++trips;
    moment = journey->back;
  }
  CHECK(trips == Approx(5 * kWeeks * 0.8).margin(30));
  CHECK(latest > 30);
  CHECK(latest <= 60);
  CHECK(energy / trips == Approx(9'500).epsilon(0.05));
}

}  // namespace home_energy
