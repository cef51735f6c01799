/// @file
/// The subcommand that asks a running agent how it is.
#pragma once

#include <string>
#include <vector>

#include "agent/options/option_layers.hpp"

namespace home_energy {

/// `home-energy-agent health ...`: prints what `GET /healthz` answers at this machine, at the port and the address of
/// the agent's options; at the ingress port where HTTP is off. Ends with 0 where that is 200, with 1 where it is
/// anything else or nothing within 3 s, with 2 where an option is wrong or HTTP is off. @param arguments what follows
/// `health`
Exit health_and_exit(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace home_energy
