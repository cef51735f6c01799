/// @file
/// `GET /metrics`: what Prometheus reads of the homes and of the agent. Runs on the thread that owns the homes, a piece
/// of the work at a time.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/homes/runner.hpp"
#include "agent/http/http_message.hpp"
#include "agent/http/http_server.hpp"
#include "agent/mqtt/mqtt_traffic.hpp"
#include "agent/system/budget.hpp"
#include "agent/system/slices.hpp"

namespace home_energy {

class Metrics {
 public:
  /// What else is read than the homes.
  struct Sources {
    std::function<MqttTraffic()> mqtt;
    std::function<HttpServer::Traffic()> http;
  };

  /// @param most_homes so many homes at most have samples of their own; where there are more, all have them together
  Metrics(boost::asio::io_context& io, const Runner& runner, const Outbox& outbox, Sources sources,
          std::size_t most_homes);

  /// Who asks while an answer is made gets the same one.
  HttpResponse answer();
  void stop() { slices_.stop(); }

 private:
  /// Answers that wait for slow readers: those of a thousand homes take 4 MB each.
  static constexpr Budget::Limits kUnread{.things = 16, .bytes = std::size_t{64} * 1024 * 1024};

  struct Work;
  void begin();
  bool go_on(Work& work);
  void finish(const Work& work);
  void append_agent(std::string& out) const;

  const Runner& runner_;
  const Outbox& outbox_;
  Sources sources_;
  std::size_t most_homes_;
  double began_;  ///< Unix seconds
  Budget unread_{kUnread};
  std::vector<HttpReply> waiting_;
  Slices slices_;
};

}  // namespace home_energy
