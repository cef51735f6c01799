/// @file
/// What went to and came from the broker.
#pragma once

#include <cstdint>

namespace home_energy {

/// Since the beginning, but for what is now.
struct MqttTraffic {
  bool is_connected = false;      ///< now
  std::uint64_t connections = 0;  ///< made, all subscriptions with them
  std::uint64_t received = 0;
  std::uint64_t unread = 0;  ///< received, and nobody has looked at them: now
  std::uint64_t commands_dropped = 0;
  std::uint64_t receipts_dropped = 0;
};

}  // namespace home_energy
