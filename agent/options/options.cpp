#include "agent/options/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/asio/ip/host_name.hpp>
#include <cctype>

#include "agent/options/option_layers.hpp"
#include "agent/options/option_values.hpp"
#include "agent/system/local_time.hpp"
#include "agent/system/version.hpp"
#include "common/base/text.hpp"

namespace home_energy {
namespace {

/// FNV-1a, 64 bits.
std::uint64_t hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

/// This machine and these homes: the same at every start, and another one for every other agent.
std::string default_client_id(const RunnerSettings& runner) {
  boost::system::error_code unnamed;
  const std::string machine = read_file("/etc/machine-id", "").value_or("") + boost::asio::ip::host_name(unnamed);
  return fmt::format("home-energy-{:016x}", hash(machine + '\n' + runner.base_topic + '\n' + runner.home_ids.front()));
}

/// The options put together from their texts, one group after the other; the first that is wrong is told.
class Assembly {
 public:
  Assembly(const OptionValues& values, const Environment& environment) : values_(values), environment_(environment) {}

  Result<Options> options() {
    auto outcome =
        mqtt().and_then([&] { return homes(); }).and_then([&] { return world(); }).and_then([&] { return http(); });
    if (!outcome) return tl::unexpected(outcome.error());
    store();
    options_.log_level = text("log-level");
    options_.log_format = text("log-format") == "json" ? LogFormat::json : LogFormat::text;
    if (options_.mqtt.client_id.empty()) options_.mqtt.client_id = default_client_id(options_.runner);
    return std::move(options_);
  }

 private:
  const std::string& text(const std::string& name) const { return values_.at(name).text; }
  bool given(const std::string& name) const { return values_.at(name).given; }
  Result<void> readable(const std::string& option) const {
    if (text(option).empty()) return {};
    std::error_code unknown;  // read_file() says what it is
    if (std::filesystem::exists(text(option), unknown) && !std::filesystem::is_regular_file(text(option), unknown) &&
        !std::filesystem::is_directory(text(option), unknown)) {
      return wrong_option(option,
                          "must be a regular file, it is read more than once; " + excerpt(text(option)) + " is none");
    }
    return named_option(option, read_file(text(option), option)).map([](const std::string&) {});
  }

  /// The file of a secret: the option's or, in a service of systemd, the credential of this name where there is one.
  std::string secret_file(const std::string& option, const std::string& credential) const {
    if (!text(option).empty()) return text(option);
    const std::filesystem::path folder = environment_("CREDENTIALS_DIRECTORY").value_or("");
    const auto file = folder / (std::string(wire::kAgentName) + '_' + credential);
    std::error_code unknown;
    return folder.is_absolute() && std::filesystem::exists(file, unknown) ? file.string() : std::string();
  }

  Result<void> mqtt();
  Result<void> homes();
  Result<void> world();
  Result<void> http();
  void store();
  std::optional<std::filesystem::path> default_folder() const;

