// Small days, each tried out in full: every way to charge in steps of five minutes. An on/off charger, whose best plans
// lie on such steps where the minimum run and the need do. Judges the ties, too, which CBC does not: the fewest starts,
// then the latest ones.
#include <catch2/catch.hpp>
#include <optional>
#include <tuple>
#include <vector>

#include "common/planner/planner.hpp"
#include "tests/planner/instances.hpp"
#include "tests/planner/legality.hpp"

namespace home_energy {
namespace {

constexpr unsigned kCellsPerSlot = 3;
constexpr std::chrono::seconds kCell = kPlannerSlot / kCellsPerSlot;
constexpr std::int64_t kWatts = 12'000;  // 1 kWh in a cell

/// Better is less: the cost, the starts, how early each of them is (the first first).
using Rank = std::tuple<std::int64_t, std::size_t, std::vector<std::int64_t>>;

struct Day {
  ChargingProblem problem;
  std::vector<std::int64_t> prices;  ///< per cell, hundredths
  std::vector<bool> barred;          ///< per cell
  unsigned need;                     ///< cells
};

Day roll_day(test::Dice& dice) {
  Day day;
  ChargingProblem& problem = day.problem;
  problem = {.least = Watts(kWatts), .most = Watts(kWatts), .fuse = Watts(20'000), .capacity = WattHours(100'000)};
  const std::int64_t prices = dice.from(1, 4);  // few of them, so that plans tie
  const std::int64_t ceiling = dice.one_in(3) ? prices - 1 : prices;
  unsigned allowed = 0;
  for (std::int64_t slot = dice.from(1, 5); slot > 0; --slot) {
    const std::int64_t price = dice.from(-1, prices);
    problem.slots.push_back({kPlannerSlot, PricePerKwh(price * 10'000), Watts(dice.one_in(6) ? 9000 : 1000)});
    const bool barred = price > ceiling || problem.slots.back().base_load > Watts(8000);
    day.prices.insert(day.prices.end(), kCellsPerSlot, price);
    day.barred.insert(day.barred.end(), kCellsPerSlot, barred);
    allowed += barred ? 0 : kCellsPerSlot;
  }
  problem.max_price = PricePerKwh(ceiling * 10'000);
  day.need = static_cast<unsigned>(dice.from(0, allowed));
  problem.target = Joules(day.need * std::int64_t{3'600'000});
  problem.start_cost = MoneyMicro(dice.from(0, 2) * 10'000);
  problem.min_run = kCell * dice.from(0, 5);
  if (dice.one_in(3)) problem.running_for = kCell * dice.from(0, 3);
  return day;
}

/// How good it is to charge in the cells whose bits are set; nothing where that is not legal.
std::optional<Rank> rank_of(const Day& day, unsigned cells) {
  const auto least = std::min<std::int64_t>(day.problem.min_run / kCell, day.need);
  const auto count = static_cast<unsigned>(day.prices.size());
  const auto on = [&](unsigned cell) { return (cells >> cell & 1U) != 0; };
  std::int64_t cost = 0;
  std::size_t starts = 0;
  std::vector<std::int64_t> earliness;
  std::int64_t lasted = 0;
  for (unsigned cell = 0; cell < count; ++cell) {
    if (!on(cell)) {
      if (lasted > 0 && lasted < least && !day.barred[cell]) return std::nullopt;
      lasted = 0;
      continue;
    }
    if (day.barred[cell]) return std::nullopt;
    cost += day.prices[cell];
    const bool continues = cell == 0 && day.problem.running_for;
    if (continues) lasted = *day.problem.running_for / kCell;
    if (cell == 0 || !on(cell - 1)) {
      starts += continues ? 0 : 1;
      earliness.push_back(-std::int64_t{cell});
    }
    ++lasted;
  }
  return Rank{cost + static_cast<std::int64_t>(starts) * day.problem.start_cost.count() / 10'000, starts, earliness};
}

std::optional<Rank> best_of_all(const Day& day) {
  std::optional<Rank> best;
  for (unsigned cells = 0; cells < 1U << day.prices.size(); ++cells) {
    if (static_cast<unsigned>(__builtin_popcount(cells)) != day.need) continue;
    const auto rank = rank_of(day, cells);
    if (rank && (!best || *rank < *best)) best = rank;
  }
  return best;
}

/// The cells of a plan.
unsigned cells_of(const ChargingPlan& plan) {
  unsigned cells = 0;
  for (const PlanBlock& block : plan.blocks) {
    for (auto at = block.begin; at < block.end; at += kCell) cells |= 1U << static_cast<unsigned>(at / kCell);
  }
  return cells;
}

}  // namespace

TEST_CASE("small days: no way to charge is better, nor as good and later") {
  test::Dice dice(20'261'125);
  for (int i = 0; i < 600; ++i) {
    const Day day = roll_day(dice);
    const ChargingPlan plan = plan_charging(day.problem);
    INFO(i);
    CHECK(test::fault_of(day.problem, plan).empty());
    const auto best = best_of_all(day);
    REQUIRE(best);
    CHECK(rank_of(day, cells_of(plan)) == best);
  }
}

}  // namespace home_energy
