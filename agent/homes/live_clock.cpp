#include "agent/homes/live_clock.hpp"

#include <cmath>
#include <utility>

#include "agent/system/guarded_timer.hpp"
#include "common/base/text.hpp"
#include "common/base/units.hpp"
#include "common/time/iso8601.hpp"

namespace home_energy {
namespace {

constexpr std::chrono::milliseconds kShortestInterval{1};

std::string shown(std::int64_t moment, const Calendar& calendar) {
  const auto reading = calendar.at(moment);
  return std::to_string(reading.day) + 'T' + time_text(reading.second / kSecondsPerMinute);
}

tl::unexpected<Error> wrong(const std::string& field, const std::string& reason) {
  return failure(ErrorCode::illegal, field, field + ' ' + reason);
}

/// So many simulated seconds in ticks; nothing where they are no whole number of them.
std::optional<std::int64_t> in_ticks(std::int64_t seconds, const Pace& pace) {
  const std::int64_t parts = seconds * pace.ticks_per_hour();
  return parts % kSecondsPerHour == 0 ? std::optional(parts / kSecondsPerHour) : std::nullopt;
}

std::string tick_text(const Pace& pace) {
  const int ticks = pace.ticks_per_hour();
  if (kMinutesPerHour % ticks == 0) return std::to_string(kMinutesPerHour / ticks) + " min";
  if (kSecondsPerHour % ticks == 0) return std::to_string(kSecondsPerHour / ticks) + " s";
  return "a " + std::to_string(ticks) + "th of an hour";
}

tl::unexpected<Error> no_whole_ticks(const std::string& field, const Pace& pace) {
  return wrong(field, "must be a whole number of ticks away; a tick is " + tick_text(pace) + " here, see --tick");
}

}  // namespace

LiveClock::LiveClock(boost::asio::io_context& io, const Settings& settings, Owner owner)
    : settings_(settings),
      owner_(std::move(owner)),
      running_(settings.running),
      seconds_per_hour_(settings.seconds_per_hour),
      timer_(io) {}

std::chrono::nanoseconds LiveClock::interval() const {
  constexpr double kNanoseconds = 1e9;
  return std::chrono::nanoseconds(std::llround(seconds_per_hour_ * kNanoseconds / settings_.pace.ticks_per_hour()));
}

/// What is wrong is told before anything has changed.
void LiveClock::command(const ClockCommand& command, Progress progress, Told told) {
  if (const auto legal = check(command); !legal) return told(tl::unexpected(legal.error()));
  const auto target = command.move ? target_of(*command.move) : std::nullopt;
  if (target && !*target) return told(tl::unexpected(target->error()));
  if (command.seconds_per_hour) {
    seconds_per_hour_ = *command.seconds_per_hour;
    owner_.changed();
  }
  if (target) return begin(**target, std::move(progress), std::move(told));
  if (command.move && std::holds_alternative<PauseClock>(*command.move))
    return pause(std::move(progress), std::move(told));
  if (command.move && std::holds_alternative<RunClock>(*command.move)) set_running(true);
  answer(told);
}

Result<void> LiveClock::check(const ClockCommand& command) const {
  const bool pauses = command.move && std::holds_alternative<PauseClock>(*command.move);
  const bool runs = command.move && std::holds_alternative<RunClock>(*command.move);
  if (settings_.mode == ClockMode::local) {
    const bool legal = !command.seconds_per_hour && (runs || std::holds_alternative<FollowWall>(*command.move));
    return legal ? Result<void>() : wrong("clock", "follows the one on the wall (--realtime), it is only read");
  }
  if (command.move && std::holds_alternative<FollowWall>(*command.move))
    return wrong("realtime", "needs an agent that was started with --realtime");
  if (command.seconds_per_hour) {
    const double least = static_cast<double>(kShortestInterval.count()) * settings_.pace.ticks_per_hour() / kMilli;
    if (*command.seconds_per_hour < least) {
      std::string text = std::to_string(least);
      text.erase(text.find_last_not_of('0') + 1);
      return wrong("seconds_per_hour", "must be at least " + text + ", so that a tick lasts a millisecond; " +
                                           R"(at full speed goes {"step":"1d"})");
    }
  }
  if (step_ && command.move && !pauses)
    return wrong("clock", R"(is making a step already: wait for its receipt, or stop it with {"pause":true})");
  if (pauses && pauses_.size() >= kMostWaiting)
    return failure(ErrorCode::too_large, "clock", "clock is told to pause by too many at once, try again later");
  return {};
}

std::optional<Result<std::int64_t>> LiveClock::target_of(const ClockMove& move) const {
  if (const auto* const step = std::get_if<StepClock>(&move)) return target_of(*step);
  if (const auto* const until = std::get_if<StepUntil>(&move)) return target_of(*until);
  return std::nullopt;
}

Result<std::int64_t> LiveClock::target_of(const StepClock& step) const {
  const auto now = owner_.now().ticks;
  if (!step.by) return now + 1;
  const auto ticks = in_ticks(step.by->count(), settings_.pace);
  if (!ticks) return no_whole_ticks("step", settings_.pace);
  return now + *ticks;
}

Result<std::int64_t> LiveClock::target_of(const StepUntil& until) const {
  const Now now = owner_.now();
  const Calendar& calendar = *settings_.calendar;
  if (until.unix_seconds && !calendar.has_zone())
    return wrong("until", "must come without Z or an offset from UTC, as the homes have no time zone (--zone), got " +
                              excerpt(until.text));
  const std::int64_t of_day = until.minute * kSecondsPerMinute;
  const std::int64_t moment = until.unix_seconds ? *until.unix_seconds - calendar.epoch() : of_day;
  if (!in_ticks(moment % kSecondsPerHour, settings_.pace)) return no_whole_ticks("until", settings_.pace);
  const auto at = [&](std::int64_t day) { return ticks_at(calendar.moment_of(day, of_day), settings_.pace); };
  const std::int64_t today = calendar.at(now.moment).day;
  if (!until.day && !until.date && !until.unix_seconds) return at(today) > now.ticks ? at(today) : at(today + 1);
  const std::int64_t day = until.unix_seconds ? calendar.at(moment).day
                           : until.day        ? *until.day
                                              : *until.date - calendar.first_date();
  if (day - today > kLongestStepDays)
    return wrong("until",
                 "must be at most " + std::to_string(kLongestStepDays) + " days away, got " + excerpt(until.text));
  const std::int64_t target = until.unix_seconds ? ticks_at(moment, settings_.pace) : at(day);
  if (target > now.ticks) return target;
  return wrong("until",
               "must be after " + shown(now.moment, calendar) + ", which the clock shows, got " + excerpt(until.text));
}

void LiveClock::set_running(bool running) {
  if (std::exchange(running_, running) != running) owner_.changed();
}

void LiveClock::pause(Progress progress, Told told) {
  set_running(false);
  report();
  const Waiting pause = pauses_.insert(pauses_.end(), {std::move(progress), std::move(told)});
  if (step_) return step_->stopped_by.push_back(pause);
  if (owner_.busy()) return for_end_of_tick_.push_back(pause);
  answer_when_published(pause);
}

void LiveClock::begin(std::int64_t target, Progress progress, Told told) {
  set_running(false);
  report();
  step_.emplace(Step{.target = target, .progress = std::move(progress), .told = std::move(told)});
  go_on();
}

void LiveClock::settled() {
  if (owner_.busy()) return;
  for (const Waiting pause : std::exchange(for_end_of_tick_, {}))
    guarded("the clock", [&] { answer_when_published(pause); });
  go_on();
}

void LiveClock::go_on() {
  if (!step_ || step_->over || owner_.busy()) return;
  const bool stopped = !step_->stopped_by.empty();
  const bool well = guarded("the clock", [&] {
    if (!stopped && owner_.now().ticks < step_->target) return owner_.tick();
    step_->over = true;
    owner_.when_published([this] { end_step(); });
  });
  if (!well && step_) step_->over = false;  // report() tries again
}

void LiveClock::end_step() {
  if (!step_ || !step_->over) return;
  const Now now = owner_.now();
  const bool reached = now.ticks >= step_->target;
  const Step step = std::move(*step_);
  step_.reset();
  guarded("the clock", [&] {
    if (reached) return answer(step.told);
    step.told(wrong("clock", "was stopped at " + shown(now.moment, *settings_.calendar) + " by a pause"));
  });
  for (const Waiting pause : step.stopped_by) guarded("the clock", [&] { answer(pause); });
}

/// While anybody waits.
void LiveClock::report() {
  if (reporting_) return;
  call_after(timer_, kBetweenReports, kBetweenReports, "the clock's progress", [this] {
    reporting_ = false;
    if (!step_ && pauses_.empty()) return;
    const std::string clock = owner_.show();
    if (step_) step_->progress(clock);
    for (const Pause& pause : pauses_) pause.progress(clock);
    report();
    go_on();  // where a defect has stopped the step
  });
  reporting_ = true;
}

void LiveClock::answer_when_published(Waiting pause) {
  owner_.when_published([this, pause] { answer(pause); });
}

void LiveClock::answer(Waiting pause) {
  const Told told = std::move(pause->told);
  pauses_.erase(pause);
  answer(told);
}

void LiveClock::answer(const Told& told) {
  told(owner_.show());
}

}  // namespace home_energy
