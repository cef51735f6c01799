/// @file
/// Tells whether another agent is there at a base topic that this one had: with a copy of its data folder, perhaps.
/// Runs on the thread of the `io_context`.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "agent/mqtt/inbox.hpp"
#include "agent/mqtt/mqtt_settings.hpp"

namespace home_energy {

class OtherAgents {
 public:
  /// So many base topics are looked at; each costs two subscriptions.
  static constexpr std::size_t kMostBases = 16;

  /// @param silence who publishes nothing for so long is not there: the clock of one that runs moves once a minute at
  /// least
  OtherAgents(boost::asio::io_context& io, std::chrono::milliseconds silence) : silence_(silence), timer_(io) {}

  /// Looks at this base topic from now on. @return whether it is among those that are looked at
  bool look_at(const std::string& base);
  const std::set<std::string>& bases() const { return bases_; }

  std::vector<Subscription> subscriptions() const;
  void on_message(const Incoming& message);

  /// One may be there: its status says so, and it was not silent for long enough.
  bool may_be_at(const std::string& base) const { return occupied_.contains(base); }
  /// A status may say `online` since the broker was killed together with the agent. @param nobody called after the
  /// silence, where at one of them nobody is any more
  void await_silence(std::function<void()> nobody);
  /// The connection is gone: what is stored will be told anew.
  void lost();

 private:
  std::chrono::milliseconds silence_;
  boost::asio::steady_timer timer_;
  std::set<std::string> bases_;
  std::set<std::string> occupied_;
  std::set<std::string> heard_;  ///< where one has published something
};

}  // namespace home_energy
