/// @file
/// Values over time: a curve that repeats every day, and what is known for single moments. Prices and base loads are
/// both one.
#pragma once

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

/// What a file holds: values of any span, by `begin` in Unix seconds, one after another. Shared by all homes.
template <class Value>
using Record = std::shared_ptr<const std::vector<Dated<Value>>>;

/// Where nothing is known for a moment, the same time of the latest day before stands in, at last the daily curve. What
/// is known stays so, whatever becomes of the clock. Values are shared by series that were copied from each other.
///
/// A series may have a record: then what was set counts first, then the record; where that ends or has a hole the same
/// weekday of the week before stands in, before its begin that of its first week, and another day's where it has none.
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

  /// @param record null where there is none
  explicit Series(std::shared_ptr<const Curve> daily, Record<Value> record = nullptr)
      : daily_(std::move(daily)), record_(std::move(record)) {}

  /// Whether every day is alike.
  bool is_daily() const { return dated_ == nullptr && record_ == nullptr; }
  const Curve& daily() const { return *daily_; }

  Value at(const Quarter& quarter, const Calendar& calendar) const {
    return is_daily() ? daily_->at_quarter(quarter.of_day) : known_or_standing_in(quarter, calendar);
  }

  /// Whether another day's value stands in: something is known for that day or an earlier one, but not for this moment.
  bool stands_in(const Quarter& quarter, const Calendar& calendar) const;

  /// A day by the clock's face: of a time that is shown twice the first, and of one that is left out what comes after.
  Curve on(std::int64_t day, const Calendar& calendar) const;

  /// From now on every day is like this one; what was known of single moments counts no more.
  void set_daily(const Curve& curve);

  /// What is known of moments, beside what is known already. What is over two days older is dropped.
  /// @param newer by `begin`, one after another
  void set_dated(std::span<const Dated<Value>> newer);

  Set what_was_set() const;
  void restore(const Set& set);

 private:
  const Dated<Value>* known_at(std::int64_t moment, const Calendar& calendar) const;
  std::optional<Value> set_on_earlier_day(const Quarter& quarter, const Calendar& calendar) const;
  Value standing_in(const Quarter& quarter, const Calendar& calendar) const;
  Value known_or_standing_in(const Quarter& quarter, const Calendar& calendar) const;

  std::shared_ptr<const Curve> daily_;
  bool was_set_ = false;                                    ///< the daily one, while the home ran
  std::shared_ptr<const std::vector<Dated<Value>>> dated_;  ///< null where nothing was set of single moments
  Record<Value> record_;                                    ///< null where there is none; never empty
};

using PriceSeries = Series<PricePerKwh>;
using LoadSeries = Series<Watts>;
// Made in series.cpp.
extern template class Series<PricePerKwh>;
extern template class Series<Watts>;

}  // namespace home_energy
