/// @file
/// The parts, put together.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>

#include "agent/homes/runner.hpp"
#include "agent/http/http_server.hpp"
#include "agent/http/metrics.hpp"
#include "agent/http/routes.hpp"
#include "agent/mqtt/announcer.hpp"
#include "agent/mqtt/gone_homes.hpp"
#include "agent/mqtt/mqtt_link.hpp"
#include "agent/mqtt/outbox.hpp"
#include "agent/options/options.hpp"
#include "agent/store/store.hpp"
#include "agent/system/service_manager.hpp"

namespace home_energy {

/// Lives on the thread that runs `io`.
class Agent {
 public:
  Agent(boost::asio::io_context& io, Options options)
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

  boost::asio::io_context& io_;
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
  boost::asio::signal_set signals_;
  boost::asio::steady_timer patience_;
};

}  // namespace home_energy
