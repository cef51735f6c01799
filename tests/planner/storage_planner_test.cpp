// The plan of a home battery, alone and beside a car.
#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "common/planner/planner.hpp"

namespace home_energy {
namespace {

/// 10 kWh, of which 1 kWh is kept, 4 kW, lossless; empty down to its reserve.
StorageProblem problem(std::vector<StorageSlot> slots) {
  return {.slots = std::move(slots),
          .capacity = Joules(10 * kJoulesPerKwh),
          .stored = Joules(kJoulesPerKwh),
          .reserve = Joules(kJoulesPerKwh),
          .most_in = Watts(4'000),
          .most_out = Watts(4'000),
          .standby = Watts(),
          .fuse = Watts(11'000)};
}

/// An hour of quarters; prices in hundredths.
void add_hour(std::vector<StorageSlot>& slots, int import, int exported, Watts net) {
  for (int quarter = 0; quarter < 4; ++quarter)
    slots.push_back({kPlannerSlot, PricePerKwh(import * 10'000), PricePerKwh(exported * 10'000), net, Joules()});
}

/// 1.4 to 7.4 kW, lossless; without slots.
ChargingProblem car_that_lacks(Joules need) {
  return {.slots = {},
          .least = Watts(1'400),
          .most = Watts(7'400),
          .fuse = Watts(11'000),
          .capacity = WattHours(46'300),
          .stored = Joules(),
          .target = need,
          .taper = {},
          .start_cost = {},
          .max_price = {},
          .running_for = {}};
}

double currency(MoneyMicro money) {
  return static_cast<double>(money.count()) / 1e6;
}

std::vector<StorageStep> hour(const StoragePlan& plan, std::ptrdiff_t hour) {
  return {plan.steps.begin() + 4 * hour, plan.steps.begin() + 4 * (hour + 1)};
}

std::vector<StorageStep> all_hour(StorageAct act, Watts power = {}) {
  return std::vector<StorageStep>(4, {act, power});
}

Joules sum(const std::vector<Joules>& energies) {
  Joules sum;
  for (const Joules each : energies) sum += each;
  return sum;
}

}  // namespace

TEST_CASE("a storage charges in the cheap hour what the dear hour lacks") {
  std::vector<StorageSlot> slots;
  add_hour(slots, 20, 10, Watts(500));
  add_hour(slots, 100, 10, Watts(2'000));
  add_hour(slots, 20, 10, Watts(500));
  const StoragePlan plan = plan_storage(problem(slots));
  CHECK(sum({plan.drawn.begin(), plan.drawn.begin() + 4}).count() == Approx(2 * kJoulesPerKwh));
  CHECK(hour(plan, 1) == all_hour(StorageAct::self_consumption));
  CHECK(currency(plan.cost_self_consumption) == Approx(0.1 + 2 + 0.1 - 0.2));  // 1 kWh is left, worth 0.20
  CHECK(currency(plan.cost) == Approx(0.1 + 2 * 0.2 + 0.1 - 0.2));
}

TEST_CASE("a storage keeps what it has for the dear hour") {
  std::vector<StorageSlot> slots;
  add_hour(slots, 30, 10, Watts(2'000));
  add_hour(slots, 100, 10, Watts(2'000));
  add_hour(slots, 25, 10, Watts(2'000));
  StorageProblem full = problem(slots);
  full.stored = Joules(3 * kJoulesPerKwh);
  full.most_in = Watts();
  const StoragePlan plan = plan_storage(full);
  CHECK(hour(plan, 0) == all_hour(StorageAct::give_at_most));
  CHECK(hour(plan, 1) == all_hour(StorageAct::self_consumption));
}

TEST_CASE("a storage sells the morning's sun and stores the noon's where the morning's price is high") {
  std::vector<StorageSlot> slots;
  add_hour(slots, 100, 80, Watts(-2'000));
  add_hour(slots, 40, 20, Watts(-2'000));
  add_hour(slots, 120, 90, Watts(2'000));
  StorageProblem sunny = problem(slots);
  sunny.capacity = Joules(3 * kJoulesPerKwh);
  const StoragePlan plan = plan_storage(sunny);
  CHECK(hour(plan, 0) == all_hour(StorageAct::take_at_most));
  CHECK(hour(plan, 1) == all_hour(StorageAct::self_consumption));
  CHECK(hour(plan, 2) == all_hour(StorageAct::self_consumption));
  CHECK(currency(plan.cost) < currency(plan.cost_self_consumption));
}

TEST_CASE("a storage discharges into the grid only where that pays") {
  std::vector<StorageSlot> slots;
  add_hour(slots, 20, 10, Watts());
  add_hour(slots, 100, 90, Watts());
  const StoragePlan plan = plan_storage(problem(slots));
  CHECK(hour(plan, 0) == all_hour(StorageAct::charge, Watts(4'000)));
  CHECK(hour(plan, 1) == all_hour(StorageAct::discharge, Watts(4'000)));
  std::vector<StorageSlot> worthless;
  add_hour(worthless, 20, 10, Watts());
  add_hour(worthless, 100, 15, Watts());
  CHECK(plan_storage(problem(worthless)).cost == plan_storage(problem(worthless)).cost_self_consumption);
}

TEST_CASE("losses eat a small difference of prices") {
  std::vector<StorageSlot> slots;
  add_hour(slots, 80, 10, Watts(1'000));
  add_hour(slots, 95, 10, Watts(1'000));
  StorageProblem lossy = problem(slots);
  lossy.efficiency_in = lossy.efficiency_out = Percent(9'000);  // 0.81 of it comes back: 0.80 becomes 0.99
  const StoragePlan plan = plan_storage(lossy);
  CHECK(plan.cost == plan.cost_self_consumption);
  CHECK(std::ranges::all_of(plan.steps, [](const StorageStep& step) { return step == StorageStep{}; }));
}

TEST_CASE("a storage charges within the fuse, beside the house and the car") {
  std::vector<StorageSlot> slots;
  add_hour(slots, 10, 5, Watts(2'000));
  add_hour(slots, 100, 5, Watts(3'000));
  for (int quarter = 0; quarter < 4; ++quarter) slots[static_cast<std::size_t>(quarter)].car = Joules(7'400 * 900);
  const StoragePlan plan = plan_storage(problem(slots));
  CHECK(hour(plan, 0) == all_hour(StorageAct::charge, Watts(1'600)));
}

TEST_CASE("a storage that must not feed the car gives what the house lacks beside it") {
  std::vector<StorageSlot> slots;
  add_hour(slots, 100, 95, Watts(1'000));
  for (StorageSlot& slot : slots) slot.car = Joules(7'000 * 900);
  add_hour(slots, 20, 10, Watts());
  StorageProblem full = problem(slots);
  full.stored = full.capacity;
  full.feeds_car = false;
  CHECK(hour(plan_storage(full), 0) == all_hour(StorageAct::self_consumption));
  CHECK(sum(plan_storage(full).drawn).count() == -kJoulesPerKwh);
  full.feeds_car = true;
  CHECK(plan_storage(full).drawn.front() == Joules(-4'000 * 900));
}

TEST_CASE("a plan of a storage keeps to its store, its powers and the fuse, and costs at most self-consumption") {
  CHECK(rc::check([] {
    StorageProblem rolled = problem({});
    rolled.capacity = Joules(*rc::gen::inRange<std::int64_t>(1, 40'000'000));
    rolled.stored = Joules(*rc::gen::inRange<std::int64_t>(0, rolled.capacity.count() + 1));
    rolled.reserve = Joules(*rc::gen::inRange<std::int64_t>(0, rolled.capacity.count() + 1));
    rolled.most_in = Watts(*rc::gen::inRange(0, 3) * 2'500);
    rolled.most_out = Watts(*rc::gen::inRange(0, 3) * 2'500);
    rolled.standby = Watts(*rc::gen::element(0, 0, 20));
    rolled.efficiency_in = Percent(*rc::gen::inRange(1'000, 10'001));
    rolled.efficiency_out = Percent(*rc::gen::inRange(1'000, 10'001));
    rolled.feeds_car = *rc::gen::arbitrary<bool>();
    const int count = *rc::gen::inRange(0, 20);
    for (int i = 0; i < count; ++i) {
      const auto price = *rc::gen::element(-500'000, 0, 200'000, 1'000'000);
      rolled.slots.push_back({std::chrono::seconds(i == 0 ? *rc::gen::inRange(1, 901) : 900), PricePerKwh(price),
                              PricePerKwh(*rc::gen::element(-100'000, 0, price, 1'500'000)),
                              Watts(*rc::gen::element(-20'000, -3'000, -1, 0, 700, 9'000, 20'000)),
                              Joules(*rc::gen::element(0, 0, 900, 7'400 * 900))});
    }
    const StoragePlan plan = plan_storage(rolled);
    RC_ASSERT(plan.steps.size() == rolled.slots.size());
    RC_ASSERT(plan.cost <= plan.cost_self_consumption + MoneyMicro(1));
    for (std::size_t i = 0; i < rolled.slots.size(); ++i) {
      const StorageSlot& slot = rolled.slots[i];
      const std::int64_t drawn = plan.drawn[i].count();
      const std::int64_t net = slot.net.count() * slot.length.count() + slot.car.count();
      const std::int64_t fuse = rolled.fuse.count() * slot.length.count();
      RC_ASSERT(drawn <= rolled.most_in.count() * slot.length.count());
      RC_ASSERT(-drawn <= rolled.most_out.count() * slot.length.count());
      RC_ASSERT(std::abs(net + drawn) <= std::max(fuse, std::abs(net)) + 1);
    }
  }));
}

TEST_CASE("a car and a storage share the sun: the car takes what is sold, the storage what the evening needs") {
  StorageProblem storage = problem({});
  storage.feeds_car = false;
  add_hour(storage.slots, 100, 50, Watts(-4'000));
  add_hour(storage.slots, 100, 90, Watts(2'000));
  ChargingProblem charging = car_that_lacks(Joules(2 * kJoulesPerKwh));
  for (const StorageSlot& slot : storage.slots)
    charging.slots.push_back({slot.length, slot.import, std::max(slot.net, Watts())});
  const JointPlan plan = plan_jointly(charging, storage);
  CHECK(plan.charging.shortfall == Joules());
  REQUIRE(plan.charging.blocks.size() == 1);
  CHECK(plan.charging.blocks.front().end <= std::chrono::hours(1));
  // 4 kWh of sun: 2 for the car, 2 for the evening. Nothing is imported or sold; 1 kWh is left, worth 0.50.
  CHECK(currency(plan.storage.cost) == Approx(-0.5).margin(0.02));
}

TEST_CASE("without a storage a charger that can be turned down follows the sun where that costs less") {
  StorageProblem sun{};
  sun.fuse = Watts(11'000);
  add_hour(sun.slots, 100, 40, Watts(-3'000));
  add_hour(sun.slots, 100, 40, Watts(-3'000));
  ChargingProblem charging = car_that_lacks(Joules(5 * kJoulesPerKwh));
  for (const StorageSlot& slot : sun.slots) charging.slots.push_back({slot.length, slot.import, Watts(500)});
  const JointPlan plan = plan_jointly(charging, sun);
  for (const PlanStep& step : plan.charging.steps) CHECK(step.power <= Watts(3'000));
  CHECK(plan.charging.energy == Joules(5 * kJoulesPerKwh));
  CHECK(currency(plan.charging.cost) == Approx(5 * 0.4));
}

}  // namespace home_energy
