#include "agent/system/descriptors.hpp"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>

namespace home_energy {
namespace {

/// So many are open now; 0 where /proc is not there to tell.
std::size_t open_descriptors() {
  std::error_code error;
  std::size_t count = 0;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
       entry.increment(error))
    ++count;
  return count;
}

}  // namespace

HttpLimits limits_within(std::size_t descriptors) {
  constexpr std::size_t kFewServed = 4;
  constexpr std::size_t kFew = 2;
  const HttpLimits all;
  if (descriptors >= all.all()) return all;
  HttpLimits some;
  some.served = std::clamp(descriptors / 4, kFewServed, all.served);
  some.refused = std::clamp(descriptors / 8, kFew, all.refused);
  const std::size_t left = descriptors - std::min(descriptors, some.served + some.refused);
  some.streams = std::clamp(left, kFew, all.streams);
  return some;
}

HttpLimits take_quarter(HttpLimits& from) {
  const auto quarter = [](std::size_t& all) {
    const std::size_t part = (all + 3) / 4;
    all -= part;
    return part;
  };
  return {.served = quarter(from.served), .refused = quarter(from.refused), .streams = quarter(from.streams)};
}

HttpLimits admit_connections() {
  const std::size_t others = open_descriptors() + kReservedDescriptors;
  const std::size_t wanted = HttpLimits{}.all() + others;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
  if (limit.rlim_cur < wanted && limit.rlim_cur < limit.rlim_max) {
    const rlimit raised{.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max), .rlim_max = limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  const std::size_t allowed = std::min<rlim_t>(limit.rlim_cur, wanted);
  const HttpLimits limits = limits_within(allowed - std::min(allowed, others));
  if (limits != HttpLimits{}) {
    spdlog::warn("http: this process may open {} files (ulimit -Hn): connections are limited to {}, streams to {}",
                 limit.rlim_cur, limits.served, limits.streams);
  }
  return limits;
}

}  // namespace home_energy
