#include "tests/planner/legality.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace home_energy::test {
namespace {

double number(auto quantity) {
  return static_cast<double>(quantity.count());
}

/// The car, step by step. Seconds, watts, joules.
class Simulation {
 public:
  Simulation(const ChargingProblem& problem, const ChargingPlan& plan) : problem_(problem), plan_(plan) {
    begins_.push_back(0);
    for (const PlannerSlot& slot : problem.slots) begins_.push_back(begins_.back() + number(slot.length));
  }

  std::string fault() {
    std::size_t step = 0;
    for (const PlanBlock& block : plan_.blocks) {
      if (block.first_step != step) return "blocks and steps do not match";
      if (number(block.begin) < now_) return "a block begins before the last one's end";
      check_block(block);
      for (; step < block.first_step + block.step_count; ++step) take(block, plan_.steps[step]);
      finish(block);
    }
    if (step != plan_.steps.size()) fail("steps outside of blocks");
    check_sums();
    return fault_;
  }

 private:
  void fail(const std::string& what) {
    if (fault_.empty()) fault_ = what + " at " + std::to_string(now_) + " s";
  }

  double limit_at(double drawn) const {
    const double percent = (number(problem_.stored) + drawn * number(problem_.efficiency) / 1e4) /
                           (number(problem_.capacity) * 3600) * 1e4;
    const double joule = 1.5 / (number(problem_.capacity) * 3600) * 1e4;  // a plan counts whole ones
    double limit = 1e9;
    for (const TaperStep& step : problem_.taper) {
      if (percent >= number(step.from) - joule) limit = std::min(limit, number(step.at_most));
    }
    return limit;
  }

  /// Seconds to draw so much; advances.
  double draw(double power, double energy) {
    const double end = drawn_ + energy;
    double time = 0;
    while (drawn_ < end) {
      double next = end;
      for (const TaperStep& step : problem_.taper) {
        const double at = (number(problem_.capacity) * 3600 * number(step.from) / 1e4 - number(problem_.stored)) /
                          (number(problem_.efficiency) / 1e4);
        if (at > drawn_ + 1e-3 && at < next) next = at;
      }
      time += (next - drawn_) / std::min(power, limit_at(drawn_));
      drawn_ = next;
    }
    return time;
  }

  void check_block(const PlanBlock& block) {
    if (block.step_count == 0 || block.energy.count() < 3600) fail("a block of less than 1 Wh");
    if (block.begin >= block.end) fail("a block of no length");
    const bool adjoins = &block != &plan_.blocks.front() && (block.begin - (&block)[-1].end).count() < 2;
    if (adjoins) fail("a start that the run before made needless");
    Joules energy;
    for (std::size_t step = block.first_step; step < block.first_step + block.step_count; ++step) {
      energy += plan_.steps[step].energy;
    }
    if (energy != block.energy) fail("a block's energy is not that of its steps");
  }

  void take(const PlanBlock& block, const PlanStep& step) {
    if (step.energy <= Joules()) fail("a step without energy");
    const double begin = number(step.begin);
    const auto after = std::upper_bound(begins_.begin(), begins_.end(), begin);
    const auto slot = static_cast<std::size_t>(after - begins_.begin()) - 1;
    if (slot >= problem_.slots.size()) return fail("a step after the departure");
    const PlannerSlot& facts = problem_.slots[slot];
    const double room = number(problem_.fuse) - number(facts.base_load);
    const double power = number(step.power);
    if (power < number(problem_.least) || power > number(problem_.most)) fail("power out of range");
    if (std::min(power, limit_at(drawn_)) > room) fail("above the fuse");
    if (problem_.max_price && facts.price > *problem_.max_price) fail("above the ceiling");
    const bool first = &step == &plan_.steps[block.first_step];
    const double idle = number(problem_.least) > 0 ? 2 + 900 / last_power_ : 1e9;  // powers are whole watts
    if (!first && begin > now_ + idle) fail("a gap in a block");
    if (begin < now_ - 1.01) fail("steps overlap");
    last_power_ = power;
    const double joule = 1 / std::max(1.0, std::min(power, limit_at(drawn_)));  // energies are whole ones
    now_ = begin + draw(power, number(step.energy));
    if (now_ > *after + 0.01 + joule) fail("a step beyond its slot");
    total_cost_ += number(facts.price) * number(step.energy) / 3.6e6;
  }

