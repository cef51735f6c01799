#include "agent/tick_schedule.hpp"

#include <numeric>
#include <utility>

namespace home_energy {

TickSchedule::TickSchedule(std::size_t homes, Duration tick, Time first) : tick_(tick) {
  std::vector<std::size_t> all(homes);
  std::iota(all.begin(), all.end(), std::size_t{0});
  put(std::move(all), first);
}

void TickSchedule::put(std::vector<std::size_t> homes, Time due) {
  auto& group = groups_[due];
  if (group.empty()) {
    group = std::move(homes);
  } else {
    group.insert(group.end(), homes.begin(), homes.end());
  }
}

TickSchedule::Due TickSchedule::take(Time now) {
  auto group = groups_.extract(groups_.begin());
  const Time due = group.key();
  const Duration skipped = now - due > kMostToCatchUp + tick_ ? now - due : Duration::zero();
  const Time following = due + skipped + tick_;
  due_ = group.mapped();
  put(std::move(group.mapped()), following);
  return {due_, skipped};
}

void TickSchedule::restart(std::size_t home, Time now) {
  for (auto group = groups_.begin(); group != groups_.end(); ++group) {
    if (std::erase(group->second, home) == 0) continue;
    if (group->second.empty()) groups_.erase(group);
    break;
  }
  put({home}, now + tick_);
}

}  // namespace home_energy
