#include "common/wire/wire.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "common/base/text.hpp"

namespace home_energy::wire {
namespace {

constexpr std::string_view kCommandSuffix = "/set";
constexpr std::string_view kStatus = "status";

bool is_below(std::string_view topic, std::string_view base) {
  return topic.size() > base.size() && topic.starts_with(base) && topic[base.size()] == '/';
}

/// Whether a home has a status or state called so.
bool is_of_home(std::string_view name) {
  return name == kStatus || name == kSolarForecast ||
         std::ranges::any_of(every_topic(), [&](TopicOfHome topic) { return name == wire::name(topic); }) ||
         std::ranges::find(kDeviceNames, name) != kDeviceNames.end();
}

}  // namespace

int qos(HomeTopic topic) {
  return topic == HomeTopic::baseload_profile || topic == HomeTopic::price_profile ? 1 : 0;
}

std::string Topics::receipt(std::string_view home) const {
  return base_ + '/' + std::string(home) + "/receipt";
}

std::string Topics::status(std::string_view home) const {
  return base_ + '/' + std::string(home) + "/status";
}

std::string Topics::of(std::string_view home, std::string_view name) const {
  return base_ + '/' + std::string(home) + '/' + std::string(name);
}

std::string Topics::command(std::string_view home, std::string_view command) const {
  return base_ + '/' + std::string(home) + '/' + std::string(command) + std::string(kCommandSuffix);
}

std::optional<CommandAddress> Topics::command_address(std::string_view topic) const {
  if (!topic.starts_with(base_) || !topic.ends_with(kCommandSuffix)) return std::nullopt;
  topic.remove_prefix(base_.size());
  if (!topic.starts_with('/') || topic.size() <= kCommandSuffix.size()) return std::nullopt;
  topic = topic.substr(1, topic.size() - 1 - kCommandSuffix.size());
  const auto slash = topic.find('/');
  if (slash == std::string_view::npos) return CommandAddress{.home = {}, .command = std::string(topic)};
  const auto command = topic.substr(slash + 1);
  if (car_command_of(command).command.find('/') != std::string_view::npos) return std::nullopt;
  return CommandAddress{std::string(topic.substr(0, slash)), std::string(command)};
}

std::optional<std::string_view> Topics::home_of(std::string_view topic) const {
  if (!is_below(topic, base_)) return std::nullopt;
  topic.remove_prefix(base_.size() + 1);
  const auto slash = topic.find('/');
  if (slash == std::string_view::npos || !is_of_home(topic.substr(slash + 1))) return std::nullopt;
  return topic.substr(0, slash);
}

bool Topics::owns(std::string_view topic) const {
  constexpr std::string_view kReceipt = "receipt";
  if (!is_below(topic, base_)) return false;
  topic.remove_prefix(base_.size() + 1);
  const auto home = topic.substr(0, topic.find('/'));
  if (home != kAnswers && std::ranges::find(kReservedHomes, home) != kReservedHomes.end()) return true;
  if (home.size() == topic.size()) return false;
  const auto rest = topic.substr(home.size() + 1);
  const bool is_command = rest.ends_with(kCommandSuffix) || rest == kCommandSuffix.substr(1);
  return is_command || (home != kAnswers && (rest == kReceipt || is_of_home(rest)));
}

bool Topics::may_answer_to(std::string_view topic, std::string_view discovery_prefix) const {
  constexpr std::size_t kLongest = 256;
  if (topic.empty() || topic.size() > kLongest || !is_utf8(topic) || topic.front() == '$') return false;  // $: brokers'
  if (topic == discovery_prefix || is_below(topic, discovery_prefix) || owns(topic)) return false;
  return std::ranges::none_of(topic, [](unsigned char c) { return c == '+' || c == '#' || std::iscntrl(c) != 0; });
}

std::string_view text(Charging charging) {
  switch (charging) {
    case Charging::off:
      return "off";
    case Charging::on:
      return "on";
  }
  return {};
}

std::string_view text(Switch position) {
  switch (position) {
    case Switch::off:
      return "off";
    case Switch::on:
      return "on";
  }
  return {};
}

std::string_view text(ChargingMode mode) {
  switch (mode) {
    case ChargingMode::manual:
      return "manual";
    case ChargingMode::cheapest:
      return "cheapest";
    case ChargingMode::lowest_load:
      return "lowest_load";
    case ChargingMode::immediate:
      return "immediate";
    case ChargingMode::solar:
      return "solar";
  }
  return {};
}

std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string receipt(std::string_view command, const std::optional<std::string>& id, const Result<Receipt>& outcome,
                    bool durable) {
  constexpr std::size_t kLongestName = 64;  // of a command that does not exist, it can be as long as a topic
  std::string out = R"({"command":)" + json_string(command.substr(0, kLongestName));
  out += outcome ? R"(,"status":"ok")" : R"(,"status":"error")";
  if (id) out += ",\"" + std::string(key::kId) + "\":" + *id;
  out += outcome ? R"(,"result":)" + http::result(*outcome, durable)
                 : R"(,"error":)" + json_string(outcome.error().reason);
  return out + '}';
}

std::string clock_receipt(std::string_view status, const std::optional<std::string>& id, std::string_view clock) {
  std::string out = R"({"command":"clock","status":")" + std::string(status) + '"';
  if (id) out += ",\"" + std::string(key::kId) + "\":" + *id;
  return out + R"(,"result":)" + std::string(clock) + '}';
}

std::string dropped_receipt(std::size_t count) {
  const std::string number = std::to_string(count);
  return R"({"command":"","status":"error","dropped":)" + number + R"(,"error":")" + number +
         R"( messages were dropped unread: they came faster than they can be answered, send fewer at a time"})";
}

}  // namespace home_energy::wire
