// Plans where a network is paid for the highest hours of a month.
#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <vector>

#include "common/planner/peaks.hpp"
#include "common/planner/planner.hpp"
#include "tests/planner/legality.hpp"

namespace home_energy {
namespace {

constexpr std::int64_t kPerKilowatt = 80'000'000;  // 80 of the currency

/// Hours of four slots from midnight on, in one day of a month of which nothing has been counted.
struct Night {
  ChargingProblem charging;
  StorageProblem meter;
  PeakProblem peak;

  JointPlan plan() const { return plan_jointly(charging, meter, &peak); }
  void load(std::size_t hour, Watts power) {
    for (std::size_t slot = hour * 4; slot < hour * 4 + 4; ++slot) {
      meter.slots[slot].net = power;
      if (slot < charging.slots.size()) charging.slots[slot].base_load = power;
    }
  }
};

/// @param hours their prices, millionths @param most of a charger that draws from `least` on
Night night(const std::vector<std::int64_t>& hours, Watts least, Watts most, Joules need) {
  Night night{
      .charging = {.slots = {},
                   .objective = Objective::cost,
                   .least = least,
                   .most = most,
                   .fuse = Watts(50'000),
                   .capacity = WattHours(100'000),
                   .stored = Joules(),
                   .target = need,
                   .taper = {},
                   .start_cost = {},
                   .max_price = {},
                   .running_for = {}},
      .meter = {.slots = {},
                .capacity = {},
                .stored = {},
                .reserve = {},
                .most_in = {},
                .most_out = {},
                .standby = {},
                .fuse = Watts(50'000)},
      .peak = {.hours = {}, .days = {{.month = 0}}, .months = {{}}, .price = PricePerKwh(kPerKilowatt), .count = 1}};
  for (const std::int64_t price : hours) {
    for (int quarter = 0; quarter < 4; ++quarter) {
      night.charging.slots.push_back({kPlannerSlot, PricePerKwh(price), Watts()});
      night.meter.slots.push_back(
          {.length = kPlannerSlot, .import = PricePerKwh(price), .exported = {}, .net = {}, .car = {}});
    }
    night.peak.hours.push_back({.slots = 4, .day = 0, .share = 1'000'000});
  }
  return night;
}

Joules kwh(double amount) {
  return Joules(std::llround(amount * 3.6e6));
}

double in_kwh(Joules energy) {
  return static_cast<double>(energy.count()) / 3.6e6;
}

double in_units(MoneyMicro money) {
  return static_cast<double>(money.count()) / 1e6;
}

/// What is imported in each hour.
std::vector<double> hours_of(const Night& night, const JointPlan& plan) {
  std::vector<double> hours(night.peak.hours.size());
  for (std::size_t slot = 0; slot < night.meter.slots.size(); ++slot) {
    const double net = static_cast<double>(night.meter.slots[slot].net.count()) / 4'000;
    hours[slot / 4] += std::max(0.0, net + in_kwh(plan.storage.drawn[slot]));
  }
  for (const PlanStep& step : plan.charging.steps)
    hours[static_cast<std::size_t>(step.begin.count() / 3'600)] += in_kwh(step.energy);
  return hours;
}

double highest_of(const Night& night, const JointPlan& plan) {
  const std::vector<double> hours = hours_of(night, plan);
  return *std::ranges::max_element(hours);
}

/// The least that energy and the highest hour cost together, where the power may be anything up to the charger's: at
/// each of many limits the cheapest hours are filled up to it.
double least_cost(const std::vector<std::int64_t>& prices, const std::vector<double>& loads, double most, double need,
                  double before) {
  std::vector<std::size_t> order(prices.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t hour) { return prices[hour]; });
  const double of_house = std::max(before, *std::ranges::max_element(loads));
  double least = std::numeric_limits<double>::infinity();
  constexpr int kLimits = 2'000;
  for (int i = 0; i <= kLimits; ++i) {
    const double limit = (most + of_house) * i / kLimits;
    double left = need;
    double cost = 0;
    double highest = of_house;
    for (const std::size_t hour : order) {
      const double drawn = std::min(left, std::clamp(limit - loads[hour], 0.0, most));
      cost += drawn * static_cast<double>(prices[hour]) / 1e6;
      left -= drawn;
      if (drawn > 0) highest = std::max(highest, loads[hour] + drawn);
    }
    if (left < 1e-9) least = std::min(least, cost + (highest - of_house) * static_cast<double>(kPerKilowatt) / 1e6);
  }
  return least;
}

}  // namespace

TEST_CASE("energy and the month's highest hour cost together what they cost at least") {
  CHECK(rc::check([] {
    const auto hours = *rc::gen::inRange<std::size_t>(2, 14);
    const auto prices =
        *rc::gen::container<std::vector<std::int64_t>>(hours, rc::gen::inRange<std::int64_t>(0, 60'000'000));
    const auto loads = *rc::gen::container<std::vector<int>>(hours, rc::gen::inRange(0, 6'000));
    const auto most = Watts(*rc::gen::element(3'700, 7'400, 11'000));
    const auto share = *rc::gen::inRange(1, 100);
    const Joules need(most.count() * 3'600 * static_cast<std::int64_t>(hours) * share / 100);
    Night problem = night(prices, Watts(), most, need);
    const bool has_before = *rc::gen::arbitrary<bool>();
    if (has_before) problem.peak.days[0].highest = kwh(*rc::gen::inRange(0, 12));
    for (std::size_t hour = 0; hour < hours; ++hour) problem.load(hour, Watts(loads[hour]));
    const JointPlan plan = problem.plan();
    RC_ASSERT(plan.charging.shortfall < kLeastRun);
    std::vector<double> in_kw;
    for (const int load : loads) in_kw.push_back(load / 1e3);
    const double least = least_cost(prices, in_kw, static_cast<double>(most.count()) / 1e3, in_kwh(need),
                                    in_kwh(problem.peak.days[0].highest));
    const double cost = in_units(plan.charging.cost + plan.peak_cost);
    // Energy moves in steps of 25 Wh, and limits are tried to a fraction of the highest hour.
    RC_ASSERT(cost <= least * 1.01 + 1);
    RC_ASSERT(cost >= least * 0.99 - 1);
  }));
}

TEST_CASE("no run is shorter than the minimum for the sake of an hour") {
  CHECK(rc::check([] {
    const auto hours = *rc::gen::inRange<std::size_t>(2, 9);
    const auto prices =
        *rc::gen::container<std::vector<std::int64_t>>(hours, rc::gen::inRange<std::int64_t>(0, 60'000'000));
    const auto most = Watts(*rc::gen::element(3'700, 7'400, 11'000));
    const auto least = *rc::gen::element(most, Watts(1'400));
    const auto share = *rc::gen::inRange(5, 100);
    Night problem = night(prices, least, most, Joules(most.count() * 36 * static_cast<std::int64_t>(hours) * share));
    problem.charging.min_run = std::chrono::minutes(*rc::gen::element(1, 15, 20, 30, 48, 60));
    problem.charging.start_cost = MoneyMicro(*rc::gen::element(0, 500'000));
    if (*rc::gen::arbitrary<bool>()) problem.charging.taper = {{Percent(*rc::gen::inRange(0, 4'000)), Watts(1'356)}};
    if (*rc::gen::arbitrary<bool>()) problem.charging.running_for = std::chrono::minutes(*rc::gen::inRange(0, 60));
    for (std::size_t hour = 0; hour < hours; ++hour) problem.load(hour, Watts(*rc::gen::inRange(0, 6'000)));
    RC_ASSERT(test::fault_of(problem.charging, problem.plan().charging) == "");
  }));
}

TEST_CASE("what the plan adds to the month's cost is what its hours add") {
  Night problem = night({100'000, 100'000, 900'000, 900'000}, Watts(1'400), Watts(11'000), kwh(10));
  for (std::size_t hour = 0; hour < 4; ++hour) problem.load(hour, Watts(1'000));
  const JointPlan plan = problem.plan();
  CHECK(plan.charging.energy == kwh(10));
  CHECK(in_units(plan.peak_cost) == Approx((highest_of(problem, plan) - 1) * 80).margin(0.01));
  CHECK(highest_of(problem, plan) == Approx(3.5).margin(0.05));
  // 10 kWh at once: 11 kW for 54.5 minutes.
  CHECK(in_units(plan.peak_cost_at_once) == Approx(10 * 80).margin(1));
}

TEST_CASE("up to what a day has reached, and up to the month's lowest hour that counts, power costs nothing") {
  const std::vector<std::int64_t> hours{100'000, 900'000, 900'000, 900'000};
  Night of_day = night(hours, Watts(1'400), Watts(11'000), kwh(6));
  of_day.peak.days[0].highest = kwh(7);
  CHECK(of_day.plan().peak_cost == MoneyMicro());
  CHECK(hours_of(of_day, of_day.plan())[0] == Approx(6).margin(0.01));
  Night of_month = night(hours, Watts(1'400), Watts(11'000), kwh(6));
  of_month.peak.count = 2;
  of_month.peak.months = {{kwh(9), kwh(6.5), kwh(1)}};
  CHECK(of_month.plan().peak_cost == MoneyMicro());
  CHECK(hours_of(of_month, of_month.plan())[0] == Approx(6).margin(0.01));
  of_month.peak.months = {{kwh(9)}};  // the second hour of the month is still to come: half of it is paid
  CHECK(highest_of(of_month, of_month.plan()) == Approx(1.5).margin(0.05));
}

TEST_CASE("in hours that count half twice as much is drawn, in those that do not count all") {
  Night problem = night({100'000, 100'000, 100'000}, Watts(), Watts(11'000), kwh(6));
  problem.peak.hours[1].share = 500'000;
  const std::vector<double> hours = hours_of(problem, problem.plan());
  CHECK(hours[1] == Approx(3).margin(0.05));
  CHECK(hours[0] == Approx(1.5).margin(0.05));
  problem.peak.hours[2].share = 0;
  const JointPlan free = problem.plan();
  CHECK(hours_of(problem, free)[2] == Approx(6).margin(0.01));
  CHECK(free.peak_cost == MoneyMicro());
}

TEST_CASE("what the present hour has imported already counts in it") {
  Night problem = night({100'000, 100'000}, Watts(), Watts(11'000), kwh(3));
  problem.peak.hours[0].imported = kwh(2);
  const std::vector<double> hours = hours_of(problem, problem.plan());
  CHECK(hours[0] == Approx(0.5).margin(0.05));
  CHECK(hours[1] == Approx(2.5).margin(0.05));
}

TEST_CASE("a charger that knows full power alone charges a part of each hour, in as few runs as that takes") {
  const std::vector<std::int64_t> hours(10, 500'000);
  Night problem = night(hours, Watts(7'400), Watts(7'400), kwh(14.8));
  const JointPlan plan = problem.plan();
  CHECK(plan.charging.energy == kwh(14.8));
  CHECK(highest_of(problem, plan) == Approx(1.85).margin(0.01));  // a quarter of an hour in eight hours
  CHECK(plan.charging.blocks.size() <= 5);
  CHECK(in_units(plan.peak_cost) == Approx(1.85 * 80).margin(0.1));
  problem.charging.start_cost = MoneyMicro(1'000'000'000);
  const JointPlan one_run = problem.plan();
  CHECK(one_run.charging.blocks.size() == 1);
}

TEST_CASE("a part of an hour is charged only where the fuse leaves the power") {
  Night problem = night(std::vector<std::int64_t>(6, 500'000), Watts(7'400), Watts(7'400), kwh(3.7));
  problem.charging.fuse = problem.meter.fuse = Watts(8'000);
  for (std::size_t hour = 0; hour < 6; ++hour) problem.load(hour, Watts(hour < 4 ? 700 : 500));
  const JointPlan plan = problem.plan();
  CHECK(plan.charging.energy == kwh(3.7));
  for (const PlanStep& step : plan.charging.steps) CHECK(step.begin >= std::chrono::hours(4));
}

TEST_CASE("a target by the departure comes first, whatever the month costs") {
  Night problem = night({100'000, 100'000}, Watts(1'400), Watts(11'000), kwh(22));
  const JointPlan plan = problem.plan();
  CHECK(plan.charging.shortfall == Joules());
  CHECK(in_units(plan.peak_cost) == Approx(11 * 80));
  // Nor does a car that is late look at the month.
  problem.charging.target = kwh(5.5);
  problem.charging.objective = Objective::time;
  CHECK(problem.plan().charging.steps.back().begin < std::chrono::minutes(30));
}

TEST_CASE("a car by the least load does not look at the month, also beside a home battery that does") {
  Night problem = night({100'000, 900'000, 100'000}, Watts(1'400), Watts(11'000), kwh(11));
  problem.load(0, Watts(2'000));
  problem.load(1, Watts(1'000));
  problem.load(2, Watts(1'500));
  problem.charging.objective = Objective::load;
  problem.meter.capacity = problem.meter.stored = kwh(10);
  problem.meter.most_in = problem.meter.most_out = Watts(5'000);
  const JointPlan plan = problem.plan();
  CHECK(plan.charging.steps == plan_charging(problem.charging).steps);
  CHECK_FALSE(plan.keeps_peak_low);
  CHECK(plan.storage.cost <= plan.storage.cost_self_consumption);
}

TEST_CASE("an hour that the departure cuts is the car's until then") {
  Night problem = night({900'000, 100'000}, Watts(7'400), Watts(7'400), kwh(1.85));
  problem.charging.slots.resize(5);  // a quarter of an hour in the second one
  const JointPlan plan = problem.plan();
  CHECK(plan.charging.energy == kwh(1.85));
  CHECK(plan.charging.steps.front().begin == std::chrono::hours(1));
  problem.peak.days[0].highest = kwh(1.85);
  CHECK(problem.plan().charging.steps.front().begin == std::chrono::hours(1));
}

TEST_CASE("what another day of the month has reached is free as well") {
  Night problem = night({100'000, 100'000, 900'000}, Watts(), Watts(11'000), kwh(5));
  problem.peak.days = {{.month = 0, .highest = kwh(5)}, {.month = 0}};
  problem.peak.hours[1].day = problem.peak.hours[2].day = 1;
  problem.load(0, Watts(5'000));
  const JointPlan plan = problem.plan();
  CHECK(hours_of(problem, plan)[1] == Approx(5).margin(0.01));
  CHECK(plan.peak_cost == MoneyMicro());
}

TEST_CASE("a home battery takes the house's highest hour off, and charges without a new one") {
  Night problem = night({100'000, 100'000, 100'000, 800'000, 800'000, 800'000}, Watts(), Watts(), Joules());
  problem.charging.slots.clear();
  problem.meter.capacity = kwh(10);
  problem.meter.most_in = problem.meter.most_out = Watts(10'000);
  for (std::size_t hour = 0; hour < 6; ++hour) problem.load(hour, Watts(1'000));
  problem.load(4, Watts(6'000));
  const JointPlan plan = problem.plan();
  const std::vector<double> hours = hours_of(problem, plan);
  CHECK(*std::ranges::max_element(hours) < 3.5);  // 6 without it; charged at full power it would be 11
  CHECK(plan.peak_cost < MoneyMicro());
  CHECK(plan.storage.cost < plan.storage.cost_self_consumption);
  // The same without a price of power charges at full power in the cheapest hour.
  const JointPlan blind = plan_jointly(problem.charging, problem.meter);
  CHECK(highest_of(problem, blind) > 4);
}

TEST_CASE("a month that ends tonight does not count with the one that begins") {
  Night problem = night({100'000, 100'000}, Watts(), Watts(11'000), kwh(4));
  problem.peak.days = {{.month = 0, .highest = kwh(9)}, {.month = 1}};
  problem.peak.months = {{}, {}};
  problem.peak.hours[1].day = 1;
  const JointPlan plan = problem.plan();
  CHECK(hours_of(problem, plan)[0] == Approx(4).margin(0.01));
  CHECK(plan.peak_cost == MoneyMicro());
}

}  // namespace home_energy
