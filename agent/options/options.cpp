#include "agent/options/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/asio/ip/host_name.hpp>
#include <cctype>
#include <cmath>

#include "agent/options/option_layers.hpp"
#include "agent/options/option_values.hpp"
#include "agent/system/version.hpp"
#include "common/base/text.hpp"
#include "common/time/iso8601.hpp"
#include "common/wire/curve_text.hpp"

namespace home_energy {
namespace {

/// What is wrong with an option beside others: it names the option.
tl::unexpected<Error> wrong(const std::string& option, const std::string& reason) {
  return failure(ErrorCode::illegal, option, "--" + option + ": " + reason);
}

template <class T>
Result<T> named(const std::string& option, Result<T> result) {
  return std::move(result).map_error([&](const Error& error) {
    return Error{error.code, option, "--" + option + ": " + error.reason};
  });
}

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

std::int64_t in_parts(const std::string& number, double per_unit) {
  return std::llround(to_number(number) * per_unit);
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
    if (options_.mqtt.client_id.empty()) options_.mqtt.client_id = default_client_id(options_.runner);
    return std::move(options_);
  }

 private:
  const std::string& text(const std::string& name) const { return values_.at(name).text; }
  bool given(const std::string& name) const { return values_.at(name).given; }
  std::chrono::milliseconds tick() const;
  Result<void> readable(const std::string& option) const {
    if (text(option).empty()) return {};
    std::error_code unknown;  // read_file() says what it is
    if (std::filesystem::exists(text(option), unknown) && !std::filesystem::is_regular_file(text(option), unknown) &&
        !std::filesystem::is_directory(text(option), unknown)) {
      return wrong(option, "must be a regular file, it is read more than once; " + excerpt(text(option)) + " is none");
    }
    return named(option, read_file(text(option), option)).map([](const std::string&) {});
  }

  Result<void> mqtt();
  Result<void> homes();
  Result<void> world();
  Result<Pace> pace(const HomeSettings& home, double seconds_per_hour) const;
  Result<void> charging(HomeSettings& home) const;
  Result<void> curves(HomeSettings& home) const;
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
      return wrong(option, "needs an --mqtt-uri that begins with mqtts://");
    }
  }
  if (text("mqtt-cert").empty() != text("mqtt-key").empty()) {
    return wrong(text("mqtt-cert").empty() ? "mqtt-cert" : "mqtt-key", "a client certificate and its key go together");
  }
  MqttSettings& mqtt = options_.mqtt;
  mqtt.uri = text("mqtt-uri");
  mqtt.client_id = text("mqtt-client-id");
  mqtt.version = text("mqtt-version") == "auto" ? MqttVersion::automatic
                 : text("mqtt-version") == "5"  ? MqttVersion::v5
                                                : MqttVersion::v3_1_1;
  mqtt.username = text("mqtt-username");
  mqtt.ca_file = text("mqtt-ca");
  mqtt.certificate_file = text("mqtt-cert");
  mqtt.key_file = text("mqtt-key");
  mqtt.password = environment_("HOME_ENERGY_MQTT_PASSWORD").value_or("");
  if (!text("mqtt-password-file").empty()) {
    auto password = named("mqtt-password-file", read_secret(text("mqtt-password-file"), "mqtt-password-file"));
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
    if (options_.ha_prefix == text("base-topic")) return wrong("ha-prefix", "must differ from --base-topic");
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
      return wrong("home", "must not be " + fmt::format("{}", fmt::join(wire::kReservedHomes, ", ")) + ", got " +
                               excerpt(text("home")));
    }
    runner.home_ids = {text("home")};
    return {};
  }
  for (std::size_t i = 1; i <= count; ++i) runner.home_ids.push_back(text("home") + '-' + std::to_string(i));
  if (!is_home_id(runner.home_ids.back())) return wrong("home", "is too long for --homes " + text("homes"));
  return {};
}

Result<void> Assembly::curves(HomeSettings& home) const {
  if (!text("baseload").empty()) {
    auto curve = named("baseload", read_file(text("baseload"), "baseload").and_then([&](const std::string& content) {
      return parse_load_curve(content, text("baseload"));
    }));
    if (!curve) return tl::unexpected(curve.error());
    home.baseload = *curve;
  }
  if (!text("prices").empty()) {
    auto curve = named("prices", read_file(text("prices"), "prices").and_then([&](const std::string& content) {
      return parse_price_curve(content, text("currency"), text("prices"));
    }));
    if (!curve) return tl::unexpected(curve.error());
    home.price = *curve;
  }
  return {};
}

