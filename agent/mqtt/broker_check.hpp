/// @file
/// Whether a broker would take an agent, found out by going there once under another name. Publishes nothing, leaves no
/// will and disturbs no agent that is there.
#pragma once

#include <string>

#include "agent/mqtt/mqtt_settings.hpp"
#include "common/base/result.hpp"

namespace home_energy {

/// Blocks for 20 s at most. @return the version that it speaks, `MQTT 5`; fails with what is in the way
Result<std::string> check_broker(const MqttSettings& settings);

}  // namespace home_energy
