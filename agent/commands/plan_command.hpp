/// @file
/// The subcommand that plans and prints.
#pragma once

#include <string>
#include <vector>

#include "agent/options/options.hpp"

namespace home_energy {

/// The options that only this one has.
const std::vector<OptionSpec>& plan_option_specs();

/// `home-energy-agent plan ...`: prints what a plan for the options would be, and needs no broker. Takes the options of
/// the agent and `--soc`, `--at`, `--json`. @param arguments what follows `plan`
Exit plan_and_exit(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace home_energy
