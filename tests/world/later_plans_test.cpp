// What is planned for the car's stays at home after its next departure.
#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "common/time/iso8601.hpp"
#include "common/wire/wire.hpp"
#include "tests/homes.hpp"
#include "tests/options_of.hpp"
#include "tests/shown.hpp"

namespace home_energy {
namespace {

constexpr std::int64_t kQuarterPast17 = 17 * kSecondsPerHour + 15 * kSecondsPerMinute;

/// 2026-01-01 is a Thursday.
Home leaving(std::vector<test::OptionText> options) {
  options.insert(options.begin(), {"mode", "cheapest"});
  return test::home_of(test::settings_of(options));
}

void go_on_until(Home& home, std::int64_t moment) {
  while (home.moment() < moment) test::advance(home);
}

double kwh(Joules energy) {
  return static_cast<double>(energy.count()) / 3.6e6;
}

std::string plan_of(const Home& home) {
  return test::payload_of(home, wire::HomeTopic::plan);
}

}  // namespace

TEST_CASE("a plan tells what comes after the trips of the next 48 hours") {
  const Home home = leaving({{"trips", "mon-fri 07:30-17:15 9.5"}, {"start-soc", "80"}});
  REQUIRE(home.later_plans().size() == 2);
  const LaterPlan& evening = home.later_plans().front();
  CHECK(evening.begin == kQuarterPast17);
  CHECK(evening.departure == kSecondsPerDay + 7 * kSecondsPerHour + 30 * kSecondsPerMinute);
  CHECK(kwh(evening.stored) == Approx(0.8 * 46.3 - 9.5).margin(0.001));
  CHECK(kwh(evening.plan.energy) == Approx(9.5).margin(0.001));
  CHECK(home.plan()->plan.energy == Joules());
  CHECK(home.later_plans().back().trip == std::nullopt);  // on Saturday it is only to be ready
  CHECK(home.later_plans().back().departure == 2 * kSecondsPerDay + 7 * kSecondsPerHour);
  const std::string plan = plan_of(home);
  CHECK(
      plan.substr(plan.find("\"later\""))
          .starts_with(
              R"("later":[{"back":"2026-01-01T17:15:00+00:00","departure":"2026-01-02T07:30:00+00:00",)"
              R"("trip_kwh":9.5,"stored_kwh":27.54,"energy_kwh":9.5,"cost":3.09,"shortfall_kwh":0.0,"blocks":[)"
              R"({"start":"2026-01-01T22:00:00+00:00","end":"2026-01-01T23:18:00+00:00","kw":7.4,"kwh":9.5,"price":0.3251,"why":"cheapest 6 of 57 slots"}],"note":null},)"
              R"({"back":"2026-01-02T17:15:00+00:00","departure":"2026-01-03T07:00:00+00:00","trip_kwh":null,)"));
}

TEST_CASE("of a car that never leaves a plan tells no later stay, by hand it tells of none") {
  CHECK(plan_of(leaving({})).find("later") == std::string::npos);
  Home home = leaving({{"trips", "mon-fri 07:30-17:15 9.5"}});
  test::tell(home, "mode", "manual");
  CHECK(plan_of(home).ends_with(R"("later":[]})"));
}

TEST_CASE("while the car is away its next stay is planned, and anew when it will be late") {
  Home home = leaving({{"trips", "thu-fri 07:30-17:15 9.5"}, {"start-soc", "80"}});
  go_on_until(home, 12 * kSecondsPerHour);
  CHECK(home.plan() == nullptr);
  REQUIRE_FALSE(home.later_plans().empty());
  CHECK(home.later_plans().front().begin == kQuarterPast17);
  CHECK(kwh(home.later_plans().front().stored) == Approx(0.8 * 46.3 - 9.5).margin(0.001));
  test::tell(home, "trip", R"({"back":"19:00"})");
  CHECK(home.later_plans().front().begin == 19 * kSecondsPerHour);
  CHECK(plan_of(home).find(R"("start":null)") != std::string::npos);
}

TEST_CASE("trips that follow at once are driven before the next stay") {
  const Home home = leaving({{"trips", "thu 06:00-08:00 5,thu 08:00-09:00 4"}, {"start-soc", "80"}});
  REQUIRE(home.later_plans().size() == 1);
  CHECK(home.later_plans().front().begin == 9 * kSecondsPerHour);
  CHECK(kwh(home.later_plans().front().plan.energy) == Approx(9).margin(0.001));
  CHECK_FALSE(home.later_plans().front().trip.has_value());
}

TEST_CASE("a stay that comes within 48 hours is planned then") {
  Home home = leaving({{"trips", "sat 17:00-19:00 5,sun 10:00-12:00 30,mon 08:00-16:00 3"}, {"start-soc", "80"}});
  const std::int64_t sunday_noon = 3 * kSecondsPerDay + 12 * kSecondsPerHour;
  go_on_until(home, sunday_noon - 2 * kSecondsPerDay - kSecondsPerQuarter);
  const auto begins = [&] {
    std::vector<std::int64_t> all;
    for (const LaterPlan& each : home.later_plans()) all.push_back(each.begin);
    return all;
  };
  const std::vector<std::int64_t> before = begins();
  CHECK(std::ranges::find(before, sunday_noon) == before.end());
  go_on_until(home, sunday_noon - 2 * kSecondsPerDay + kSecondsPerQuarter);
  const std::vector<std::int64_t> all = begins();
  CHECK(std::ranges::find(all, sunday_noon) != all.end());
}

TEST_CASE("a later plan tells what stands in and what is out of reach") {
  const Home home = leaving({{"trips", "thu 01:00-02:00 30,thu 03:00-04:00 10"}, {"start-soc", "80"}});
  REQUIRE(home.later_plans().size() == 2);
  CHECK(home.later_plans().front().note == "22.6 kWh of the target are out of reach: too little time");
  CHECK(home.later_plans().back().note == "25.2 kWh of the target are out of reach: too little time and the fuse");
}

TEST_CASE("a single trip takes its place among the later ones once") {
  Home home = leaving({{"trips", "thu-fri 07:30-17:15 9.5"}, {"start-soc", "80"}, {"fuse-kw", "25"}});
  test::tell(home, "trip", R"({"leave":"20:00","back":"21:00","kwh":3})");
  // The week's first trip would be back before.
  REQUIRE(home.later_plans().size() == 3);
  CHECK(home.later_plans()[0].departure == 20 * kSecondsPerHour);
  CHECK(home.later_plans()[0].trip == WattHours(3'000));
  CHECK(home.later_plans()[1].begin == 21 * kSecondsPerHour);
  CHECK(home.later_plans()[1].trip == WattHours(9'500));
  CHECK(kwh(home.later_plans()[1].plan.energy) == Approx(3).margin(0.001));
}

TEST_CASE("what cannot be charged before a departure is missing afterwards") {
  const Home home = leaving({{"trips", "thu 01:00-02:00 10,thu 03:00-04:00 10"}, {"start-soc", "40"}});
  REQUIRE(home.later_plans().size() == 2);
  const Joules at_first = home.plan()->plan.shortfall;
  CHECK(kwh(at_first) == Approx(0.4 * 46.3 - 7.4).margin(0.01));
  CHECK(home.later_plans().front().stored == Joules(std::llround((0.8 * 46.3 - 10) * 3.6e6)) - at_first);
}

TEST_CASE("the plan that is made when the car is back is the one that was foreseen") {
  CHECK(rc::check([] {
    const auto leave = *rc::gen::inRange(1, 40);  // quarters of an hour
    const auto away = *rc::gen::inRange(1, 40);
    const std::string trips = "mon-sun " + time_text(leave * kMinutesPerQuarter) + '-' +
                              time_text((leave + away) * kMinutesPerQuarter) + ' ' +
                              std::to_string(*rc::gen::inRange(0, 50));
    const std::string soc = std::to_string(*rc::gen::inRange(0, 101));
    const std::string min_run = std::to_string(*rc::gen::inRange(0, 61));
    std::vector<test::OptionText> options{{"trips", trips.c_str()},
                                          {"start-soc", soc.c_str()},
                                          {"min-run", min_run.c_str()},
                                          {"mode", *rc::gen::element("cheapest", "lowest_load")}};
    if (*rc::gen::arbitrary<bool>()) options.emplace_back("charger-min-kw", "1.4");
    if (*rc::gen::arbitrary<bool>()) options.emplace_back("taper", "60:4,75:2");
    if (*rc::gen::arbitrary<bool>()) options.emplace_back("solar-kwp", "6");
    Home home = test::home_of(test::settings_of(options));
    const std::vector<LaterPlan> all = home.later_plans();
    RC_ASSERT_FALSE(all.empty());
    const LaterPlan& foreseen = all.front();
    go_on_until(home, (leave + away) * kSecondsPerQuarter);
    RC_ASSERT(home.plan() != nullptr);
    const ChargingPlan& plan = home.plan()->plan;
    RC_ASSERT(std::abs((plan.energy - foreseen.plan.energy).count()) <= kLeastRun.count());
    RC_ASSERT(plan.blocks.size() == foreseen.plan.blocks.size());
    for (std::size_t i = 0; i < plan.blocks.size(); ++i) {
      const std::int64_t begin = home.plan()->made_at + plan.blocks[i].begin.count();
      RC_ASSERT(std::abs(begin - foreseen.begin - foreseen.plan.blocks[i].begin.count()) <= 2);
    }
  }));
}

TEST_CASE("a home battery is planned beside what the car is going to draw when it is back") {
  Home home =
      leaving({{"trips", "thu-fri 07:30-17:15 9.5"}, {"start-soc", "80"}, {"fuse-kw", "25"}, {"storage-kwh", "10"}});
  go_on_until(home, 12 * kSecondsPerHour);
  test::tell(home, "storage_mode", "plan");
  REQUIRE(home.apply(*parse_command("target", "81", TextForm::bare).command));
  const PlanRequest request = home.plan_request();
  PlanRequest alone = request;
  alone.later.clear();
  const HomePlan plan = plan_home(request);
  REQUIRE_FALSE(plan.later.empty());
  const MoneyMicro more = plan.storage->cost - plan_home(alone).storage->cost;
  MoneyMicro of_car;
  for (const LaterPlan& each : plan.later) of_car += each.plan.cost;
  CHECK(more > MoneyMicro(of_car.count() / 2));
  CHECK(more <= MoneyMicro(of_car.count() * 101 / 100));  // the battery helps
}

}  // namespace home_energy
