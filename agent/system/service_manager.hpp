/// @file
/// Tells systemd, where that started the process, how it is: that it has started, that it stops, and that the thread of
/// the `io_context` still takes turns (its watchdog). Does nothing where nobody asks. Runs on that thread. The only
/// file that knows libsystemd is its source.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

namespace home_energy {

class ServiceManager {
 public:
  explicit ServiceManager(boost::asio::io_context& io);

  /// The start takes as long as it takes, as what was missed is simulated first: told again until it is over.
  void starting();
  /// The start is over. From now on the watchdog is fed, also while the homes' clock stands still.
  void ready();
  void stopping();

 private:
  void feed_watchdog();

  boost::asio::steady_timer timer_;
  std::chrono::microseconds watchdog_{};  ///< how often it wants to be fed; 0: there is none
};

}  // namespace home_energy
