/// @file
/// Tells the log of the connection to a broker: what lasts or repeats is told once. Belongs to the thread of the
/// `io_context`.
#pragma once

#include <chrono>
#include <set>
#include <string>
#include <string_view>

namespace home_energy {

class ConnectionLog {
 public:
  ConnectionLog(std::string uri, std::string client_id);

  void connected(std::string_view version);
  /// Each reason once, until a connection comes about.
  void failed(const std::string& reason);
  /// @param farewell what the broker said of it; may be empty
  /// @return whether the connection had settled
  bool lost(std::string_view farewell);

 private:
  std::string uri_;
  std::string client_id_;
  std::set<std::string> told_;  ///< failures since the last connection
  std::chrono::steady_clock::time_point connected_at_;
  int unsettled_losses_ = 0;
};

}  // namespace home_energy
