#include "common/time/calendar.hpp"

#include <catch2/catch.hpp>

#include "tests/stockholm_days.hpp"

namespace home_energy {

TEST_CASE("without a zone days have 24 hours, before the first one too") {
  const Calendar calendar(20'454);  // 2026-01-01
  CHECK_FALSE(calendar.has_zone());
  CHECK(calendar.at(0).day == 0);
  CHECK(calendar.at(-1).day == -1);
  CHECK(calendar.at(-1).second == kSecondsPerDay - 1);
  CHECK(calendar.at(-1).until == 0);
  CHECK(calendar.begin_of(3) == 3 * kSecondsPerDay);
  CHECK(calendar.moment_of(-2, 60) == -2 * kSecondsPerDay + 60);
  CHECK(date_text(calendar.date_of(31)) == "2026-02-01");
  CHECK(calendar.hour_begin(3 * kSecondsPerDay + 3700) == 3 * kSecondsPerDay + 3600);
  constexpr std::int64_t kFar = 10'000'000'000;
  CHECK(calendar.at(calendar.moment_of(kFar, 0)).day == kFar);
  CHECK(calendar.at(calendar.moment_of(-kFar, 0)).day == -kFar);
}

TEST_CASE("the nights of Stockholm") {
  const Calendar& calendar = stockholm();
  CHECK(calendar.begin_of(0) == 0);
  CHECK(calendar.epoch() == unix_time("2026-11-15T00:00+01:00"));
  CHECK(calendar.begin_of(-20) - calendar.begin_of(-21) == 25 * kSecondsPerHour);
  CHECK(calendar.begin_of(134) - calendar.begin_of(133) == 23 * kSecondsPerHour);
  const auto moment = [&](const std::string& time) { return unix_time(time) - calendar.epoch(); };
  CHECK(calendar.moment_of(-21, 2 * kSecondsPerHour) == moment("2026-10-25T02:00+02:00"));
  CHECK(calendar.moment_of(-21, 3 * kSecondsPerHour) == moment("2026-10-25T03:00+01:00"));
  for (const int minute : {120, 121, 150, 179, 180})
    CHECK(calendar.moment_of(133, minute * kSecondsPerMinute) == moment("2027-03-28T03:00+02:00"));
  CHECK(calendar.text(moment("2026-10-25T00:59:59Z")) == "2026-10-25T02:59:59+02:00");
  CHECK(calendar.text(moment("2026-10-25T01:00:00Z")) == "2026-10-25T02:00:00+01:00");
  CHECK(calendar.at(moment("2026-10-25T00:30Z")).until == moment("2026-10-25T01:00Z"));
  CHECK(calendar.hour_begin(moment("2026-10-25T01:30Z")) == moment("2026-10-25T01:00Z"));
}

TEST_CASE("every moment is shown, and what is shown first is that moment, in any zone") {
  const auto change = GENERATE(3600, -3600, 1800, -1800, 7200, -7200, 0);
  const auto hour = GENERATE(0, 1, 2, 12, 23);
  CAPTURE(change, hour);
  const auto at = unix_time("2026-06-01T00:00Z") + hour * kSecondsPerHour;
  const auto calendar = Calendar::of_zone(*parse_date("2026-05-30"), {{0, 7200}, {at, 7200 + change}});
  std::int64_t midnights = 0;
  for (std::int64_t moment = 0; moment < 4 * kSecondsPerDay; moment += 300) {
    const auto shown = calendar.at(moment);
    REQUIRE(shown.second >= 0);
    REQUIRE(shown.second < kSecondsPerDay);
    REQUIRE(shown.until > moment);
    const auto first = calendar.moment_of(shown.day, shown.second);
    REQUIRE(first <= moment);
    REQUIRE(calendar.at(first).second == shown.second);
    if (first < moment) REQUIRE(moment - first == -change);  // shown twice
    midnights += shown.second == 0 ? 1 : 0;
  }
  CHECK(midnights >= 3);
}

}  // namespace home_energy
