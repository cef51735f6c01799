#include "agent/system/slices.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace home_energy {

void Slices::add(Step step) {
  tasks_.push_back(std::move(step));
  if (!std::exchange(running_, true)) run();
}

void Slices::run() {
  const auto end = std::chrono::steady_clock::now() + piece_;
  while (!tasks_.empty()) {
    const bool more = step();
    if (!more && !tasks_.empty()) tasks_.pop_front();
    if (tasks_.empty() || std::chrono::steady_clock::now() < end) continue;
    // Where that fails, this piece is longer.
    if (guarded("a task", [this] { boost::asio::post(io_, [this] { run(); }); })) return;
  }
  running_ = false;
}

bool Slices::step() {
  bool more = false;
  guarded("a task", [&] { more = tasks_.front()(); });
  return more;
}

}  // namespace home_energy
