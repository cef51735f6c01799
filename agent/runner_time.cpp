// What time does to the homes: ticks, the clock on the wall, and what was missed of it.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <utility>

#include "agent/runner.hpp"

namespace home_energy {
namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

/// Ticks carried out in one go before others get their turn.
constexpr int kTicksInARow = 100;

}  // namespace

void Runner::live_missed(local_time::Time from) {
  constexpr auto kMost = std::chrono::hours(24) * 400;
  using Quarters = std::chrono::duration<std::int64_t, std::ratio<900>>;
  const auto now = system_clock::now();
  if (now - from > kMost) {
    spdlog::warn("the clock is more than 400 days ahead of what was stored, that time is left out");
    return;
  }
  if (from < now) spdlog::info("simulating what was missed since {}", local_time::iso8601(from));
  const auto ticks_until = [&](local_time::Time time) { return time.time_since_epoch() / settings_.tick; };
  const Clock begin = wall_clock(from);
  for (Home& home : homes_)
    if (home.clock() != begin) home.set_clock(begin);
  while (from < now) {
    const auto next = std::min(now, local_time::Time(std::chrono::floor<Quarters>(from) + Quarters(1)));
    const Clock wall = wall_clock(next);
    if (from < local_day_.begin || from >= local_day_.end) read_local_day(from);
    for (std::size_t home = 0; home < homes_.size(); ++home) {
      for (auto tick = ticks_until(from); tick < ticks_until(next); ++tick) {
        plan(homes_[home]);
        ledger_->before_tick(home);
        homes_[home].advance();
      }
      follow(homes_[home], wall);  // first: where the clock jumps no row begins in the time left out
      plan(homes_[home]);
      ledger_->changed(home);
    }
    from = next;
  }
  read_local_day(now);
}

void Runner::start() {
  begin_schedule();
  started_ = true;
  await_tick();
}

void Runner::begin_schedule() {
  const auto now = steady_clock::now();
  // In real time the ticks fall on the whole seconds (or whatever a tick is) of the wall clock.
  const auto past =
      follows_the_wall() ? system_clock::now().time_since_epoch() % settings_.tick : system_clock::duration::zero();
  schedule_ = TickSchedule(homes_.size(), settings_.tick, now + settings_.tick - past);
  awake_ = local_time::since_boot();
}

bool Runner::live_what_was_slept() {
  const auto awake = local_time::since_boot();
  const auto asleep = awake - std::exchange(awake_, awake);
  if (asleep <= TickSchedule::kMostToCatchUp + 2 * settings_.tick) return false;
  const auto now = system_clock::now();
  live_missed(now - std::chrono::duration_cast<system_clock::duration>(asleep));
  const Clock wall = wall_clock(now);
  for (Home& home : homes_) follow(home, wall);
  for (Home& home : homes_) plan(home);
  begin_schedule();
  keep();
  return true;
}

void Runner::await_tick() {
  timer_.expires_at(schedule_.next());
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) on_time();
  });
}

void Runner::on_time() {
  if (const auto now = system_clock::now(); now < local_day_.begin || now >= local_day_.end) {
    read_local_day(now);
    constexpr std::array kDated{wire::HomeTopic::price_profile};
    for (std::size_t home = 0; home < homes_.size(); ++home) publish(home, kDated);
  }
  const bool lived = follows_the_wall() && live_what_was_slept();
  for (int i = 0; !lived && i < kTicksInARow && schedule_.next() <= steady_clock::now(); ++i) {
    const auto due = schedule_.take(steady_clock::now());
    if (due.skipped > TickSchedule::Duration::zero()) {
      spdlog::warn("the process was held up for {} s, the simulated world waited",
                   std::chrono::duration_cast<std::chrono::seconds>(due.skipped).count());
    }
    tick(due.homes);
  }
  flush_();
  await_tick();
}

void Runner::tick(std::span<const std::size_t> homes) {
  const auto wall = follows_the_wall() ? std::optional(wall_clock(system_clock::now())) : std::nullopt;
  for (const std::size_t home : homes) {
    ledger_->before_tick(home);
    homes_[home].advance();
    if (wall) follow(homes_[home], *wall);
    plan(homes_[home]);
    ledger_->changed(home);
  }
  keep();
}

void Runner::keep() {
  if (follows_the_wall()) ledger_->set_agent(record());
  ledger_->commit();
}

Clock Runner::wall_clock(local_time::Time time) const {
  const Pace& pace = settings_.home->pace;
  const auto reading = local_time::read(time);
  const auto tick_of_day = reading.time_of_day / settings_.tick;
  return {.day = reading.date - first_date_,
          .quarter = static_cast<int>(tick_of_day / pace.ticks_per_slot()) * pace.quarters_per_slot(),
          .tick = static_cast<int>(tick_of_day % pace.ticks_per_slot())};
}

void Runner::follow(Home& home, const Clock& wall) const {
  const Pace& pace = settings_.home->pace;
  const auto ticks = [&](const Clock& clock) {
    const auto slots = (clock.day * kQuartersPerDay + clock.quarter) / pace.quarters_per_slot();
    return slots * pace.ticks_per_slot() + clock.tick;
  };
  const auto ahead = ticks(home.clock()) - ticks(wall);
  if (ahead < -1 || ahead > 1) home.set_clock(wall);  // a tick may fall just before or after its second
}

void Runner::read_local_day(local_time::Time time) {
  local_day_ = local_time::day_of(time);
  const auto today = local_time::read(time).date - first_date_;
  auto days = std::vector{local_time::quarters_of(time, today), local_time::quarters_of(local_day_.end, today + 1)};
  labels_.quarter_starts.clear();
  for (const std::int64_t start : days.front().starts)
    labels_.quarter_starts.push_back(local_time::iso8601(system_clock::from_time_t(start)));
  if (!follows_the_wall()) return;
  calendar_ = std::make_shared<const std::vector<LocalDay>>(std::move(days));
  for (Home& home : homes_) home.set_calendar(calendar_);
}

}  // namespace home_energy
