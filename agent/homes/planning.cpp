#include "agent/homes/planning.hpp"

#include <algorithm>
#include <utility>

#include "agent/system/guarded_timer.hpp"

namespace home_energy {
namespace {

constexpr std::chrono::milliseconds kPlanAgain{100};  ///< after a defect

}  // namespace

Planning::Planning(boost::asio::io_context& io, Slices& slices, std::vector<Home>& homes,
                   std::function<void(std::size_t)> adopted)
    : slices_(slices), homes_(homes), adopted_(std::move(adopted)), is_queued_(homes.size()), again_(io), worker_(io) {}

void Planning::due(std::size_t home) {
  if (is_queued_[home] || is_ordered(home)) return;
  if (!guarded("planning", [&] { queue_.push_back(home); })) return look_again();
  is_queued_[home] = true;
  go_on();
}

void Planning::go_on() {
  if (std::exchange(going_on_, true)) return;
  const auto task = [this] {
    going_on_ = false;
    bool more = false;
    if (!guarded("planning", [&] { more = step(); })) look_again();
    going_on_ = more || going_on_;
    return more;
  };
  if (slices_.try_to_add("planning", task)) return;
  going_on_ = false;
  look_again();
}

/// After a defect: else a home that it has cost its place would wait for its plan for ever.
void Planning::look_again() {
  call_after(again_, kPlanAgain, kPlanAgain, "planning", [this] {
    for (std::size_t home = 0; home < homes_.size(); ++home)
      if (homes_[home].plan_due()) due(home);
    go_on();
  });
}

bool Planning::is_ordered(std::size_t home) const {
  return std::ranges::any_of(ordered_, [&](const Ordered& ordered) {
    return ordered.home == home && ordered.revision == homes_[home].revision();
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
    if (!guarded("planning", [&] { worker_.make(std::move(request), [this](const auto& plan) { arrived(plan); }); })) {
      ordered_.pop_back();  // the plans that come are those of the others
      look_again();
      return false;
    }
  }
  queue_.pop_front();
  is_queued_[home] = false;
  return true;
}

void Planning::arrived(const std::shared_ptr<const HomePlan>& plan) {
  const Ordered ordered = std::move(ordered_.front());
  ordered_.pop_front();
  guarded("planning", [&] { recent_.add(ordered.request, plan); });
  go_on();  // first: the worker is not to wait
  hand_over(ordered.home, plan, ordered.revision);
}

/// A home that has asked for another plan since is in the queue again.
void Planning::hand_over(std::size_t home, const std::shared_ptr<const HomePlan>& plan, std::uint64_t revision) {
  bool has_plan = false;
  if (!guarded("planning", [&] { has_plan = homes_[home].adopt(plan, revision); })) {
    has_plan = !homes_[home].plan_due();
    look_again();
  }
  if (has_plan) guarded("planning", [&] { adopted_(home); });
}

}  // namespace home_energy
