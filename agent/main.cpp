// Reads the options, builds the parts, runs them until a signal, and gives the exit code.
#include <malloc.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>

#include "agent/commands/addon_environment.hpp"
#include "agent/commands/check_command.hpp"
#include "agent/commands/health_command.hpp"
#include "agent/commands/plan_command.hpp"
#include "agent/homes/runner.hpp"
#include "agent/http/http_server.hpp"
#include "agent/http/metrics.hpp"
#include "agent/http/routes.hpp"
#include "agent/mqtt/announcer.hpp"
#include "agent/mqtt/gone_homes.hpp"
#include "agent/mqtt/mqtt_link.hpp"
#include "agent/mqtt/outbox.hpp"
#include "agent/options/option_values.hpp"
#include "agent/options/options.hpp"
#include "agent/store/store.hpp"
#include "agent/system/log.hpp"
#include "agent/system/service_manager.hpp"

namespace {

using namespace home_energy;
using namespace std::chrono_literals;
namespace asio = boost::asio;

constexpr int kUsage = 2;
/// For a broker that does not answer the farewell. All must be over within 2 s, and what follows takes time, too: Paho
/// naps 0.1 s as it goes, AddressSanitizer looks for leaks for 0.2 s; 0.6 s were seen on a busy machine.
constexpr auto kPatience = 1s;

/// Larger blocks than this go back to the system when they are freed: what a flood took does not stay.
constexpr int kLargeBlock = 32 * 1024;

std::optional<std::string> environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): before any thread starts
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string_view text(MqttLink::State state) {
  switch (state) {
    case MqttLink::State::connecting:
      return "connecting";
    case MqttLink::State::connected:
      return "connected";
    case MqttLink::State::disconnected:
      return "disconnected";
  }
  return {};
}

/// The option that says it of the other listener.
Error of_ingress(Error error) {
  if (error.field == "http-port") error.field = "ingress-port";
  return error;
}

/// The parts, put together. Lives on the thread that runs `io`.
class Agent {
 public:
  Agent(asio::io_context& io, Options options)
      : io_(io),
        options_(std::move(options)),
        outbox_(options_.mqtt.status_topic, std::string(wire::kOnline)),
        service_manager_(io),
        signals_(io),
        patience_(io) {}

  /// Binds, connects, begins time. Fails where HTTP cannot listen.
  Result<void> start();

 private:
  Result<void> open_store();
  Result<void> listen();
  HttpServer::Traffic http_traffic() const;
  void announce();
  MqttEvents events();
  void stop();

  asio::io_context& io_;
  Options options_;
  Outbox outbox_;
  std::unique_ptr<Store> store_;
  std::optional<HttpServer> http_;
  std::optional<HttpServer> ingress_;
  std::optional<std::string> page_url_;  ///< where others reach it
  std::optional<GoneHomes> gone_homes_;
  std::optional<Announcer> announcer_;
  std::optional<Runner> runner_;
  std::optional<Metrics> metrics_;
  std::optional<Routes> routes_;
  std::optional<Routes> ingress_routes_;
  std::optional<MqttLink> link_;
  ServiceManager service_manager_;
  asio::signal_set signals_;
  asio::steady_timer patience_;
};

/// A folder that nobody asked for is no reason not to start.
Result<void> Agent::open_store() {
  const bool realtime = options_.runner.home->clock_mode == ClockMode::local;
  if (realtime && options_.store_is_by_default && !options_.store.folder)
    spdlog::warn("store: neither HOME nor --data-dir names a folder; nothing outlives this process");
  auto store = Store::open(io_, options_.store);
  std::error_code unknown;  // an error is no folder, too
  if (!store && options_.store_is_by_default && !std::filesystem::is_directory(*options_.store.folder, unknown)) {
    spdlog::warn("store: {}; nothing outlives this process", store.error().reason);
    options_.store.folder.reset();
    store = Store::open(io_, options_.store);
  }
  if (!store) return tl::unexpected(store.error());
  store_ = std::move(*store);
  if (options_.store.folder) spdlog::info("store: state and history are kept in {}", options_.store.folder->string());
  return {};
}

