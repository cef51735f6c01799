/// @file
/// What the car takes: how drawn energy grows with time at an offered power, under the taper.
///
/// Energy is counted in microjoules drawn since the moment of the plan, time in microseconds: watts times microseconds
/// are whole microjoules. Only where the taper changes within a microsecond is a time rounded up to the next one.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "common/planner/problem.hpp"

namespace home_energy::planner {

constexpr std::int64_t kMicro = 1'000'000;

/// A time that never comes. Half of what fits, so that it can be added to.
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max() / 2;

/// a / b, rounded up; b > 0, a >= 0.
template <class Integer>
constexpr Integer divide_up(Integer a, Integer b) {
  return (a + b - 1) / b;
}

class Intake {
 public:
  explicit Intake(const ChargingProblem& problem);

  /// What must be drawn for the target, in microjoules of whole joules; at most kNever.
  std::int64_t need() const { return need_; }

  /// The most the car takes, in watts, once so much is drawn.
  std::int64_t limit_at(std::int64_t drawn) const;

  /// What is drawn after `time` at `offered` watts, beginning at `drawn`.
  std::int64_t after(std::int64_t drawn, std::int64_t offered, std::int64_t time) const;

  /// How long it takes from `drawn` to `wanted` at `offered` watts, rounded up; kNever if it cannot be.
  std::int64_t time(std::int64_t drawn, std::int64_t wanted, std::int64_t offered) const;

  /// Where, above 0, the taper changes; ascending.
  std::vector<std::int64_t> kinks() const;

 private:
  struct Segment {
    std::int64_t from;   ///< microjoules
    std::int64_t limit;  ///< watts
  };
  std::size_t segment_at(std::int64_t drawn) const;
  std::int64_t end_of(std::size_t segment) const;

  std::vector<Segment> segments_;  ///< the first from 0 on; limits fall
  std::int64_t need_ = 0;
};

}  // namespace home_energy::planner
