// Plans beside a sun that is not as it was forecast.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "common/time/iso8601.hpp"
#include "common/wire/wire.hpp"
#include "tests/homes.hpp"
#include "tests/options_of.hpp"

namespace home_energy {
namespace {

constexpr int kSummerDays = 60;

/// 24 values.
std::string all_day(const std::string& value) {
  std::string text = "[" + value;
  for (int hour = 1; hour < kHoursPerDay; ++hour) text += ',' + value;
  return text + ']';
}

/// At home by day, away at night: charged by the sun that there is, at the grid's price where it does not suffice.
Home commuter_of_nights(const char* error, const char* start_cost = "0", const char* mode = "cheapest") {
  const std::string load = all_day("0.4");
  const std::string price = all_day("2");
  HomeSettings settings = test::settings_of({{"solar-kwp", "8"},
                                             {"solar-place", "stockholm"},
                                             {"solar-forecast-error", error},
                                             {"baseload", load.c_str()},
                                             {"prices", price.c_str()},
                                             {"export-price", "0.3"},
                                             {"charger-kw", "7.4"},
                                             {"charger-min-kw", "1.4"},
                                             {"start-cost", start_cost},
                                             {"trips", "mon-sun 18:00-06:00 14"},
                                             {"mode", mode},
                                             {"storage-kwh", "5"},
                                             {"storage-mode", std::string_view(mode) == "cheapest" ? "hold" : "plan"},
                                             {"fuse-kw", "17"}});
  settings.calendar = std::make_shared<const Calendar>(*parse_date("2026-06-01"));
  return test::home_of(settings);
}

std::string note_of(const Home& home) {
  const auto plan = nlohmann::json::parse(wire::http::plan(home, {"SEK", ""}));
  return plan["note"].is_null() ? "" : plan["note"].get<std::string>();
}

/// Below zero what it costs less.
std::optional<double> told_loss(const std::string& note) {
  constexpr std::string_view kBegin = "the sun's forecast has changed: ";
  const auto begin = note.find(kBegin);
  if (begin == std::string::npos) return std::nullopt;
  const double amount = std::stod(note.substr(begin + kBegin.size()));
  return note.find("less than planned") == std::string::npos ? amount : -amount;
}

double in_currency(MoneyMicro money) {
  return static_cast<double>(money.count()) / 1e6;
}

double cost_of(const Home& home) {
  return static_cast<double>(home.counters().cost.count()) / 1e12 / 4;
}

}  // namespace

TEST_CASE(
    "a plan whose sun is forecast anew is made anew, and so costs less than one that holds on to the first forecast") {
  Home wrong = commuter_of_nights("1");
  Home right = commuter_of_nights("0");
  int plans = 0;
  const HomePlan* plan = right.plan();
  for (int i = 0; i < kSummerDays * test::kTicksOfDay; ++i) {
    test::advance(wrong);
    test::advance(right);
    if (right.plan() != plan) ++plans;
    plan = right.plan();
    REQUIRE(note_of(right).empty());
  }
  // When it comes, when it leaves, and when one more stay is within 48 hours: that one's sun is as it was forecast.
  CHECK(plans <= 3 * kSummerDays);
  // Without another plan 89.8 are lost to the error, with one 66.7.
  CHECK(cost_of(wrong) - cost_of(right) < 75);
  CHECK(cost_of(wrong) > cost_of(right));
}

TEST_CASE("the note tells what the car's energy costs more than planned at first") {
  Home home = commuter_of_nights("1");
  test::advance(home, 6 * 4);  // it comes back
  double off = 0;
  double lost = 0;
  for (int day = 0; day < 20; ++day) {
    const double promised = in_currency(home.plan()->plan.cost);
    double paid = 0;
    double loss = 0;
    for (int tick = 0; tick < 12 * 4; ++tick) {
      const Snapshot now = home.snapshot();
      const double car = static_cast<double>(now.car.power.count()) / 4'000;
      const double surplus = std::max(0.0, static_cast<double>((now.car.power - now.power()).count()) / 4'000);
      paid += 2 * std::max(0.0, car - surplus) + 0.3 * std::min(car, surplus);
      if (const auto told = told_loss(note_of(home))) loss = *told;
      test::advance(home);
    }
    off += std::abs(promised + loss - paid);
    lost += std::abs(loss);
    test::advance(home, 12 * 4);
  }
  CHECK(lost > 20);
  CHECK(off < 20 * 0.85);  // what is not worth another plan: half a kWh a day, bought at 2 instead of taken at 0.3
}

TEST_CASE("a plan by the least load is not made again for the sun") {
  Home home = commuter_of_nights("1", "0", "lowest_load");
  for (int i = 0; i < 10 * test::kTicksOfDay; ++i) {
    test::advance(home);
    REQUIRE(note_of(home).empty());
  }
}

TEST_CASE("a run is not broken for less than a start costs") {
  const auto starts_of = [](const char* start_cost) {
    Home home = commuter_of_nights("1", start_cost);
    int starts = 0;
    bool charges = false;
    for (int i = 0; i < kSummerDays * test::kTicksOfDay; ++i) {
      test::advance(home);
      const bool now = home.snapshot().car.power > Watts();
      if (now && !charges) ++starts;
      charges = now;
    }
    return starts;
  };
  const int free = starts_of("0");
  const int dear = starts_of("50");
  CHECK(dear == kSummerDays);  // one each day
  CHECK(free > dear + kSummerDays / 4);
}

}  // namespace home_energy
