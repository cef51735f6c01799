// Random problems, planned and solved by CBC as mixed integer programmes. The plan must be legal and as good: to 1e-6
// of the cost where nothing is rounded, and within the bound of common/planner/grid.hpp elsewhere.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

#include "common/planner/grid.hpp"
#include "tests/planner/instances.hpp"
#include "tests/planner/legality.hpp"
#include "tests/planner/milp.hpp"
#include "tests/planner/programme.hpp"
#include "tests/planner/rendering.hpp"

namespace home_energy::test {
namespace {

struct Arguments {
  long instances = 300;
  std::uint64_t seed = 1;
  std::size_t min_slots = 24;
  std::size_t max_slots = 96;
  long only = -1;
  double time_limit_s = 120;
};

Arguments arguments_of(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const long value = std::stol(argv[i + 1]);
    if (name == "--instances") arguments.instances = value;
    if (name == "--seed") arguments.seed = static_cast<std::uint64_t>(value);
    if (name == "--min-slots") arguments.min_slots = static_cast<std::size_t>(value);
    if (name == "--max-slots") arguments.max_slots = static_cast<std::size_t>(value);
    if (name == "--only") arguments.only = value;
    if (name == "--time-limit") arguments.time_limit_s = static_cast<double>(value);
  }
  return arguments;
}

/// Neighbouring prices' differences, added up: what a shift of one kWh at each boundary costs at most.
double variation(const ChargingProblem& problem) {
  double sum = 0;
  double before = 0;
  for (const PlannerSlot& slot : problem.slots) {
    const double weight = problem.objective == Objective::cost ? static_cast<double>(slot.price.count()) / 1e6
                                                               : static_cast<double>(slot.base_load.count()) / 1e3;
    if (&slot != &problem.slots.front()) sum += std::abs(weight - before);
    before = weight;
  }
  return sum;
}

/// What came of an instance; figures of it are summed up.
struct Outcome {
  std::string fault;
  bool exact = false;
  bool void_bound = false;
  double loss = 0;   ///< relative, off the grid
  double bound = 0;  ///< relative
};

class Proof {
 public:
  explicit Proof(Arguments arguments)
      : arguments_(arguments), folder_("/tmp/planner-proof-" + std::to_string(::getpid())) {
    std::filesystem::create_directories(folder_);
  }
  ~Proof() { std::filesystem::remove_all(folder_); }
  Proof(const Proof&) = delete;
  Proof& operator=(const Proof&) = delete;
  Proof(Proof&&) = delete;
  Proof& operator=(Proof&&) = delete;

  int run() {
    for (long i = 0; i < arguments_.instances; ++i) {
      if (arguments_.only >= 0 && i != arguments_.only) continue;
      Dice dice(arguments_.seed * 1'000'003 + static_cast<std::uint64_t>(i));
      // Mostly short ones: CBC's time grows fast. Each constraint comes up at every length.
      const auto spread = static_cast<std::int64_t>(arguments_.max_slots - arguments_.min_slots);
      std::int64_t more = spread;
      for (int roll = 0; roll < 5; ++roll) more = std::min(more, dice.from(0, spread));
      const std::size_t slots = arguments_.min_slots + static_cast<std::size_t>(dice.one_in(16) ? spread : more);
      const Instance instance = roll_instance(dice, slots);
      count(instance.mix, instance.problem.slots.size());
      judge(i, instance);
    }
    report();
    return failures_ == 0 && compared_ > 0 ? 0 : 1;
  }

 private:
  void judge(long i, const Instance& instance) {
    Outcome outcome;
    const auto began = std::chrono::steady_clock::now();
    try {
      outcome = compare(instance);
    } catch (const std::exception& error) {
      outcome.fault = error.what();
    }
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    if (took > slowest_) slowest_ = took, slowest_at_ = i;
    ++compared_;
    exact_ += outcome.exact;
    void_bounds_ += outcome.void_bound;
    if (!outcome.exact) add_loss(i, outcome);
    if (outcome.fault.empty()) return;
    ++failures_;
    std::cout << "FAILED instance " << i << " of seed " << arguments_.seed << " (" << instance.problem.slots.size()
              << " slots; --only " << i << " repeats it): " << outcome.fault << std::endl;
  }

