/// @file
/// The connection to the broker. The only file that knows Paho: its callbacks do nothing but post to the thread of
/// the `io_context`, on which everything here is called and calls back.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/mqtt/inbox.hpp"
#include "agent/mqtt/mqtt_settings.hpp"
#include "agent/mqtt/mqtt_traffic.hpp"
#include "agent/mqtt/outbox.hpp"
#include "agent/mqtt/version_choice.hpp"

namespace home_energy {

/// Who is told of what happens at the broker, on the thread of the `io_context`. All are set.
struct MqttEvents {
  std::function<void(const Incoming&)> on_message;
  /// All subscriptions are made, what was to be read has been; the outbox is about to be sent as a whole.
  std::function<void()> on_connected;
  std::function<void()> on_lost;
  /// So many messages came faster than they could be answered, and are gone; told once a second at most.
  std::function<void(std::size_t)> on_dropped;
};

class MqttLink {
 public:
  enum class State { connecting, connected, disconnected };

  /// @param outbox what to send; kept by the caller, and longer than this
  MqttLink(boost::asio::io_context& io, MqttSettings settings, Outbox& outbox, MqttEvents events);
  ~MqttLink();
  MqttLink(const MqttLink&) = delete;
  MqttLink& operator=(const MqttLink&) = delete;
  MqttLink(MqttLink&&) = delete;
  MqttLink& operator=(MqttLink&&) = delete;

  /// Connects, and connects again whenever that fails or the connection is lost, until `stop`.
  void start();
  /// Hands to the broker what the outbox holds, as far as there is room in flight.
  void flush();
  /// Whether the broker has acknowledged all that was posted in the bulk lane.
  bool bulk_is_acknowledged() const;
  /// Calls back when all that the outbox holds now, but for its bulk lane, is with the broker. At once where there is
  /// no connection; while more that is prompt keeps coming, after that.
  void when_published(std::function<void()> done);
  /// Says farewell and leaves the broker. `done` is called when that is through or failed.
  void stop(std::function<void()> done);

  State state() const;
  MqttTraffic traffic() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace home_energy
