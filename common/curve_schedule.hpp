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
  /// What was set, to be set again after a restart.
  struct Set {
    std::optional<Curve> current{};
    std::optional<std::int64_t> current_day{};
    std::optional<std::pair<std::int64_t, Curve>> next{};
  };

  explicit CurveSchedule(std::shared_ptr<const Curve> every_day) : current_(std::move(every_day)) {}

  Set what_was_set() const {
    Set set;
    if (set_) set.current = *current_;
    set.current_day = current_day_;
    if (next_) set.next.emplace(next_day_, *next_);
    return set;
  }

  void restore(const Set& set) {
    set_ = set.current.has_value();
    if (set.current) current_ = std::make_shared<const Curve>(*set.current);
    current_day_ = set.current_day;
    next_ = set.next ? std::make_shared<const Curve>(set.next->second) : nullptr;
    next_day_ = set.next ? set.next->first : 0;
  }

  const Curve& on(std::int64_t day) const { return next_ && day >= next_day_ ? *next_ : *current_; }

  /// Whether the curve in use came for an earlier day.
  bool is_old_on(std::int64_t day) const {
    const auto of = next_ && day >= next_day_ ? std::optional(next_day_) : current_day_;
    return of && *of < day;
  }

  void set(const CurveUpdate<Curve>& update, std::int64_t today) {
    if (update.every_day) {
      current_ = std::make_shared<const Curve>(*update.every_day);
      set_ = true;
      current_day_.reset();
      next_.reset();
    }
    for (const auto& [day, curve] : update.of_days) set(day, curve, today);
  }

  /// At midnight: what came for this day is now the present curve.
  void begin_day(std::int64_t today) {
    if (!next_ || next_day_ > today) return;
    current_ = std::exchange(next_, nullptr);
    set_ = true;
    current_day_ = next_day_;
  }

 private:
  void set(std::int64_t day, const Curve& curve, std::int64_t today) {
    if (day > today) {
      next_ = std::make_shared<const Curve>(curve);
      next_day_ = day;
    } else {
      current_ = std::make_shared<const Curve>(curve);
      set_ = true;
      current_day_ = day;
    }
  }

  std::shared_ptr<const Curve> current_;
  bool set_ = false;                         ///< the present curve came while the home ran
  std::optional<std::int64_t> current_day_;  ///< none: it holds on every day
  std::shared_ptr<const Curve> next_;        ///< for a later day; none where null
  std::int64_t next_day_ = 0;
};

}  // namespace home_energy
