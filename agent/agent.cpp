#include "agent/agent.hpp"

#include <spdlog/spdlog.h>

#include <csignal>
#include <filesystem>

#include "agent/options/option_values.hpp"
#include "agent/system/descriptors.hpp"

namespace home_energy {
namespace {

/// For a broker that does not answer the farewell. All must be over within 2 s, and what follows takes time, too: Paho
/// naps 0.1 s as it goes, AddressSanitizer looks for leaks for 0.2 s; 0.6 s were seen on a busy machine.
constexpr auto kPatience = std::chrono::seconds(1);

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

}  // namespace

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

}  // namespace home_energy
