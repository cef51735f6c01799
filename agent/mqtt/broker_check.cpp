#include "agent/mqtt/broker_check.hpp"

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <utility>

#include "agent/mqtt/broker_probe.hpp"
#include "agent/mqtt/paho_values.hpp"

namespace home_energy {
namespace {

constexpr std::chrono::seconds kVisit{5};

Error in_the_way(std::string reason) {
  return {ErrorCode::illegal, "mqtt-uri", std::move(reason)};
}

/// Whether the way is free up to MQTT.
Result<void> look(const MqttSettings& settings) {
  boost::asio::io_context io;
  Finding finding{};
  probe_broker(io, settings, [&](const Finding& found) { finding = found; });
  io.run();
  if (!finding.reachable) return tl::unexpected(in_the_way(finding.reason));
  return {};
}

/// Waits for what was begun; it throws where that failed.
void await(const mqtt::token_ptr& begun, const char* what) {
  if (!begun->wait_for(kVisit)) throw mqtt::exception(MQTTASYNC_FAILURE, std::string("no answer to ") + what);
}

struct Visit {
  std::string failure{};       ///< empty: the broker takes us
  bool is_of_version = false;  ///< another one may do better
};

void leave(mqtt::async_client& client) {
  try {
    client.disconnect()->wait_for(kVisit);
  } catch (const mqtt::exception&) {  // the broker was quicker
  }
}

Visit visit(const MqttSettings& settings, bool v5) {
  mqtt::async_client client(settings.uri, settings.client_id,
                            mqtt::create_options(v5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1));
  try {
    await(client.connect(connect_options(settings, v5, 1)), "the connection");
  } catch (const mqtt::exception& error) {
    const int code = error.get_return_code();
    return {refusal_of(code, error.get_message()), !is_of_credentials(code)};
  }
  for (const Subscription& each : settings.subscriptions) {
    try {
      await(client.subscribe(each.filter, 0), "a subscription");
    } catch (const mqtt::exception&) {
      leave(client);
      return {"it refuses the subscription to " + each.filter + ", see its access list"};
    }
  }
  leave(client);
  return {};
}

}  // namespace

Result<std::string> check_broker(const MqttSettings& settings) {
  if (const auto way = look(settings); !way) return tl::unexpected(way.error());
  prepare_paho();
  MqttSettings visitor = settings;
  visitor.client_id += "-check";
  visitor.status_topic.clear();
  bool v5 = settings.version != MqttVersion::v3_1_1;
  Visit outcome = visit(visitor, v5);
  if (outcome.is_of_version && settings.version == MqttVersion::automatic) outcome = visit(visitor, v5 = false);
  if (!outcome.failure.empty()) return tl::unexpected(in_the_way(outcome.failure));
  return v5 ? "MQTT 5" : "MQTT 3.1.1";
}

}  // namespace home_energy
