// Power that is paid for: the mean of a month's highest hours.
#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "common/wire/home_assistant.hpp"
#include "common/wire/home_state.hpp"
#include "common/wire/tariff_options.hpp"
#include "common/wire/wire.hpp"
#include "tests/homes.hpp"
#include "tests/options_of.hpp"
#include "tests/shown.hpp"
#include "tests/stockholm_days.hpp"

namespace home_energy {
namespace {

constexpr const char* kEllevio = "06-22 81.25, 40.625";

/// What each hour of a day draws: W by hour, 0 elsewhere.
using Hours = std::map<std::size_t, std::int64_t>;

/// Energy costs nothing, so that all cost is that of power.
HomeSettings settings_with(test::OptionTexts options) {
  HomeSettings settings = test::settings_of(options);
  settings.price = PriceCurve(std::vector<PricePerKwh>(kHoursPerDay));
  settings.baseload = LoadCurve(std::vector<Watts>(kHoursPerDay));
  return settings;
}

void draw(Home& home, const Hours& hours) {
  std::vector<Watts> loads(kHoursPerDay);
  for (const auto& [hour, watts] : hours) loads.at(hour) = Watts(watts);
  REQUIRE(test::apply(home, BaseloadCommand{{.every_day = LoadCurve(loads)}}));
}

void pass_hours(Home& home, int hours) {
  test::advance(home, hours * home.settings().pace.ticks_per_hour());
}

void pass_day(Home& home, const Hours& hours) {
  draw(home, hours);
  const auto day = home.clock().day;
  while (home.clock().day == day) test::advance(home);
}

/// In the currency.
double cost(const Home& home) {
  constexpr double kOfMoney = 1e12;
  return static_cast<double>(home.counters().cost.count()) / kOfMoney / home.settings().pace.ticks_per_hour();
}

std::int64_t peak(const Home& home) {
  return home.snapshot().peak.value().count();
}

Home restored(const Home& home, const Pace& pace) {
  std::string text;
  append_state(text, {home.state(), {}});
  const auto state = parse_state(text, home.calendar());
  REQUIRE(state);
  HomeSettings settings = home.settings();
  settings.pace = pace;
  Home other(std::make_shared<const HomeSettings>(settings));
  other.restore(at_pace(*state, pace).home, home.curves());
  plan_now(other);
  return other;
}

std::string grid(const Home& home) {
  return test::payload_of(home, wire::HomeTopic::grid, {"SEK", "2026-01-01T00:00:00+01:00"});
}

}  // namespace

TEST_CASE("a month costs the mean of its three highest hours of different days, at night a half") {
  Home home = test::home_of(settings_with({{"peak-price", kEllevio}}));
  CHECK(peak(home) == 0);
  pass_day(home, {{3, 2'000}, {12, 6'000}, {13, 5'900}});
  CHECK(peak(home) == 2'000);  // 6 / 3
  CHECK(cost(home) == Approx(162.5));
  pass_day(home, {{12, 4'000}, {23, 10'000}});  // 10 kW count 5
  CHECK(peak(home) == 3'667);
  CHECK(cost(home) == Approx(81.25 * 11 / 3));
  pass_day(home, {{12, 3'000}});
  CHECK(peak(home) == 4'667);
  pass_day(home, {{12, 9'000}, {13, 8'000}});  // 9, 6, 5
  CHECK(peak(home) == 6'667);
  CHECK(cost(home) == Approx(81.25 * 20 / 3));
  pass_day(home, {{12, 4'900}, {5, 9'900}});  // 4.95 at most
  CHECK(peak(home) == 6'667);
  pass_day(home, {{6, 5'500}});  // 9, 6, 5.5
  CHECK(cost(home) == Approx(81.25 * 20.5 / 3));
}

TEST_CASE("with one hour the highest one counts, and prices may be of weekdays") {
  // 2026-01-01 is a Thursday.
  Home home = test::home_of(settings_with({{"peak-price", "mon-fri 07-19 111.5"}, {"peak-hours", "1"}}));
  pass_day(home, {{6, 9'000}, {7, 4'000}, {18, 5'000}, {19, 9'000}});
  CHECK(peak(home) == 5'000);
  pass_day(home, {{12, 4'500}});
  pass_day(home, {{12, 9'000}});  // Saturday
  CHECK(peak(home) == 5'000);
  CHECK(cost(home) == Approx(111.5 * 5));
}

TEST_CASE("what an hour costs more is counted when it ends") {
  Home home = test::home_of(settings_with({{"peak-price", "30"}}));
  draw(home, {{0, 3'000}, {1, 2'000}, {2, 6'000}});
  const auto cost_after = [&](int ticks) {
    test::advance(home, ticks);
    return cost(home);
  };
  CHECK(cost_after(test::kTicksPerHour - 1) == 0);
  CHECK(cost_after(1) == Approx(30));
  CHECK(cost_after(test::kTicksPerHour) == Approx(30));
  CHECK(cost_after(test::kTicksPerHour - 1) == Approx(30));
  CHECK(cost_after(1) == Approx(60));
}

TEST_CASE("a new month begins without highest hours, and its cost comes on top") {
  Home home = test::home_of(settings_with({{"peak-price", "10"}, {"peak-hours", "2"}, {"start-date", "2028-02-28"}}));
  pass_day(home, {{23, 4'000}});
  pass_day(home, {{23, 8'000}});  // 2028-02-29: its last hour
  CHECK(home.snapshot().date == *parse_date("2028-03-01"));
  CHECK(peak(home) == 0);
  CHECK(cost(home) == Approx(60));
  pass_day(home, {{0, 2'000}});
  CHECK(peak(home) == 1'000);
  CHECK(cost(home) == Approx(70));
}

TEST_CASE("the hour that comes twice is two hours, and the month is that of the zone") {
  HomeSettings settings = settings_with({{"peak-price", "10"}, {"peak-hours", "1"}});
  settings.clock_mode = ClockMode::local;
  settings.calendar = std::make_shared<const Calendar>(stockholm());
  Home home = test::home_of(settings);
  home.move_to(stockholm().begin_of(autumn_day().day));
  draw(home, {{2, 2'000}});
  pass_hours(home, 4);  // 03:00
  CHECK(home.clock().quarter == 12);
  CHECK(peak(home) == 2'000);
  home.move_to(stockholm().begin_of(*parse_date("2026-10-31") - stockholm().first_date()));
  pass_day(home, {{23, 5'000}});
  CHECK(peak(home) == 0);
  CHECK(cost(home) == Approx(50));
}

TEST_CASE("a clock that is moved leaves an hour with what it has imported, and counts none twice") {
  HomeSettings settings = settings_with({{"peak-price", "10"}, {"peak-hours", "1"}, {"start-date", "2026-01-31"}});
  settings.baseload = LoadCurve(std::vector<Watts>(kHoursPerDay, Watts(4'000)));
  Home home = test::home_of(settings);
  test::advance(home, 2);
  home.move_to(5 * kSecondsPerHour);
  CHECK(peak(home) == 2'000);
  test::advance(home, 3);
  home.move_to(5 * kSecondsPerHour + kSecondsPerQuarter);  // within the hour
  CHECK(peak(home) == 2'000);
  test::advance(home, 1);
  home.move_to(0);
  CHECK(peak(home) == 4'000);
  pass_hours(home, 23);
  const double january = cost(home);
  CHECK(january == Approx(40));
  // Over the month's end, back, and over it again.
  pass_hours(home, 2);
  CHECK(cost(home) == Approx(80));
  home.move_to(22 * kSecondsPerHour);
  CHECK(peak(home) == 4'000);
  pass_hours(home, 4);
  CHECK(peak(home) == 4'000);
  CHECK(cost(home) == Approx(80));
}

TEST_CASE("a clock that is years ahead for a while finds its month as it was") {
  HomeSettings settings = settings_with({{"peak-price", "10"}, {"peak-hours", "1"}});
  settings.baseload = LoadCurve(std::vector<Watts>(kHoursPerDay, Watts(4'000)));
  Home home = test::home_of(settings);
  pass_hours(home, 2);
  home.move_to(5'000 * kSecondsPerDay);
  home.move_to(2 * kSecondsPerHour);
  CHECK(peak(home) == 4'000);
  pass_hours(home, 24);
  CHECK(cost(home) == Approx(40));
}

TEST_CASE("a discharge that sets the clock to the next day ends the hour; in real time the hour goes on") {
  HomeSettings settings = settings_with({{"peak-price", "10"}, {"peak-hours", "2"}});
  settings.baseload = LoadCurve(std::vector<Watts>(kHoursPerDay, Watts(4'000)));
  const bool is_simulated = GENERATE(true, false);
  settings.clock_mode = is_simulated ? ClockMode::simulated : ClockMode::local;
  Home home = test::home_of(settings);
  test::advance(home, 3);
  REQUIRE(test::apply(home, ResetCommand{}));
  CHECK(peak(home) == (is_simulated ? 1'500 : 0));
  test::advance(home, 1);
  CHECK(peak(home) == (is_simulated ? 1'500 : 2'000));
  test::advance(home, 3);
  CHECK(peak(home) == (is_simulated ? 3'500 : 2'000));
}

TEST_CASE("only what is imported counts") {
  HomeSettings settings = settings_with({{"peak-price", "10"},
                                         {"peak-hours", "1"},
                                         {"storage-kwh", "100"},
                                         {"storage-soc", "100"},
                                         {"storage-out-kw", "3"},
                                         {"export-price", "0"}});
  Home home = test::home_of(settings);
  draw(home, {{1, 5'000}});
  pass_hours(home, 3);
  CHECK(peak(home) == 2'000);
  CHECK(cost(home) == Approx(20));
}

TEST_CASE("another currency begins the cost and leaves the month's highest hours") {
  Home home = test::home_of(settings_with({{"peak-price", "10"}, {"peak-hours", "1"}}));
  pass_day(home, {{12, 3'000}});
  home.begin_cost();
  pass_day(home, {{12, 5'000}});
  CHECK(cost(home) == Approx(20));
  CHECK(peak(home) == 5'000);
}

TEST_CASE("a home that comes back in the middle of an hour goes on as if nothing had happened") {
  Home home = test::home_of(settings_with({{"peak-price", kEllevio}, {"start-date", "2026-01-30"}}));
  for (const std::int64_t watts : {3'000, 4'000, 6'000, 5'000}) pass_day(home, {{12, watts}});
  draw(home, {{0, 9'000}, {1, 8'000}});
  test::advance(home, test::kTicksPerHour + 2);
  Home other = restored(home, home.settings().pace);
  CHECK(other.state() == home.state());
  Home finer = restored(home, *Pace::make(12, std::chrono::seconds(1), Resolution::hourly));
  CHECK(peak(finer) == peak(home));
  for (Home* each : {&home, &other, &finer}) pass_hours(*each, 2);
  CHECK(other.state() == home.state());
  CHECK(peak(finer) == peak(home));
  CHECK(cost(finer) == Approx(cost(home)));
}

TEST_CASE("a home that had no price of power begins to count when it comes back with one") {
  Home home = test::home_of(settings_with({}));
  CHECK_FALSE(home.state().peak.has_value());
  draw(home, {{0, 3'000}, {1, 4'000}});
  test::advance(home, test::kTicksPerHour + 1);
  std::string text;
  append_state(text, {home.state(), {}});
  CHECK(text.find("peak") == std::string::npos);
  Home other(std::make_shared<const HomeSettings>(settings_with({{"peak-price", "10"}, {"peak-hours", "1"}})));
  other.restore(parse_state(text, test::kPlain)->home, home.curves());
  plan_now(other);
  test::advance(other, 3);
  CHECK(peak(other) == 3'000);  // of three quarters
}

TEST_CASE("with fewer hours than before the highest count, and what was paid is not given back") {
  Home home = test::home_of(settings_with({{"peak-price", "10"}, {"peak-hours", "2"}}));
  pass_day(home, {{12, 3'000}});
  pass_day(home, {{12, 6'000}});
  HomeSettings settings = home.settings();
  settings.tariff.peak->hours = 1;
  Home other(std::make_shared<const HomeSettings>(settings));
  other.restore(home.state(), {});
  plan_now(other);
  CHECK(peak(other) == 6'000);
  pass_day(other, {{12, 7'000}});
  CHECK(cost(other) == Approx(45 + 10));
}

TEST_CASE("highest hours that are none are refused in what was stored") {
  Home home = test::home_of(settings_with({{"peak-price", "10"}}));
  pass_day(home, {{12, 3'000}});
  std::string text;
  append_state(text, {home.state(), {}});
  const auto document = nlohmann::json::parse(text);
  REQUIRE(document["peak"].dump() == R"({"days":[{"date":20454,"imported":12000000}],"imported":0})");
  const auto wrong =
      GENERATE(as<std::string>(), "7", "{}", R"({"imported":-1,"days":[]})", R"({"imported":0})",
               R"({"imported":0,"days":7})", R"({"imported":0,"days":[7]})", R"({"imported":0,"days":[{"date":1}]})",
               R"({"imported":0,"days":[{"date":1e30,"imported":1}]})",
               R"({"imported":0,"days":[{"date":1,"imported":40000000000001}]})",
               R"({"imported":0,"days":[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]})");
  CAPTURE(wrong);
  auto tampered = document;
  tampered["peak"] = nlohmann::json::parse(wrong);
  CHECK(parse_state(tampered.dump(), test::kPlain).error().field == "state");
}

TEST_CASE("a home whose highest hours are at the ends of what is legal goes on at any pace") {
  HomeSettings settings = settings_with({{"peak-price", "1000000"}, {"peak-hours", "10"}});
  Home home = test::home_of(settings);
  std::string text;
  append_state(text, {home.state(), {}});
  auto document = nlohmann::json::parse(text);
  auto& state = document["peak"];
  state["imported"] = 40'000'000'000'000;
  for (int day = 0; day < 10; ++day)
    state["days"].push_back({{"date", 20'454 + day}, {"imported", 40'000'000'000'000 - day}});
  const auto parsed = parse_state(document.dump(), test::kPlain);
  REQUIRE(parsed);
  settings.pace = *Pace::make(360'000, std::chrono::seconds(1), Resolution::hourly);
  Home other(std::make_shared<const HomeSettings>(settings));
  other.restore(at_pace(*parsed, settings.pace).home, {});
  CHECK(peak(other) == 10'000'000'000);
  other.move_to(kSecondsPerDay);
  CHECK(peak(other) == 10'000'000'000);
}

TEST_CASE("a month costs its energy, and power at the mean of its highest hours, whatever the house does") {
  CHECK(rc::check([] {
    const std::string price = *rc::gen::element<std::string>("50", "06-22 81.25, 40.625", "mon-fri 07-19 100, sat 33");
    const std::string hours = *rc::gen::element<std::string>("1", "3", "10");
    HomeSettings settings = settings_with({{"peak-price", price.c_str()},
                                           {"peak-hours", hours.c_str()},
                                           {"start-date", "2026-02-20"},
                                           {"solar-kwp", "5"},
                                           {"storage-kwh", "8"}});
    settings.price = default_price_curve();
    HomeSettings without = settings;
    without.tariff.peak.reset();
    Home home = test::home_of(settings);
    Home plain = test::home_of(without);
    std::map<std::int64_t, std::map<std::int64_t, double>> months;  // the costliest hour by day
    const int days = *rc::gen::inRange(1, 50);
    for (int day = 0; day < days; ++day) {
      std::vector<Watts> loads;
      for (int hour = 0; hour < kHoursPerDay; ++hour) loads.emplace_back(*rc::gen::inRange(0, 12'000));
      for (Home* each : {&home, &plain}) test::apply(*each, BaseloadCommand{{.every_day = LoadCurve(loads)}});
      for (int hour = 0; hour < kHoursPerDay; ++hour) {
        const auto date = home.snapshot().date;
        const auto began = home.counters();
        const auto of_hour = settings.tariff.peak->by_hour.at(weekday_of(date)).at(static_cast<std::size_t>(hour));
        for (Home* each : {&home, &plain}) pass_hours(*each, 1);
        const double kilowatts = static_cast<double>((home.counters().imported() - began.imported()).count()) / 1e6 /
                                 settings.pace.ticks_per_hour();
        double& highest = months[month_number(date)][date];
        highest = std::max(highest, kilowatts * static_cast<double>(of_hour.count()) / 1e6);
      }
    }
    double paid = 0;
    for (const auto& [number, of_days] : months) {
      std::vector<double> all;
      for (const auto& [date, amount] : of_days) all.push_back(amount);
      std::ranges::sort(all, std::greater());
      const std::size_t counted = std::min(all.size(), std::size_t{std::stoul(hours)});
      for (std::size_t i = 0; i < counted; ++i) paid += all[i] / std::stod(hours);
    }
    RC_ASSERT(cost(home) - cost(plain) == Approx(paid).margin(1e-6));
    RC_ASSERT(home.counters().imported() == plain.counters().imported());
  }));
}

TEST_CASE("prices of power are none below zero, and hours need them") {
  for (const char* wrong : {"", "-1", "06-22 5, -0.1", "81,25", "mon", "1000001"}) {
    INFO(wrong);
    CHECK_FALSE(to_peak_prices(wrong).has_value());
  }
  const auto hours_alone = test::configuration_of({{"peak-hours", "2"}});
  REQUIRE_FALSE(hours_alone);
  CHECK(hours_alone.error().field == "peak-hours");
  CHECK(hours_alone.error().reason == "--peak-hours: needs --peak-price");
  CHECK_FALSE(test::settings_of({{"peak-price", "0"}, {"peak-hours", "2"}}).tariff.peak.has_value());
  const auto made = test::settings_of({{"peak-price", "06-22 5, 7"}}).tariff.peak.value();
  CHECK(made.highest == PricePerKwh(7'000'000));
  CHECK(made.hours == 3);
}

TEST_CASE("the month's peak is shown where there is a price of power, and in Home Assistant") {
  Home home = test::home_of(settings_with({{"peak-price", "10"}}));
  pass_day(home, {{12, 5'000}});
  CHECK(nlohmann::json::parse(grid(home))["peak_kw"] == 1.667);
  CHECK(grid(home).ends_with(R"(,"peak_kw":1.667})"));
  CHECK(grid(test::home_of(settings_with({}))).find("peak") == std::string::npos);

  namespace ha = home_assistant;
  ha::Settings with{.prefix = "homeassistant",
                    .base_topic = "home-energy",
                    .version = "1",
                    .currency = "SEK",
                    .has_dates = false,
                    .page_url = std::nullopt};
  CHECK(ha::document(with, "home").find("peak") == std::string::npos);
  with.has_peak_price = true;
  const auto entity = nlohmann::json::parse(ha::document(with, "home"))["cmps"]["month_peak"];
  CHECK(entity["p"] == "sensor");
  CHECK(entity["stat_t"] == "home-energy/home/grid");
  CHECK(entity["val_tpl"] == "{{ value_json.peak_kw }}");
  CHECK(entity["dev_cla"] == "power");
  CHECK(entity["unit_of_meas"] == "kW");
  CHECK(entity["stat_cla"] == "measurement");
}

TEST_CASE("months are counted from January 1970 on, over all years") {
  CHECK(month_number(0) == 0);
  CHECK(month_number(30) == 0);
  CHECK(month_number(31) == 1);
  CHECK(month_number(-1) == -1);
  CHECK(month_number(*parse_date("2028-02-29")) == 58 * 12 + 1);
  CHECK(month_number(*parse_date("2028-03-01")) == 58 * 12 + 2);
  const std::int64_t cycles = 100'000;
  CHECK(month_number(cycles * 146'097 + 31) == cycles * 4'800 + 1);
  CHECK(month_number(-cycles * 146'097 - 1) == -cycles * 4'800 - 1);
}

}  // namespace home_energy
