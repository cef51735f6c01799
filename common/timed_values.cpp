#include "common/timed_values.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "common/decimal.hpp"
#include "common/iso8601.hpp"

namespace home_energy {
namespace {

constexpr std::int64_t kQuarterSeconds = 900;

bool is_within(const TimedValue& value, const LocalDay& day) {
  return value.begin < day.starts.back() && value.end > day.starts.front();
}

/// The first moment of the day at which there is no value, or more than one.
struct Flaw {
  std::int64_t at;
  bool is_gap;
};

std::optional<Flaw> flaw_of(std::span<const TimedValue> values, const LocalDay& day) {
  std::int64_t covered = day.starts.front();
  for (const auto& value : values) {
    if (!is_within(value, day)) continue;
    const auto begin = std::max(value.begin, day.starts.front());
    if (begin != covered) return Flaw{std::min(begin, covered), begin > covered};
    covered = value.end;
  }
  if (covered < day.starts.back()) return Flaw{covered, true};
  return std::nullopt;
}

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
  Int128 counts = 0;  ///< each times the seconds in which it held
  std::int64_t seconds = 0;
};

std::array<Sum, kQuartersPerDay> sums_of(std::span<const TimedValue> values, const LocalDay& day) {
  std::array<Sum, kQuartersPerDay> sums;
  for (const auto& showing : showings_of(day)) {
    for (const auto& value : values) {
      const auto seconds = std::min(value.end, showing.end) - std::max(value.begin, showing.begin);
      if (seconds <= 0) continue;
      sums[showing.quarter].counts += static_cast<Int128>(value.count) * seconds;
      sums[showing.quarter].seconds += seconds;
    }
  }
  return sums;
}

std::vector<std::int64_t> means_of(std::span<const Sum> sums) {
  const auto mean = [](const Sum& sum) { return rounded_quotient(sum.counts, sum.seconds, 0); };
  const auto has_time = [](const Sum& sum) { return sum.seconds > 0; };
  const auto first = std::ranges::find_if(sums, has_time);
  // Where the day itself begins with what the clock leaves out, there is no value before it, but one after.
  std::int64_t latest = first == sums.end() ? 0 : mean(*first);
  std::vector<std::int64_t> means;
  for (const auto& sum : sums) means.push_back(latest = has_time(sum) ? mean(sum) : latest);
  return means;
}

/// The first quarter of each hour, where it stands for all four; else all.
std::vector<std::int64_t> hourly_where_possible(const std::vector<std::int64_t>& quarters) {
  std::vector<std::int64_t> hours;
  for (std::size_t first = 0; first < quarters.size(); first += kQuartersPerHour) {
    const std::span hour(quarters.data() + first, kQuartersPerHour);
    if (std::ranges::any_of(hour, [&](auto count) { return count != hour.front(); })) return quarters;
    hours.push_back(hour.front());
  }
  return hours;
}

}  // namespace

bool any_within(std::span<const TimedValue> values, const LocalDay& day) {
  return std::ranges::any_of(values, [&](const auto& value) { return is_within(value, day); });
}

Result<std::vector<std::int64_t>> counts_of_day(std::span<const TimedValue> values, const LocalDay& day,
                                                const std::string& field) {
  if (const auto flaw = flaw_of(values, day)) {
    return failure(ErrorCode::illegal, field,
                   field + " must cover the whole of " + day.date + " once, but it has " +
                       (flaw->is_gap ? "a gap at " : "an overlap at ") + iso8601_utc(flaw->at));
  }
  return hourly_where_possible(means_of(sums_of(values, day)));
}

}  // namespace home_energy
