/// @file
/// A step function over a day, given by 24 hourly or 96 quarter-hourly values. Base load and price are both one.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <span>

#include "common/base/units.hpp"
#include "common/time/pace.hpp"

namespace home_energy {

/// Immutable; one curve may be shared by any number of homes.
template <class V>
class DayCurve {
 public:
  using Value = V;

  /// @param values 24 or 96 of them, the first from 00:00 on. Anything else is a defect of the caller.
  explicit DayCurve(std::span<const Value> values)
      : resolution_(values.size() == kQuartersPerDay ? Resolution::quarter_hourly : Resolution::hourly) {
    assert(values.size() == kHoursPerDay || values.size() == kQuartersPerDay);
    const std::size_t repeats = kQuartersPerDay / values.size();
    for (std::size_t quarter = 0; quarter < quarters_.size(); ++quarter) quarters_[quarter] = values[quarter / repeats];
  }

  /// Of quarters of an hour: hourly where those of each hour agree.
  static DayCurve of_quarters(const std::array<Value, kQuartersPerDay>& quarters) {
    std::array<Value, kHoursPerDay> hours;
    for (std::size_t hour = 0; hour < hours.size(); ++hour) {
      const auto* const first = &quarters[hour * kQuartersPerHour];
      if (std::any_of(first, first + kQuartersPerHour, [&](const Value& value) { return value != *first; })) {
        return DayCurve(quarters);
      }
      hours[hour] = *first;
    }
    return DayCurve(hours);
  }

  Resolution resolution() const { return resolution_; }
  std::size_t size() const { return static_cast<std::size_t>(resolution_); }

  /// The i-th value as it was given, i < size().
  Value operator[](std::size_t i) const { return quarters_[i * (kQuartersPerDay / size())]; }

  /// The value in a quarter of an hour of the day, 0..95.
  Value at_quarter(int quarter) const { return quarters_[static_cast<std::size_t>(quarter)]; }

  /// The four quarters of an hour (0..23) added up: four times its mean, without rounding.
  Value hour_sum(int hour) const {
    const auto first = static_cast<std::size_t>(hour) * kQuartersPerHour;
    return quarters_[first] + quarters_[first + 1] + quarters_[first + 2] + quarters_[first + 3];
  }

 private:
  std::array<Value, kQuartersPerDay> quarters_{};
  Resolution resolution_;
};

using LoadCurve = DayCurve<Watts>;
using PriceCurve = DayCurve<PricePerKwh>;

}  // namespace home_energy
