// Simulates the time that passed while the process was down or the machine slept, a quarter of an hour of all homes
// after the other, in slices: HTTP is answered meanwhile, and commands wait.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "agent/homes/runner.hpp"
#include "agent/system/guarded_timer.hpp"

namespace home_energy {
namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

/// Time beyond this is left out.
constexpr auto kMost = std::chrono::hours(24) * 400;
/// How often the log tells how far it has got.
constexpr std::chrono::seconds kBetweenReports{5};
constexpr std::chrono::milliseconds kCatchUpAgain{100};  ///< after a defect

}  // namespace

void Runner::start(std::function<void()> present) {
  catch_up(follows_the_wall() ? stood_at_ : system_clock::now(), std::move(present));
}

std::optional<Runner::Progress> Runner::catching_up() const {
  if (!catching_up_) return std::nullopt;
  return Progress{catching_up_->from, catching_up_->reached, catching_up_->until};
}

/// Where the process was stopped or the machine slept. @return whether it was so
bool Runner::catch_up_with_sleep() {
  const auto awake = local_time::since_boot();
  const auto asleep = awake - std::exchange(awake_, awake);
  if (asleep <= TickSchedule::kMostToCatchUp + 2 * settings_.tick) return false;
  catch_up(system_clock::now() - std::chrono::duration_cast<system_clock::duration>(asleep), [] {});
  return true;
}

void Runner::catch_up(local_time::Time from, std::function<void()> present) {
  const auto now = system_clock::now();
  if (now - from > kMost) {
    spdlog::warn("the clock is more than 400 days ahead of what was stored, that time is left out");
    from = now;
  }
  from = std::min(from, now);
  if (now - from > settings_.tick) spdlog::info("simulating what was missed since {}", local_time::iso8601(from));
  gate_->hold(true);
  // At first no tick, but the plans that are due.
  catching_up_ = std::make_unique<CatchUp>(CatchUp{.from = from,
                                                   .reached = from,
                                                   .next = from,
                                                   .until = now,
                                                   .ticks = 0,
                                                   .home = 0,
                                                   .waits = false,
                                                   .arrives = false,
                                                   .told = steady_clock::now(),
                                                   .present = std::move(present)});
  go_on_catching_up();
}

/// A step that throws is taken once more, a little later: it must come to its end.
void Runner::go_on_catching_up() {
  const auto again = [this] {
    call_after(timer_, kCatchUpAgain, kCatchUpAgain, "catching up", [this] { go_on_catching_up(); });
  };
  const auto task = [this, again] {
    bool more = false;
    if (!guarded("catching up", [&] { more = catch_up_step(); })) again();
    return more;
  };
  if (!slices_.try_to_add("catching up", task)) again();
}

bool Runner::catch_up_step() {
  CatchUp& now = *catching_up_;
  if (now.arrives) return arrive_step();
  if (now.home < homes_.size()) {
    const std::size_t home = now.home++;
    guarded("a home", [&] { catch_up_home(home); });
    return true;
  }
  now.waits = !orders_.empty();  // the last one that gets its plan goes on here
  if (now.waits) return false;
  now.reached = now.next;
  return next_quarter();
}

void Runner::catch_up_home(std::size_t home) {
  std::int64_t left = catching_up_->ticks;
  const auto at = catching_up_->reached;
  if (follows_the_wall() && at == catching_up_->from) follow(homes_[home], at, 0);
  for (; left > 0 && !homes_[home].plan_due(); --left) advance(home, at);
  if (!homes_[home].plan_due()) return gate_->changed(home);
  if (left > 0) guarded("a home", [&] { order_of(home).owed.push_back({.ticks = left, .at = at}); });
  begin_plan(home);
}

/// @return whether there is one
bool Runner::next_quarter() {
  using QuarterHours = std::chrono::duration<std::int64_t, std::ratio<900>>;
  CatchUp& now = *catching_up_;
  if (now.reached >= now.until) {
    const auto present = system_clock::now();
    if (!follows_the_wall() || present - now.until < 2 * settings_.tick) {
      now.until = present;
      now.arrives = true;
      now.home = 0;
      return true;
    }
    now.until = present;  // time went on meanwhile
  }
  report_progress();
  now.next = std::min(now.until, local_time::Time(std::chrono::floor<QuarterHours>(now.reached) + QuarterHours(1)));
  now.ticks = ticks_at(now.next) - ticks_at(now.reached);
  now.home = 0;
  return true;
}

void Runner::report_progress() {
  CatchUp& now = *catching_up_;
  if (steady_clock::now() - now.told < kBetweenReports) return;
  now.told = steady_clock::now();
  spdlog::info("simulating what was missed: {} is reached, until {}", local_time::iso8601(now.reached),
               local_time::iso8601(now.until));
}

/// The homes go over to the present one after the other: until the last one has, commands wait.
bool Runner::arrive_step() {
  CatchUp& now = *catching_up_;
  if (now.home == homes_.size()) {
    begin_present();
    return false;
  }
  const std::size_t home = now.home;
  guarded("a home", [&] {
    if (follows_the_wall()) follow(homes_[home], now.until, 1);
    gate_->changed(home);
    if (homes_[home].plan_due()) begin_plan(home);
  });
  publish_kept({&home, 1});  // behind this task
  ++now.home;
  return true;
}

/// What may throw comes first: then it is done once more.
void Runner::begin_present() {
  begin_schedule();
  auto agent = record();
  begin_commands(catching_up_->present);
  catching_up_.reset();
  started_ = true;
  gate_->hold(false);
  gate_->set_agent(std::move(agent));
  await_tick();
}

}  // namespace home_energy
