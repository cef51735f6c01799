// The invariants of the design, over random batteries, curves, paces and commands.
#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <vector>

#include "common/wire/wire.hpp"
#include "tests/homes.hpp"

namespace home_energy {
namespace {

std::vector<std::int64_t> random_values(std::size_t count, std::int64_t lowest, std::int64_t highest) {
  return *rc::gen::container<std::vector<std::int64_t>>(count, rc::gen::inRange(lowest, highest + 1));
}

template <class Value>
DayCurve<Value> random_curve(std::int64_t lowest, std::int64_t highest) {
  const auto counts = random_values(*rc::gen::element<std::size_t>(24, 96), lowest, highest);
  const std::vector<Value> values(counts.begin(), counts.end());
  return DayCurve<Value>(values);
}

HomeSettings random_settings() {
  HomeSettings settings = test::reference_settings();
  settings.baseload = random_curve<Watts>(0, 1'000'000);
  settings.price = random_curve<PricePerKwh>(-1'000'000'000'000, 1'000'000'000'000);
  settings.car.capacity = WattHours(*rc::gen::inRange(100, 1'000'001));
  settings.car.charger = Watts(*rc::gen::inRange(0, 1'000'001));
  settings.car.start_soc = Percent(*rc::gen::inRange(0, 10'001));
  settings.car.charge_limit = Percent(*rc::gen::inRange(2'000, 10'001));
  const auto finest = std::max(settings.baseload.resolution(), settings.price.resolution());
  const bool quarterly = finest == Resolution::quarter_hourly;
  const int ticks = *rc::gen::inRange(1, 61) * (quarterly ? kQuartersPerHour : 1);
  settings.pace = *Pace::make(ticks, std::chrono::seconds(1), finest);
  return settings;
}

Command random_command(Watts charger) {
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
      return ChargeCommand{Charging::off};
    case 1:
      return ResetCommand{};
    case 2:
      return ChargeLimitCommand{Percent(*rc::gen::inRange(2'000, 10'001))};
    case 3:
      return ChargePowerCommand{Watts(*rc::gen::inRange<std::int64_t>(0, charger.count() + 1))};
    default:
      return ChargeCommand{Charging::on};
  }
}

/// Random ticks and commands; `check(before, after, reset)` sees each step.
template <class Check>
void live(Home& home, const Check& check) {
  const int steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    const Snapshot before = home.snapshot();
    const Command command = random_command(home.settings().car.charger);
    RC_ASSERT(test::apply(home, command).has_value());
    check(before, home.snapshot(), std::holds_alternative<ResetCommand>(command));
    const int ticks = *rc::gen::inRange(0, 50);
    for (int tick = 0; tick < ticks; ++tick) {
      const Snapshot earlier = home.snapshot();
      test::advance(home);
      check(earlier, home.snapshot(), false);
    }
  }
}

}  // namespace

TEST_CASE("energy is conserved to the last unit between resets") {
  CHECK(rc::check([] {
    Home home = test::home_of(random_settings());
    live(home, [](const Snapshot& before, const Snapshot& after, bool reset) {
      const auto charged = after.counters.charged - before.counters.charged;
      if (!reset) RC_ASSERT(charged.count() == (after.car.stored - before.car.stored).count());
      if (reset) RC_ASSERT(charged.count() == 0);
    });
  }));
}

TEST_CASE("the counters of energy never fall, and the cost is their price") {
  CHECK(rc::check([] {
    Home home = test::home_of(random_settings());
    live(home, [](const Snapshot& before, const Snapshot& after, bool) {
      const auto base = after.counters.base - before.counters.base;
      const auto charged = after.counters.charged - before.counters.charged;
      RC_ASSERT(base >= EnergyTotal());
      RC_ASSERT(charged >= EnergyTotal());
      RC_ASSERT((after.counters.cost - before.counters.cost).count() ==
                before.price.count() * (base + charged).count());
    });
  }));
}

TEST_CASE("the state of charge stays within the battery, and charging never passes the limit") {
  CHECK(rc::check([] {
    Home home = test::home_of(random_settings());
    live(home, [](const Snapshot& before, const Snapshot& after, bool reset) {
      RC_ASSERT(after.car.stored >= Energy());
      RC_ASSERT(after.car.stored <= after.car.capacity);
      const Int128 at_limit = Int128{after.car.capacity.count()} * after.car.limit.count() / kFull.count();
      if (!reset && after.car.stored > before.car.stored) RC_ASSERT(after.car.stored.count() <= at_limit);
    });
  }));
}

TEST_CASE("the clock goes on by one tick, day after day") {
  CHECK(rc::check([] {
    const HomeSettings settings = random_settings();
    Home home = test::home_of(settings);
    const int hours = *rc::gen::inRange(1, 60);
    test::advance(home, hours * settings.pace.ticks_per_hour());
    const Snapshot after = home.snapshot();
    RC_ASSERT(after.day == hours / kHoursPerDay);
    RC_ASSERT(after.hour == hours % kHoursPerDay);
    RC_ASSERT(after.minute == 0);
  }));
}

TEST_CASE("the same commands at the same ticks give the same bytes") {
  CHECK(rc::check([] {
    const HomeSettings settings = random_settings();
    Home one = test::home_of(settings);
    Home other = test::home_of(settings);
    const wire::Labels labels{"SEK", "2026-11-22T00:00:00+01:00"};
    for (int i = 0; i < 20; ++i) {
      const Command command = random_command(settings.car.charger);
      const int ticks = *rc::gen::inRange(0, 40);
      for (Home* home : {&one, &other}) {
        test::apply(*home, command);
        test::advance(*home, ticks);
      }
      RC_ASSERT(wire::http::state(one, one.snapshot(), labels) == wire::http::state(other, other.snapshot(), labels));
      RC_ASSERT(nlohmann::json::accept(wire::http::state(one, one.snapshot(), labels)));
    }
  }));
}

}  // namespace home_energy
