#include "common/time/calendar.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

#include "common/time/iso8601.hpp"

namespace home_energy {
namespace {

// Far from every moment, and from where sums of two would overflow.
constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::max() / 4;

}  // namespace

Calendar::Calendar(std::int64_t first_date) : first_date_(first_date), spans_{{-kEver, kEver, 0}} {}

Calendar::Calendar(std::int64_t first_date, std::int64_t epoch, const std::vector<Offset>& offsets)
    : first_date_(first_date), epoch_(epoch), has_zone_(true) {
  assert(!offsets.empty());
  for (const Offset& offset : offsets) {
    const std::int64_t from = spans_.empty() ? -kEver : offset.from - epoch;
    if (!spans_.empty()) spans_.back().until = from;
    spans_.push_back({from, kEver, epoch + offset.ahead - first_date * kSecondsPerDay});
  }
}

Calendar Calendar::of_zone(std::int64_t first_date, const std::vector<Offset>& offsets) {
  // Seen from 1970, a day begins where that date does.
  return {first_date, Calendar(0, 0, offsets).begin_of(first_date), offsets};
}

const Calendar::Span& Calendar::span_at(std::int64_t moment) const {
  return *std::prev(std::ranges::upper_bound(spans_, moment, {}, &Span::from));
}

Calendar::Reading Calendar::at(std::int64_t moment) const {
  const Span& span = span_at(moment);
  const std::int64_t shown = moment + span.shift;
  const std::int64_t day = floored_quotient(shown, kSecondsPerDay);
  const std::int64_t second = shown - day * kSecondsPerDay;
  return {day, second, std::min(moment + kSecondsPerDay - second, span.until)};
}

std::int64_t Calendar::moment_of(std::int64_t day, std::int64_t second) const {
  const std::int64_t shown = day * kSecondsPerDay + second;
  const auto ends_before = [shown](const Span& span) { return span.until + span.shift <= shown; };
  const Span& span = *std::ranges::partition_point(spans_, ends_before);
  return std::max(span.from, shown - span.shift);
}

std::int64_t Calendar::hour_begin(std::int64_t moment) const {
  const Span& span = span_at(moment);
  const std::int64_t shown = moment + span.shift;
  return std::max(span.from, floored_quotient(shown, kSecondsPerHour) * kSecondsPerHour - span.shift);
}

std::string Calendar::text(std::int64_t moment) const {
  if (!has_zone_) return iso8601(unix_of(moment), 0);
  const std::int64_t ahead = span_at(moment).shift + first_date_ * kSecondsPerDay - epoch_;
  return iso8601(epoch_ + moment, ahead);
}

}  // namespace home_energy
