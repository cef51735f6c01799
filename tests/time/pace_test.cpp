#include "common/time/pace.hpp"

#include <catch2/catch.hpp>

namespace home_energy {
namespace {
using namespace std::chrono_literals;
}

TEST_CASE("a tick must divide the curves' step") {
  struct Row {
    double seconds_per_hour;
    std::chrono::milliseconds tick;
    Resolution finest;
    int ticks_per_hour;  // 0: refused
  };
  const auto row = GENERATE(Row{4, 1s, Resolution::hourly, 4}, Row{4, 1s, Resolution::quarter_hourly, 4},
                            Row{3600, 1s, Resolution::hourly, 3600}, Row{3600, 10ms, Resolution::hourly, 360'000},
                            Row{0.3, 100ms, Resolution::hourly, 3}, Row{0.3, 100ms, Resolution::quarter_hourly, 0},
                            Row{1, 1s, Resolution::hourly, 1}, Row{1, 1s, Resolution::quarter_hourly, 0},
                            Row{4, 300ms, Resolution::hourly, 0}, Row{0.001, 10ms, Resolution::hourly, 0},
                            Row{2.5, 1s, Resolution::hourly, 0});
  CAPTURE(row.seconds_per_hour, row.tick.count());
  const auto pace = Pace::make(row.seconds_per_hour, row.tick, row.finest);
  CHECK(pace.has_value() == (row.ticks_per_hour > 0));
  if (pace) CHECK(pace->ticks_per_hour() == row.ticks_per_hour);
  if (!pace) CHECK(pace.error().field == "tick");
}

TEST_CASE("a slot is a quarter of an hour where ticks meet the quarters, else the hour") {
  CHECK(Pace::make(4, 1s, Resolution::hourly)->quarters_per_slot() == 1);
  CHECK(Pace::make(4, 1s, Resolution::hourly)->ticks_per_slot() == 1);
  CHECK(Pace::make(3, 1s, Resolution::hourly)->quarters_per_slot() == 4);
  CHECK(Pace::make(3, 1s, Resolution::hourly)->ticks_per_slot() == 3);
}

}  // namespace home_energy
