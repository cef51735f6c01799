#include "agent/local_time.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <set>

namespace home_energy {
namespace {

using namespace std::chrono_literals;

/// Runs in the zone of the contract's home while it lives.
struct InStockholm {
  InStockholm() { set("Europe/Stockholm"); }
  ~InStockholm() { set("UTC"); }
  static void set(const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
  }
};

local_time::Time at(std::chrono::sys_days day, std::chrono::seconds utc) {
  return day + utc;
}
using namespace std::chrono;

}  // namespace

TEST_CASE("times carry their zone") {
  const InStockholm zone;
  CHECK(local_time::iso8601(at(2026y / 11 / 21, 23h)) == "2026-11-22T00:00:00+01:00");
  CHECK(local_time::iso8601(at(2026y / 7 / 1, 0s)) == "2026-07-01T02:00:00+02:00");
}

TEST_CASE("the slots of a day, and of the days on which the clocks change") {
  const InStockholm zone;
  const auto plain = local_time::slot_starts(at(2026y / 11 / 22, 12h), 24);
  REQUIRE(plain.size() == 25);
  CHECK(plain.front() == "2026-11-22T00:00:00+01:00");
  CHECK(plain.back() == "2026-11-23T00:00:00+01:00");
  CHECK(local_time::slot_starts(at(2026y / 11 / 22, 12h), 96)[95] == "2026-11-22T23:45:00+01:00");

  const auto spring = local_time::slot_starts(at(2026y / 3 / 29, 12h), 24);
  CHECK(spring[1] == "2026-03-29T01:00:00+01:00");
  CHECK(spring[2] == "2026-03-29T03:00:00+02:00");
  CHECK(spring[3] == "2026-03-29T03:00:00+02:00");
  const auto autumn = local_time::slot_starts(at(2026y / 10 / 25, 12h), 24);
  CHECK(autumn[2].starts_with("2026-10-25T02:00:00+0"));
  CHECK(autumn[3] == "2026-10-25T03:00:00+01:00");
  CHECK(std::set<std::string>(autumn.begin(), autumn.end()).size() == 25);
}

TEST_CASE("a local day begins and ends at its midnights") {
  const InStockholm zone;
  const auto spring = local_time::day_of(at(2026y / 3 / 29, 12h));
  CHECK(spring.end - spring.begin == 23h);
  CHECK(spring.begin == at(2026y / 3 / 28, 23h));
}

TEST_CASE("what the clock on the wall shows") {
  const InStockholm zone;
  const auto reading = local_time::read(at(2026y / 11 / 22, 22h + 59min + 59s) + 250ms);
  CHECK(reading.time_of_day == 23h + 59min + 59s + 250ms);
  CHECK(reading.date == sys_days(2026y / 11 / 22).time_since_epoch().count());
  CHECK(local_time::read(at(2026y / 11 / 22, 23h)).date == reading.date + 1);
}

}  // namespace home_energy
