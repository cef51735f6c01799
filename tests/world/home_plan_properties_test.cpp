// A home that follows its plan, over random homes and days.
#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <vector>

#include "tests/homes.hpp"

namespace home_energy {
namespace {

HomeSettings random_planned() {
  HomeSettings settings = test::reference_settings();
  const auto values = [](int lowest, int highest) {
    return *rc::gen::container<std::vector<int>>(24, rc::gen::inRange(lowest, highest));
  };
  const auto loads = values(0, 13'000);
  const auto prices = values(-200'000, 3'000'000);
  settings.baseload = LoadCurve(std::vector<Watts>(loads.begin(), loads.end()));
  settings.price = PriceCurve(std::vector<PricePerKwh>(prices.begin(), prices.end()));
  settings.car.capacity = WattHours(*rc::gen::inRange(5'000, 90'000));
  settings.car.charger = Watts(*rc::gen::inRange(1'000, 12'000));
  if (*rc::gen::arbitrary<bool>()) settings.car.charger_min = Watts(*rc::gen::inRange(0, 1'000));
  if (*rc::gen::arbitrary<bool>()) settings.car.charge_efficiency = Percent(*rc::gen::inRange(5'000, 10'001));
  if (*rc::gen::arbitrary<bool>())
    settings.car.taper = {{Percent(5'000), Watts(5'000)}, {Percent(7'000), Watts(2'500)}};
  settings.car.min_run = std::chrono::minutes(*rc::gen::element(0, 15, 20, 60));
  settings.car.start_soc = Percent(*rc::gen::inRange(0, 10'001));
  settings.car.wish = {.mode = *rc::gen::element(ChargingMode::cheapest, ChargingMode::lowest_load),
                       .target = Percent(*rc::gen::inRange(2'000, 10'001)),
                       .ready_by = *rc::gen::inRange(0, 24 * 60)};
  settings.pace = *Pace::make(*rc::gen::element(1, 3, 4, 12, 60), std::chrono::seconds(1), Resolution::hourly);
  return settings;
}

}  // namespace

TEST_CASE("a planned home keeps the fuse, conserves energy and is ready in time, whatever it is like") {
  CHECK(rc::check([] {
    const HomeSettings settings = random_planned();
    Home home = test::home_of(settings);
    const ChargingPlan plan = home.plan()->plan;
    const int ticks_per_hour = settings.pace.ticks_per_hour();
    const int until_departure = settings.car.wish.ready_by == 0 ? 24 * 60 : settings.car.wish.ready_by;
    for (int tick = 0; tick < until_departure * ticks_per_hour / 60; ++tick) {
      const Snapshot before = home.snapshot();
      test::advance(home);
      const Snapshot after = home.snapshot();
      const auto drawn = static_cast<std::int64_t>((after.counters.charged - before.counters.charged).count());
      const Watts left = std::max(Watts(), settings.fuse - before.base_power);
      RC_ASSERT(drawn <= in_one_tick(left).count());
      const auto gained = Int128{(after.car.stored - before.car.stored).count()} * kFull.count();
      const auto stored = Int128{drawn} * settings.car.charge_efficiency.count();
      RC_ASSERT(gained - stored <= Int128{3} * kFull.count());  // no more than what a bend of the taper rounds off
      RC_ASSERT(stored - gained <= Int128{3} * kFull.count());
    }
    if (settings.car.wish.ready_by * ticks_per_hour % 60 != 0) return;  // the departure is inside a tick
    const auto target = Int128{home.snapshot().car.capacity.count()} * settings.car.wish.target.count() / kFull.count();
    const auto missing = Int128{plan.shortfall.count()} * 1000 * ticks_per_hour / 3600;
    RC_ASSERT(home.snapshot().car.stored.count() >= target - missing - 30 * test::kWattHour * ticks_per_hour);
  }));
}

}  // namespace home_energy
