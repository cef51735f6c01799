#include "common/time/timed_values.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "common/base/decimal.hpp"

namespace home_energy {
namespace {

constexpr std::int64_t kQuarterSeconds = 900;
constexpr std::int64_t kLongestFilled = 4 * kQuarterSeconds;

/// A time in which the clock shows one quarter of an hour.
struct Showing {
  std::size_t quarter;
  std::int64_t begin;
  std::int64_t end;
};

/// All times of the day, by what the clock shows. Where the clock is put back, the quarter before is the long one of
/// `LocalDay`: what is too long of it is time in which the clock shows that quarter and those before it once more.
std::vector<Showing> showings_of(const LocalDay& day) {
  std::vector<Showing> showings;
  for (std::size_t quarter = 0; quarter < kQuartersPerDay; ++quarter) {
    const auto begin = day.starts[quarter];
    const auto end = day.starts[quarter + 1];
    const auto again = (end - begin) / kQuarterSeconds - 1;
    const bool repeats = again > 0 && (end - begin) % kQuarterSeconds == 0 && again <= static_cast<int>(quarter) + 1;
    if (!repeats) {
      showings.push_back({quarter, begin, end});
      continue;
    }
    showings.push_back({quarter, begin, begin + kQuarterSeconds});
    for (auto at = begin + kQuarterSeconds; at < end; at += kQuarterSeconds) {
      const auto before_the_end = static_cast<std::size_t>((end - at) / kQuarterSeconds);
      showings.push_back({quarter + 1 - before_the_end, at, at + kQuarterSeconds});
    }
  }
  return showings;
}

struct Sum {
  Int128 counts = 0;          ///< each times the seconds in which it held
  std::int64_t seconds = 0;   ///< in which a value held
  std::int64_t of_clock = 0;  ///< in which the clock shows the quarter
};

std::array<Sum, kQuartersPerDay> sums_of(std::span<const TimedValue> values, const LocalDay& day) {
  std::array<Sum, kQuartersPerDay> sums;
  for (const auto& showing : showings_of(day)) {
    auto& sum = sums[showing.quarter];
    sum.of_clock += showing.end - showing.begin;
    for (const auto& value : values) {
      const auto seconds = std::min(value.end, showing.end) - std::max(value.begin, showing.begin);
      if (seconds <= 0) continue;
      sum.counts += static_cast<Int128>(value.count) * seconds;
      sum.seconds += seconds;
    }
  }
  return sums;
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

CountsOfDay counts_of_day(std::span<const TimedValue> values, const LocalDay& day) {
  const auto sums = sums_of(values, day);
  const auto is_known = [](const Sum& sum) { return sum.seconds == sum.of_clock; };
  const auto is_shown = [](const Sum& sum) { return sum.of_clock > 0; };
  CountsOfDay of_day;
  // Where the day itself begins with what the clock leaves out, there is no quarter before it, but one after.
  auto latest = std::ranges::find_if(sums, is_shown);
  for (auto sum = sums.begin(); sum != sums.end(); ++sum) {
    if (is_shown(*sum)) latest = sum;
    if (latest == sums.end() || !is_known(*latest)) continue;
    const auto quarter = static_cast<std::size_t>(sum - sums.begin());
    of_day.counts[quarter] = rounded_quotient(latest->counts, latest->seconds, 0);
    of_day.known.set(quarter);
  }
  return of_day;
}

}  // namespace home_energy