  void add_loss(long i, const Outcome& outcome) {
    losses_ += outcome.loss;
    bounds_ += outcome.bound;
    if (outcome.loss > 0.03) std::cout << "instance " << i << " loses " << 100 * outcome.loss << " %\n";
    if (outcome.loss <= worst_loss_) return;
    worst_loss_ = outcome.loss;
    worst_loss_at_ = i;
  }

  Outcome compare(const Instance& instance) {
    const ChargingProblem& problem = instance.problem;
    const ChargingPlan plan = plan_charging(problem);
    Outcome outcome;
    outcome.fault = fault_of(problem, plan);
    if (outcome.fault.empty()) outcome.fault = fault_of_rendering(problem, plan, 0);
    if (!outcome.fault.empty()) return outcome;
    outcome.exact = instance.mix.on_off || instance.mix.on_grid;
    MilpOptions options{.solver = CBC_PATH, .folder = folder_, .time_limit_s = arguments_.time_limit_s};
    options.energy_kwh = static_cast<double>(plan.energy.count()) / kJoulesPerKwh;
    if (plan.shortfall.count() > 0) {
      ++short_;
      outcome.fault = check_most(problem, plan, options);
      if (!outcome.fault.empty() || plan.energy.count() == 0) return outcome;
    }
    compare_with(solve_below(instance, plan, options), instance, plan, options, outcome);
    return outcome;
  }

  /// The best plan, sought among those that are as good as ours: that halves CBC's time. Now and then it finds none
  /// below such a bound, or calls optimal what is above it; then it is asked without.
  static MilpAnswer solve_below(const Instance& instance, const ChargingPlan& plan, MilpOptions options) {
    const ChargingProblem& problem = instance.problem;
    const double planned = objective_of(problem, plan);
    options.cutoff = planned + kTiny * (starts_of(problem, plan) + 1) + 1e-3 * std::max(1.0, std::abs(planned));
    const MilpAnswer best = solve_milp(problem, options);
    if (best.feasible && best.objective <= *options.cutoff) return best;
    options.cutoff.reset();
    return solve_milp(problem, options);
  }

  /// Minimum runs never keep a plan from drawing what it can (a run may fill all between barred slots), so CBC is
  /// spared them: what it finds without is no less, and the plan, which keeps them, must reach it.
  static std::string check_most(ChargingProblem problem, const ChargingPlan& plan, MilpOptions options) {
    const double need = static_cast<double>((problem.target - problem.stored).count()) * 1e4 /
                        static_cast<double>(problem.efficiency.count()) / kJoulesPerKwh;
    problem.min_run = std::chrono::seconds(0);
    options.most_energy = true;
    options.energy_kwh = need;
    const MilpAnswer most = solve_milp(problem, options);
    const double planned = static_cast<double>(plan.energy.count()) / kJoulesPerKwh;
    if (std::abs(most.energy - planned) <= 2e-6 * std::max(1.0, planned)) return {};
    return "draws " + std::to_string(planned) + " kWh, CBC " + std::to_string(most.energy);
  }

  void compare_with(const MilpAnswer& best, const Instance& instance, const ChargingPlan& plan, MilpOptions options,
                    Outcome& outcome) {
    const ChargingProblem& problem = instance.problem;
    const double planned = objective_of(problem, plan);
    std::ostringstream both;
    both.precision(9);
    both << "plan " << planned << " with " << starts_of(problem, plan) << " starts, CBC " << best.objective << " with "
         << best.starts;
    if (!best.feasible) {
      outcome.fault = "CBC finds no plan; " + both.str();
      return;
    }
    const double scale = std::max(1.0, std::abs(best.objective));
    // A plan's energies are whole joules: up to one off at each boundary where the powers or the need are not.
    const double tolerance = 1e-6 * scale + (instance.mix.on_grid ? 0 : variation(problem) / kJoulesPerKwh);
    const double loss = planned - best.objective;
    outcome.loss = std::max(0.0, loss) / scale;
    const bool starts_differ = std::abs(loss) <= tolerance && starts_of(problem, plan) > best.starts;
    if (outcome.exact && (loss > tolerance || starts_differ)) outcome.fault = "worse: " + both.str();
    // CBC counts a start 1e-4: it may pay so much for one less.
    const double starts_saved = std::max(0, starts_of(problem, plan) - best.starts);
    if (loss < -tolerance - 1e-4 * starts_saved) outcome.fault = "better than the optimum: " + both.str();
    if (!outcome.fault.empty() || outcome.exact) return;
    check_bound(problem, planned, best, options, outcome);
  }

