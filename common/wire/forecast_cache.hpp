/// @file
/// Forecasts of the sun that were made lately, for homes that have the same one: all of a fleet, as long as their
/// moments and their panels are equal. Belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "common/world/solar.hpp"

namespace home_energy::wire {

/// What is expected of a day, in watts times quarters of an hour.
struct ForecastSums {
  std::int64_t today;
  std::int64_t tomorrow;
};

class ForecastCache {
 public:
  /// So many different ones are known, the latest; of the last one that was asked for its payload that, too (17 KB).
  static constexpr std::size_t kMost = 16;

  ForecastSums sums(const Solar& solar);
  /// Of the topic `solar/forecast`. Valid until the next call.
  const std::string& payload(const Solar& solar);

 private:
  struct Known {
    Solar solar;
    ForecastSums sums;
  };

  std::deque<Known> known_;  ///< the latest last
  std::optional<Solar> payload_of_;
  std::string payload_;
};

}  // namespace home_energy::wire
