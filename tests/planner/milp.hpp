/// @file
/// A charging problem as a mixed integer programme, solved by the command `cbc`. A formulation of its own that shares
/// nothing with the planner: times and energies are continuous, and where each run begins and ends is free.
#pragma once

#include <optional>
#include <string>

#include "common/planner/planner.hpp"

namespace home_energy::test {

/// What CBC found.
struct MilpAnswer {
  bool feasible;
  double objective;  ///< currency, or kW * kWh where the objective is the load; with start costs where they count
  double energy;     ///< kWh drawn
  int starts;
};

/// How the programme differs from the problem.
struct MilpOptions {
  std::string solver;  ///< path of cbc
  std::string folder;  ///< for its files
  double time_limit_s = 120;
  double energy_kwh = 0;                ///< to be drawn in all
  bool most_energy = false;             ///< instead: as much as can be drawn, at most `energy_kwh`
  double step_kwh = 0;                  ///< each use of a slot keeps so far from its bounds
  std::chrono::seconds longer_runs{0};  ///< added to a minimum run that is not 0
  /// Plans whose objective, with `kTiny` for each start, is above it are not looked for.
  std::optional<double> cutoff{};
};

/// Throws where CBC does not come to a proven end.
MilpAnswer solve_milp(const ChargingProblem& problem, const MilpOptions& options);

}  // namespace home_energy::test
