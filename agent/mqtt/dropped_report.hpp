/// @file
/// Tells of what was dropped on its way from or to the broker: once a second at most, as one number. Belongs to the
/// thread of the `io_context`.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <functional>

namespace home_energy {

class DroppedReport {
 public:
  /// @param on_messages called with the number of incoming messages that were dropped
  DroppedReport(boost::asio::io_context& io, std::function<void(std::size_t)> on_messages);

  /// So many more were dropped; 0 is fine.
  void note(std::size_t messages, std::size_t receipts);
  /// Tells nothing more.
  void stop();

 private:
  void tell();

  std::function<void(std::size_t)> on_messages_;
  boost::asio::steady_timer timer_;
  std::size_t messages_ = 0;  ///< and not told yet
  std::size_t receipts_ = 0;  ///< likewise
  bool telling_ = false;      ///< soon
};

}  // namespace home_energy