  const OptionValues& values_;
  const Environment& environment_;
  Options options_;
};

Result<void> Assembly::mqtt() {
  for (const std::string option : {"mqtt-ca", "mqtt-cert", "mqtt-key"}) {
    if (auto outcome = readable(option); !outcome) return outcome;
    if (!text(option).empty() && !text("mqtt-uri").starts_with("mqtts://")) {
      return wrong_option(option, "needs an --mqtt-uri that begins with mqtts://");
    }
  }
  if (text("mqtt-cert").empty() != text("mqtt-key").empty()) {
    return wrong_option(text("mqtt-cert").empty() ? "mqtt-cert" : "mqtt-key",
                        "a client certificate and its key go together");
  }
  MqttSettings& mqtt = options_.mqtt;
  mqtt.uri = text("mqtt-uri");
  mqtt.client_id = text("mqtt-client-id");
  mqtt.version = text("mqtt-version") == "auto" ? MqttVersion::automatic
                 : text("mqtt-version") == "5"  ? MqttVersion::v5
                                                : MqttVersion::v3_1_1;
  mqtt.keep_alive = std::chrono::seconds(std::stoi(text("mqtt-keep-alive")));
  mqtt.username = text("mqtt-username");
  mqtt.ca_file = text("mqtt-ca");
  mqtt.certificate_file = text("mqtt-cert");
  mqtt.key_file = text("mqtt-key");
  mqtt.password = environment_("HOME_ENERGY_MQTT_PASSWORD").value_or("");
  if (const auto file = secret_file("mqtt-password-file", "mqtt-password"); !file.empty()) {
    auto password = named_option("mqtt-password-file", read_secret(file, "mqtt-password-file"));
    if (!password) return tl::unexpected(password.error());
    mqtt.password = std::move(*password);
  }
  return {};
}

Result<void> Assembly::homes() {
  RunnerSettings& runner = options_.runner;
  const wire::Topics topics(text("base-topic"));
  if (text("ha-discovery") == "on") {
    options_.ha_prefix = text("ha-prefix");
    if (options_.ha_prefix == text("base-topic")) return wrong_option("ha-prefix", "must differ from --base-topic");
  }
  options_.mqtt.subscriptions.push_back({topics.command_filter(), Stored::skip});
  options_.mqtt.subscriptions.push_back({topics.homeless_filter(), Stored::skip});
  options_.mqtt.status_topic = topics.status();
  options_.mqtt.offline = wire::kOffline;
  runner.base_topic = text("base-topic");
  runner.discovery_prefix = text("ha-prefix");
  const auto count = std::stoul(text("homes"));
  if (count == 1) {
    if (is_reserved_home(text("home"))) {
      return wrong_option("home", "must not be " + fmt::format("{}", fmt::join(wire::kReservedHomes, ", ")) + ", got " +
                                      excerpt(text("home")));
    }
    runner.home_ids = {text("home")};
    return {};
  }
  for (std::size_t i = 1; i <= count; ++i) runner.home_ids.push_back(text("home") + '-' + std::to_string(i));
  if (!is_home_id(runner.home_ids.back())) return wrong_option("home", "is too long for --homes " + text("homes"));
  return {};
}

Result<void> Assembly::world() {
  // A house may hold a curve itself.
  const std::string& zone = text("zone");
  if (!zone.empty()) local_time::use_zone(zone);
  const bool has_zone = !zone.empty() || text("realtime") == "true";
  const Calendar times = has_zone ? Calendar(0, 0, local_time::offsets()) : Calendar();
  auto made = home_configuration(values_, times, [](const std::string& text, const std::string& option) {
    return text.starts_with('[') ? Result<std::string>(text) : read_file(text, option, kLargestCurveFile);
  });
  if (!made) return tl::unexpected(made.error());
  RunnerSettings& runner = options_.runner;
  if (!zone.empty()) {
    made->home.calendar =
        std::make_shared<const Calendar>(Calendar::of_zone(made->home.calendar->first_date(), local_time::offsets()));
  }
  runner.home = std::make_shared<const HomeSettings>(std::move(made->home));
  if (!runner.home->further_cars.empty())
    options_.mqtt.subscriptions.push_back({wire::Topics(runner.base_topic).car_command_filter(), Stored::skip});
  runner.info.seconds_per_hour = made->seconds_per_hour;
  runner.tick = made->tick;
  runner.running = made->running;
  runner.currency = text("currency");
  runner.info.version = kVersion;
  runner.info.homes = runner.home_ids;
  return {};
}

Result<void> Assembly::http() {
  options_.public_url = text("public-url");
  options_.http_reads = text("http-read-anonymous") == "true" ? AnonymousReads::allowed : AnonymousReads::refused;
  options_.metrics_homes = std::stoul(text("metrics-homes"));
  options_.frame_ancestors = *to_frame_ancestors(text("http-frame-ancestors"));
  std::string token = environment_("HOME_ENERGY_HTTP_TOKEN").value_or("");
  if (const auto file = secret_file("http-token-file", "http-token"); !file.empty()) {
    auto read = named_option("http-token-file", read_secret(file, "http-token-file"));
    if (!read) return tl::unexpected(read.error());
    token = std::move(*read);
  }
  options_.http_token = trimmed(token);  // what surrounds a header's value is not part of it
  if (options_.http_token.size() > kLongestHttpToken || options_.http_token.find('\0') != std::string::npos) {
    return wrong_option("http-token-file", "the token must be at most " + std::to_string(kLongestHttpToken) +
                                               " bytes without NUL, got " + std::to_string(options_.http_token.size()));
  }
  const std::string& address = text("http-address");
  HttpSettings common{.address = address,
                      .port = 0,
                      .server = "home-energy-agent/" + std::string(kVersion),
                      .admitted = to_host_list(text("http-allow-host")),
                      .patience = {.request = std::chrono::seconds(std::stoi(text("http-timeout")))},
                      .vital = "/healthz"};
  if (!options_.public_url.empty()) common.admitted.emplace_back(host_of_url(options_.public_url));
  if (text("ingress-port") != "off") {
    options_.ingress = common;
    options_.ingress->port = static_cast<std::uint16_t>(std::stoul(text("ingress-port")));
    options_.ingress->peers = to_address_list(text("ingress-peers"));
  }
  if (text("http-port") == "off") return {};
  if (!is_loopback(address) && options_.http_token.empty() && text("http-allow-anonymous") != "true") {
    return wrong_option(
        "http-address",
        "others reach " + address + ": give a --http-token-file, or --http-allow-anonymous if all may change things");
  }
  options_.http = std::move(common);
  options_.http->port = static_cast<std::uint16_t>(std::stoul(text("http-port")));
  if (options_.ingress && options_.ingress->port == options_.http->port && options_.http->port != 0)
    return wrong_option("ingress-port", "must differ from --http-port");
  return {};
}

/// Where services keep their state; in real time, where programs of a user do. A class or a test wants a fresh start.
std::optional<std::filesystem::path> Assembly::default_folder() const {
  if (const auto service = environment_("STATE_DIRECTORY"); service && !service->empty())
    return service->substr(0, service->find(':'));
  if (text("realtime") != "true") return std::nullopt;
  const std::filesystem::path state = environment_("XDG_STATE_HOME").value_or("");
  if (state.is_absolute()) return state / wire::kAgentName;
  const std::filesystem::path user = environment_("HOME").value_or("");
  return user.is_absolute() ? std::optional(user / ".local/state" / wire::kAgentName) : std::nullopt;
}

void Assembly::store() {
  StoreSettings& store = options_.store;
  options_.store_is_by_default = text("data-dir").empty();
  if (options_.store_is_by_default) {
    store.folder = default_folder();
  } else if (text("data-dir") != "none") {
    store.folder = text("data-dir");
  }
  store.fresh = text("fresh") == "true";
  store.keep_days = std::stoi(text("keep-days"));
  options_.runner.history_homes = std::stoul(text("history-homes"));
  options_.runner.given = {.start_soc = given("start-soc"),
                           .charge_limit = given("charge-limit"),
                           .mode = given("mode"),
                           .target = given("target"),
                           .ready_by = given("ready-by"),
                           .prices = given("prices"),
                           .baseload = given("baseload"),
                           .trips = given("trips"),
                           .storage_soc = given("storage-soc"),
                           .storage_mode = given("storage-mode"),
                           .storage_reserve = given("storage-reserve")};
}

}  // namespace

Result<Options> assemble(const OptionValues& values, const Environment& environment) {
  return Assembly(values, environment).options();
}

Exit usage_error(std::string reason) {
  constexpr int kUsage = 2;
  std::ranges::replace_if(
      reason, [](unsigned char c) { return std::iscntrl(c) != 0; }, ' ');
  return {kUsage, {}, "home-energy-agent: " + reason + '\n'};
}

std::variant<Options, Exit> read_options(const std::vector<std::string>& arguments, const Environment& environment) {
  auto values = read_layers(arguments, environment);
  if (std::holds_alternative<std::string>(values)) return Exit{0, std::get<std::string>(values), {}};
  if (std::holds_alternative<Error>(values)) return usage_error(std::get<Error>(values).reason);
  auto options = assemble(std::get<OptionValues>(values), environment);
  if (!options) return usage_error(options.error().reason);
  return std::move(*options);
}

}  // namespace home_energy
