/// @file
/// The least value in a window that slides upwards.
#pragma once

#include <cstdint>
#include <vector>

namespace home_energy::planner {

/// Keeps what may yet be the least, ascending in place and value. Its room is used again and again.
template <class Value>
class WindowMinimum {
 public:
  explicit WindowMinimum(std::size_t size) : entries_(size) {}

  void clear() { begin_ = end_ = 0; }

  /// Places come in ascending order.
  void push(std::uint32_t place, Value value) {
    while (end_ > begin_ && entries_[end_ - 1].value >= value) --end_;
    entries_[end_++] = {value, place};
  }

  void drop_below(std::uint32_t place) {
    while (begin_ < end_ && entries_[begin_].place < place) ++begin_;
  }

  bool empty() const { return begin_ == end_; }
  Value least() const { return entries_[begin_].value; }

 private:
  struct Entry {
    Value value;
    std::uint32_t place;
  };
  std::vector<Entry> entries_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace home_energy::planner
