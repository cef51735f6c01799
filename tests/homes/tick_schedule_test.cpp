#include "agent/homes/tick_schedule.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

namespace home_energy {
namespace {
using namespace std::chrono_literals;
const TickSchedule::Time kStart{};
}  // namespace

TEST_CASE("homes tick together") {
  TickSchedule schedule(3, 1s, kStart + 1s);
  CHECK(schedule.next() == kStart + 1s);
  CHECK(schedule.take(kStart + 1s).homes.size() == 3);
  CHECK(schedule.next() == kStart + 2s);
}

TEST_CASE("a home that begins its day anew ticks at a phase of its own") {
  TickSchedule schedule(3, 1s, kStart + 1s);
  schedule.restart(1, kStart + 400ms);
  CHECK(schedule.take(kStart + 1s).homes.size() == 2);
  CHECK(schedule.next() == kStart + 1400ms);
  const auto due = schedule.take(kStart + 1400ms);
  REQUIRE(due.homes.size() == 1);
  CHECK(due.homes[0] == 1);
  CHECK(schedule.next() == kStart + 2s);
}

TEST_CASE("a late world catches up tick by tick, one that was held up for long does not hurry") {
  TickSchedule schedule(1, 1s, kStart + 1s);
  CHECK(schedule.take(kStart + 5s).skipped == 0s);
  CHECK(schedule.next() == kStart + 2s);
  CHECK(schedule.take(kStart + 102s).skipped == 100s);
  CHECK(schedule.next() == kStart + 103s);
}

TEST_CASE("restarting every home again and again keeps each once") {
  TickSchedule schedule(5, 1s, kStart + 1s);
  for (int round = 0; round < 20; ++round) schedule.restart(static_cast<std::size_t>(round % 5), kStart + round * 1ms);
  std::size_t homes = 0;
  while (schedule.next() < kStart + 1100ms) homes += schedule.take(kStart + 1100ms).homes.size();
  CHECK(homes == 5);
}

TEST_CASE("restarting 100,000 homes takes no longer for each than restarting few") {
  constexpr std::size_t kHomes = 100'000;
  TickSchedule schedule(kHomes, 1s, kStart + 1s);
  for (std::size_t round = 0; round < 3; ++round)
    for (std::size_t home = 0; home < kHomes; ++home)
      schedule.restart(home, kStart + std::chrono::microseconds(round * kHomes + home));
  std::vector<int> ticks(kHomes);
  auto last = schedule.next();
  while (schedule.next() < kStart + 2s) {
    CHECK(schedule.next() >= last);
    last = schedule.next();
    const auto due = schedule.take(last);
    CHECK(due.skipped == 0s);
    REQUIRE_FALSE(due.homes.empty());
    for (const std::size_t home : due.homes) ++ticks[home];
  }
  CHECK(std::ranges::all_of(ticks, [](int times) { return times == 1; }));
}

}  // namespace home_energy