  double min_run() const {
    double need_time = 0;
    if (number(problem_.least) <= 0) return number(problem_.min_run);
    Simulation copy(problem_, plan_);
    need_time = copy.draw(number(problem_.least), number(plan_.energy));
    return std::min(number(problem_.min_run), need_time);
  }

  void finish(const PlanBlock& block) {
    double lasted = number(block.end - block.begin);
    if (block.begin.count() == 0 && problem_.running_for) lasted += number(*problem_.running_for);
    if (std::abs(number(block.end) - now_) > 2 && number(problem_.least) >= 1000) fail("a block's end");
    now_ = std::max(now_, number(block.end) - 1);
    if (lasted >= min_run() - 2 || problem_.objective == Objective::time) return;  // at once is all that counts
    const auto next = std::lower_bound(begins_.begin(), begins_.end(), number(block.end) - 1);
    const auto slot = static_cast<std::size_t>(next - begins_.begin());
    if (std::abs(*next - number(block.end)) > 1.5) return fail("a run too short");
    if (slot >= problem_.slots.size()) return;
    const PlannerSlot& facts = problem_.slots[slot];
    const bool dear = problem_.max_price && facts.price > *problem_.max_price;
    const double room = number(problem_.fuse) - number(facts.base_load);
    const bool full = room <= 0 || std::min(number(problem_.least), limit_at(drawn_ - 1)) > room;
    if (!dear && !full) fail("a run too short before a slot that is free");
  }

  void check_sums() {
    if (std::abs(drawn_ - number(plan_.energy)) > 1e-3) fail("the energies do not add up");
    if (std::abs(total_cost_ - number(plan_.cost)) > 1 + std::abs(total_cost_) * 1e-12) fail("the cost");
    const double stored = number(plan_.energy) * number(problem_.efficiency) / 1e4;
    const double missing = std::max(0.0, number(problem_.target) - number(problem_.stored) - stored);
    if (std::abs(missing - number(plan_.shortfall)) > 2) fail("the shortfall");
    const PlanObstacles& obstacles = plan_.obstacles;
    const bool any = obstacles.time || obstacles.fuse || obstacles.ceiling;
    if (any != (plan_.shortfall.count() >= 3600)) fail("the obstacles");
    if (obstacles.defect) fail("a plan that was thrown away");
    if (plan_.start_costs.count() != problem_.start_cost.count() * starts_of(problem_, plan_)) fail("the start costs");
  }

  const ChargingProblem& problem_;
  const ChargingPlan& plan_;
  std::vector<double> begins_;
  double now_ = 0;
  double last_power_ = 1;
  double drawn_ = 0;
  double total_cost_ = 0;
  std::string fault_;
};

}  // namespace

std::string fault_of(const ChargingProblem& problem, const ChargingPlan& plan) {
  return Simulation(problem, plan).fault();
}

int starts_of(const ChargingProblem& problem, const ChargingPlan& plan) {
  const bool continues = problem.running_for && !plan.blocks.empty() && plan.blocks.front().begin.count() == 0;
  return static_cast<int>(plan.blocks.size()) - (continues ? 1 : 0);
}

double objective_of(const ChargingProblem& problem, const ChargingPlan& plan) {
  if (problem.objective == Objective::cost) {
    double cost = number(problem.start_cost) / 1e6 * starts_of(problem, plan);
    std::size_t slot = 0;
    std::chrono::seconds end = problem.slots.empty() ? std::chrono::seconds(0) : problem.slots.front().length;
    for (const PlanStep& step : plan.steps) {
      while (end <= step.begin) end += problem.slots[++slot].length;
      cost += number(problem.slots[slot].price) / 1e6 * number(step.energy) / 3.6e6;
    }
    return cost;
  }
  ChargingProblem as_cost = problem;
  as_cost.objective = Objective::cost;
  as_cost.start_cost = MoneyMicro(0);
  for (PlannerSlot& slot : as_cost.slots) slot.price = PricePerKwh(slot.base_load.count() * 1000);
  return objective_of(as_cost, plan);
}

}  // namespace home_energy::test
