/// @file
/// What the connection to the broker is told at the start.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace home_energy {

enum class MqttVersion { automatic, v5, v3_1_1 };

/// Which of a subscription's messages are wanted.
enum class Stored {
  skip,       ///< those that are sent from now on
  read_once,  ///< those that the broker keeps (retained): when it has given them the subscription ends
};

struct Subscription {
  std::string filter;
  Stored stored;
};

struct MqttSettings {
  std::string uri;        ///< `mqtt://host:port` or `mqtts://host:port`
  std::string client_id;  ///< stable, and of nobody else on this broker
  MqttVersion version = MqttVersion::automatic;
  std::chrono::seconds keep_alive{15};
  std::string username;  ///< none where empty, as all below
  std::string password;
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;
  std::vector<Subscription> subscriptions;  ///< at least one; in this order, `read_once` ones not last
  std::string status_topic;                 ///< last will and farewell go here; empty: there is no will
  std::string offline;                      ///< what they say
};

/// More of a payload than this is never looked at.
constexpr std::size_t kMaxPayload = std::size_t{64} * 1024;
/// What we ask an MQTT 5 broker not to exceed, bytes of a packet.
constexpr int kMaxPacket = 128 * 1024;

}  // namespace home_energy