/// What plans are made of.
Result<void> Assembly::charging(HomeSettings& home) const {
  constexpr double kMilli = 1000;
  constexpr double kHundredths = 100;
  constexpr double kMillionths = 1e6;
  if (text("charger-min-kw") != "full") {
    home.charger_min = Watts(in_parts(text("charger-min-kw"), kMilli));
    if (*home.charger_min > home.charger) return wrong("charger-min-kw", "must be at most --charger-kw");
  }
  home.charge_efficiency = Percent(in_parts(text("charge-efficiency"), kHundredths * kHundredths));
  home.taper = *to_taper(text("taper"));
  home.start_cost = MoneyMicro(in_parts(text("start-cost"), kMillionths));
  home.min_run = std::chrono::minutes(std::stoi(text("min-run")));
  if (text("max-price") != "off") home.max_price = PricePerKwh(in_parts(text("max-price"), kMillionths));
  home.load_balancing = text("load-balancing") == "on"    ? LoadBalancing::on
                        : text("load-balancing") == "off" ? LoadBalancing::off
                                                          : LoadBalancing::automatic;
  home.wish = {.mode = *to_mode(text("mode")),
               .target = Percent(in_parts(text("target"), kHundredths)),
               .ready_by = *minute_of_day(text("ready-by"))};
  if (home.wish.target > home.charge_limit) {
    if (given("target")) return wrong("target", "must be at most --charge-limit");
    home.wish.target = home.charge_limit;
  }
  return {};
}

Result<Pace> Assembly::pace(const HomeSettings& home, double seconds_per_hour) const {
  const auto finest = std::max(home.baseload.resolution(), home.price.resolution());
  return named("tick", Pace::make(seconds_per_hour, tick(), finest));
}

/// In real time a second's step would be a row a second in the database of whoever records it.
std::chrono::milliseconds Assembly::tick() const {
  constexpr std::chrono::seconds kInRealTime(10);
  return text("realtime") == "true" && !given("tick") ? kInRealTime : *to_tick(text("tick"));
}

Result<void> Assembly::world() {
  constexpr double kMilli = 1000;
  constexpr double kHundredths = 100;
  constexpr double kRealTime = 3600;
  const bool realtime = text("realtime") == "true";
  if (realtime && given("seconds-per-hour") && to_number(text("seconds-per-hour")) != kRealTime) {
    return wrong("seconds-per-hour", "is 3600 with --realtime, leave one of them out");
  }
  for (const std::string simulated : {"start-date", "clock"})
    if (realtime && given(simulated)) return wrong(simulated, "is for a simulated clock, not for --realtime");
  HomeSettings home{.pace = *Pace::make(4, std::chrono::seconds(1), Resolution::hourly),
                    .baseload = default_load_curve(),
                    .price = default_price_curve(),
                    .capacity = WattHours(in_parts(text("capacity-kwh"), kMilli)),
                    .charger = Watts(in_parts(text("charger-kw"), kMilli)),
                    .fuse = Watts(in_parts(text("fuse-kw"), kMilli)),
                    .start_soc = Percent(in_parts(text("start-soc"), kHundredths)),
                    .charge_limit = Percent(in_parts(text("charge-limit"), kHundredths)),
                    .clock_mode = realtime ? ClockMode::local : ClockMode::simulated};
  if (auto outcome = charging(home); !outcome) return outcome;
  if (auto outcome = curves(home); !outcome) return outcome;
  RunnerSettings& runner = options_.runner;
  runner.info.seconds_per_hour = realtime ? kRealTime : to_number(text("seconds-per-hour"));
  const auto pace_made = pace(home, runner.info.seconds_per_hour);
  if (!pace_made) return tl::unexpected(pace_made.error());
  home.pace = *pace_made;
  runner.home = std::make_shared<const HomeSettings>(home);
  runner.tick = tick();
  runner.start_date = *to_date(text("start-date"));
  runner.running = text("clock") == "run";
  runner.currency = text("currency");
  runner.info.version = kVersion;
  runner.info.homes = runner.home_ids;
  return {};
}

Result<void> Assembly::http() {
  options_.public_url = text("public-url");
  options_.http_reads = text("http-read-anonymous") == "true" ? AnonymousReads::allowed : AnonymousReads::refused;
  options_.frame_ancestors = *to_frame_ancestors(text("http-frame-ancestors"));
  if (!text("http-token-file").empty()) {
    auto token = named("http-token-file", read_secret(text("http-token-file"), "http-token-file"));
    if (!token) return tl::unexpected(token.error());
    options_.http_token = trimmed(*token);  // what surrounds a header's value is not part of it
    if (options_.http_token.size() > kLongestHttpToken || options_.http_token.find('\0') != std::string::npos) {
      return wrong("http-token-file", "the token must be at most " + std::to_string(kLongestHttpToken) +
                                          " bytes without NUL, got " + std::to_string(options_.http_token.size()));
    }
  }
  if (text("http-port") == "off") return {};
  const std::string& address = text("http-address");
  if (!is_loopback(address) && options_.http_token.empty() && text("http-allow-anonymous") != "true") {
    return wrong("http-address", "others reach " + address +
                                     ": give a --http-token-file, or --http-allow-anonymous if all may change things");
  }
  options_.http = HttpSettings{.address = address,
                               .port = static_cast<std::uint16_t>(std::stoul(text("http-port"))),
                               .server = "home-energy-agent/" + std::string(kVersion),
                               .admitted = to_host_list(text("http-allow-host"))};
  if (!options_.public_url.empty()) options_.http->admitted.emplace_back(host_of_url(options_.public_url));
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
                           .baseload = given("baseload")};
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
