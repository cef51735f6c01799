#include "agent/mqtt/paho_values.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace home_energy {
namespace {

using namespace std::chrono_literals;

constexpr auto kConnectTimeout = 5s;

// Without an error handler: Paho would call it after the options that hold it are gone. BrokerProbe finds the reason.
mqtt::ssl_options ssl_options(const MqttSettings& settings) {
  mqtt::ssl_options ssl;
  if (!settings.ca_file.empty()) ssl.set_trust_store(settings.ca_file);
  if (!settings.certificate_file.empty()) ssl.set_key_store(settings.certificate_file);
  if (!settings.key_file.empty()) ssl.set_private_key(settings.key_file);
  ssl.set_enable_server_cert_auth(true);
  ssl.set_verify(true);  // the certificate's name, too
  return ssl;
}

}  // namespace

void prepare_paho() {
  static const bool kOnce = [] {
    MQTTAsync_init_options options = MQTTAsync_init_options_initializer;
    options.do_openssl_init = 0;
    MQTTAsync_global_init(&options);
    return true;
  }();
  static_cast<void>(kOnce);
}

int receive_maximum(const mqtt::token_ptr& connected) {
  constexpr int kUnlimited = 65'535;  // MQTT 5, 3.2.2.3.3: where CONNACK has none
  const auto properties = connected->get_connect_response().get_properties();
  if (!properties.contains(mqtt::property::RECEIVE_MAXIMUM)) return kUnlimited;
  return mqtt::get<std::uint16_t>(properties, mqtt::property::RECEIVE_MAXIMUM);
}

std::string reason_of(const mqtt::token_ptr& failed) {
  try {
    failed->wait_for(0s);
  } catch (const mqtt::exception& error) {
    return error.get_message();
  }
  return "no answer";
}

bool is_of_credentials(int code) {
  constexpr std::array kBadCredentials{4, 5, 134, 135};  // MQTT 3.1.1, 3.2.2.3; MQTT 5, 3.2.2.2
  return std::ranges::find(kBadCredentials, code) != kBadCredentials.end();
}

std::string refusal_of(int code, const std::string& reason) {
  return is_of_credentials(code) ? "it refused the user or password, see --mqtt-username" : reason;
}

mqtt::connect_options connect_options(const MqttSettings& settings, bool v5, int in_flight) {
  mqtt::connect_options options;
  options.set_mqtt_version(v5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1);
  if (v5) {
    options.set_clean_start(true);
    options.set_properties({{mqtt::property::MAXIMUM_PACKET_SIZE, kMaxPacket}});
  } else {
    options.set_clean_session(true);
  }
  options.set_keep_alive_interval(settings.keep_alive);
  options.set_connect_timeout(kConnectTimeout);
  options.set_max_inflight(in_flight);
  if (!settings.username.empty()) options.set_user_name(settings.username);
  if (!settings.password.empty()) options.set_password(settings.password);
  if (!settings.status_topic.empty())
    options.set_will_message(mqtt::message(settings.status_topic, settings.offline, 1, true));
  if (settings.uri.starts_with("mqtts://")) options.set_ssl(ssl_options(settings));
  return options;
}

Incoming incoming(const mqtt::message& message) {
  const std::string& payload = message.get_payload_str();
  Incoming copy{.topic = message.get_topic(),
                .payload = payload.substr(0, kMaxPayload),
                .payload_bytes = payload.size(),
                .stored = message.is_retained(),
                .response_topic = std::nullopt,
                .correlation = {}};
  const auto& properties = message.get_properties();
  if (properties.contains(mqtt::property::RESPONSE_TOPIC)) {
    copy.response_topic = mqtt::get<std::string>(properties, mqtt::property::RESPONSE_TOPIC);
  }
  if (properties.contains(mqtt::property::CORRELATION_DATA)) {
    copy.correlation = mqtt::get<std::string>(properties, mqtt::property::CORRELATION_DATA);
  }
  return copy;
}

mqtt::message_ptr message_of(const Outgoing& out) {
  mqtt::properties properties;
  if (!out.correlation.empty()) properties.add({mqtt::property::CORRELATION_DATA, out.correlation});
  return mqtt::message::create(out.topic, out.payload.data(), out.payload.size(), out.qos, out.retained, properties);
}

}  // namespace home_energy
