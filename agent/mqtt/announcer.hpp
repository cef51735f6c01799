/// @file
/// Keeps Home Assistant told of the homes: announces them when the broker is there and when Home Assistant comes up,
/// and removes components that earlier starts announced and that are no more. Runs on the thread of the `io_context`.
///
/// A component that is gone must be removed from a Home Assistant that runs, and from one that is off now and will read
/// the retained documents when it starts. A stub removes only what is known there. Hence the steps:
/// - connected: the documents still hold the old components, so that one that starts now knows them; 1 s later, not
///   retained, their stubs, for one that runs;
/// - at the next birth: the stubs, retained; 2 s later the documents as they are to stay.
/// Of homes that are gone it tells GoneHomes, which takes back all that was published of them.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/mqtt/gone_homes.hpp"
#include "agent/mqtt/mqtt_settings.hpp"
#include "agent/mqtt/outbox.hpp"
#include "agent/system/slices.hpp"
#include "common/wire/home_assistant.hpp"

namespace home_energy {

class Announcer {
 public:
  /// Declares the documents in the outbox: made before the runner, so that they go out before any state.
  /// @param gone  told of homes and cars that an earlier start announced and that are not configured, and of births
  /// @param flush called when the outbox has got something to send
  Announcer(boost::asio::io_context& io, home_assistant::Settings settings, const std::vector<std::string>& homes,
            Outbox& outbox, GoneHomes& gone, std::function<void()> flush);

  /// What it needs to hear; what was announced before comes first.
  static std::vector<Subscription> subscriptions(const std::string& prefix);

  void on_message(const Incoming& message);

  /// The broker is there, what was announced before has been heard, and everything is about to be sent.
  void connected();
  /// What was to come next comes when it is connected again.
  void lost();

 private:
  using Clock = std::chrono::steady_clock;

  struct Announced {
    std::string device;  ///< see DeviceName
    Outbox::TopicId topic;
    home_assistant::Components leftovers;  ///< of earlier documents, as they stood there
  };

  std::string topic_of(const std::string& device) const;
  std::string document(std::size_t number) const;
  void remember(const std::string& id, const std::string& document);
  bool has_leftovers() const;
  void remove_from_running();
  void born();
  void announce_removals();
  void announce_as_it_stays();
  /// In slices; what was posted is sent at the end. @param again called a little later where something fails
  void for_each_leftover(std::function<void(Announced&)> work, void (Announcer::*again)());
  void post(std::string topic, std::string payload);
  void wait(Clock::duration duration, void (Announcer::*then)());

  home_assistant::Settings settings_;
  Outbox& outbox_;
  GoneHomes& gone_;
  std::function<void()> flush_;
  boost::asio::steady_timer timer_;
  Clock::time_point announced_at_;
  std::size_t homes_;
  std::vector<Announced> devices_;                      ///< of them and of their further cars
  std::unordered_map<std::string, std::size_t> index_;  ///< of the devices, by their names
  bool as_stubs_ = false;                               ///< how the documents tell of leftovers now
  bool birth_pending_ = false;                          ///< one is to be answered; further ones change nothing
  std::minstd_rand random_{std::random_device{}()};
  Slices slices_;
};

}  // namespace home_energy
