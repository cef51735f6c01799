/// @file
/// What the tests' connections to a broker have in common.
#pragma once

#include <string>

#include "agent/mqtt/mqtt_link.hpp"
#include "tests/brokers.hpp"
#include "tests/runners.hpp"

namespace home_energy::test {

/// With one subscription.
inline MqttSettings link_settings(const Broker& broker, const std::string& filter = "home-energy/+/+/set") {
  return {.uri = broker.uri(),
          .client_id = "link-of-a-test",
          .subscriptions = {{filter, Stored::skip}},
          .status_topic = "home-energy/status",
          .offline = "offline"};
}

/// Whom nothing matters.
inline MqttEvents no_events() {
  return {
      .on_message = [](const Incoming&) {}, .on_connected = [] {}, .on_lost = [] {}, .on_dropped = [](std::size_t) {}};
}

/// @return whether the link has left the broker
inline bool leaves(MqttLink& link, Io& io) {
  bool left = false;
  link.stop([&] { left = true; });
  return io.run_until([&] { return left; });
}

}  // namespace home_energy::test