  void check_bound(const ChargingProblem& problem, double planned, const MilpAnswer& best, MilpOptions options,
                   Outcome& outcome) const {
    const auto goal = static_cast<std::int64_t>(std::llround(options.energy_kwh * kJoulesPerKwh)) * planner::kMicro;
    const planner::GridStep step = planner::grid_step(problem.most, goal);
    options.step_kwh =
        static_cast<double>(step.whole) / static_cast<double>(step.pieces) / planner::kMicro / kJoulesPerKwh;
    options.longer_runs = kPlannerSlot;
    const MilpAnswer tighter = solve_milp(problem, options);
    outcome.void_bound = !tighter.feasible;
    if (!tighter.feasible) return;
    const double bound = tighter.objective + variation(problem) * options.step_kwh + 1e-4 * 200;
    outcome.bound = (bound - best.objective) / std::max(1.0, std::abs(best.objective));
    if (planned > bound) {
      outcome.fault = "above the bound: plan " + std::to_string(planned) + ", bound " + std::to_string(bound);
    }
  }

  void count(const Mix& mix, std::size_t slots) {
    const bool longest = slots == arguments_.max_slots;
    const auto add = [&](const std::string& what, bool holds) {
      if (!holds) return;
      ++kinds_[what].first;
      kinds_[what].second += longest;
    };
    add("on/off", mix.on_off);
    add("modulating", !mix.on_off);
    add("on the grid", mix.on_grid);
    add("taper", mix.taper);
    add("fuse", mix.fuse);
    add("ceiling", mix.ceiling);
    add("start cost", mix.starts_cost);
    add("running run", mix.running);
    add("short first slot", mix.short_first);
    add("negative prices", mix.negative);
    add("round numbers", mix.round);
    add("load as the objective", mix.load);
    add("minimum run " + std::to_string(mix.min_run.count() / 60) + " min", true);
  }

  void report() const {
    for (const auto& [what, counts] : kinds_) {
      std::printf("%-24s %5ld, %ld of them over %zu slots\n", what.c_str(), counts.first, counts.second,
                  arguments_.max_slots);
    }
    std::printf("%-24s %5ld\n", "target out of reach", short_);
    const long rounded = compared_ - exact_;
    std::printf(
        "compared %ld: %ld to 1e-6, %ld within the bound (%ld of these only from below: the bound's problem has no "
        "plan)\n",
        compared_, exact_, rounded - void_bounds_, void_bounds_);
    if (rounded > 0) {
      std::printf("off the grid: mean loss %.5f %%, worst %.4f %% (instance %ld); mean bound %.3f %%\n",
                  100 * losses_ / static_cast<double>(rounded), 100 * worst_loss_, worst_loss_at_,
                  100 * bounds_ / static_cast<double>(std::max(1L, rounded - void_bounds_)));
    }
    std::printf("slowest: instance %ld, %.2f s\n%ld failed\n", slowest_at_, slowest_, failures_);
  }

  Arguments arguments_;
  std::string folder_;
  std::map<std::string, std::pair<long, long>> kinds_;
  long compared_ = 0;
  long exact_ = 0;
  long short_ = 0;
  long void_bounds_ = 0;
  long failures_ = 0;
  double losses_ = 0;
  double bounds_ = 0;
  double worst_loss_ = 0;
  long worst_loss_at_ = 0;
  double slowest_ = 0;
  long slowest_at_ = 0;
};

}  // namespace
}  // namespace home_energy::test

int main(int argc, char** argv) {
  return home_energy::test::Proof(home_energy::test::arguments_of(argc, argv)).run();
}
