/// @file
/// The agent as an add-on of Home Assistant (an app, as it calls them now): its options come from a file that the
/// Supervisor writes, the broker from the Supervisor.
#pragma once

#include <filesystem>

#include "agent/options/option_layers.hpp"

namespace home_energy {

/// The environment in which an add-on reads its options: what `options.json` in the folder says, `seconds_per_hour` as
/// HOME_ENERGY_SECONDS_PER_HOUR, and of the entries of `more` each `name=value`; the broker of the Supervisor's MQTT
/// service where no `mqtt_uri` is given; and what an add-on has: its state in the folder, the page at the ingress port,
/// the API where there is a token. Fails with the key that is wrong, and where the Supervisor does not answer within 3
/// s.
/// @param real tells SUPERVISOR_TOKEN, SUPERVISOR_URL (without it http://supervisor), and all else
Result<Environment> addon_environment(const Environment& real, const std::filesystem::path& folder);

}  // namespace home_energy
