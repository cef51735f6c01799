/// @file
/// The time of one home, counted in ticks: which day it is, what the clock shows, and when that is. Goes through days
/// of 24 hours, or through those of a local calendar as whoever knows the time zone tells them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/time/local_day.hpp"
#include "common/time/pace.hpp"

namespace home_energy {

/// A moment of the simulated calendar.
struct Clock {
  std::int64_t day = 0;
  int quarter = 0;  ///< of the day, 0..95; stays at the hour's first where a slot is an hour
  int tick = 0;     ///< of the slot, 0..ticks_per_slot-1

  friend bool operator==(const Clock&, const Clock&) = default;
};

/// The ticks since 00:00 of day 0, by the clock's face.
inline std::int64_t tick_number(const Clock& clock, const Pace& pace) {
  const std::int64_t slots = (clock.day * kQuartersPerDay + clock.quarter) / pace.quarters_per_slot();
  return slots * pace.ticks_per_slot() + clock.tick;
}

/// Belongs to one home. A tick is cheap: it counts, but for one in so many as a slot has.
class HomeTime {
 public:
  using Days = std::shared_ptr<const std::vector<LocalDay>>;

  explicit HomeTime(const Pace& pace) : pace_(pace), ticks_per_slot_(pace.ticks_per_slot()) {}

  const Clock& clock() const { return clock_; }
  int hour() const { return clock_.quarter / kQuartersPerHour; }
  /// Of the hour, 0..59.
  int minute() const;
  int ticks_per_hour() const { return pace_.ticks_per_hour(); }
  /// Now: Unix seconds where there is a calendar, else seconds since 00:00 of day 0.
  std::int64_t moment() const { return first_shown_at() + shown_before_; }

  /// What begins with the end of a tick. One number: three flags apart took as long as all else of a tick.
  class Begun {
   public:
    constexpr Begun() = default;
    constexpr Begun(bool hour, bool day) : flags_(kSlot | (hour ? kHour : 0U) | (day ? kDay : 0U)) {}
    constexpr bool slot() const { return flags_ != 0; }
    constexpr bool hour() const { return (flags_ & kHour) != 0; }
    constexpr bool day() const { return (flags_ & kDay) != 0; }

   private:
    static constexpr unsigned kSlot = 1;
    static constexpr unsigned kHour = 2;
    static constexpr unsigned kDay = 4;
    unsigned flags_ = 0;
  };
  Begun advance() {
    if (++clock_.tick < ticks_per_slot_) return {};
    if (calendar_) return begin_slot_of_calendar();
    clock_.tick = 0;
    clock_.quarter += pace_.quarters_per_slot();
    return begun(end_day());
  }

  /// Puts the clock to another time of the local day.
  /// @param moment in real time: when that is, Unix seconds; it tells which of two showings of one time is meant
  void set(const Clock& clock, std::optional<std::int64_t> moment);
  /// To 00:00 of the next day.
  void skip_to_next_day() { set({clock_.day + 1, 0, 0}, std::nullopt); }
  /// Today and tomorrow as the clock on the wall counts them; without it every day has 24 hours.
  void set_calendar(Days days) { calendar_ = std::move(days); }
  bool has_calendar() const { return calendar_ != nullptr; }

  /// The moment at which a quarter of an hour begins; of quarter 96, at which the day ends. A day that the calendar
  /// does not have is taken to be one of 24 hours.
  std::int64_t start_of(std::int64_t day, int quarter) const;
  /// The moment at which the clock of that day shows a time, in minutes past midnight. Where it leaves that out in
  /// spring: when it jumps over it.
  std::int64_t moment_of(std::int64_t day, int minute) const;
  /// `2026-11-22`; nothing where days have no date.
  std::optional<std::string> date_of(std::int64_t day) const;

 private:
  const LocalDay* local_day(std::int64_t day) const;
  std::int64_t first_shown_at() const;
  std::int64_t since_first_shown(std::int64_t moment) const;
  void follow_calendar(std::int64_t now);
  Begun begin_slot_of_calendar();
  /// @return whether the day was over
  bool end_day() {
    if (clock_.quarter < kQuartersPerDay) return false;
    clock_.quarter = 0;
    ++clock_.day;
    return true;
  }
  Begun begun(bool day) const { return {clock_.quarter % kQuartersPerHour == 0, day}; }

  Pace pace_;
  int ticks_per_slot_;
  Clock clock_;
  std::int64_t shown_before_ = 0;  ///< so many seconds ago the clock showed this already: it was put back
  Days calendar_;                  ///< none where the clock is simulated
};

}  // namespace home_energy
