#include "common/world/home_time.hpp"

#include <algorithm>

namespace home_energy {

HomeTime::HomeTime(const Pace& pace, std::shared_ptr<const Calendar> calendar)
    : pace_(pace),
      ticks_per_slot_(pace.ticks_per_slot()),
      slot_seconds_(pace.quarters_per_slot() * kSecondsPerQuarter),
      calendar_(std::move(calendar)) {
  read(0);
}

int HomeTime::minute() const {
  const int slots = clock_.quarter % kQuartersPerHour / pace_.quarters_per_slot();
  return (slots * ticks_per_slot_ + clock_.tick) * kMinutesPerHour / pace_.ticks_per_hour();
}

/// At the end of a slot: a day begins, or the clock is changed.
HomeTime::Begun HomeTime::read_calendar() {
  const Clock before = clock_;
  read(slot_begin_);
  const bool day = clock_.day != before.day;
  const bool is_another_hour = clock_.quarter / kQuartersPerHour != before.quarter / kQuartersPerHour;
  return {day || is_another_hour || clock_.quarter % kQuartersPerHour == 0, day};
}

void HomeTime::set(std::int64_t moment, int further_ticks) {
  read(moment);
  clock_.tick = std::min(clock_.tick + further_ticks, ticks_per_slot_ - 1);
}

void HomeTime::read(std::int64_t moment) {
  const auto shown = calendar_->at(moment);
  const std::int64_t of_slot = shown.second % slot_seconds_;
  slot_begin_ = moment - of_slot;
  until_ = shown.until;
  clock_ = {.day = shown.day,
            .quarter = static_cast<int>(shown.second / slot_seconds_) * pace_.quarters_per_slot(),
            .tick = static_cast<int>(of_slot * pace_.ticks_per_hour() / kSecondsPerHour)};
}

}  // namespace home_energy
