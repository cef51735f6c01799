/// @file
/// The calendar of a home: what the clock on its wall shows at a moment, and at which moment it shows a time. Moments
/// are whole seconds since 00:00 of day 0 and never fall, whatever is done to the clock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/time/pace.hpp"

namespace home_energy {

/// Rounded down, also below 0. @param divisor above 0
constexpr std::int64_t floored_quotient(std::int64_t value, std::int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

/// Immutable; one is shared by any number of homes, on any thread.
class Calendar {
 public:
  /// How far the clock of a zone is ahead of UTC.
  struct Offset {
    std::int64_t from;   ///< Unix seconds
    std::int64_t ahead;  ///< seconds, from then on
  };

  /// What the clock shows.
  struct Reading {
    std::int64_t day;     ///< since day 0
    std::int64_t second;  ///< of the day, 0..86399
    /// The next moment at which a day begins or the clock is changed: until then it simply goes on.
    std::int64_t until;
  };

  /// Days of 24 hours, without a zone. @param first_date of day 0, days since 1970-01-01
  explicit Calendar(std::int64_t first_date = 0);
  /// The days of a zone.
  /// @param epoch   the moment 0: the Unix seconds at which day 0 began
  /// @param offsets by `from`, ascending, at least one; the first one also holds before
  Calendar(std::int64_t first_date, std::int64_t epoch, const std::vector<Offset>& offsets);
  /// The same, where day 0 begins as its own date does.
  static Calendar of_zone(std::int64_t first_date, const std::vector<Offset>& offsets);

  /// Whether moments are such of the real world, so that a date and an offset from UTC mean something.
  bool has_zone() const { return has_zone_; }
  std::int64_t epoch() const { return epoch_; }
  std::int64_t first_date() const { return first_date_; }
  /// Days since 1970-01-01.
  std::int64_t date_of(std::int64_t day) const { return first_date_ + day; }

  /// Unix seconds; without a zone as if days were those of UTC.
  std::int64_t unix_of(std::int64_t moment) const {
    return moment + (has_zone_ ? epoch_ : first_date_ * kSecondsPerDay);
  }

  Reading at(std::int64_t moment) const;
  /// The moment at which the clock first shows a second of a day; where it leaves that out, at which it jumps over it.
  std::int64_t moment_of(std::int64_t day, std::int64_t second) const;
  std::int64_t begin_of(std::int64_t day) const { return moment_of(day, 0); }
  /// The moment at which the present hour began by the clock's face: where the clock was changed in it, then.
  std::int64_t hour_begin(std::int64_t moment) const;

  /// `2026-11-22T00:00:00+01:00`; without a zone as in UTC.
  std::string text(std::int64_t moment) const;

 private:
  /// In which the clock shows the moment plus so many seconds, as time since 00:00 of day 0.
  struct Span {
    std::int64_t from;
    std::int64_t until;
    std::int64_t shift;
  };
  const Span& span_at(std::int64_t moment) const;

  std::int64_t first_date_;
  std::int64_t epoch_ = 0;
  bool has_zone_ = false;
  std::vector<Span> spans_;
};

}  // namespace home_energy
