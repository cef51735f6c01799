#include "agent/commands/addon_environment.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>

#include "agent/commands/http_question.hpp"
#include "agent/http/http_origin.hpp"
#include "agent/options/option_values.hpp"
#include "common/base/text.hpp"

namespace home_energy {
namespace {

using nlohmann::json;
using Variables = std::map<std::string, std::string>;

constexpr std::string_view kPrefix = "HOME_ENERGY_";
constexpr std::string_view kMore = "more";

/// What an agent is told in the environment alone, as no process list shows it.
constexpr std::array<std::string_view, 2> kSecrets{"http_token", "mqtt_password"};

Error wrong(std::string_view field, std::string_view reason) {
  return {ErrorCode::illegal, std::string(field), std::string(field).append(" ").append(reason)};
}

/// `seconds-per-hour`, `seconds_per_hour`: HOME_ENERGY_SECONDS_PER_HOUR.
std::string variable_of(std::string name) {
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
  return std::string(kPrefix) + name;
}

bool is_option(std::string name) {
  std::ranges::replace(name, '_', '-');
  return std::ranges::any_of(option_specs(), [&](const OptionSpec& each) { return each.name == name; });
}

/// An option as an environment has it; empty where nothing is set.
Result<std::string> text_of(const std::string& key, const json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number()) return value.dump();
  return tl::unexpected(wrong(key, "must be a text, a number, true or false"));
}

Result<void> add(Variables& variables, const std::string& name, std::string text) {
  if (std::ranges::find(kSecrets, name) == kSecrets.end() && !is_option(name))
    return tl::unexpected(wrong(excerpt(name), "is no option"));
  if (!text.empty()) variables[variable_of(name)] = std::move(text);
  return {};
}

/// `["solar-kwp=8"]`
Result<void> add_more(Variables& variables, const json& more) {
  if (!more.is_array()) return tl::unexpected(wrong(kMore, "must be a list of name=value"));
  for (const json& each : more) {
    const std::string text = each.is_string() ? each.get<std::string>() : "";
    const auto equals = text.find('=');
    if (equals == std::string::npos)
      return tl::unexpected(wrong(kMore, "must be a list of name=value, got " + excerpt(each.dump())));
    const std::string name(trimmed(text.substr(0, equals)));
    if (auto added = add(variables, name, std::string(trimmed(text.substr(equals + 1)))); !added) return added;
  }
  return {};
}

Result<Variables> options_of(const std::filesystem::path& file) {
  const auto text = read_file(file.string(), "options.json");
  if (!text) return tl::unexpected(wrong("options.json", text.error().reason));
  const json options = json::parse(*text, nullptr, false);
  if (!options.is_object()) return tl::unexpected(wrong("options.json", "must be a JSON object"));
  Variables variables;
  for (const auto& [key, value] : options.items()) {
    const auto single = key == kMore ? Result<std::string>("") : text_of(key, value);
    if (!single) return tl::unexpected(single.error());
    if (auto added = key == kMore ? add_more(variables, value) : add(variables, key, *single); !added)
      return tl::unexpected(added.error());
  }
  return variables;
}

/// Where the Supervisor is asked: `http://supervisor`, `http://127.0.0.1:8080`.
HttpQuestion question(const std::string& url, const std::string& token) {
  constexpr std::int64_t kHttp = 80;
  constexpr std::int64_t kMostPort = 65'535;
  const auto port = whole_number(url.substr(url.rfind(':') + 1), kMostPort).value_or(kHttp);
  return {.host = std::string(host_of_url(url)),
          .port = static_cast<std::uint16_t>(port),
          .target = "/services/mqtt",
          .bearer = token};
}

/// The broker that the Supervisor knows; where it knows none, the one that its own add-on would be.
Result<void> add_broker(Variables& variables, const Environment& real) {
  constexpr int kOk = 200;
  constexpr int kMosquitto = 1883;
  const auto answer = ask(question(real("SUPERVISOR_URL").value_or("http://supervisor"), *real("SUPERVISOR_TOKEN")));
  if (!answer) return tl::unexpected(wrong("supervisor", "does not answer: " + answer.error().reason));
  const json told = json::parse(answer->body, nullptr, false);
  json broker = answer->status == kOk && told.is_object() ? told.value("data", json::object()) : json::object();
  if (!broker.is_object()) broker = json::object();
  try {
    const std::string scheme = broker.value("ssl", false) ? "mqtts://" : "mqtt://";
    variables[variable_of("mqtt-uri")] =
        scheme + broker.value("host", "core-mosquitto") + ':' + broker.value("port", json(kMosquitto)).dump();
    variables[variable_of("mqtt-username")] = broker.value("username", "");
    variables[variable_of("mqtt-password")] = broker.value("password", "");
  } catch (const json::exception&) {
    return tl::unexpected(wrong("supervisor", "gives no broker that can be understood"));
  }
  return {};
}

}  // namespace

Result<Environment> addon_environment(const Environment& real, const std::filesystem::path& folder) {
  auto read = options_of(folder / "options.json");
  if (!read) return tl::unexpected(read.error());
  Variables variables = std::move(*read);
  if (!variables.contains(variable_of("mqtt-uri")) && real("SUPERVISOR_TOKEN")) {
    if (auto broker = add_broker(variables, real); !broker) return tl::unexpected(broker.error());
  }
  const bool has_api = variables.contains(variable_of("http-token"));
  variables.try_emplace(variable_of("data-dir"), folder.string());
  variables.try_emplace(variable_of("http-address"), "0.0.0.0");
  variables.try_emplace(variable_of("http-port"), has_api ? "5000" : "off");
  variables.try_emplace(variable_of("ingress-port"), "8099");
  return [variables = std::move(variables), real](const std::string& name) {
    const auto found = variables.find(name);
    return found != variables.end() ? std::optional(found->second) : real(name);
  };
}

}  // namespace home_energy
