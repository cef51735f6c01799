/// @file
/// Which curve holds on which day: one for every day, or one that came for a day and stands in until a newer comes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "common/curve_update.hpp"

namespace home_energy {

/// Curves are shared by the homes that are alike.
template <class Curve>
class CurveSchedule {
 public:
  explicit CurveSchedule(std::shared_ptr<const Curve> every_day) : current_(std::move(every_day)) {}

  const Curve& on(std::int64_t day) const { return next_ && day >= next_day_ ? *next_ : *current_; }

  /// Whether the curve in use came for an earlier day.
  bool is_old_on(std::int64_t day) const {
    const auto of = next_ && day >= next_day_ ? std::optional(next_day_) : current_day_;
    return of && *of < day;
  }

  void set(const CurveUpdate<Curve>& update, std::int64_t today) {
    if (update.every_day) {
      current_ = std::make_shared<const Curve>(*update.every_day);
      current_day_.reset();
      next_.reset();
    }
    for (const auto& [day, curve] : update.of_days) set(day, curve, today);
  }

  /// At midnight: what came for this day is now the present curve.
  void begin_day(std::int64_t today) {
    if (!next_ || next_day_ > today) return;
    current_ = std::exchange(next_, nullptr);
    current_day_ = next_day_;
  }

 private:
  void set(std::int64_t day, const Curve& curve, std::int64_t today) {
    if (day > today) {
      next_ = std::make_shared<const Curve>(curve);
      next_day_ = day;
    } else {
      current_ = std::make_shared<const Curve>(curve);
      current_day_ = day;
    }
  }

  std::shared_ptr<const Curve> current_;
  std::optional<std::int64_t> current_day_;  ///< none: it holds on every day
  std::shared_ptr<const Curve> next_;        ///< for a later day; none where null
  std::int64_t next_day_ = 0;
};

}  // namespace home_energy
