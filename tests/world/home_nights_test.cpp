// The nights in which clocks change: a home goes through them by itself, tick by tick.
#include <catch2/catch.hpp>

#include "tests/homes.hpp"
#include "tests/stockholm_days.hpp"

namespace home_energy {
namespace {

constexpr int kTicksPerHour = 60;
constexpr int kTicksPerQuarter = kTicksPerHour / kQuartersPerHour;
constexpr std::int64_t kTickSeconds = kHourSeconds / kTicksPerHour;

/// A day on which the clock changes: at the beginning of a quarter it is put back by so many, or (negative) on.
LocalDay changed_day(int quarter, int back) {
  LocalDay local = plain_day(0, "2026-10-25", 1'792'879'200);
  for (int i = quarter; i <= kQuartersPerDay; ++i) {
    auto& start = local.starts[static_cast<std::size_t>(i)];
    start += std::max<std::int64_t>(back, quarter - i) * kQuarterSeconds;
  }
  return local;
}

using Calendar = std::shared_ptr<const std::vector<LocalDay>>;

/// A plain day, that day and another plain one.
Calendar calendar_of(const LocalDay& day) {
  const auto a_day = kQuartersPerDay * kQuarterSeconds;
  return std::make_shared<const std::vector<LocalDay>>(
      std::vector{plain_day(day.day - 1, "the day before", day.starts.front() - a_day), day,
                  plain_day(day.day + 1, "the next", day.starts.back())});
}

HomeSettings real_time_settings(ChargingMode mode = ChargingMode::manual) {
  HomeSettings settings = test::reference_settings();
  settings.clock_mode = ClockMode::local;
  settings.pace = *Pace::make(kHourSeconds, std::chrono::seconds(kTickSeconds), Resolution::quarter_hourly);
  settings.wish = {.mode = mode, .target = Percent(8'000), .ready_by = 7 * kMinutesPerHour};
  return settings;
}

/// At the beginning of a day of the calendar.
Home home_on(const HomeSettings& settings, const Calendar& calendar, std::size_t day = 1) {
  Home home(std::make_shared<const HomeSettings>(settings));
  home.set_calendar(calendar);
  home.set_clock({.day = calendar->at(day).day, .quarter = 0, .tick = 0}, calendar->at(day).starts.front());
  plan_now(home);
  return home;
}

/// What the clock on the wall shows.
int shown_quarter(const LocalDay& day, std::int64_t moment) {
  int quarter = kQuartersPerDay - 1;
  while (day.starts[static_cast<std::size_t>(quarter)] > moment) --quarter;
  const auto begin = day.starts[static_cast<std::size_t>(quarter)];
  const auto end = day.starts[static_cast<std::size_t>(quarter) + 1];
  const auto again = static_cast<int>((moment - begin) / kQuarterSeconds);
  const auto shown = static_cast<int>((end - begin) / kQuarterSeconds);
  return again == 0 ? quarter : quarter + 1 - shown + again;
}

}  // namespace

TEST_CASE("a home shows what the clock on the wall shows, wherever that is changed") {
  struct Change {
    int quarter;
    int back;
  };
  // Stockholm; Lord Howe by half an hour; Troll by two hours; Havana (01:00 becomes 00:00); Santiago (24:00 becomes
  // 23:00).
  const auto change = GENERATE(Change{12, 4}, Change{8, -4}, Change{8, 2}, Change{8, -2}, Change{12, 8}, Change{4, -8},
                               Change{4, 4}, Change{0, -4}, Change{96, 4}, Change{0, 0});
  CAPTURE(change.quarter, change.back);
  const auto calendar = calendar_of(changed_day(change.quarter, change.back));
  Home home = home_on(real_time_settings(), calendar, 0);
  for (const LocalDay& day : *calendar) {
    for (std::int64_t moment = day.starts.front(); moment < day.starts.back(); moment += kTickSeconds) {
      const Clock expected{.day = day.day,
                           .quarter = shown_quarter(day, moment),
                           .tick = static_cast<int>(moment % kQuarterSeconds / kTickSeconds)};
      REQUIRE(home.moment() == moment);
      REQUIRE(home.clock() == expected);
      test::advance(home);
    }
  }
}

TEST_CASE("a car that is to be full by 07:00 is so in every night, charged in the cheapest hour before") {
  const auto day = GENERATE(spring_day(), autumn_day(), today());
  CAPTURE(day.date);
  HomeSettings settings = real_time_settings(ChargingMode::cheapest);
  settings.start_soc = Percent(7'000);  // less than an hour of charging is missing
  std::vector<PricePerKwh> prices(kHoursPerDay, PricePerKwh(900'000));
  prices[6] = PricePerKwh(100'000);
  settings.price = PriceCurve(prices);
  settings.baseload = LoadCurve(std::vector<Watts>(kHoursPerDay, Watts(500)));
  settings.capacity = WattHours(60'000);
  Home home = home_on(settings, calendar_of(day));
  const auto at_six = day.starts[6 * kQuartersPerHour];
  while (home.moment() < at_six) test::advance(home);
  CHECK(home.snapshot().stored == Energy(60'000LL * 1000 * kTicksPerHour * 7 / 10));
  while (home.moment() < at_six + kHourSeconds) test::advance(home);
  CHECK(home.clock().quarter == 7 * kQuartersPerHour);
  CHECK(home.snapshot().stored >= Energy(60'000LL * 1000 * kTicksPerHour * 8 / 10 - kTicksPerHour * 1000));
  CHECK(home.plan()->note.find("late") == std::string::npos);
}

TEST_CASE("the hour that comes twice has its prices twice, in the plan as in the cost") {
  HomeSettings settings = real_time_settings(ChargingMode::cheapest);
  settings.price = default_price_curve();
  Home home = home_on(settings, calendar_of(autumn_day()));
  const auto& slots = home.plan_request().problem.slots;
  REQUIRE(slots.size() == 8U * kQuartersPerHour);  // until 07:00
  for (int slot = 0; slot < 8 * kQuartersPerHour; ++slot) {
    const int quarter = slot < 12 ? slot : slot - 4;
    CHECK(slots[static_cast<std::size_t>(slot)].price == settings.price.at_quarter(quarter));
    CHECK(slots[static_cast<std::size_t>(slot)].length == std::chrono::seconds(kQuarterSeconds));
  }
}

TEST_CASE("a home that is set into the hour that comes twice knows which of the two it is") {
  const auto day = autumn_day();
  Home home = home_on(real_time_settings(ChargingMode::cheapest), calendar_of(day));
  const auto half_past_two = day.starts[10];
  for (const std::int64_t later : {std::int64_t{0}, kHourSeconds}) {
    home.set_clock({.day = day.day, .quarter = 10, .tick = 3}, half_past_two + later + 3 * kTickSeconds);
    plan_now(home);
    CHECK(home.moment() == half_past_two + later + 3 * kTickSeconds);
    CHECK(home.plan()->made_at == home.moment());
    const auto left = day.starts[28] - home.moment();
    std::chrono::seconds planned{0};
    for (const auto& slot : home.plan_request().problem.slots) planned += slot.length;
    CHECK(planned == std::chrono::seconds(left));
  }
}

}  // namespace home_energy
