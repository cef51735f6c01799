/// @file
/// Between Paho's values and ours. Part of `mqtt_link`, which alone includes it.
#pragma once

#include <mqtt/async_client.h>

#include <functional>
#include <string>
#include <utility>

#include "agent/mqtt/inbox.hpp"
#include "agent/mqtt/mqtt_settings.hpp"
#include "agent/mqtt/outbox.hpp"

namespace home_energy {

/// Calls a function with a finished token, on Paho's thread.
class Listener : public mqtt::iaction_listener {
 public:
  using Handler = std::function<void(const mqtt::token&, bool ok)>;
  explicit Listener(Handler handler) : handler_(std::move(handler)) {}
  void on_success(const mqtt::token& token) override { handler_(token, true); }
  void on_failure(const mqtt::token& token) override { handler_(token, false); }

 private:
  Handler handler_;
};

/// Before a client is made: Paho would load all of OpenSSL's algorithms and words into memory, TLS or not. Since its
/// version 1.1 OpenSSL loads what it needs when it needs it. Once in a process, whatever the number of calls: Paho's
/// initialisation makes the condition anew on which its sending thread waits, and each later message would wait for
/// that thread's time-out of a second.
void prepare_paho();

/// How many messages of QoS 1 or 2 the broker takes before it has acknowledged the first.
int receive_maximum(const mqtt::token_ptr& connected);

/// Why a finished token failed, in Paho's words.
std::string reason_of(const mqtt::token_ptr& failed);

/// Whether a CONNACK refuses the user or the password.
bool is_of_credentials(int code);

/// Why a broker did not take us. @param code of its CONNACK @param reason Paho's words
std::string refusal_of(int code, const std::string& reason);

/// A clean session with last will, where there is a topic for it, and with TLS where the URI asks for it.
/// @param in_flight how many messages of QoS 1 may wait for their acknowledgement
mqtt::connect_options connect_options(const MqttSettings& settings, bool v5, int in_flight);

Incoming incoming(const mqtt::message& message);
mqtt::message_ptr message_of(const Outgoing& out);

}  // namespace home_energy
