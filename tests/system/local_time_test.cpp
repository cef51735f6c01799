#include "agent/system/local_time.hpp"

#include <catch2/catch.hpp>

#include "common/time/iso8601.hpp"
#include "tests/in_zone.hpp"

namespace home_energy {
namespace {

std::int64_t unix_seconds(const std::string& time) {
  return parse_iso8601(time, "test").value();
}

/// The hours of a day in the zone that the process is in.
std::int64_t hours_of(const std::string& date) {
  const auto calendar = Calendar::of_zone(*parse_date(date), local_time::offsets());
  return (calendar.begin_of(1) - calendar.begin_of(0)) / kSecondsPerHour;
}

}  // namespace

TEST_CASE("times carry their zone") {
  const test::InZone stockholm("Europe/Stockholm");
  const auto text = [](const std::string& time) {
    return local_time::iso8601(std::chrono::system_clock::from_time_t(unix_seconds(time)));
  };
  CHECK(text("2026-11-21T23:00Z") == "2026-11-22T00:00:00+01:00");
  CHECK(text("2026-07-01T00:00Z") == "2026-07-01T02:00:00+02:00");
}

TEST_CASE("the clock's changes are those of the zone, also after the last one that its file lists") {
  const test::InZone stockholm("Europe/Stockholm");
  const auto offsets = local_time::offsets();
  const auto has = [&](const std::string& time, std::int64_t ahead) {
    return std::ranges::any_of(
        offsets, [&](const auto& offset) { return offset.from == unix_seconds(time) && offset.ahead == ahead; });
  };
  CHECK(has("2026-10-25T01:00Z", 3600));
  CHECK(has("2027-03-28T01:00Z", 7200));
  CHECK(has("2060-10-31T01:00Z", 3600));
  CHECK(offsets.size() < 500);
  for (const auto& [date, hours] : {std::pair("2026-10-25", 25), std::pair("2027-03-28", 23),
                                    std::pair("2027-03-29", 24), std::pair("2060-10-31", 25)})
    CHECK(hours_of(date) == hours);
}

TEST_CASE("zones whose day begins with a change of the clock, and zones without a name") {
  {
    const test::InZone havana("America/Havana");
    CHECK(hours_of("2024-03-10") == 23);
    CHECK(hours_of("2024-11-03") == 25);
  }
  {
    const test::InZone santiago("America/Santiago");
    CHECK(hours_of("2026-04-04") == 25);
    CHECK(hours_of("2026-09-06") == 23);
  }
  const test::InZone nameless("<+03>-3");
  REQUIRE(local_time::offsets().size() == 1);
  CHECK(local_time::offsets().front().ahead == 3 * 3600);
}

TEST_CASE("the names of zones are those that the machine knows") {
  for (const auto* const name : {"Europe/Stockholm", "UTC", "America/Argentina/Buenos_Aires"}) {
    CAPTURE(name);
    CHECK(local_time::is_zone(name));
  }
  for (const auto& name :
       {std::string(), std::string("Nowhere"), std::string("Europe"), std::string("../../../etc/passwd"),
        std::string("/etc/passwd"), std::string("/usr/share/zoneinfo/UTC"), std::string("tzdata.zi"),
        std::string("UTC\0x", 5), std::string(5000, 'a'), std::string("CET-1")}) {
    CAPTURE(name);
    CHECK_FALSE(local_time::is_zone(name));
  }
}

}  // namespace home_energy
