// A home whose network is paid for the month's highest hours, and plans that look at them.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "common/wire/wire.hpp"
#include "tests/homes.hpp"
#include "tests/options_of.hpp"
#include "tests/shown.hpp"

namespace home_energy {
namespace {

std::vector<test::OptionText> options(std::vector<test::OptionText> more) {
  std::vector<test::OptionText> all{{"baseload", "[0.5,0.5,0.5,0.5,0.5,0.5,1,1,1,1,1,1,1,1,1,1,1,3,3,3,2,1,0.5,0.5]"},
                                    {"prices", "[0.5,0.4,0.2,0.2,0.4,0.5,1,1,1,1,1,1,1,1,1,1,1,1.5,1.5,1.5,1,1,1,1]"},
                                    {"charger-min-kw", "1.4"},
                                    {"fuse-kw", "17"},
                                    {"mode", "cheapest"},
                                    {"peak-price", "60"},
                                    {"peak-hours", "1"}};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace

TEST_CASE("a plan keeps the month's highest hours low, and says what they cost and why") {
  Home home = test::home_of(test::settings_of(options({})));
  const auto plan = test::plan_of(home);
  CHECK(plan["shortfall_kwh"] == 0.0);
  CHECK(plan["blocks"][0]["why"] == "keeps the month's peak low");
  test::advance(home, 7 * 4);
  CHECK(home.snapshot().car.soc() == Percent(8'000));
  const Watts peak = home.snapshot().peak.value();
  CHECK(plan["peak_cost"].get<double>() == Approx(60 * (static_cast<double>(peak.count()) / 1e3 - 3)).margin(0.1));
  CHECK(peak < Watts(4'700));  // 27.8 kWh in seven hours beside 0.5 to 1 kW
  // The blind plan charges 7.4 kW in the cheapest hours.
  CHECK(plan["cost_now"].get<double>() - plan["cost"].get<double>() > 60 * (7.9 - 4.7));
  CHECK(plan["saving"].get<double>() ==
        Approx(plan["cost_now"].get<double>() - plan["cost"].get<double>()).margin(0.011));
}

TEST_CASE("a battery beside the car does not make charging at once dearer than it is") {
  const Home home = test::home_of(
      test::settings_of(options({{"storage-kwh", "10"}, {"storage-in-kw", "8"}, {"storage-mode", "plan"}})));
  const auto plan = test::plan_of(home);
  const double energy = 27.8 * 1.5;  // at most
  CHECK(plan["cost_now"].get<double>() < energy + 60 * (7.9 - 3));
}

TEST_CASE("what the house itself reaches today is free for the car") {
  Home home = test::home_of(test::settings_of(options({{"target", "35"}})));
  const auto plan = test::plan_of(home);
  CHECK(plan["peak_cost"] == 0.0);  // 6.9 kWh within 3 kW an hour, which the evening takes anyway
  for (const auto& block : plan["blocks"]) CHECK(block["kw"].get<double>() <= 2.5);
  Home later = test::home_of(test::settings_of(options({{"target", "35"}, {"peak-price", "17-20 60"}})));
  CHECK(test::plan_of(later)["peak_cost"] == 0.0);  // at night nothing counts: at full power in the cheapest hours
  CHECK(test::plan_of(later)["blocks"][0]["kw"] == 7.4);
}

TEST_CASE("a month with a plan that looks at its hours costs less than one that does not") {
  const auto after_a_month = [](const char* mode) {
    Home home = test::home_of(
        test::settings_of(options({{"mode", mode}, {"trips", "mon-sun 07:30-17:00 9"}, {"target", "60"}})));
    test::advance(home, 31 * test::kTicksOfDay);
    return home;
  };
  const Home planned = after_a_month("cheapest");
  const Home at_once = after_a_month("immediate");
  const auto cost = [](const Home& home) { return static_cast<double>(home.counters().cost.count()) / 1e12 / 4; };
  CHECK(planned.counters().charged.count() > Int128{9} * 25 * 1'000'000 * 4);
  CHECK(planned.snapshot().peak.value_or(Watts()) == Watts());  // a new month has begun
  CHECK(cost(at_once) - cost(planned) > 200);
}

TEST_CASE("a home battery that plans does not raise the month's highest hour") {
  const auto highest_of = [](const char* mode) {
    Home home = test::home_of(test::settings_of(options({{"mode", "manual"},
                                                         {"storage-kwh", "10"},
                                                         {"storage-in-kw", "8"},
                                                         {"storage-out-kw", "8"},
                                                         {"storage-soc", "20"},
                                                         {"storage-mode", mode}})));
    test::advance(home, 3 * test::kTicksOfDay);
    return home.snapshot().peak.value();
  };
  CHECK(highest_of("plan") < Watts(2'000));
  CHECK(highest_of("self_consumption") == Watts(3'000));
}

TEST_CASE("without a price of power a plan has no costs of it") {
  const Home home = test::home_of(test::settings_of({{"mode", "cheapest"}}));
  CHECK_FALSE(test::plan_of(home).contains("peak_cost"));
}

}  // namespace home_energy
