/// @file
/// The least value in a window that slides upwards over an array.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace home_energy::planner {

/// A queue that knows its least value: two stacks, of which the lower knows it from each place on, and the upper as a
/// whole. All steps are additions of constant time, without a branch that depends on values.
template <class Value>
class WindowMinimum {
 public:
  WindowMinimum(std::size_t size, Value infinite) : infinite_(infinite), lower_(size) {}

  /// @param place where windows begin at the earliest
  void restart(std::uint32_t place) {
    split_ = end_ = place;
    upper_ = infinite_;
  }

  /// @param values  the same in all calls since `restart`
  /// @param lowest  not below that of the call before
  /// @param highest not below that of the call before; below `lowest`, the window is empty
  Value least(const std::vector<Value>& values, std::uint32_t lowest, std::uint32_t highest) {
    for (; end_ <= highest; ++end_) upper_ = std::min(upper_, values[end_]);
    if (lowest > highest) return infinite_;
    if (lowest >= split_) turn_over(values, lowest);
    return std::min(lower_[lowest], upper_);
  }

 private:
  void turn_over(const std::vector<Value>& values, std::uint32_t lowest) {
    Value least = infinite_;
    for (std::uint32_t place = end_; place-- > lowest;) lower_[place] = least = std::min(least, values[place]);
    split_ = end_;
    upper_ = infinite_;
  }

  Value infinite_;
  std::vector<Value> lower_;
  Value upper_ = infinite_;
  std::uint32_t split_ = 0;
  std::uint32_t end_ = 0;
};

}  // namespace home_energy::planner
