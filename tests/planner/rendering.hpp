/// @file
/// Whether what people and clients are shown of a plan is right: it is rendered, read again and compared.
#pragma once

#include <string>

#include "common/world/home.hpp"

namespace home_energy::test {

/// @return what is wrong with the document of a plan; empty where nothing is
std::string fault_of_rendering(const ChargingWish& wish, const HomePlan& made);

/// The same for a plan that belongs to no home: made at `made_at`, with its reasons.
std::string fault_of_rendering(const ChargingProblem& problem, const ChargingPlan& plan, std::int64_t made_at);

}  // namespace home_energy::test
