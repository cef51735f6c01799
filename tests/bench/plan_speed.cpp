// How long plans take, beside CBC on the same problems: lines of "name microseconds cbc_microseconds", each the median
// of some plans in a row and one run of CBC. plan_speed ROUNDS; or plan_speed memory: one plan of the largest problem,
// prints the process's peak of resident memory in KiB.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/planner/planner.hpp"
#include "common/wire/curve_text.hpp"
#include "tests/planner/milp.hpp"

namespace {

using namespace home_energy;
using std::chrono::steady_clock;

/// The reference home from 00:00 on, 20 % to 80 %.
ChargingProblem on_off(std::size_t slots) {
  constexpr std::int64_t kCapacity = 46'300;
  ChargingProblem problem{.least = Watts(7400),
                          .most = Watts(7400),
                          .fuse = Watts(11'000),
                          .capacity = WattHours(kCapacity),
                          .stored = Joules(kCapacity * 3600 / 5),
                          .target = Joules(kCapacity * 3600 / 5 * 4)};
  for (std::size_t slot = 0; slot < slots; ++slot) {
    const int quarter = static_cast<int>(slot) % kQuartersPerDay;
    problem.slots.push_back(
        {kPlannerSlot, default_price_curve().at_quarter(quarter), default_load_curve().at_quarter(quarter)});
  }
  return problem;
}

ChargingProblem with_all(std::size_t slots) {
  ChargingProblem problem = on_off(slots);
  problem.least = Watts(1400);
  problem.taper = {{Percent(6000), Watts(5000)}, {Percent(7500), Watts(3000)}};
  problem.start_cost = MoneyMicro(500'000);
  problem.min_run = std::chrono::hours(1);
  return problem;
}

/// A charger that only switches, at a car that takes less and less: the minimum run is no whole number of slots.
ChargingProblem switching(std::size_t slots) {
  ChargingProblem problem = on_off(slots);
  for (int percent = 30; percent < 80; percent += 5)
    problem.taper.push_back({Percent(percent * 100), Watts(7400 - 100 * (percent - 25))});
  problem.min_run = std::chrono::minutes(37);
  return problem;
}

double microseconds(steady_clock::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

double plan_time(const ChargingProblem& problem, int plans) {
  std::vector<double> times;
  for (int i = 0; i < plans; ++i) {
    const auto began = steady_clock::now();
    const ChargingPlan plan = plan_charging(problem);
    times.push_back(microseconds(steady_clock::now() - began));
    if (plan.blocks.empty()) throw std::runtime_error("an empty plan");
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

double cbc_time(const ChargingProblem& problem, const std::string& folder) {
  test::MilpOptions options{.solver = CBC_PATH, .folder = folder, .time_limit_s = 20};
  options.energy_kwh = static_cast<double>(plan_charging(problem).energy.count()) / 3.6e6;
  const auto began = steady_clock::now();
  try {
    test::solve_milp(problem, options);
  } catch (const std::exception&) {  // not done in the time: that long at least
  }
  return microseconds(steady_clock::now() - began);
}

void measure(int plans) {
  const std::string folder = "/tmp/plan-speed-" + std::to_string(::getpid());
  std::filesystem::create_directories(folder);
  struct Kind {
    const char* name;
    ChargingProblem (*problem)(std::size_t slots);
  };
  for (const std::size_t slots : {24U, 48U, 96U, 192U}) {
    for (const Kind& kind : {Kind{"on-off", on_off}, Kind{"switching", switching}, Kind{"all", with_all}}) {
      const ChargingProblem problem = kind.problem(slots);
      std::cout << kind.name << '-' << slots << ' ' << plan_time(problem, plans) << ' ' << cbc_time(problem, folder)
                << '\n';
    }
  }
  std::filesystem::remove_all(folder);
}

void measure_memory() {
  if (plan_charging(with_all(192)).blocks.empty()) throw std::runtime_error("an empty plan");
  // Not getrusage(2): that counts what the parent had when it forked, too.
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word && word != "VmHWM:") continue;
  status >> word;
  std::cout << word << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 2) throw std::runtime_error("usage: plan_speed PLANS|memory");
    const std::string what = argv[1];
    if (what == "memory") {
      measure_memory();
    } else {
      measure(std::stoi(what));
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "plan_speed: " << error.what() << '\n';
    return 1;
  }
}
