#include "common/planner/planner.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "common/planner/check.hpp"
#include "common/wire/curve_text.hpp"
#include "tests/planner/instances.hpp"
#include "tests/planner/legality.hpp"
#include "tests/planner/rendering.hpp"

namespace home_energy {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::int64_t kWattHour = 3600;

/// Slots of a quarter of an hour, one a price in hundredths, with no base load.
std::vector<PlannerSlot> priced(const std::vector<int>& prices) {
  std::vector<PlannerSlot> slots;
  slots.reserve(prices.size());
  for (const int price : prices) slots.push_back({kPlannerSlot, PricePerKwh(std::int64_t{price} * 10'000), Watts(0)});
  return slots;
}

/// An on/off charger of 4 kW, 1 kWh a slot, and a need of so many slots.
ChargingProblem small(const std::vector<int>& prices, double slots_needed) {
  return {.slots = priced(prices),
          .least = Watts(4000),
          .most = Watts(4000),
          .fuse = Watts(11'000),
          .capacity = WattHours(50'000),
          .stored = Joules(0),
          .target = Joules(static_cast<std::int64_t>(slots_needed * 1000) * kWattHour)};
}

std::string clock_time(seconds time) {
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  const std::string text = two(time / minutes(60)) + ":" + two(time / minutes(1) % 60);
  return time % minutes(1) == seconds(0) ? text : text + ":" + two(time.count() % 60);
}

/// "00:15-00:30 01:00-01:05"
std::string blocks_of(const ChargingPlan& plan) {
  std::string text;
  for (const PlanBlock& block : plan.blocks) {
    text += (text.empty() ? "" : " ") + clock_time(block.begin) + "-" + clock_time(block.end);
  }
  return text;
}

/// A legal plan's blocks.
std::string planned(const ChargingProblem& problem) {
  const ChargingPlan plan = plan_charging(problem);
  CHECK(test::fault_of(problem, plan).empty());
  return blocks_of(plan);
}

ChargingProblem reference() {
  ChargingProblem problem{.least = Watts(7400),
                          .most = Watts(7400),
                          .fuse = Watts(11'000),
                          .capacity = WattHours(46'300),
                          .stored = Joules(46'300 * kWattHour / 5),
                          .target = Joules(46'300 * kWattHour / 5 * 4)};
  for (int quarter = 0; quarter < kQuartersPerDay; ++quarter) {
    problem.slots.push_back(
        {kPlannerSlot, default_price_curve().at_quarter(quarter), default_load_curve().at_quarter(quarter)});
  }
  return problem;
}

}  // namespace

TEST_CASE("the reference home charges 22-24, 03-04 and what remains in the hour beside it") {
  const ChargingProblem problem = reference();
  const ChargingPlan plan = plan_charging(problem);
  CHECK(test::fault_of(problem, plan).empty());
  CHECK(blocks_of(plan) == "03:00-04:45:15 22:00-24:00");
  CHECK(plan.blocks[0].energy == Joules(12'980 * kWattHour));
  CHECK(plan.blocks[1].energy == Joules(14'800 * kWattHour));
  CHECK(plan.blocks[0].cost == MoneyMicro(8'823'258));
  CHECK(plan.blocks[1].cost == MoneyMicro(4'905'460));
  CHECK(plan.cost == MoneyMicro(13'728'718));
  CHECK(plan.cost_at_once == MoneyMicro(20'378'710));
  CHECK(plan.shortfall == Joules(0));
  CHECK(plan.obstacles == PlanObstacles{});
}

TEST_CASE("the reference home burdens the house least in the hours 0 and 1, 23 and what remains in 22") {
  ChargingProblem problem = reference();
  problem.objective = Objective::load;
  problem.start_cost = MoneyMicro(500'000);
  const ChargingPlan plan = plan_charging(problem);
  CHECK(test::fault_of(problem, plan).empty());
  CHECK(blocks_of(plan) == "00:00-02:00 22:14:45-24:00");
  CHECK(plan.start_costs == MoneyMicro(1'000'000));
}

TEST_CASE("a run that goes on costs no start, also where the grid has no room for it") {
  ChargingProblem problem{.slots = {{seconds(660), PricePerKwh(-816'556), Watts(2'047)},
                                    {seconds(600), PricePerKwh(4'927'349), Watts(2'047)}},
                          .least = Watts(1'537),
                          .most = Watts(1'539),
                          .fuse = Watts(11'204),
                          .capacity = WattHours(3'653),
                          .efficiency = Percent(5'947),
                          .stored = Joules(2'369'695),
                          .target = Joules(3'357'399),
                          .start_cost = MoneyMicro(136'006),
                          .running_for = seconds(120)};
  const ChargingPlan plan = plan_charging(problem);
  CHECK(test::fault_of(problem, plan).empty());
  CHECK(blocks_of(plan) == "00:00-00:17:59");
  CHECK(plan.start_costs == MoneyMicro(0));
  problem.running_for.reset();
  CHECK(plan_charging(problem).start_costs == MoneyMicro(136'006));
}

TEST_CASE("at once: until the target, wherever fuse and ceiling allow it, whatever it costs") {
  ChargingProblem problem = small({1, 9, 9, 1, 1}, 2.5);
  problem.objective = Objective::time;
  CHECK(planned(problem) == "00:00-00:37:30");
  problem.max_price = PricePerKwh(50'000);
  CHECK(planned(problem) == "00:00-00:15 00:45-01:07:30");
  problem.max_price.reset();
  problem.slots[1].base_load = Watts(8'000);
  CHECK(planned(problem) == "00:00-00:15 00:30-00:52:30");
  problem.slots[1].base_load = Watts(0);
  problem.taper = {{Percent(300), Watts(0)}};  // the car stops at 1.5 kWh
  const ChargingPlan plan = plan_charging(problem);
  CHECK(test::fault_of(problem, plan).empty());
  CHECK(blocks_of(plan) == "00:00-00:22:30");
  CHECK(plan.shortfall == Joules(1'000 * kWattHour));
}

TEST_CASE("named days on an on/off charger") {
  const auto [name, prices, need, expected] = GENERATE(table<const char*, std::vector<int>, double, const char*>({
      {"60-0-60-0", {9, 1, 9, 1}, 2, "00:15-00:30 00:45-01:00"},
      {"equal prices: one block, as late as possible", {5, 5, 5, 5, 5, 5}, 2.5, "00:52:30-01:30"},
      {"equal prices around a dear slot: one block", {5, 5, 9, 5, 5, 5}, 3, "00:45-01:30"},
      {"no fragment of a slot where one block is as cheap", {5, 5, 5, 9, 5}, 2, "00:15-00:45"},
      {"the rest of a slot stays at the block's cheaper side", {9, 3, 1, 2, 9}, 1.5, "00:30-00:52:30"},
      {"negative prices: no more than the target", {-5, -9, -1}, 1.5, "00:07:30-00:30"},
      {"the second start is late, too", {0, 1, 5, 1, 1, 5, 5}, 3, "00:00-00:30 01:00-01:15"},
      {"a need of all there is", {3, 1, 2}, 3, "00:00-00:45"},
  }));
  INFO(name);
  CHECK(planned(small(prices, need)) == expected);
}

TEST_CASE("a start cost merges blocks, and is weighed against the price") {
  ChargingProblem problem = small({1, 9, 1}, 2);
  CHECK(planned(problem) == "00:00-00:15 00:30-00:45");
  problem.start_cost = MoneyMicro(70'000);
  CHECK(planned(problem) == "00:00-00:15 00:30-00:45");
  problem.start_cost = MoneyMicro(90'000);
  CHECK(planned(problem) == "00:15-00:45");
  CHECK(plan_charging(problem).start_costs == MoneyMicro(90'000));
}

TEST_CASE("a minimum run forbids one-slot fragments") {
  ChargingProblem problem = small({1, 9, 9, 2, 3, 9, 9}, 3);
  CHECK(planned(problem) == "00:00-00:15 00:45-01:15");
  problem.min_run = minutes(30);
  CHECK(planned(problem) == "00:45-01:30");
}

TEST_CASE("a minimum run longer than the need is the time of the need") {
  ChargingProblem problem = small({9, 1, 9, 9}, 1.2);
  problem.min_run = minutes(60);
  CHECK(planned(problem) == "00:15-00:33");
}

TEST_CASE("two runs may share a slot where both need it to last long enough") {
  ChargingProblem problem = small({9, 1, 5, 1, 9}, 2.7);
  problem.min_run = minutes(20);
  CHECK(planned(problem) == "00:15-00:35:30 00:40-01:00");
}

TEST_CASE("a barred slot ends a run before its minimum") {
  ChargingProblem problem = small({1, 8, 1, 9, 9, 9}, 2);
  problem.max_price = PricePerKwh(50'000);
  problem.min_run = minutes(30);
  CHECK(planned(problem) == "00:00-00:15 00:30-00:45");
}

TEST_CASE("a running run that continues costs no start and brings along what it has lasted") {
  ChargingProblem problem = small({3, 9, 1, 1}, 2.5);
  problem.start_cost = MoneyMicro(50'000);
  CHECK(planned(problem) == "00:22:30-01:00");
  problem.slots = priced({1, 9, 3, 3});
  problem.running_for = minutes(5);
  problem.min_run = minutes(20);
  CHECK(planned(problem) == "00:00-00:15 00:37:30-01:00");
  CHECK(plan_charging(problem).start_costs == MoneyMicro(50'000));
}

TEST_CASE("a target already met gives an empty plan") {
  ChargingProblem problem = small({1, 1}, 1);
  problem.stored = problem.target;
  const ChargingPlan plan = plan_charging(problem);
  CHECK(plan.blocks.empty());
  CHECK(plan.energy == Joules(0));
  CHECK(plan.cost_at_once == MoneyMicro(0));
  CHECK(plan.obstacles == PlanObstacles{});
}

TEST_CASE("no slot at all, a charger of 0 W, a departure in a minute") {
  ChargingProblem problem = small({}, 1);
  CHECK(plan_charging(problem).obstacles == PlanObstacles{.time = true});
  problem = small({1}, 1);
  problem.least = problem.most = Watts(0);
  CHECK(plan_charging(problem).shortfall == Joules(1000 * kWattHour));
  problem = small({1}, 1);
  problem.slots.front().length = seconds(60);
  problem.min_run = minutes(30);
  const ChargingPlan plan = plan_charging(problem);
  CHECK(blocks_of(plan) == "00:00-00:01");
  CHECK(plan.energy == Joules(240'000));
  CHECK(plan.shortfall == Joules(3'600'000 - 240'000));
  CHECK(plan.obstacles == PlanObstacles{.time = true});
}

TEST_CASE("what stands in the way of the target is named") {
  ChargingProblem problem = small({1, 5, 1}, 2);
  problem.max_price = PricePerKwh(30'000);
  CHECK(plan_charging(problem).obstacles == PlanObstacles{});
  problem.slots[0].base_load = Watts(8000);
  CHECK(planned(problem) == "00:30-00:45");
  CHECK(plan_charging(problem).obstacles == PlanObstacles{.fuse = true, .ceiling = true});
  problem.slots[1].base_load = Watts(8000);
  problem.target = Joules(4000 * kWattHour);
  CHECK(plan_charging(problem).obstacles == PlanObstacles{.time = true, .fuse = true, .ceiling = true});
}

TEST_CASE("the taper slows a charge down, and what it cannot take remains missing") {
  ChargingProblem problem = small({5, 5, 5}, 2);
  problem.capacity = WattHours(2000);
  problem.taper = {{Percent(5000), Watts(2000)}, {Percent(7500), Watts(1000)}};
  const ChargingPlan plan = plan_charging(problem);
  CHECK(test::fault_of(problem, plan).empty());
  CHECK(plan.energy == Joules(1750 * kWattHour));  // 15 min at 4 kW, 15 at 2 kW, 15 at 1 kW
}

TEST_CASE("a modulating charger keeps below the fuse") {
  ChargingProblem problem = small({5, 1, 5, 5}, 1.5);
  problem.least = Watts(1200);
  problem.fuse = Watts(6000);
  problem.slots[1].base_load = Watts(4000);
  const ChargingPlan plan = plan_charging(problem);
  CHECK(test::fault_of(problem, plan).empty());
  CHECK(blocks_of(plan) == "00:15-00:45");
  CHECK(plan.steps[0] == PlanStep{seconds(900), Watts(2000), Joules(500 * kWattHour)});
  CHECK(plan.steps[1] == PlanStep{seconds(1800), Watts(4000), Joules(1000 * kWattHour)});
}

TEST_CASE("legal extremes neither overflow nor break a rule") {
  for (const std::int64_t price : {1'000'000'000'000, -1'000'000'000'000}) {
    for (const std::int64_t least : {0, 6000, 1'000'000}) {
      ChargingProblem problem{.least = Watts(least),
                              .most = Watts(1'000'000),
                              .fuse = Watts(2'000'000),
                              .capacity = WattHours(1'000'000),
                              .efficiency = Percent(1),
                              .stored = Joules(0),
                              .target = Joules(1'000'000 * kWattHour),
                              .start_cost = MoneyMicro(1'000'000'000'000),
                              .min_run = minutes(59)};
      for (std::size_t slot = 0; slot < kMaxPlannerSlots; ++slot) {
        problem.slots.push_back({kPlannerSlot, PricePerKwh(slot % 2 == 0 ? price : -price), Watts(1'000'000)});
      }
      CHECK(test::fault_of(problem, plan_charging(problem)).empty());
      problem.efficiency = kFull;
      CHECK(test::fault_of(problem, plan_charging(problem)).empty());
    }
  }
}

TEST_CASE("random problems: every plan is legal, and the same twice") {
  test::Dice dice(20'261'123);
  for (int i = 0; i < 200; ++i) {
    const test::Instance instance = test::roll_instance(dice, static_cast<std::size_t>(dice.from(1, 60)));
    const ChargingPlan plan = plan_charging(instance.problem);
    INFO(i);
    CHECK(test::fault_of(instance.problem, plan) == "");
    CHECK(test::fault_of_rendering(instance.problem, plan, 0) == "");
    CHECK(plan.steps == plan_charging(instance.problem).steps);
  }
}

TEST_CASE("a need of just some slots has no ghost of a microsecond beside them") {
  // 1 kWh at 7 kW and 3 kWh at 3.5 kW: the time to the taper is no whole number of microseconds.
  ChargingProblem problem{.slots = {},
                          .least = Watts(7000),
                          .most = Watts(7000),
                          .fuse = Watts(100'000),
                          .capacity = WattHours(20'000),
                          .stored = Joules(15'000 * kWattHour),
                          .target = Joules(19'000 * kWattHour),
                          .taper = {{Percent(8000), Watts(3500)}}};
  const auto fill = [&](int dear) {
    problem.slots.clear();
    for (int hour = 0; hour < 7; ++hour) {
      const int price = hour == 1 ? 200'000 : hour == 3 ? 100'000 : hour == 5 ? dear : 1'000'000;
      problem.slots.insert(problem.slots.end(), 4, {kPlannerSlot, PricePerKwh(price), Watts(500)});
    }
  };
  for (const int dear : {100'000, 500'000}) {
    fill(dear);
    const ChargingPlan plan = plan_charging(problem);
    INFO(dear);
    CHECK(test::fault_of(problem, plan).empty());
    CHECK(test::fault_of_rendering(problem, plan, 0).empty());
    CHECK(plan.energy == Joules(4000 * kWattHour));
    CHECK(plan.shortfall == Joules(0));
  }
}

TEST_CASE("what is left beside whole slots and is less than 1 Wh is no run of its own") {
  ChargingProblem problem = small({90, 10, 90, 20, 90, 40}, 2);
  problem.max_price = PricePerKwh(500'000);  // no run goes on into the next slot
  problem.target += Joules(100);
  const ChargingPlan plan = plan_charging(problem);
  CHECK(test::fault_of(problem, plan).empty());
  CHECK(blocks_of(plan) == "00:15-00:30 00:45-01:00");
  CHECK(plan.shortfall == Joules(100));
  CHECK(plan.obstacles == PlanObstacles{});
}

TEST_CASE("a plan without a run that is worth it is empty and says that time is short") {
  ChargingProblem problem = small({10}, 4);
  problem.slots[0].length = seconds(1);
  problem.least = problem.most = Watts(3000);
  const ChargingPlan plan = plan_charging(problem);
  CHECK(plan.blocks.empty());
  CHECK(plan.obstacles.time);
  CHECK(test::fault_of(problem, plan).empty());
}

TEST_CASE("thousands of problems with round numbers: every plan is legal, and what is shown of it is right") {
  test::Dice dice(20'261'128);
  for (int i = 0; i < 4000; ++i) {
    const test::Instance instance = test::roll_round_instance(dice, static_cast<std::size_t>(dice.from(4, 96)));
    const ChargingPlan plan = plan_charging(instance.problem);
    INFO(i);
    CHECK(test::fault_of(instance.problem, plan) == "");
    CHECK(test::fault_of_rendering(instance.problem, plan, dice.from(0, 1439) * 60) == "");
  }
}

TEST_CASE("a plan that breaks a rule is seen") {
  const ChargingProblem problem = small({10, 20}, 1);
  const ChargingPlan plan = plan_charging(problem);
  REQUIRE(planner::is_sound(problem, plan));
  const auto broken = [&](const auto& change) {
    ChargingPlan bad = plan;
    change(bad);
    return !planner::is_sound(problem, bad);
  };
  CHECK(broken([](ChargingPlan& bad) { bad.blocks[0].energy = Joules(0); }));
  CHECK(broken([](ChargingPlan& bad) { bad.blocks[0].end = bad.blocks[0].begin; }));
  CHECK(broken([](ChargingPlan& bad) { bad.blocks[0].end = seconds(1801); }));
  CHECK(broken([](ChargingPlan& bad) { bad.blocks[0].step_count = 0; }));
  CHECK(broken([](ChargingPlan& bad) { bad.steps[0].energy = Joules(0); }));
  CHECK(broken([](ChargingPlan& bad) { bad.steps[0].power = Watts(0); }));
  CHECK(broken([](ChargingPlan& bad) { bad.energy += Joules(1); }));
  CHECK(broken([](ChargingPlan& bad) { bad.blocks.push_back(bad.blocks[0]); }));
}

}  // namespace home_energy
