#include "agent/homes/live_clock.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/homes.hpp"
#include "tests/log_lines.hpp"
#include "tests/runners.hpp"

namespace home_energy {

TEST_CASE("who throws over a clock's progress hears of the next second all the same, and the step ends") {
  const test::LogLines log;
  test::Io io;
  bool busy = true;
  std::int64_t ticks = 0;
  const auto settings = test::reference_settings();
  LiveClock clock(io,
                  {.mode = ClockMode::simulated,
                   .pace = settings.pace,
                   .calendar = settings.calendar,
                   .running = false,
                   .seconds_per_hour = 4.0},
                  {.now =
                       [&] {
                         return LiveClock::Now{ticks, 0};
                       },
                   .show = [] { return std::string("{}"); },
                   .busy = [&] { return busy; },
                   .tick = [&] { ++ticks; },
                   .changed = [] {},
                   .when_published = [](const auto& then) { then(); }});
  int progress = 0;
  bool told = false;
  clock.command(
      {.move = StepClock{}, .seconds_per_hour = std::nullopt},
      [&](const std::string&) {
        if (++progress == 1) throw std::runtime_error("on purpose");
      },
      [&](const auto& outcome) { told = outcome.has_value(); });
  REQUIRE(io.run_until([&] { return progress == 2; }));
  CHECK_FALSE(told);
  CHECK(log.errors() == test::Lines{"internal error in the clock's progress: on purpose"});
  busy = false;
  clock.settled();  // begins the tick
  clock.settled();  // it is over
  CHECK(told);
}

}  // namespace home_energy
