/// @file
/// The subcommand that says whether a configuration would start.
#pragma once

#include <string>
#include <vector>

#include "agent/options/option_layers.hpp"

namespace home_energy {

/// `home-energy-agent check ...`: reads options and files as a start does, and looks whether HTTP can listen, the
/// folder can be written and the broker takes the agent. Changes nothing, and publishes nothing. Prints a line of each;
/// ends with 0 where all is well, with 1 where something is in the way, with 2 where an option is wrong.
/// @param arguments what follows `check`
Exit check_and_exit(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace home_energy
