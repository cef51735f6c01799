/// @file
/// The time of one home, counted in ticks: the moment, and what the clock shows then.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "common/time/calendar.hpp"
#include "common/time/pace.hpp"
#include "common/time/series.hpp"

namespace home_energy {

/// What the clock of a home shows.
struct Clock {
  std::int64_t day = 0;
  int quarter = 0;  ///< of the day, 0..95; stays at the hour's first where a slot is an hour
  int tick = 0;     ///< of the slot, 0..ticks_per_slot-1

  friend bool operator==(const Clock&, const Clock&) = default;
};

/// The ticks from 00:00 of day 0 until a moment.
inline std::int64_t ticks_at(std::int64_t moment, const Pace& pace) {
  const std::int64_t hour = floored_quotient(moment, kSecondsPerHour);
  return hour * pace.ticks_per_hour() + (moment - hour * kSecondsPerHour) * pace.ticks_per_hour() / kSecondsPerHour;
}

/// Belongs to one home. A tick is cheap: it counts, but for one in so many as a slot has.
class HomeTime {
 public:
  /// At the moment 0. @param calendar not null
  HomeTime(const Pace& pace, std::shared_ptr<const Calendar> calendar);

  const Clock& clock() const { return clock_; }
  const Calendar& calendar() const { return *calendar_; }
  int hour() const { return clock_.quarter / kQuartersPerHour; }
  /// Of the hour, 0..59.
  int minute() const;
  int ticks_per_hour() const { return pace_.ticks_per_hour(); }
  /// Now, rounded down to the second.
  std::int64_t moment() const { return slot_begin_ + clock_.tick * kSecondsPerHour / pace_.ticks_per_hour(); }
  /// The ticks since the moment 0.
  std::int64_t ticks() const { return ticks_at(slot_begin_, pace_) + clock_.tick; }
  /// The present slot, by the quarter with which it begins.
  Quarter slot() const { return {slot_begin_, clock_.day, clock_.quarter}; }

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
    clock_.tick = 0;
    slot_begin_ += slot_seconds_;
    if (slot_begin_ >= until_) return read_calendar();
    clock_.quarter += pace_.quarters_per_slot();
    return {clock_.quarter % kQuartersPerHour == 0, false};
  }

  /// To another moment, to the tick before it, and so many ticks further; at most to the end of its slot.
  void set(std::int64_t moment, int further_ticks = 0);

 private:
  Begun read_calendar();
  void read(std::int64_t moment);

  Pace pace_;
  int ticks_per_slot_;
  std::int64_t slot_seconds_;
  std::shared_ptr<const Calendar> calendar_;
  Clock clock_;
  std::int64_t slot_begin_ = 0;
  std::int64_t until_ = 0;  ///< until then the clock simply goes on
};

}  // namespace home_energy
