// A home battery in mode `plan`, in a home that lives through days.
#include <catch2/catch.hpp>

#include "common/wire/wire.hpp"
#include "tests/homes.hpp"
#include "tests/options_of.hpp"

namespace home_energy {
namespace {

using Options = std::vector<test::OptionText>;

HomeSettings settings(const char* mode, const Options& more = {}) {
  Options options{{"storage-kwh", "10"}, {"storage-mode", mode}, {"storage-efficiency-in", "0.95"}};
  options.insert(options.end(), more.begin(), more.end());
  return test::settings_of(options);
}

/// Days at prices that the night halves, and the sun of June.
double cost_of_days(const HomeSettings& settings, int days) {
  Home home = test::home_of(settings);
  const int ticks = settings.pace.ticks_per_hour() * kHoursPerDay;
  for (int tick = 0; tick < days * ticks; ++tick) {
    test::advance(home);
    CHECK_FALSE(home.snapshot().is_overload());
  }
  return static_cast<double>(home.counters().cost.count()) / settings.pace.ticks_per_hour();
}

}  // namespace

TEST_CASE("a storage that plans charges at night and pays less than one that only follows the home") {
  const double planned = cost_of_days(settings("plan"), 3);
  const double followed = cost_of_days(settings("self_consumption"), 3);
  CHECK(planned < 0.95 * followed);
}

TEST_CASE("beside the sun a storage that plans pays at most what self-consumption pays") {
  const Options sun{{"solar-kwp", "6"}, {"start-date", "2026-06-15"}, {"solar-forecast-error", "0"}};
  CHECK(cost_of_days(settings("plan", sun), 3) < cost_of_days(settings("self_consumption", sun), 3));
}

TEST_CASE("a storage's plan is made every hour, when prices come, and when it is told to plan") {
  Home home(std::make_shared<const HomeSettings>(settings("self_consumption")));
  CHECK_FALSE(home.plan_due());
  REQUIRE(home.apply(DeviceCommand{2, StorageMode::plan}));
  CHECK(home.plan_due());
  plan_now(home);
  REQUIRE(home.storage()->plan() != nullptr);
  CHECK(home.storage()->plan_made_at() == 0);
  for (int quarter = 0; quarter < 4; ++quarter) {
    CHECK_FALSE(home.plan_due());
    home.advance();
  }
  CHECK(home.plan_due());
  plan_now(home);
  CHECK(home.storage()->plan_made_at() == 3600);
  const PriceCurve one_price(std::vector<PricePerKwh>(kHoursPerDay, PricePerKwh(500'000)));
  REQUIRE(home.apply(PriceCommand{{.every_day = one_price, .unit = "SEK/kWh"}}));
  CHECK(home.plan_due());
  plan_now(home);
  CHECK(home.storage()->plan()->cost == home.storage()->plan()->cost_self_consumption);  // one price: nothing to gain
  REQUIRE(home.apply(DeviceCommand{2, StorageMode::hold}));
  CHECK_FALSE(home.plan_due());
  CHECK(home.storage()->plan() == nullptr);
}

TEST_CASE("a storage's plan that was asked for before the clock was set is not followed") {
  Home home(std::make_shared<const HomeSettings>(settings("plan")));
  const auto revision = home.revision();
  const auto late = std::make_shared<const HomePlan>(plan_home(home.plan_request()));
  home.move_to(6 * kSecondsPerHour);
  CHECK_FALSE(home.adopt(late, revision));
  CHECK(home.plan_due());
}

TEST_CASE("the car's plan and the storage's are made together and leave the fuse to both") {
  Home home = test::home_of(settings("plan", {{"mode", "cheapest"}, {"start-soc", "40"}}));
  REQUIRE(home.plan() != nullptr);
  CHECK(home.plan()->plan.shortfall == Joules());
  REQUIRE(home.storage()->plan() != nullptr);
  for (int tick = 0; tick < 7 * 4; ++tick) {
    test::advance(home);
    CHECK(home.power() <= home.settings().fuse);
  }
  CHECK(home.snapshot().car.stored >= Energy(home.snapshot().car.capacity.count() / 10 * 8));
}

TEST_CASE("the plan's document tells what a storage that plans is going to do") {
  Home home = test::home_of(settings("plan", {{"storage-soc", "10"}}));
  std::string document;
  const wire::Labels labels{.currency = "SEK", .since = {}, .running = true, .seconds_per_hour = 1};
  wire::append_topic(document, wire::HomeTopic::plan, home, home.snapshot(), labels);
  CHECK(document.find(R"("storage":{"saving":)") != std::string::npos);
  CHECK(document.find(R"("act":"charge")") != std::string::npos);
  REQUIRE(test::apply(home, DeviceCommand{2, StorageMode::self_consumption}));
  document.clear();
  wire::append_topic(document, wire::HomeTopic::plan, home, home.snapshot(), labels);
  CHECK(document.find("storage") == std::string::npos);
}

TEST_CASE("after a restart a storage that plans makes a plan anew") {
  Home home = test::home_of(settings("self_consumption"));
  REQUIRE(test::apply(home, DeviceCommand{2, StorageMode::plan}));
  test::advance(home, 6);
  Home other(std::make_shared<const HomeSettings>(settings("self_consumption")));
  other.restore(home.state(), home.curves());
  CHECK(other.storage()->mode() == StorageMode::plan);
  CHECK(other.plan_due());
  plan_now(other);
  REQUIRE(other.storage()->plan() != nullptr);
  CHECK(other.storage()->plan_made_at() == home.moment());
}

}  // namespace home_energy
