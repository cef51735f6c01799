#include "common/world/home_time.hpp"

#include <algorithm>

#include "common/time/iso8601.hpp"

namespace home_energy {
namespace {

constexpr std::int64_t kSecondsPerMinute = 60;
constexpr std::int64_t kSecondsPerQuarter = 900;
constexpr std::int64_t kSecondsPerHour = 3600;
constexpr std::int64_t kSecondsPerDay = kSecondsPerQuarter * kQuartersPerDay;
constexpr int kMinutesPerQuarter = kMinutesPerHour / kQuartersPerHour;

}  // namespace

int HomeTime::minute() const {
  const int slots = clock_.quarter % kQuartersPerHour / pace_.quarters_per_slot();
  return (slots * ticks_per_slot_ + clock_.tick) * kMinutesPerHour / pace_.ticks_per_hour();
}

HomeTime::Begun HomeTime::begin_slot_of_calendar() {
  const std::int64_t now = moment();
  clock_.tick = 0;
  clock_.quarter += pace_.quarters_per_slot();
  follow_calendar(now);
  const bool day = end_day();
  if (day) follow_calendar(now);
  return begun(day);
}

void HomeTime::set(const Clock& clock, std::optional<std::int64_t> moment) {
  clock_ = clock;
  shown_before_ = moment ? since_first_shown(*moment) : 0;
}

const LocalDay* HomeTime::local_day(std::int64_t day) const {
  if (!calendar_) return nullptr;
  const auto found = std::ranges::find(*calendar_, day, &LocalDay::day);
  return found == calendar_->end() ? nullptr : &*found;
}

std::int64_t HomeTime::start_of(std::int64_t day, int quarter) const {
  if (const LocalDay* const local = local_day(day)) return local->starts[static_cast<std::size_t>(quarter)];
  const std::int64_t known = calendar_ ? calendar_->back().day + 1 : 0;
  const std::int64_t begin = calendar_ ? calendar_->back().starts.back() : 0;
  return begin + (day - known) * kSecondsPerDay + quarter * kSecondsPerQuarter;
}

std::int64_t HomeTime::moment_of(std::int64_t day, int minute) const {
  const int quarter = minute / kMinutesPerQuarter;
  return std::min(start_of(day, quarter) + minute % kMinutesPerQuarter * kSecondsPerMinute, start_of(day, quarter + 1));
}

std::optional<std::string> HomeTime::date_of(std::int64_t day) const {
  if (!calendar_) return std::nullopt;
  if (const LocalDay* const local = local_day(day)) return local->date;
  const LocalDay& known = calendar_->front();
  return date_text(parse_date(known.date).value_or(0) + day - known.day);
}

/// When the clock shows its time, for the first time where it does so twice.
std::int64_t HomeTime::first_shown_at() const {
  return start_of(clock_.day, clock_.quarter) + clock_.tick * kSecondsPerHour / pace_.ticks_per_hour();
}

/// At the beginning of a slot: goes back to quarters that the wall clock shows again, and passes over those that it
/// leaves out.
void HomeTime::follow_calendar(std::int64_t now) {
  const int slot = pace_.quarters_per_slot();
  const std::int64_t slot_seconds = slot * kSecondsPerQuarter;
  const auto begins = [this](int quarter) { return start_of(clock_.day, quarter); };
  const auto again = static_cast<int>((begins(clock_.quarter) - now) / slot_seconds);
  clock_.quarter = std::max(0, clock_.quarter - std::max(0, again) * slot);
  while (clock_.quarter < kQuartersPerDay && begins(clock_.quarter + slot) == begins(clock_.quarter))
    clock_.quarter += slot;
  shown_before_ = now - begins(clock_.quarter);
}

/// How long before that moment the clock showed the same already, in whole quarters.
std::int64_t HomeTime::since_first_shown(std::int64_t moment) const {
  return std::max<std::int64_t>(0, (moment - first_shown_at() + kSecondsPerQuarter / 2) / kSecondsPerQuarter) *
         kSecondsPerQuarter;
}

}  // namespace home_energy
