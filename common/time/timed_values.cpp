#include "common/time/timed_values.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "common/base/decimal.hpp"
#include "common/time/pace.hpp"

namespace home_energy {
namespace {

constexpr std::int64_t kLongestFilled = kSecondsPerHour;

/// When the hour began by the clock's face, Unix seconds.
std::int64_t hour_of(std::int64_t time, const Calendar& calendar) {
  return calendar.epoch() + calendar.hour_begin(time - calendar.epoch());
}

/// The quarters of one hour by the clock's face.
std::span<const TimedValue> first_hour(std::span<const TimedValue> quarters, const Calendar& calendar) {
  std::size_t size = 1;
  while (size < quarters.size() && hour_of(quarters[size].begin, calendar) == hour_of(quarters.front().begin, calendar))
    ++size;
  return quarters.first(size);
}

/// Whether none of an hour's quarters is missing; where the clock is changed it may have two.
bool is_whole(std::span<const TimedValue> hour, const Calendar& calendar) {
  const auto begin = hour.front().begin;
  const auto end = hour.back().end;
  return hour_of(begin, calendar) == begin && hour_of(end, calendar) == end &&
         end - begin == static_cast<std::int64_t>(hour.size()) * kSecondsPerQuarter;
}

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

bool make_hourly(std::vector<TimedValue>& quarters, const Calendar& calendar) {
  std::vector<TimedValue> whole;
  for (std::span<const TimedValue> rest(quarters); !rest.empty();) {
    const auto hour = first_hour(rest, calendar);
    rest = rest.subspan(hour.size());
    if (!is_whole(hour, calendar)) continue;
    if (std::ranges::any_of(hour, [&](const auto& quarter) { return quarter.count != hour.front().count; }))
      return false;
    whole.insert(whole.end(), hour.begin(), hour.end());
  }
  quarters = std::move(whole);
  return true;
}

bool are_quarterly(const std::vector<TimedValue>& quarters) {
  for (std::size_t i = 1; i < quarters.size(); ++i)
    if (quarters[i].begin % kSecondsPerHour != 0 && quarters[i - 1].end == quarters[i].begin &&
        quarters[i].count != quarters[i - 1].count)
      return true;
  return false;
}

}  // namespace home_energy
