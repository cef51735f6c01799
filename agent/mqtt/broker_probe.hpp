/// @file
/// Why a broker cannot be reached. Paho tells a refused port, an unknown name and a wrong certificate alike ("TCP/TLS
/// connect failure"), so after a failure this tries the same way itself and tells what stood in it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>

#include "agent/mqtt/mqtt_settings.hpp"

namespace home_energy {

struct Finding {
  bool reachable;      ///< the way is free up to MQTT itself: TCP, and TLS where the URI asks for it
  std::string reason;  ///< where it is not: what is in the way
};

/// Tries for at most 3 s, then calls `done` on the thread of `io`, once.
void probe_broker(boost::asio::io_context& io, const MqttSettings& settings, std::function<void(const Finding&)> done);

}  // namespace home_energy
