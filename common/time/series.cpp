#include "common/time/series.hpp"

#include <algorithm>
#include <array>

namespace home_energy {
namespace {

/// So long what is known is kept after its time, for who asks of a day before.
constexpr std::int64_t kKept = 2 * kSecondsPerDay;
/// So many days beside the nearest known one are asked for a value that stands in.
constexpr std::int64_t kLookBack = 35;

/// What of an older value no newer one replaces.
template <class Value>
void append_rest(std::vector<Dated<Value>>& all, Dated<Value> older, std::span<const Dated<Value>> newer) {
  for (const auto& each : newer) {
    if (each.end <= older.begin || each.begin >= older.end) continue;
    if (each.begin > older.begin) all.push_back({older.begin, each.begin, older.value});
    older.begin = each.end;
    if (older.begin >= older.end) return;
  }
  all.push_back(older);
}

/// Equal neighbours are one.
template <class Value>
std::vector<Dated<Value>> joined(std::span<const Dated<Value>> all) {
  std::vector<Dated<Value>> joined;
  for (const auto& each : all) {
    if (!joined.empty() && joined.back().end == each.begin && joined.back().value == each.value) {
      joined.back().end = each.end;
    } else {
      joined.push_back(each);
    }
  }
  return joined;
}

/// The one that holds at a time; null where none does. @param all by `begin`, one after another
template <class Value>
const Dated<Value>* value_at(const std::vector<Dated<Value>>& all, std::int64_t time) {
  const auto next = std::ranges::upper_bound(all, time, {}, &Dated<Value>::begin);
  if (next == all.begin() || std::prev(next)->end <= time) return nullptr;
  return &*std::prev(next);
}

}  // namespace

template <class V>
bool Series<V>::stands_in(const Quarter& quarter, const Calendar& calendar) const {
  if (is_daily() || known_at(quarter.moment, calendar) != nullptr) return false;
  return record_ != nullptr || quarter.day >= calendar.at(dated_->front().begin).day;
}

template <class V>
DayCurve<V> Series<V>::on(std::int64_t day, const Calendar& calendar) const {
  if (is_daily()) return *daily_;
  std::array<Value, kQuartersPerDay> quarters;
  for (int of_day = 0; of_day < kQuartersPerDay; ++of_day) {
    const auto moment = calendar.moment_of(day, of_day * kSecondsPerQuarter);
    quarters.at(static_cast<std::size_t>(of_day)) = at({moment, day, of_day}, calendar);
  }
  return Curve::of_quarters(quarters);
}

template <class V>
void Series<V>::set_daily(const Curve& curve) {
  daily_ = std::make_shared<const Curve>(curve);
  was_set_ = true;
  dated_ = nullptr;
  record_ = nullptr;
}

template <class V>
void Series<V>::set_dated(std::span<const Dated<Value>> newer) {
  if (newer.empty()) return;
  std::vector<Dated<Value>> all(newer.begin(), newer.end());
  if (dated_ != nullptr)
    for (const auto& older : *dated_) append_rest(all, older, newer);
  std::ranges::sort(all, {}, &Dated<Value>::begin);
  const std::int64_t oldest = newer.front().begin - kKept;
  std::erase_if(all, [&](const auto& dated) { return dated.end <= oldest; });
  dated_ = std::make_shared<const std::vector<Dated<Value>>>(joined<Value>(all));
}

template <class V>
typename Series<V>::Set Series<V>::what_was_set() const {
  Set set;
  if (was_set_) set.daily = *daily_;
  if (dated_ != nullptr) set.dated = *dated_;
  return set;
}

template <class V>
void Series<V>::restore(const Set& set) {
  if (set.daily) set_daily(*set.daily);
  set_dated(set.dated);
}

template <class V>
const Dated<V>* Series<V>::known_at(std::int64_t moment, const Calendar& calendar) const {
  if (dated_ != nullptr)
    if (const auto* const known = value_at(*dated_, moment)) return known;
  return record_ != nullptr ? value_at(*record_, calendar.unix_of(moment)) : nullptr;
}

template <class V>
std::optional<V> Series<V>::set_on_earlier_day(const Quarter& quarter, const Calendar& calendar) const {
  if (dated_ == nullptr) return std::nullopt;
  const auto last = std::min(quarter.day - 1, calendar.at(dated_->back().end - 1).day);
  const auto first = std::max(last - kLookBack, calendar.at(dated_->front().begin).day);
  for (auto day = last; day >= first; --day) {
    const auto moment = calendar.moment_of(day, quarter.of_day * kSecondsPerQuarter);
    if (const auto* const known = value_at(*dated_, moment)) return known->value;
  }
  return std::nullopt;
}

/// Of the days next to where the record ends, or where it has a hole or has not begun: the same weekday's, else that of
/// the nearest day that knows the time, at last what is nearest.
template <class V>
V Series<V>::standing_in(const Quarter& quarter, const Calendar& calendar) const {
  const std::int64_t origin = calendar.unix_of(0);
  const auto next = std::ranges::upper_bound(*record_, quarter.moment + origin, {}, &Dated<Value>::begin);
  const bool is_before_all = next == record_->begin();
  const Dated<Value>& nearest = is_before_all ? *next : *std::prev(next);
  const auto edge = calendar.at((is_before_all ? nearest.begin : nearest.end - 1) - origin).day;
  const auto inward = is_before_all ? 1 : -1;
  const auto known_on = [&](std::int64_t day) {
    const auto moment = calendar.moment_of(day, quarter.of_day * kSecondsPerQuarter);
    return value_at(*record_, moment + origin);
  };
  const auto to_weekday = ((quarter.day - edge) * inward % kDaysPerWeek + kDaysPerWeek) % kDaysPerWeek;
  for (auto away = to_weekday; away <= kLookBack; away += kDaysPerWeek)
    if (const auto* const known = known_on(edge + inward * away)) return known->value;
  for (std::int64_t away = 0; away <= kLookBack; ++away)
    if (const auto* const known = known_on(edge + inward * away)) return known->value;
  return nearest.value;
}

template <class V>
V Series<V>::known_or_standing_in(const Quarter& quarter, const Calendar& calendar) const {
  if (const auto* const known = known_at(quarter.moment, calendar)) return known->value;
  if (const auto set = set_on_earlier_day(quarter, calendar)) return *set;
  return record_ != nullptr ? standing_in(quarter, calendar) : daily_->at_quarter(quarter.of_day);
}

template class Series<PricePerKwh>;
template class Series<Watts>;

}  // namespace home_energy
