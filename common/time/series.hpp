/// @file
/// Values over time: a curve that repeats every day, and what is known for single moments. Prices and base loads are
/// both one.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "common/time/calendar.hpp"
#include "common/time/day_curve.hpp"

namespace home_energy {

/// A quarter of an hour: the moment at which it begins, and what the clock shows then.
struct Quarter {
  std::int64_t moment;
  std::int64_t day;
  int of_day;  ///< 0..95
};

/// The quarter of an hour that a moment is in.
inline Quarter quarter_at(std::int64_t moment, const Calendar& calendar) {
  const auto shown = calendar.at(moment);
  const auto of_day = shown.second / kSecondsPerQuarter;
  return {moment - shown.second % kSecondsPerQuarter, shown.day, static_cast<int>(of_day)};
}

/// A value that holds from one moment to another.
template <class Value>
struct Dated {
  std::int64_t begin;
  std::int64_t end;  ///< after `begin`
  Value value;

  friend bool operator==(const Dated&, const Dated&) = default;
};

/// Where nothing is known for a moment, the same time of the latest day before stands in, at last the daily curve. What
/// is known stays so, whatever becomes of the clock. Values are shared by series that were copied from each other.
template <class V>
class Series {
 public:
  using Value = V;
  using Curve = DayCurve<Value>;

  /// What was set, to be set again after a restart.
  struct Set {
    std::optional<Curve> daily{};
    std::vector<Dated<Value>> dated{};  ///< by `begin`, one after another
  };

  explicit Series(std::shared_ptr<const Curve> daily) : daily_(std::move(daily)) {}

  /// Whether every day is alike.
  bool is_daily() const { return dated_ == nullptr; }
  const Curve& daily() const { return *daily_; }

  Value at(const Quarter& quarter, const Calendar& calendar) const {
    return is_daily() ? daily_->at_quarter(quarter.of_day) : known_or_standing_in(quarter, calendar);
  }

  /// Whether another day's value stands in: something is known for that day or an earlier one, but not for this moment.
  bool stands_in(const Quarter& quarter, const Calendar& calendar) const {
    return !is_daily() && quarter.day >= calendar.at(dated_->front().begin).day && known_at(quarter.moment) == nullptr;
  }

  /// A day by the clock's face: of a time that is shown twice the first, and of one that is left out what comes after.
  Curve on(std::int64_t day, const Calendar& calendar) const {
    if (is_daily()) return *daily_;
    std::array<Value, kQuartersPerDay> quarters;
    for (int of_day = 0; of_day < kQuartersPerDay; ++of_day) {
      const auto moment = calendar.moment_of(day, of_day * kSecondsPerQuarter);
      quarters[static_cast<std::size_t>(of_day)] = at({moment, day, of_day}, calendar);
    }
    return Curve::of_quarters(quarters);
  }

  /// From now on every day is like this one; what was known of single moments counts no more.
  void set_daily(const Curve& curve) {
    daily_ = std::make_shared<const Curve>(curve);
    was_set_ = true;
    dated_ = nullptr;
  }

  /// What is known of moments, beside what is known already. What is over two days older is dropped.
  /// @param newer by `begin`, one after another
  void set_dated(std::span<const Dated<Value>> newer) {
    if (newer.empty()) return;
    std::vector<Dated<Value>> all(newer.begin(), newer.end());
    if (!is_daily())
      for (const auto& older : *dated_) append_rest(all, older, newer);
    std::ranges::sort(all, {}, &Dated<Value>::begin);
    const std::int64_t oldest = newer.front().begin - kKept;
    std::erase_if(all, [&](const auto& dated) { return dated.end <= oldest; });
    dated_ = std::make_shared<const std::vector<Dated<Value>>>(joined(all));
  }

  Set what_was_set() const {
    Set set;
    if (was_set_) set.daily = *daily_;
    if (!is_daily()) set.dated = *dated_;
    return set;
  }

  void restore(const Set& set) {
    if (set.daily) set_daily(*set.daily);
    set_dated(set.dated);
  }

 private:
  static constexpr std::int64_t kKept = 2 * kSecondsPerDay;

  const Dated<Value>* known_at(std::int64_t moment) const {
    const auto next = std::ranges::upper_bound(*dated_, moment, {}, &Dated<Value>::begin);
    if (next == dated_->begin() || std::prev(next)->end <= moment) return nullptr;
    return &*std::prev(next);
  }

  Value known_or_standing_in(const Quarter& quarter, const Calendar& calendar) const {
    if (const auto* const known = known_at(quarter.moment)) return known->value;
    const auto first = calendar.at(dated_->front().begin).day;
    const auto last = calendar.at(dated_->back().end - 1).day;
    for (auto day = std::min(quarter.day - 1, last); day >= first; --day) {
      const auto moment = calendar.moment_of(day, quarter.of_day * kSecondsPerQuarter);
      if (const auto* const known = known_at(moment)) return known->value;
    }
    return daily_->at_quarter(quarter.of_day);
  }

  /// What of an older value no newer one replaces.
  static void append_rest(std::vector<Dated<Value>>& all, Dated<Value> older, std::span<const Dated<Value>> newer) {
    for (const auto& each : newer) {
      if (each.end <= older.begin || each.begin >= older.end) continue;
      if (each.begin > older.begin) all.push_back({older.begin, each.begin, older.value});
      older.begin = each.end;
      if (older.begin >= older.end) return;
    }
    all.push_back(older);
  }

  static std::vector<Dated<Value>> joined(std::span<const Dated<Value>> all) {
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

  std::shared_ptr<const Curve> daily_;
  bool was_set_ = false;                                    ///< the daily one, while the home ran
  std::shared_ptr<const std::vector<Dated<Value>>> dated_;  ///< null where nothing is known of single moments
};

using PriceSeries = Series<PricePerKwh>;
using LoadSeries = Series<Watts>;

}  // namespace home_energy
