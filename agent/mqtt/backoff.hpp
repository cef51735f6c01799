/// @file
/// How long to wait before the next try to connect: 1, 2, 4, 8, 10, 10 ... s, each up to a tenth more or less, so that
/// many agents do not come back to a restarted broker in the same moment.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace home_energy {

class Backoff {
 public:
  using Duration = std::chrono::milliseconds;
  static constexpr Duration kFirst{1'000};
  static constexpr Duration kLongest{10'000};

  Duration next() {
    const Duration wait = base_;
    base_ = std::min(base_ * 2, kLongest);
    std::uniform_real_distribution<double> jitter(0.9, 1.1);
    return std::chrono::duration_cast<Duration>(wait * jitter(random_));
  }
  void reset() { base_ = kFirst; }

 private:
  Duration base_ = kFirst;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace home_energy
