/// @file
/// Work on all homes, cut into pieces: between two of them whoever else runs on the thread of the `io_context` gets
/// its turn.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <string_view>
#include <utility>

#include "agent/system/guarded.hpp"

namespace home_energy {

class Slices {
 public:
  /// A small part of a task, some 10 us. @return whether there is more of it
  using Step = std::function<bool()>;

  /// The length of a piece. Nothing may take over 5 ms, and what adds a task may have worked for a while.
  static constexpr std::chrono::milliseconds kPiece{2};

  explicit Slices(boost::asio::io_context& io, std::chrono::milliseconds piece = kPiece) : io_(io), piece_(piece) {}
  Slices(const Slices&) = delete;
  Slices& operator=(const Slices&) = delete;
  Slices(Slices&&) = delete;
  Slices& operator=(Slices&&) = delete;
  ~Slices() = default;

  /// Carries out the task after those added before; begins at once where there is none. A step that throws ends its
  /// task and is logged.
  void add(Step step);
  /// The same for who has set a flag for the task and takes it back where there is no memory for it, which is logged.
  /// @return whether it was added
  template <class Task>
  bool try_to_add(std::string_view place, Task&& task) {
    return guarded(place, [&] { add(std::forward<Task>(task)); });
  }
  void stop() { tasks_.clear(); }

 private:
  void run();
  bool step();

  boost::asio::io_context& io_;
  std::chrono::milliseconds piece_;
  std::deque<Step> tasks_;
  bool running_ = false;  ///< or about to go on
};

}  // namespace home_energy
