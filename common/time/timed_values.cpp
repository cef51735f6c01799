#include "common/time/timed_values.hpp"

#include <algorithm>
#include <vector>

#include "common/base/decimal.hpp"
#include "common/time/pace.hpp"

namespace home_energy {
namespace {

constexpr std::int64_t kLongestFilled = kSecondsPerHour;

}  // namespace

tl::expected<std::vector<TimedValue>, Contradiction> one_after_another(std::span<const TimedValue> values) {
  std::vector<TimedValue> joined;
  for (const auto& value : values) {
    if (joined.empty() || value.begin >= joined.back().end) {
      joined.push_back(value);
    } else if (value.count == joined.back().count) {
      joined.back().end = std::max(joined.back().end, value.end);
    } else {
      return tl::unexpected(Contradiction{value.begin, joined.back().count, value.count});
    }
  }
  return joined;
}

Holes fill_holes(std::vector<TimedValue>& values) {
  Holes holes;
  for (std::size_t i = 1; i < values.size(); ++i) {
    const TimeSpan hole{values[i - 1].end, values[i].begin};
    if (hole.begin >= hole.end) continue;
    holes.all.push_back(hole);
    if (hole.end - hole.begin > kLongestFilled) continue;
    holes.filled.push_back(hole);
    values[i - 1].end = hole.end;
  }
  return holes;
}

std::vector<TimedValue> quarter_means(std::span<const TimedValue> values, TimeSpan span) {
  std::vector<TimedValue> means;
  auto first = values.begin();
  for (auto begin = span.begin; begin < span.end; begin += kSecondsPerQuarter) {
    const auto end = std::min(begin + kSecondsPerQuarter, span.end);
    while (first != values.end() && first->end <= begin) ++first;
    Int128 counts = 0;  // each times the seconds in which it held
    std::int64_t seconds = 0;
    for (auto value = first; value != values.end() && value->begin < end; ++value) {
      const auto held = std::min(value->end, end) - std::max(value->begin, begin);
      counts += static_cast<Int128>(value->count) * held;
      seconds += held;
    }
    if (seconds == end - begin) means.push_back({begin, end, rounded_quotient(counts, seconds, 0)});
  }
  return means;
}

}  // namespace home_energy
