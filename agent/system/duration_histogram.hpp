/// @file
/// How long something took, each time, since the process began: counted by bounds, as Prometheus has histograms. Pure
/// data, of one thread.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

namespace home_energy {

class DurationHistogram {
 public:
  /// Seconds. A commit to a good disk takes 1 ms, a plan up to 5 s, a client waits for 30.
  static constexpr std::array kBounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                      0.25,   0.5,   1.0,    2.5,   5.0,  10.0,  30.0};

  void observe(std::chrono::nanoseconds took) {
    const double seconds = std::chrono::duration<double>(took).count();
    const auto* const bound = std::ranges::lower_bound(kBounds, seconds);
    ++counts_.at(static_cast<std::size_t>(bound - kBounds.begin()));
    sum_ += seconds;
  }

  /// How many were within each bound and above the one before, at last those above all.
  const std::array<std::uint64_t, kBounds.size() + 1>& counts() const { return counts_; }
  /// Of all, seconds.
  double sum() const { return sum_; }

 private:
  std::array<std::uint64_t, kBounds.size() + 1> counts_{};
  double sum_ = 0;
};

}  // namespace home_energy
