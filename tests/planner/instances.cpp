#include "tests/planner/instances.hpp"

#include <algorithm>
#include <array>

namespace home_energy::test {
namespace {

constexpr std::int64_t kJoulesPerStep = 90'000;  // 25 Wh

/// Days have a shape: a cheap night, two peaks, noise; some tariffs know only a few prices.
std::int64_t roll_price(Dice& dice, const Mix& mix, std::size_t slot, bool flat) {
  constexpr std::array<std::int64_t, 24> kShape{30, 25, 22, 20, 22, 35, 60, 90, 95, 80, 60, 50,
                                                45, 42, 45, 55, 75, 99, 98, 85, 70, 55, 45, 35};
  const std::int64_t shape = kShape[slot / 4 % kShape.size()] * 10'000;
  std::int64_t price = flat ? shape : shape + dice.from(-200, 200) * 1000;
  if (mix.negative) price -= 500'000;
  return price;
}

Watts roll_watts(Dice& dice, std::int64_t low, std::int64_t high, bool on_grid) {
  const std::int64_t watts = dice.from(low, high);
  return Watts(on_grid ? watts / 300 * 300 : watts);
}

std::vector<TaperStep> roll_taper(Dice& dice, const ChargingProblem& problem, bool has_fuse) {
  std::vector<TaperStep> taper;
  std::int64_t percent = dice.from(1000, 7500);
  std::int64_t limit = problem.most.count();
  for (std::int64_t left = dice.from(1, 3); left > 0; --left) {
    limit = dice.from(limit / 2, limit);
    // Modulating: no slot is barred at some states of charge only, where the stated bound does not hold.
    if (problem.least < problem.most && has_fuse) limit = std::max(limit, problem.least.count());
    taper.push_back({Percent(percent), Watts(limit)});
    percent += dice.from(300, 1500);
  }
  return taper;
}

void roll_slots(Dice& dice, const Mix& mix, std::size_t slots, ChargingProblem& problem) {
  // Many slots that are alike take CBC minutes where runs are long, too.
  const bool flat = dice.one_in(3) && (slots <= 36 || mix.min_run == std::chrono::seconds(0));
  const auto offset = static_cast<std::size_t>(dice.from(0, 95));
  Watts load = roll_watts(dice, 300, 6000, mix.on_grid);
  for (std::size_t i = 0; i < slots; ++i) {
    if (i % 4 == 0) load = roll_watts(dice, 300, 8000, mix.on_grid);
    problem.slots.push_back({kPlannerSlot, PricePerKwh(roll_price(dice, mix, i + offset, flat)), load});
  }
  if (mix.short_first) problem.slots.front().length = std::chrono::seconds(dice.from(1, 2) * 300);
  if (mix.short_first && !mix.on_grid) problem.slots.front().length = std::chrono::seconds(dice.from(1, 899));
  if (mix.short_first && dice.one_in(2)) problem.slots.back().length = std::chrono::seconds(dice.from(1, 2) * 300);
}

void roll_energies(Dice& dice, const Mix& mix, ChargingProblem& problem) {
  const std::int64_t grain = mix.on_grid ? kJoulesPerStep : 1;
  std::int64_t seconds = 0;
  for (const PlannerSlot& slot : problem.slots) seconds += slot.length.count();
  const std::int64_t most = problem.most.count() * seconds;
  const std::int64_t share = mix.too_much ? dice.from(80, 130) : dice.from(2, 45);
  const std::int64_t drawn =
      std::max<std::int64_t>(1, most * share / 100 / grain) * grain + (mix.on_grid ? 0 : dice.from(0, 99));
  problem.efficiency = mix.on_grid ? kFull : Percent(dice.from(8000, 10'000));
  const std::int64_t gained = drawn * problem.efficiency.count() / kFull.count();
  const std::int64_t capacity = gained * dice.from(105, 170) / 100 / 3600 + 1;
  problem.capacity = WattHours(capacity);
  problem.target = Joules(gained + dice.from(0, capacity * 3600 - gained));
  problem.stored = Joules(problem.target.count() - gained);
}

/// One of some values.
template <std::size_t Count>
std::int64_t one_of(Dice& dice, const std::array<std::int64_t, Count>& values) {
  return values[static_cast<std::size_t>(dice.from(0, Count - 1))];
}

constexpr std::array<std::int64_t, 8> kRoundWatts{7000, 7400, 11'000, 3500, 3700, 2300, 4000, 22'000};

void roll_round_slots(Dice& dice, const Mix& mix, std::size_t slots, ChargingProblem& problem) {
  constexpr std::array<std::int64_t, 6> kPrices{0, 100'000, 200'000, 250'000, 500'000, 1'000'000};
  constexpr std::array<std::int64_t, 5> kLoads{0, 500, 1000, 2000, 4000};
  const std::array<std::int64_t, 2> two{one_of(dice, kPrices), one_of(dice, kPrices)};
  const bool few = dice.one_in(2);
  PlannerSlot slot{kPlannerSlot, PricePerKwh(), Watts()};
  for (std::size_t i = 0; i < slots; ++i) {
    if (i % 4 == 0) {
      slot.price = PricePerKwh(few ? one_of(dice, two) : one_of(dice, kPrices));
      if (mix.negative && dice.one_in(3)) slot.price = PricePerKwh(-100'000);
      slot.base_load = Watts(one_of(dice, kLoads));
    }
    problem.slots.push_back(slot);
  }
  if (mix.short_first) problem.slots.front().length = std::chrono::minutes(dice.from(1, 14));
  if (mix.short_first && dice.one_in(2)) problem.slots.back().length = std::chrono::minutes(dice.from(1, 14));
  // What is left beside one of the loads is just what the charger takes.
  if (mix.fuse) problem.fuse = problem.most + Watts(one_of(dice, kLoads));
}

void roll_round_energies(Dice& dice, const Mix& mix, ChargingProblem& problem) {
  constexpr std::array<std::int64_t, 7> kKwh{10, 20, 40, 46, 50, 64, 77};
  constexpr std::array<std::int64_t, 6> kFrom{0, 20, 25, 50, 75, 79};
  constexpr std::array<std::int64_t, 4> kTo{80, 90, 95, 100};
  constexpr std::array<std::int64_t, 4> kEfficiencies{10'000, 10'000, 9000, 9500};
  problem.capacity = WattHours(1000 * one_of(dice, kKwh));
  problem.efficiency = Percent(one_of(dice, kEfficiencies));
  const std::int64_t percent = problem.capacity.count() * 36;  // joules
  const std::int64_t from = one_of(dice, kFrom);
  problem.stored = Joules(percent * from);
  problem.target = Joules(percent * one_of(dice, kTo));
  if (dice.one_in(2)) {  // just so many slots at full power, give or take what rounding does
    const std::int64_t most = (mix.too_much ? 2 : 1) * std::ssize(problem.slots);
    const std::int64_t drawn = dice.from(1, std::max<std::int64_t>(1, most)) * problem.most.count() * 900;
    const std::int64_t gained = drawn * problem.efficiency.count() / kFull.count() + dice.from(-1, 1);
    problem.target = Joules(std::min(100 * percent, problem.stored.count() + gained));
  }
  if (!mix.taper) return;
  constexpr std::array<std::int64_t, 5> kSteps{50, 75, 79, 80, 90};
  const std::int64_t at = dice.one_in(3) ? from : one_of(dice, kSteps);
  constexpr std::array<std::int64_t, 3> kParts{2, 1, 3};
  problem.taper = {{Percent(100 * at), Watts(problem.most.count() / one_of(dice, kParts))}};
  if (dice.one_in(3)) problem.taper.push_back({Percent(100 * std::min<std::int64_t>(100, at + 10)), Watts(1400)});
}

/// Long minimum runs take CBC minutes over many slots where the charger modulates, or where many slots are alike.
std::size_t longest_for_cbc(const Mix& mix) {
  if (mix.round && (mix.min_run > std::chrono::seconds(0) || mix.taper)) return 20;  // few prices: many slots alike
  if (mix.min_run == std::chrono::seconds(0)) return kMaxPlannerSlots;
  if (mix.on_off) return mix.load ? 40 : kMaxPlannerSlots;
  if (mix.taper) return 24;
  return mix.min_run >= std::chrono::minutes(50) ? 30 : 60;
}

}  // namespace

std::int64_t Dice::from(std::int64_t low, std::int64_t high) {
  std::uint64_t mixed = state_ += 0x9e3779b97f4a7c15U;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
  mixed ^= mixed >> 31U;
  return low + static_cast<std::int64_t>(mixed % static_cast<std::uint64_t>(high - low + 1));
}

Instance roll_instance(Dice& dice, std::size_t slots) {
  if (dice.one_in(3)) return roll_round_instance(dice, slots);
  constexpr std::array kMinRuns{0, 0, 15, 20, 30, 60, 50};
  Mix mix{.on_off = dice.one_in(2),
          .on_grid = dice.one_in(2),
          .taper = dice.one_in(3),
          .fuse = dice.one_in(2),
          .ceiling = dice.one_in(4),
          .starts_cost = dice.one_in(2),
          .running = dice.one_in(4),
          .short_first = dice.one_in(3),
          .negative = dice.one_in(4),
          .load = dice.one_in(4),
          .too_much = dice.one_in(6),
          .round = false,
          .min_run = std::chrono::minutes(kMinRuns[static_cast<std::size_t>(dice.from(0, kMinRuns.size() - 1))])};
  if (mix.taper && !mix.on_off) mix.on_grid = false;  // the taper's own bounds are off the grid
  if (mix.on_grid && mix.min_run == std::chrono::minutes(50)) mix.min_run = std::chrono::minutes(20);
  return {mix, roll_problem(dice, mix, std::min(slots, longest_for_cbc(mix)))};
}

ChargingProblem roll_problem(Dice& dice, const Mix& mix, std::size_t slots) {
  ChargingProblem problem;
  problem.objective = mix.load ? Objective::load : Objective::cost;
  problem.most = roll_watts(dice, 2300, 11'000, mix.on_grid);
  problem.least = mix.on_off ? problem.most : roll_watts(dice, 300, problem.most.count() * 2 / 3, mix.on_grid);
  if (!mix.on_off && dice.one_in(8)) problem.least = Watts(0);
  problem.fuse =
      mix.fuse ? roll_watts(dice, problem.most.count(), problem.most.count() + 6000, mix.on_grid) : Watts(30'000);
  problem.min_run = mix.min_run;
  if (mix.starts_cost) problem.start_cost = MoneyMicro(dice.from(1, 40) * 10'000);
  roll_slots(dice, mix, slots, problem);
  roll_energies(dice, mix, problem);
  if (mix.taper) problem.taper = roll_taper(dice, problem, mix.fuse);
  if (mix.ceiling) {
    problem.max_price =
        problem.slots[static_cast<std::size_t>(dice.from(0, static_cast<std::int64_t>(slots) - 1))].price;
  }
  if (mix.running) problem.running_for = std::chrono::seconds(dice.from(0, 15) * (mix.on_grid ? 300 : 61));
  return problem;
}

Instance roll_round_instance(Dice& dice, std::size_t slots) {
  constexpr std::array<std::int64_t, 6> kMinRuns{0, 0, 15, 20, 30, 60};
  constexpr std::array<std::int64_t, 3> kLeast{0, 1400, 2000};
  constexpr std::array<std::int64_t, 4> kStartCosts{0, 50'000, 100'000, 500'000};
  const Mix mix{.on_off = !dice.one_in(4),
                .on_grid = false,
                .taper = dice.one_in(2),
                .fuse = dice.one_in(2),
                .ceiling = dice.one_in(5),
                .starts_cost = dice.one_in(2),
                .running = dice.one_in(4),
                .short_first = dice.one_in(4),
                .negative = dice.one_in(5),
                .load = dice.one_in(5),
                .too_much = dice.one_in(6),
                .round = true,
                .min_run = std::chrono::minutes(one_of(dice, kMinRuns))};
  ChargingProblem problem;
  problem.objective = mix.load ? Objective::load : Objective::cost;
  problem.most = Watts(one_of(dice, kRoundWatts));
  problem.least = mix.on_off ? problem.most : Watts(one_of(dice, kLeast));
  problem.fuse = Watts(100'000);
  problem.min_run = mix.min_run;
  if (mix.starts_cost) problem.start_cost = MoneyMicro(one_of(dice, kStartCosts));
  roll_round_slots(dice, mix, std::min(slots, longest_for_cbc(mix)), problem);
  roll_round_energies(dice, mix, problem);
  if (mix.ceiling) problem.max_price = problem.slots[static_cast<std::size_t>(dice.from(0, 3))].price;
  if (mix.running) problem.running_for = std::chrono::minutes(dice.from(0, 15));
  return {mix, problem};
}

}  // namespace home_energy::test
