#include "agent/homes/planning.hpp"

#include <algorithm>
#include <utility>

namespace home_energy {

Planning::Planning(boost::asio::io_context& io, Slices& slices, std::vector<Home>& homes,
                   std::function<void(std::size_t)> adopted)
    : slices_(slices), homes_(homes), adopted_(std::move(adopted)), is_queued_(homes.size()), worker_(io) {}

void Planning::due(std::size_t home) {
  if (is_queued_[home]) return;
  is_queued_[home] = true;
  queue_.push_back(home);
  go_on();
}

void Planning::go_on() {
  if (std::exchange(going_on_, true)) return;
  slices_.add([this] {
    going_on_ = false;  // also where a step throws
    const bool more = step();
    going_on_ = more || going_on_;
    return more;
  });
}

bool Planning::step() {
  if (queue_.empty() || ordered_.size() == kWithWorker) return false;
  const std::size_t home = queue_.front();
  if (homes_[home].plan_due()) {
    auto request = homes_[home].plan_request();
    if (const auto known = recent_.find(request)) {
      queue_.pop_front();
      is_queued_[home] = false;
      hand_over(home, known, homes_[home].revision());
      return true;
    }
    if (std::ranges::find(ordered_, request, &Ordered::request) != ordered_.end()) return false;
    ordered_.push_back({home, homes_[home].revision(), request});
    worker_.make(std::move(request), [this](const auto& plan) { arrived(plan); });
  }
  queue_.pop_front();
  is_queued_[home] = false;
  return true;
}

void Planning::arrived(const std::shared_ptr<const HomePlan>& plan) {
  const auto [home, revision, request] = std::move(ordered_.front());
  ordered_.pop_front();
  recent_.add(request, plan);
  go_on();  // first: the worker is not to wait
  hand_over(home, plan, revision);
}

/// A home that has asked for another plan since is in the queue again.
void Planning::hand_over(std::size_t home, const std::shared_ptr<const HomePlan>& plan, std::uint64_t revision) {
  if (homes_[home].adopt(plan, revision)) adopted_(home);
}

}  // namespace home_energy
