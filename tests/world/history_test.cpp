#include "common/world/history.hpp"

#include <catch2/catch.hpp>

#include "tests/homes.hpp"
#include "tests/stockholm_days.hpp"

namespace home_energy {
namespace {

/// A home whose history is written down.
struct Watched {
  explicit Watched(HomeSettings settings = test::reference_settings()) : home(test::home_of(settings)), meter(home) {}

  void advance(int ticks) {
    for (int i = 0; i < ticks; ++i) {
      meter.before_tick(home);
      test::advance(home);
      look();
    }
  }
  void tell(const Command& command) {
    REQUIRE(test::apply(home, command));
    look();
  }
  void look() {
    if (const auto row = meter.look(home)) rows.push_back(*row);
  }

  Home home;
  HistoryMeter meter;
  std::vector<HistoryRow> rows;
};

}  // namespace

TEST_CASE("each quarter of an hour is a row, at the price and load it had") {
  Watched watched;
  watched.tell(ChargeCommand{Charging::on});
  watched.advance(5);
  REQUIRE(watched.rows.size() == 5);
  CHECK(watched.rows[0] == HistoryRow{.number = 1,
                                      .quarter = 0,
                                      .minutes = 15,
                                      .base_mwh = 220'000,
                                      .car_mwh = 1'850'000,
                                      .cost_micro = 1'765'296,
                                      .price_micro = 852'800,
                                      .soc = 2'400,
                                      .overload_s = 0});
  CHECK(watched.rows[4].quarter == 4);
  CHECK(watched.rows[4].price_micro == 708'600);
  CHECK(watched.rows[4].base_mwh == 192'500);
}

TEST_CASE("the rows are what the counters rose by, and the open one is what is missing") {
  HomeSettings settings = test::reference_settings();
  settings.pace = *Pace::make(28, std::chrono::seconds(1), Resolution::quarter_hourly);
  Watched watched(settings);
  watched.tell(ChargeCommand{Charging::on});
  watched.advance(24 * 28 + 3);
  auto rows = watched.rows;
  rows.push_back(watched.meter.open_row(watched.home));
  std::int64_t base = 0;
  std::int64_t car = 0;
  for (const HistoryRow& row : rows) {
    base += row.base_mwh;
    car += row.car_mwh;
  }
  const Counters& counters = watched.home.counters();
  CHECK(std::abs(base - static_cast<std::int64_t>(counters.base.count() / 28)) <= 97 / 2 + 1);  // each is rounded
  CHECK(std::abs(car - static_cast<std::int64_t>(counters.charged.count() / 28)) <= 97 / 2 + 1);
}

TEST_CASE("an hour that ticks cannot part is one row") {
  HomeSettings settings = test::reference_settings();
  settings.pace = *Pace::make(3, std::chrono::seconds(1), Resolution::hourly);
  Watched watched(settings);
  watched.advance(4);
  REQUIRE(watched.rows.size() == 1);
  CHECK(watched.rows[0].minutes == 60);
  CHECK(watched.rows[0].base_mwh == 880'000);
}

TEST_CASE("a discharge ends the row and history goes on the next day") {
  Watched watched;
  watched.advance(3);
  watched.tell(ResetCommand{});
  watched.advance(2);
  REQUIRE(watched.rows.size() == 5);
  CHECK(watched.rows[2].quarter == 2);
  CHECK(watched.rows[3].quarter == kQuartersPerDay);
  CHECK(watched.rows[3].number == 4);
}

TEST_CASE("how long the fuse was exceeded") {
  Watched watched;
  test::set_clock(watched.home, {.day = 0, .quarter = 17 * 4, .tick = 0});
  watched.look();
  watched.tell(ChargeCommand{Charging::on});
  watched.advance(2);
  CHECK(watched.rows.back().overload_s == 900);
}

TEST_CASE("rows are put together by the hour and by the day") {
  std::vector<HistoryRow> rows;
  for (std::int64_t quarter = 94; quarter < 98; ++quarter) {
    rows.push_back({.number = quarter,
                    .quarter = quarter,
                    .minutes = 15,
                    .base_mwh = 10,
                    .car_mwh = 1,
                    .cost_micro = -2,
                    .price_micro = quarter * 100,
                    .soc = static_cast<int>(quarter),
                    .overload_s = 3});
  }
  CHECK(folded(rows, HistoryStep::quarter, test::kPlain) == rows);
  const auto hours = folded(rows, HistoryStep::hour, test::kPlain);
  REQUIRE(hours.size() == 2);
  CHECK(hours[0] == HistoryRow{.number = 95,
                               .quarter = 92,
                               .minutes = 30,
                               .base_mwh = 20,
                               .car_mwh = 2,
                               .cost_micro = -4,
                               .price_micro = 9'450,
                               .soc = 95,
                               .overload_s = 6});
  CHECK(hours[1].quarter == 96);
  const auto days = folded(rows, HistoryStep::day, test::kPlain);
  REQUIRE(days.size() == 2);
  CHECK(days[0].quarter == 0);
  CHECK(days[1].quarter == 96);
}

TEST_CASE("a quarter that was lived twice is one row, and no longer than a quarter") {
  const HistoryRow row{.number = 1, .quarter = 8, .minutes = 15, .base_mwh = 5};
  HistoryRow again = row;
  again.number = 9;
  const auto rows = folded(std::vector{row, again}, HistoryStep::quarter, test::kPlain);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].base_mwh == 10);
  CHECK(rows[0].minutes == 15);
}

TEST_CASE("days before the first are told apart from those after") {
  const HistoryRow row{.number = 1, .quarter = -1, .minutes = 15};
  CHECK(folded(std::vector{row}, HistoryStep::day, test::kPlain)[0].quarter == -96);
}

TEST_CASE("in a zone days and hours are those of the clock on the wall: 25 of them in an autumn day") {
  const Calendar& calendar = stockholm();
  std::vector<HistoryRow> rows;
  const auto begin = quarter_number(calendar.begin_of(-21));
  const auto end = quarter_number(calendar.begin_of(-20));
  for (auto quarter = begin; quarter < end; ++quarter)
    rows.push_back({.quarter = quarter, .minutes = 15, .base_mwh = 1});
  CHECK(rows.size() == 100);
  const auto hours = folded(rows, HistoryStep::hour, calendar);
  REQUIRE(hours.size() == 25);
  for (const HistoryRow& hour : hours) CHECK(hour.base_mwh == 4);
  const auto days = folded(rows, HistoryStep::day, calendar);
  REQUIRE(days.size() == 1);
  CHECK(days[0].quarter == begin);
  CHECK(days[0].minutes == 25 * 60);
  CHECK(days[0].base_mwh == 100);
}

TEST_CASE("an hour in which the clock is changed ends there") {
  // Lord Howe's: at 02:00 it is 01:30 once more.
  const auto calendar =
      Calendar::of_zone(*parse_date("2026-04-05"), {{0, 39'600}, {unix_time("2026-04-04T15:00Z"), 37'800}});
  std::vector<HistoryRow> rows;
  for (std::int64_t quarter = 0; quarter < 14; ++quarter)
    rows.push_back({.quarter = quarter, .minutes = 15, .base_mwh = 1});
  std::vector<std::pair<std::int64_t, int>> hours;
  for (const HistoryRow& hour : folded(rows, HistoryStep::hour, calendar))
    hours.emplace_back(hour.quarter, hour.minutes);
  CHECK(hours == std::vector<std::pair<std::int64_t, int>>{{0, 60}, {4, 60}, {8, 30}, {10, 60}});
}

TEST_CASE("nothing is added over currencies") {
  const HistoryRow old{.number = 1, .quarter = 4, .minutes = 15, .cost_micro = 5, .currency = currency_code("SEK")};
  const HistoryRow later{.number = 2, .quarter = 4, .minutes = 15, .cost_micro = 7, .currency = currency_code("EUR")};
  const std::vector rows{
      old, later,
      HistoryRow{.number = 3, .quarter = 5, .minutes = 15, .cost_micro = 1, .currency = currency_code("EUR")}};
  const auto sums = folded(rows, HistoryStep::day, test::kPlain);
  REQUIRE(sums.size() == 2);
  CHECK(sums[0].cost_micro == 5);
  CHECK(sums[1].cost_micro == 8);
  CHECK(text(sums[1].currency) == "EUR");
  CHECK(text(HistoryRow{}.currency).empty());
}

}  // namespace home_energy
