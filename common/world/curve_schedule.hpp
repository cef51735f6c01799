/// @file
/// Which curve holds on which day: one for every day, or one that came for a day and stands in until a newer comes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "common/world/curve_update.hpp"

namespace home_energy {

/// Curves are shared by the homes that are alike.
template <class Curve>
class CurveSchedule {
 public:
  /// A curve that came while the home ran.
  struct Given {
    std::optional<std::int64_t> day{};  ///< none: it holds on every day
    Curve curve;
    Quarters known = Quarters().set();  ///< where not, what was there before stands in
  };

  /// What was set, to be set again after a restart.
  struct Set {
    std::optional<Given> current{};
    std::optional<Given> next{};  ///< of a later day
  };

  explicit CurveSchedule(std::shared_ptr<const Curve> first) : first_(std::move(first)) {}

  Set what_was_set() const {
    Set set;
    if (current_) set.current = *current_;
    if (next_) set.next = *next_;
    return set;
  }

  void restore(const Set& set) {
    current_ = set.current ? std::make_shared<const Given>(*set.current) : nullptr;
    next_ = set.next ? std::make_shared<const Given>(*set.next) : nullptr;
  }

  const Curve& on(std::int64_t day) const {
    const Given* const given = given_on(day);
    return given == nullptr ? *first_ : given->curve;
  }

  /// The quarters of a day for which nothing came, while something came for that day or an earlier one: others stand
  /// in.
  Quarters unknown_on(std::int64_t day) const {
    const Given* const given = given_on(day);
    if (given == nullptr || !given->day) return {};
    return given->day == day ? ~given->known : Quarters().set();
  }

  void set(const CurveUpdate<Curve>& update, std::int64_t today) {
    if (update.every_day) {
      current_ = std::make_shared<const Given>(Given{.day = {}, .curve = *update.every_day});
      next_.reset();
    }
    for (const auto& [day, curve, known] : update.of_days) set({.day = day, .curve = curve, .known = known}, today);
  }

  /// At midnight: what came for this day is now the present curve.
  void begin_day(std::int64_t today) {
    if (next_ && *next_->day <= today) current_ = std::exchange(next_, nullptr);
  }

 private:
  const Given* given_on(std::int64_t day) const { return next_ && day >= *next_->day ? next_.get() : current_.get(); }
  const Curve& present() const { return current_ ? current_->curve : *first_; }

  /// Tells both where the older one is of the same day, else leaves its gaps to `stand_in`.
  static Given added(Given newer, const Given* older, const Curve& stand_in) {
    const bool same_day = older != nullptr && older->day == newer.day;
    newer.curve = merged(newer.curve, newer.known, same_day ? older->curve : stand_in);
    if (!same_day) return newer;
    newer.known |= older->known;
    return {newer.day, merged(newer.curve, newer.known, stand_in), newer.known};
  }

  void set(Given newer, std::int64_t today) {
    if (*newer.day > today) {
      next_ = std::make_shared<const Given>(added(std::move(newer), next_.get(), present()));
      return;
    }
    current_ = std::make_shared<const Given>(added(std::move(newer), current_.get(), present()));
    if (next_) next_ = std::make_shared<const Given>(added(*next_, nullptr, present()));
  }

  std::shared_ptr<const Curve> first_;    ///< until another comes
  std::shared_ptr<const Given> current_;  ///< null until one has come
  std::shared_ptr<const Given> next_;     ///< of a later day; null where none has come
};

}  // namespace home_energy
