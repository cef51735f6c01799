#include "agent/http/asyncapi.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/http/openapi.hpp"
#include "common/wire/device_table.hpp"
#include "common/wire/value_schema.hpp"

namespace home_energy {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kHome = "{home}";
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kText = "text/plain";

/// Letters, digits, `_` and `-`, as the name of a channel is to be.
std::string id_of(std::string_view topic) {
  std::string id(topic);
  std::ranges::replace(id, '/', '_');
  return id;
}

ordered_json reference(std::string_view place, std::string_view name) {
  return {{"$ref", std::string("#/").append(place).append("/").append(name)}};
}

/// The document while it is written.
class Writer {
 public:
  void send(std::string_view topic, const std::string& address, int qos, bool retained, ordered_json payload,
            std::string_view type = kJson) {
    const std::string id = id_of(topic);
    add_channel(id, address, std::move(payload), type);
    operations_["send_" + id] = {{"action", "send"},
                                 {"channel", reference("channels", id)},
                                 {"bindings", {{"mqtt", {{"qos", qos}, {"retain", retained}}}}}};
  }

  /// What is told of it goes to the receipts.
  void receive(std::string_view command, const std::string& address, ordered_json payload) {
    const std::string id = id_of(command) + "_set";
    add_channel(id, address, std::move(payload), kJson);
    operations_["receive_" + id] = {{"action", "receive"},
                                    {"channel", reference("channels", id)},
                                    {"reply", {{"channel", reference("channels", "home_receipt")}}}};
  }

  /// The payload of a home's topic.
  ordered_json payload_of(std::string_view name) const {
    const auto [car, of_car] = wire::car_command_of(name);
    for (const wire::HomeTopic topic : wire::kHomeTopics)
      if (wire::name(topic) == of_car && !wire::rows_of(topic).empty()) return schema_of(wire::rows_of(topic));
    for (const auto& kind : wire::device_kinds())
      if (kind.name == name) return schema_of(kind.rows);
    return openapi_["components"]["schemas"]["State"]["properties"].value(std::string(of_car), ordered_json::object());
  }

  /// The body of a command's request.
  ordered_json command(std::string_view name) const {
    const auto path = openapi_["paths"].find('/' + std::string(name));
    return path == openapi_["paths"].end() ? ordered_json::object()
                                           : (*path)["post"]["requestBody"]["content"][std::string(kJson)]["schema"];
  }

  std::string text(std::string_view version) {
    const ordered_json document{
        {"asyncapi", "3.0.0"},
        {"info",
         {{"title", "Home Energy Agent"},
          {"version", version},
          {"description",
           "Plays homes with an electric car, sun and a home battery. What is sent is sent by the agent."},
          {"license", {{"name", "MIT"}}}}},
        {"defaultContentType", kJson},
        {"channels", channels_},
        {"operations", operations_},
        {"components", {{"schemas", openapi_["components"]["schemas"]}}}};
    return document.dump();
  }

 private:
  void add_channel(const std::string& id, const std::string& address, ordered_json payload, std::string_view type) {
    ordered_json channel{{"address", address}};
    if (address.find(kHome) != std::string::npos)
      channel["parameters"] = {{"home", {{"description", "The id of a home, see the topic info"}}}};
    channel["messages"][id] = {{"contentType", type}, {"payload", std::move(payload)}};
    channels_[id] = std::move(channel);
  }

  ordered_json openapi_ = ordered_json::parse(kOpenApi);
  ordered_json channels_ = ordered_json::object();
  ordered_json operations_ = ordered_json::object();
};

ordered_json presence() {
  return {{"type", "string"}, {"enum", {wire::kOnline, wire::kOffline}}};
}

ordered_json info() {
  const ordered_json ids{{"type", "array"}, {"items", {{"type", "string"}}}};
  return {{"type", "object"},
          {"properties",
           {{"name", {{"type", "string"}}},
            {"version", {{"type", "string"}}},
            {"protocol", {{"type", "integer"}}},
            {"homes", ids},
            {"seconds_per_hour", {{"type", "number"}}},
            {"http", {{"type", "string"}}},
            {"leaving", ids}}},
          {"required", {"name", "version", "protocol", "homes", "seconds_per_hour"}}};
}

ordered_json receipt() {
  return {{"type", "object"},
          {"properties",
           {{"command", {{"type", "string"}}},
            {"id", {{"description", "That of the command, where it had one"}}},
            {"status", {{"type", "string"}, {"enum", {"ok", "error", "progress"}}}},
            {"result", {{"type", "object"}}},
            {"error", {{"type", "string"}}},
            {"durable", {{"type", "boolean"}}},
            {"dropped", {{"type", "integer"}}}}},
          {"required", {"command", "status"}}};
}

/// Whether a home of these topics takes a command of a further device or of a car that leaves.
bool takes(std::span<const std::string_view> topics, std::string_view command) {
  const auto has = [&](std::string_view name) { return std::ranges::find(topics, name) != topics.end(); };
  if (const auto verb = wire::device_verb(command); verb.kind != nullptr) return has(verb.kind->name);
  const bool is_of_trips =
      command == wire::command::kPlug || command == wire::command::kTrip || command == wire::command::kTrips;
  if (is_of_trips) return has(wire::name(wire::HomeTopic::car));
  const bool is_of_car = std::ranges::find(wire::command::kOfCar, command) != wire::command::kOfCar.end();
  return !is_of_car || has(wire::name(wire::HomeTopic::battery));
}

}  // namespace

std::string asyncapi(const wire::Topics& base, std::span<const std::string_view> topics, std::string_view version) {
  Writer writer;
  writer.send("status", base.status(), 1, true, presence(), kText);
  writer.send("info", base.info(), 1, true, info());
  writer.send("receipt", base.receipt(), 0, false, receipt());
  writer.send("home_status", base.status(kHome), 1, true, presence(), kText);
  writer.send("home_receipt", base.receipt(kHome), 0, false, receipt());
  for (const std::string_view topic : topics) {
    const auto known = std::ranges::find_if(wire::every_topic(), [&](const auto& each) { return name(each) == topic; });
    const int qos =
        known == wire::every_topic().end() ? (topic == wire::kSolarForecast ? 1 : 0) : wire::qos(known->topic);
    writer.send(topic, base.of(kHome, topic), qos, true, writer.payload_of(topic));
  }
  for (const std::string_view command : wire::command::all())
    if (takes(topics, command)) writer.receive(command, base.command(kHome, command), writer.command(command));
  for (std::size_t car = 1; car < kMostCars; ++car) {
    if (std::ranges::find(topics, wire::below_car(car, "battery")) == topics.end()) continue;
    for (const std::string_view command : wire::command::kOfCar)
      writer.receive(wire::below_car(car, command), base.command(kHome, wire::below_car(car, command)),
                     writer.command(command));
  }
  writer.receive(wire::command::kClock, base.of(wire::command::kClock, "set"), writer.command(wire::command::kClock));
  return writer.text(version);
}

}  // namespace home_energy
