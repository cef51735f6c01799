/// @file
/// Whether a plan keeps the rules: a simulation of its own, in floating point, that shares nothing with the planner.
#pragma once

#include <string>

#include "common/planner/planner.hpp"

namespace home_energy::test {

/// @return what is wrong with a plan; empty where nothing is
std::string fault_of(const ChargingProblem& problem, const ChargingPlan& plan);

/// What a plan costs in its objective: currency, or kW * kWh; with the start costs where they count.
double objective_of(const ChargingProblem& problem, const ChargingPlan& plan);

/// How many runs a plan begins.
int starts_of(const ChargingProblem& problem, const ChargingPlan& plan);

}  // namespace home_energy::test
