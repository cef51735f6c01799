#include "agent/system/local_time.hpp"

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

TEST_CASE("the quarters of a day, and of the days on which the clocks change") {
  const InStockholm zone;
  const auto starts = [](auto day) {
    const auto quarters = local_time::quarters_of(at(day, 12h), 5);
    CHECK(quarters.day == 5);
    std::vector<std::string> texts;
    for (const auto start : quarters.starts)
      texts.push_back(local_time::iso8601(std::chrono::system_clock::from_time_t(start)));
    CHECK(std::ranges::is_sorted(quarters.starts));
    CHECK(texts.front().starts_with(quarters.date + "T00:00:00"));
    return texts;
  };
  const auto plain = starts(2026y / 11 / 22);
  CHECK(plain[1] == "2026-11-22T00:15:00+01:00");
  CHECK(plain[95] == "2026-11-22T23:45:00+01:00");
  CHECK(plain[96] == "2026-11-23T00:00:00+01:00");

  const auto spring = starts(2026y / 3 / 29);
  CHECK(spring[7] == "2026-03-29T01:45:00+01:00");
  for (const std::size_t left_out : {8U, 9U, 10U, 11U, 12U}) CHECK(spring[left_out] == "2026-03-29T03:00:00+02:00");
  CHECK(spring[13] == "2026-03-29T03:15:00+02:00");

  const auto autumn = starts(2026y / 10 / 25);
  CHECK(autumn[8] == "2026-10-25T02:00:00+02:00");
  CHECK(autumn[11] == "2026-10-25T02:45:00+02:00");
  CHECK(autumn[12] == "2026-10-25T03:00:00+01:00");
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