Result<void> Agent::listen() {
  if (!options_.http && !options_.ingress) return {};
  HttpLimits limits = admit_connections();
  if (options_.ingress) {
    options_.ingress->limits = options_.http ? take_quarter(limits) : limits;
    ingress_.emplace(io_, *options_.ingress,
                     [this](const HttpRequest& request) { return ingress_routes_->answer(request); });
    const auto bound = ingress_->start();
    if (!bound) return tl::unexpected(of_ingress(bound.error()));
    spdlog::info("http: listening at {} for a proxy", bound->url);
  }
  if (!options_.http) return {};
  options_.http->limits = limits;
  http_.emplace(io_, *options_.http, [this](const HttpRequest& request) { return routes_->answer(request); });
  const auto bound = http_->start();
  if (!bound) return tl::unexpected(bound.error());
  options_.runner.info.http = options_.public_url.empty() ? bound->url : options_.public_url;
  page_url_ = options_.public_url.empty() ? url_for_others(options_.http->address, bound->port)
                                          : std::optional(options_.public_url);
  spdlog::info("http: listening at {}", bound->url);
  return {};
}

/// Of both listeners.
HttpServer::Traffic Agent::http_traffic() const {
  HttpServer::Traffic sum;
  for (const auto* const server : {&http_, &ingress_}) {
    if (!*server) continue;
    const auto each = (*server)->traffic();
    sum.connections += each.connections;
    sum.streams += each.streams;
    sum.requests += each.requests;
  }
  return sum;
}

void Agent::announce() {
  const RunnerSettings& runner = options_.runner;
  GoneHomes::Settings settings{.base_topic = runner.base_topic, .homes = runner.home_ids};
  for (const Device& device : runner.home->devices) settings.devices.push_back(kind_of(device));
  settings.parts = wire::parts_of(*runner.home);
  if (!options_.ha_prefix.empty()) {
    settings.home_assistant = {
        .prefix = options_.ha_prefix,
        .base_topic = runner.base_topic,
        .version = runner.info.version,
        .currency = runner.currency,
        .has_dates = runner.home->clock_mode == ClockMode::local || runner.home->calendar->has_zone(),
        .page_url = page_url_};
    settings.home_assistant->devices = settings.devices;
    settings.home_assistant->parts = settings.parts;
    settings.home_assistant->chargers = wire::modulating_chargers(*runner.home);
    settings.home_assistant->has_peak_price = runner.home->tariff.peak.has_value();
  }
  const auto flush = [this] { link_->flush(); };
  gone_homes_.emplace(
      io_, settings, outbox_, *store_,
      GoneHomes::Actions{.tell = [this](const std::vector<std::string>& leaving) { runner_->tell_leaving(leaving); },
                         .acknowledged = [this] { return link_->bulk_is_acknowledged(); },
                         .flush = flush});
  auto first = gone_homes_->subscriptions();
  if (settings.home_assistant) {
    for (auto& each : Announcer::subscriptions(settings.home_assistant->prefix)) first.push_back(std::move(each));
  }
  options_.mqtt.subscriptions.insert(options_.mqtt.subscriptions.begin(), first.begin(), first.end());
  if (!settings.home_assistant) return;
  if (runner.home->clock_mode == ClockMode::simulated) {
    spdlog::info("home assistant: its statistics count real hours; for the energy dashboard use --realtime");
  }
  announcer_.emplace(io_, *settings.home_assistant, runner.home_ids, outbox_, *gone_homes_, flush);
}

MqttEvents Agent::events() {
  return {.on_message =
              [this](const Incoming& message) {
                gone_homes_->on_message(message);
                if (announcer_) announcer_->on_message(message);
                runner_->on_message(message);
              },
          .on_connected =
              [this] {
                if (announcer_) announcer_->connected();
                gone_homes_->connected();
              },
          .on_lost =
              [this] {
                gone_homes_->lost();
                if (announcer_) announcer_->lost();
              },
          .on_dropped = [this](std::size_t count) { runner_->on_dropped(count); }};
}

Result<void> Agent::start() {
  if (auto outcome = open_store(); !outcome) return outcome;
  if (auto outcome = listen(); !outcome) return outcome;
  announce();
  const auto flush = [this] {
    link_->flush();
    for (auto* const server : {&http_, &ingress_})
      if (*server) (*server)->wake_streams();
  };
  runner_.emplace(
      io_, std::move(options_.runner), outbox_, *store_,
      Runner::Link{.flush = flush, .when_published = [this](auto done) { link_->when_published(std::move(done)); }});
  link_.emplace(io_, std::move(options_.mqtt), outbox_, events());
  metrics_.emplace(
      io_, *runner_, outbox_,
      Metrics::Sources{.mqtt = [this] { return link_->traffic(); }, .http = [this] { return http_traffic(); }},
      options_.metrics_homes);
  const auto broker = [this] { return text(link_->state()); };
  const auto metrics = [this] { return metrics_->answer(); };
  routes_.emplace(*runner_, outbox_, HttpAccess(options_.http_token, options_.http_reads), options_.frame_ancestors,
                  broker, metrics);
  ingress_routes_.emplace(*runner_, outbox_, HttpAccess({}, AnonymousReads::allowed), "'self'", broker, metrics);
  // Takes over from end_at_once(). What comes from now on is kept until the loop runs.
  for (const int signal : {SIGINT, SIGTERM}) signals_.add(signal);
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (!error) stop();
  });
  service_manager_.starting();
  // Whoever waits for `online` is to find the present.
  runner_->start([this] {
    service_manager_.ready();
    gone_homes_->record([this] { link_->start(); });
  });
  return {};
}

