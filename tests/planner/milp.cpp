#include "tests/planner/milp.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "tests/planner/programme.hpp"

namespace home_energy::test {
namespace {

/// What CBC wrote: nothing where it says that there is no plan.
std::optional<Values> read_values(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  if (line.starts_with("Infeasible") || line.starts_with("Integer infeasible")) return std::nullopt;
  if (!line.starts_with("Optimal")) throw std::runtime_error("CBC did not come to an end: '" + line + "'");
  Values values;
  std::string index;
  std::string variable;
  double value = 0;
  double cost = 0;
  while (file >> index >> variable >> value >> cost) values[variable] = value;
  return values;
}

MilpAnswer answer_of(const Values& values, const ChargingProblem& problem) {
  const bool costs = problem.objective == Objective::cost;
  MilpAnswer answer{true, 0, 0, 0};
  for (const auto& [variable, value] : values) {
    if (variable[0] == 'e') {
      const PlannerSlot& slot = problem.slots[std::stoul(variable.substr(1))];
      answer.energy += value;
      answer.objective += value * (costs ? static_cast<double>(slot.price.count()) / 1e6
                                         : static_cast<double>(slot.base_load.count()) / 1e3);
    }
    if (variable[0] == 'S' || variable[0] == 'T') answer.starts += value > 0.5 ? 1 : 0;
  }
  if (costs) answer.objective += answer.starts * static_cast<double>(problem.start_cost.count()) / 1e6;
  return answer;
}

}  // namespace

MilpAnswer solve_milp(const ChargingProblem& problem, const MilpOptions& options) {
  Programme programme(problem, options);
  if (options.most_energy) programme.ask_for_most();
  const std::string model = options.folder + "/model.lp";
  const std::string answer = options.folder + "/answer.txt";
  std::ofstream file(model);
  programme.write(file);
  file.close();
  // Now and then CBC aborts on an assertion of its own, or calls optimal what breaks the rows it was given. Another try
  // takes another way through the same problem.
  for (const char* way : {"", "-preprocess off", "-cuts off", "-presolve off"}) {
    std::filesystem::remove(answer);
    std::ostringstream command;
    command << "'" << options.solver << "' '" << model
            << "' -threads 0 -ratioGap 0 -allowableGap 0 -primalTolerance 1e-9"
            << " -dualTolerance 1e-9 -integerTolerance 1e-9 -seconds " << options.time_limit_s;
    if (options.cutoff) command << " -cutoff " << *options.cutoff;
    command << ' ' << way << " -solve -solution '" << answer << "' >'" << options.folder << "/log.txt' 2>&1";
    if (std::system(command.str().c_str()) != 0) continue;  // NOLINT(cert-env33-c,concurrency-mt-unsafe): our own words
    const auto values = read_values(answer);
    if (!values) return {false, 0, 0, 0};
    if (programme.is_kept_by(*values)) return answer_of(*values, problem);
  }
  throw std::runtime_error("CBC fails");
}

}  // namespace home_energy::test
