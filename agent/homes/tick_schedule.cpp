#include "agent/homes/tick_schedule.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace home_energy {

TickSchedule::TickSchedule(std::size_t homes, Duration tick, Time first) : tick_(tick), due_at_(homes, first) {
  std::vector<std::size_t> all(homes);
  std::iota(all.begin(), all.end(), std::size_t{0});
  put(std::move(all), first);
}

void TickSchedule::put(std::vector<std::size_t> homes, Time due) {
  auto& group = groups_[due];
  if (!group.empty()) group.reserve(group.size() + homes.size());
  for (const std::size_t home : homes) due_at_[home] = due;  // after what may throw
  if (group.empty()) {
    group = std::move(homes);
  } else {
    group.insert(group.end(), homes.begin(), homes.end());
  }
}

TickSchedule::Due TickSchedule::take(Time now) {
  const Time due = next();
  const Duration skipped = now - due > kMostToCatchUp + tick_ ? now - due : Duration::zero();
  const Time following = due + skipped + tick_;
  // What may throw comes first: a group that is lost would never tick again.
  due_.reserve(groups_.begin()->second.size());
  auto& behind = groups_[following];
  if (!behind.empty()) behind.reserve(behind.size() + groups_.begin()->second.size());
  auto group = groups_.extract(groups_.begin());
  left_ -= drop_left(group.mapped(), due, following);
  due_ = group.mapped();
  if (!due_.empty()) put(std::move(group.mapped()), following);
  drop_left_groups();
  return {due_, skipped};
}

void TickSchedule::restart(std::size_t home, Time now) {
  put({home}, now + tick_);
  if (++left_ > due_at_.size() + kMostLeft) clean_up();
  drop_left_groups();
}

/// Leaves out whoever is due at another time by now, or stands there twice. @return how many those were
std::size_t TickSchedule::drop_left(std::vector<std::size_t>& group, Time due, Time mark) {
  const auto left = std::erase_if(group, [&](std::size_t home) {
    if (due_at_[home] != due) return true;
    due_at_[home] = mark;
    return false;
  });
  for (const std::size_t home : group) due_at_[home] = due;
  return left;
}

/// The first group has somebody in it, so that `next` is somebody's time.
void TickSchedule::drop_left_groups() {
  while (!groups_.empty()) {
    auto& [due, group] = *groups_.begin();
    for (; !group.empty() && due_at_[group.back()] != due; group.pop_back()) --left_;
    if (!group.empty()) return;
    groups_.erase(groups_.begin());
  }
}

void TickSchedule::clean_up() {
  for (auto group = groups_.begin(); group != groups_.end();) {
    drop_left(group->second, group->first, Time::max());
    group = group->second.empty() ? groups_.erase(group) : std::next(group);
  }
  left_ = 0;
}

}  // namespace home_energy
