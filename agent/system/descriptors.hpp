/// @file
/// How many connections fit into what the process may open. Descriptors are admitted by number, so that broker, disk
/// and the next request always find one.
#pragma once

#include <cstddef>

namespace home_energy {

/// How many connections may be open at a time.
struct HttpLimits {
  std::size_t served = 256;
  std::size_t refused = 256;   ///< over the limit, and told so
  std::size_t streams = 1024;  ///< of events, counted apart

  std::size_t all() const { return served + refused + streams; }
  friend bool operator==(const HttpLimits&, const HttpLimits&) = default;
};

/// Kept for all that is no HTTP connection: listeners, the broker's old and new connection and the look for it, names
/// that are resolved, the database with its log, certificates.
constexpr std::size_t kReservedDescriptors = 24;

/// A part of the limits, for a listener beside another one, which keeps the rest: a quarter.
HttpLimits take_quarter(HttpLimits& from);

/// The limits for so many descriptors; a few of each kind whatever there is.
HttpLimits limits_within(std::size_t descriptors);

/// Raises the soft limit of the process towards what all connections need, as far as the hard one lets it, and shares
/// out what there is beside what is open now. Says once in the log where that is less than all.
HttpLimits admit_connections();

}  // namespace home_energy
