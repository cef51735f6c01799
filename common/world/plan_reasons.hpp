/// @file
/// Why a plan is as it is, in a few words for people. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "common/planner/planner.hpp"

namespace home_energy {

/// Of each block of the plan, why it is there: "cheapest 2 h before 07:00", "next cheapest, adjoining".
/// @param ready_by the departure as the clock shows it, `HH:MM`
/// @param keeps_peak_low whether the plan is as it is for the sake of the month's highest hours
std::vector<std::string> plan_reasons(const ChargingProblem& problem, const ChargingPlan& plan,
                                      const std::string& ready_by, bool keeps_peak_low = false);

/// "too little time", "the fuse", "the price ceiling", or several of them.
std::string obstacles_text(const PlanObstacles& obstacles);

}  // namespace home_energy
