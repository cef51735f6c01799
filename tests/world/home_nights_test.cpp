// The nights in which clocks change: a home goes through them by itself, tick by tick.
#include <catch2/catch.hpp>

#include "common/world/history.hpp"
#include "tests/homes.hpp"
#include "tests/stockholm_days.hpp"

namespace home_energy {
namespace {

constexpr int kTicksOfHour = 60;
constexpr std::int64_t kTickSeconds = kHourSeconds / kTicksOfHour;

/// A night in which the clock is changed.
struct ClockNight {
  const char* zone;
  std::int64_t at;  ///< Unix seconds
  std::int64_t before;
  std::int64_t after;
};

const std::vector<ClockNight> kNights{
    {"Stockholm, autumn", unix_time("2026-10-25T01:00Z"), 7200, 3600},
    {"Stockholm, spring", unix_time("2027-03-28T01:00Z"), 3600, 7200},
    {"Lord Howe, by half an hour, back", unix_time("2026-04-04T15:00Z"), 39600, 37800},
    {"Lord Howe, by half an hour, on", unix_time("2026-10-03T15:30Z"), 37800, 39600},
    {"Troll, by two hours, back", unix_time("2026-10-25T01:00Z"), 7200, 0},
    {"Troll, by two hours, on", unix_time("2026-03-29T01:00Z"), 0, 7200},
    {"Havana, 01:00 becomes 00:00", unix_time("2026-11-01T05:00Z"), -14400, -18000},
    {"Havana, 00:00 becomes 01:00", unix_time("2026-03-08T05:00Z"), -18000, -14400},
    {"Santiago, 24:00 becomes 23:00", unix_time("2026-04-05T03:00Z"), -10800, -14400},
    {"Santiago, 00:00 becomes 01:00", unix_time("2026-09-06T04:00Z"), -14400, -10800},
    {"St. John's once, 00:01 becomes 23:01", unix_time("2010-11-07T02:31Z"), -9000, -12600},
};

HomeSettings settings_in(const std::shared_ptr<const Calendar>& calendar, ChargingMode mode = ChargingMode::manual) {
  HomeSettings settings = test::reference_settings();
  settings.clock_mode = ClockMode::local;
  settings.pace = *Pace::make(kHourSeconds, std::chrono::seconds(kTickSeconds), Resolution::quarter_hourly);
  settings.car.wish = {.mode = mode, .target = Percent(8'000), .ready_by = 7 * kMinutesPerHour};
  settings.calendar = calendar;
  return settings;
}

/// At the beginning of a day in Stockholm.
Home home_in_stockholm(HomeSettings settings, std::int64_t day) {
  Home home(std::make_shared<const HomeSettings>(std::move(settings)));
  home.move_to(home.calendar().begin_of(day));
  plan_now(home);
  return home;
}

std::shared_ptr<const Calendar> shared_stockholm() {
  return std::make_shared<const Calendar>(stockholm());
}

/// 25 prices, 0.00 0.01 0.02 ..., one an hour that there is.
PriceUpdate a_price_an_hour(std::int64_t day) {
  PriceUpdate update;
  for (auto at = stockholm().begin_of(day); at < stockholm().begin_of(day + 1); at += kHourSeconds) {
    const auto hour = static_cast<std::int64_t>(update.dated.size());
    update.dated.push_back({at, at + kHourSeconds, PricePerKwh(hour * 10'000)});
  }
  return update;
}

}  // namespace

TEST_CASE("a home shows what the clock on the wall shows, wherever that is changed") {
  const auto night = GENERATE(from_range(kNights));
  CAPTURE(night.zone);
  constexpr std::int64_t kAround = 26 * kHourSeconds;
  const auto first_date = floored_quotient(night.at - kAround + night.before, kSecondsPerDay);
  const auto calendar =
      std::make_shared<const Calendar>(Calendar::of_zone(first_date, {{0, night.before}, {night.at, night.after}}));
  Home home(std::make_shared<const HomeSettings>(settings_in(calendar)));
  for (std::int64_t unix_seconds = calendar->epoch(); unix_seconds < night.at + kAround; unix_seconds += kTickSeconds) {
    const auto shown =
        unix_seconds + (unix_seconds < night.at ? night.before : night.after) - first_date * kSecondsPerDay;
    const Clock expected{
        .day = floored_quotient(shown, kSecondsPerDay),
        .quarter = static_cast<int>(shown - floored_quotient(shown, kSecondsPerDay) * kSecondsPerDay) / 900,
        .tick = static_cast<int>((shown % 900 + 900) % 900 / kTickSeconds)};
    REQUIRE(home.moment() == unix_seconds - calendar->epoch());
    REQUIRE(home.ticks() == home.moment() / kTickSeconds);
    // A clock that is changed within a quarter of an hour is followed from that quarter's end on.
    const bool is_followed = unix_seconds < night.at || unix_seconds >= night.at - night.at % 900 + 900;
    if (!is_followed && night.at % 900 != 0) {
      test::advance(home);
      continue;
    }
    REQUIRE(home.clock().day == expected.day);
    REQUIRE(home.clock().quarter == expected.quarter);
    REQUIRE(home.clock().tick == expected.tick);
    test::advance(home);
  }
}

TEST_CASE("a pace that meets hours only goes through a change by half an hour, and its ticks stay counted") {
  HomeSettings settings = test::reference_settings();
  settings.pace = *Pace::make(75, std::chrono::seconds(1), Resolution::hourly);
  settings.calendar = std::make_shared<const Calendar>(
      Calendar::of_zone(*parse_date("2026-10-03"), {{0, 37'800}, {unix_time("2026-10-03T15:30Z"), 39'600}}));
  Home home(std::make_shared<const HomeSettings>(settings));
  for (std::int64_t tick = 0; tick < 3 * 24 * 75; ++tick) {
    REQUIRE(std::abs(home.ticks() - tick) <= 1);
    REQUIRE(std::abs(home.moment() - tick * 48) <= 48);
    home.advance();
  }
  home.move_to(home.calendar().moment_of(2, 7 * kSecondsPerHour), 3);
  CHECK(home.clock() == Clock{.day = 2, .quarter = 28, .tick = 3});
}

TEST_CASE("a car that is to be full by 07:00 is so in every night, charged in the cheapest hour before") {
  const auto day = GENERATE(spring_day().day, autumn_day().day, today().day);
  CAPTURE(day);
  HomeSettings settings = settings_in(shared_stockholm(), ChargingMode::cheapest);
  settings.car.start_soc = Percent(7'000);  // less than an hour of charging is missing
  std::vector<PricePerKwh> prices(kHoursPerDay, PricePerKwh(900'000));
  prices[6] = PricePerKwh(100'000);
  settings.price = PriceCurve(prices);
  settings.baseload = LoadCurve(std::vector<Watts>(kHoursPerDay, Watts(500)));
  settings.car.capacity = WattHours(60'000);
  Home home = home_in_stockholm(settings, day);
  const auto at_six = stockholm().moment_of(day, 6 * kSecondsPerHour);
  while (home.moment() < at_six) test::advance(home);
  CHECK(home.snapshot().car.stored == Energy(60'000LL * 1000 * kTicksOfHour * 7 / 10));
  while (home.moment() < at_six + kHourSeconds) test::advance(home);
  CHECK(home.clock().quarter == 7 * kQuartersPerHour);
  CHECK(home.snapshot().car.stored >= Energy(60'000LL * 1000 * kTicksOfHour * 8 / 10 - kTicksOfHour * 1000));
  CHECK(home.plan()->note.find("late") == std::string::npos);
}

TEST_CASE("the hour that comes twice has its prices twice, in the plan as in the cost") {
  HomeSettings settings = settings_in(shared_stockholm(), ChargingMode::cheapest);
  settings.price = default_price_curve();
  const Home home = home_in_stockholm(settings, autumn_day().day);
  const auto& slots = home.plan_request().problem.slots;
  REQUIRE(slots.size() == 8U * kQuartersPerHour);  // until 07:00
  for (int slot = 0; slot < 8 * kQuartersPerHour; ++slot) {
    const int quarter = slot < 12 ? slot : slot - 4;
    CHECK(slots[static_cast<std::size_t>(slot)].price == settings.price.at_quarter(quarter));
    CHECK(slots[static_cast<std::size_t>(slot)].length == std::chrono::seconds(kSecondsPerQuarter));
  }
}

TEST_CASE("25 prices of an autumn day are paid each in its hour, and history has 25 hours") {
  HomeSettings settings = settings_in(shared_stockholm());
  settings.baseload = LoadCurve(std::vector<Watts>(kHoursPerDay, Watts(1'000)));
  Home home = home_in_stockholm(settings, autumn_day().day);
  REQUIRE(test::apply(home, PriceCommand{a_price_an_hour(autumn_day().day)}));
  HistoryMeter meter(home);
  std::vector<HistoryRow> rows;
  while (home.clock().day == autumn_day().day) {
    meter.before_tick(home);
    test::advance(home);
    if (const auto row = meter.look(home)) rows.push_back(*row);
  }
  const auto hours = folded(rows, HistoryStep::hour, stockholm());
  REQUIRE(hours.size() == 25);
  for (std::size_t hour = 0; hour < hours.size(); ++hour) {
    CAPTURE(hour);
    CHECK(hours[hour].quarter == quarter_number(stockholm().begin_of(-21)) + static_cast<std::int64_t>(hour) * 4);
    CHECK(hours[hour].minutes == 60);
    CHECK(hours[hour].base_mwh == 1'000'000);
    CHECK(hours[hour].price_micro == static_cast<std::int64_t>(hour) * 10'000);
    CHECK(hours[hour].cost_micro == static_cast<std::int64_t>(hour) * 10'000);
  }
}

TEST_CASE("a clock that is a day ahead for a moment and comes back loses neither counters nor prices") {
  Home home = home_in_stockholm(settings_in(shared_stockholm(), ChargingMode::cheapest), today().day);
  const auto both = [] {
    PriceUpdate update = a_price_an_hour(today().day);
    const auto tomorrows = a_price_an_hour(tomorrow().day);
    update.dated.insert(update.dated.end(), tomorrows.dated.begin(), tomorrows.dated.end());
    return update;
  }();
  REQUIRE(test::apply(home, PriceCommand{both}));
  test::advance(home, 5 * kTicksOfHour);
  const auto before = home.counters();
  const auto now = home.moment();
  home.move_to(now + kSecondsPerDay);
  plan_now(home);
  test::advance(home, 1);
  home.move_to(now);
  plan_now(home);
  CHECK(home.moment() == now);
  CHECK(home.counters().base > before.base);
  CHECK(home.price()[5] == PricePerKwh(50'000));
  CHECK(home.curves().price.dated == both.dated);
  CHECK(home.plan()->note.empty());
}

TEST_CASE("a home that is moved into the hour that comes twice knows which of the two it is") {
  const auto day = autumn_day().day;
  Home home = home_in_stockholm(settings_in(shared_stockholm(), ChargingMode::cheapest), day);
  const auto half_past_two = stockholm().moment_of(day, 2 * kSecondsPerHour + 1800);
  for (const std::int64_t later : {std::int64_t{0}, kHourSeconds}) {
    home.move_to(half_past_two + later + 3 * kTickSeconds);
    plan_now(home);
    CHECK(home.clock() == Clock{.day = day, .quarter = 10, .tick = 3});
    CHECK(home.moment() == half_past_two + later + 3 * kTickSeconds);
    CHECK(home.plan()->made_at == home.moment());
    const auto left = stockholm().moment_of(day, 7 * kSecondsPerHour) - home.moment();
    std::chrono::seconds planned{0};
    for (const auto& slot : home.plan_request().problem.slots) planned += slot.length;
    CHECK(planned == std::chrono::seconds(left));
  }
}

}  // namespace home_energy