void Agent::stop() {
  spdlog::info("stopping");
  service_manager_.stopping();
  runner_->stop();
  metrics_->stop();
  for (auto* const server : {&http_, &ingress_})
    if (*server) (*server)->stop();
  link_->stop([this] { io_.stop(); });
  patience_.expires_after(kPatience);
  patience_.async_wait([this](const boost::system::error_code&) { io_.stop(); });
}

/// The processor time that this thread has taken.
std::chrono::nanoseconds processor_time() {
  std::timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// Nothing is to keep others from their turn for long: the log of level debug tells the longest turns.
void run_measured(asio::io_context& io) {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  std::chrono::nanoseconds longest{};
  for (auto began = processor_time(); io.run_one() > 0;) {
    const auto ended = processor_time();
    if (ended - began > longest) {
      longest = ended - began;
      spdlog::debug("the longest turn so far took {:.3f} ms of processor time", Milliseconds(longest).count());
    }
    began = ended;
  }
}

/// Runs until it is stopped. A defect in one handler is logged, and the others go on.
void run(asio::io_context& io) {
  while (true) {
    try {
      if (spdlog::should_log(spdlog::level::debug)) return run_measured(io);
      io.run();
      return;
    } catch (const std::exception& defect) {
      spdlog::error("internal error: {}", defect.what());
    }
  }
}

/// Before the loop runs nothing is under way that the next start does not begin with again. A handler, since what
/// signals do by default they do not do to process 1 of a container.
void end_at_once(int) {
  ::_exit(0);
}

/// What a subcommand was to say is not there: no success.
void end_without_answer(int signal) {
  constexpr int kSignalled = 128;  // as a shell puts it
  ::_exit(kSignalled + signal);
}

void handle_signals(void (*handler)(int)) {
  for (const int signal : {SIGINT, SIGTERM}) static_cast<void>(std::signal(signal, handler));
}

struct Subcommand {
  std::string_view name;
  Exit (*run)(const std::vector<std::string>& arguments, const Environment& environment);
};
constexpr std::array kSubcommands{Subcommand{"check", check_and_exit}, Subcommand{"health", health_and_exit},
                                  Subcommand{"plan", plan_and_exit}};

/// The end of the table where there is none.
const Subcommand* subcommand_of(const std::vector<std::string>& arguments) {
  return arguments.empty() ? kSubcommands.end() : std::ranges::find(kSubcommands, arguments.front(), &Subcommand::name);
}

int end(const Exit& exit) {
  std::cout << exit.out;
  std::cerr << exit.err;
  return exit.code;
}

/// Until a signal comes. @return the exit code
int run_agent(const std::vector<std::string>& arguments, const Environment& variables) {
  auto read = read_options(arguments, variables);
  if (const auto* const exit = std::get_if<Exit>(&read)) return end(*exit);
  auto& options = std::get<Options>(read);
  log_to_stderr(options.log_level, options.log_format);
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));  // a peer that closed is an error code, not the end
  mallopt(M_MMAP_THRESHOLD, kLargeBlock);            // NOLINT(concurrency-mt-unsafe): before any thread starts
  asio::io_context io(1);
  Agent agent(io, std::move(options));
  if (const auto outcome = agent.start(); !outcome) {
    std::cerr << "home-energy-agent: --" << outcome.error().field << ": " << outcome.error().reason << '\n';
    return kUsage;
  }
  run(io);
  return 0;
}

constexpr std::string_view kAddon = "addon";

/// The same as an add-on of Home Assistant. @param arguments the folder that the Supervisor gave it, /data without
int run_addon(const std::vector<std::string>& arguments) {
  const auto variables = addon_environment(environment, arguments.empty() ? "/data" : arguments.front());
  if (!variables) return end(usage_error(variables.error().reason));
  return run_agent({}, *variables);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto* const subcommand = subcommand_of(arguments);
  handle_signals(subcommand != kSubcommands.end() ? end_without_answer : end_at_once);
  if (subcommand != kSubcommands.end())
    return end(subcommand->run({arguments.begin() + 1, arguments.end()}, environment));
  if (!arguments.empty() && arguments.front() == kAddon) return run_addon({arguments.begin() + 1, arguments.end()});
  return run_agent(arguments, environment);
}
