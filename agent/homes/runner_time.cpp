// What time does to the homes: ticks, and the clock on the wall.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "agent/homes/runner.hpp"
#include "agent/system/guarded.hpp"

namespace home_energy {
namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

/// A world that is later than this is not ticking.
constexpr std::chrono::seconds kLate{5};

/// Calls it at the end of a scope, however that ends.
template <class Action>
class AtEnd {
 public:
  explicit AtEnd(Action action) : action_(std::move(action)) {}
  AtEnd(const AtEnd&) = delete;
  AtEnd& operator=(const AtEnd&) = delete;
  AtEnd(AtEnd&&) = delete;
  AtEnd& operator=(AtEnd&&) = delete;
  ~AtEnd() { action_(); }

 private:
  Action action_;
};

}  // namespace

void Runner::stop() {
  stopped_ = true;
  timer_.cancel();
  clock_.stop();
  slices_.stop();
}

bool Runner::ticking() const {
  return !catching_up_ && late() < kLate;
}

std::chrono::milliseconds Runner::late() const {
  const auto now = steady_clock::now();
  auto since = clock_.running() && !is_to_reschedule_ ? std::min(now, schedule_.next()) : now;
  for (const auto& [home, order] : orders_)
    if (!order.owed.empty()) since = std::min(since, order.since);
  return std::chrono::duration_cast<std::chrono::milliseconds>(now - since);
}

void Runner::begin_schedule() {
  const auto now = steady_clock::now();
  // In real time the ticks fall on the whole seconds (or whatever a tick is) of the wall clock.
  const auto past =
      follows_the_wall() ? system_clock::now().time_since_epoch() % settings_.tick : system_clock::duration::zero();
  schedule_ = TickSchedule(homes_.size(), interval(), now + interval() - past);
  is_to_reschedule_ = false;
  awake_ = local_time::since_boot();
}

/// Nothing while a tick is under way, which goes on from here when it is over.
void Runner::await_tick() {
  if (!started_ || tick_under_way_ || catching_up_) return;
  // Without it time would stop for ever: what fails is tried once more.
  if (!guarded("the wait for a tick", [this] { set_timer(); })) guarded("the wait for a tick", [this] { set_timer(); });
}

void Runner::set_timer() {
  if (is_to_reschedule_) begin_schedule();
  if (clock_.running()) {
    timer_.expires_at(schedule_.next());
  } else {  // the next midnight of the wall clock comes all the same
    timer_.expires_after(std::max<system_clock::duration>(day_end_ - system_clock::now(), std::chrono::seconds(1)));
  }
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && !stopped_) on_time();
  });
}

void Runner::on_time() {
  const AtEnd again([this] { await_tick(); });
  if (tick_under_way_ || catching_up_) return;
  begin_day_where_it_is_new();
  if (follows_the_wall() && catch_up_with_sleep()) return;
  if (!clock_.running() || schedule_.next() > steady_clock::now()) return;
  tick_lateness_.observe(steady_clock::now() - schedule_.next());
  const auto due = schedule_.take(steady_clock::now());
  if (due.skipped > TickSchedule::Duration::zero()) {
    spdlog::warn("the process was held up for {} s, the simulated world waited",
                 std::chrono::duration_cast<std::chrono::seconds>(due.skipped).count());
  }
  tick(due.homes);
}

void Runner::begin_day_where_it_is_new() {
  const auto now = system_clock::now();
  if (now >= day_begin_ && now < day_end_) return;
  read_wall_day(now);
  if (!settings_.home->calendar->has_zone()) publish_of_all(price_profiles_);
}

/// Where it is under way already it goes on until all homes have come once more.
void Runner::publish_of_all(Round& round) {
  const bool under_way = round.left > 0;
  round.left = homes_.size();
  if (under_way) return;
  const bool added = slices_.try_to_add("publishing", [this, &round] {
    const std::size_t home = std::exchange(round.next, (round.next + 1) % homes_.size());
    --round.left;
    const auto topic = static_cast<std::size_t>(std::ranges::find(home_topics_, wire::TopicOfHome(round.topic)) -
                                                home_topics_.begin());
    guarded("a home", [&] { publish(home, {&topic, 1}); });
    if (round.left == 0) link_.flush();
    return round.left > 0;
  });
  if (!added) round.left = 0;
}

/// In real time nothing is stored in between, where some homes have had the tick and others not.
void Runner::tick(std::span<const std::size_t> homes) {
  tick_under_way_ = true;
  if (follows_the_wall()) gate_->hold(true);
  const auto task = [this, homes, at = system_clock::now(), next = std::size_t{0}]() mutable {
    if (next < homes.size()) {
      tick_safely(homes[next++], at);
      return true;
    }
    end_tick();
    return false;
  };
  if (slices_.try_to_add("a tick", task)) return;
  tick_under_way_ = false;
  gate_->hold(false);
}

void Runner::tick_safely(std::size_t home, local_time::Time at) {
  guarded("a home", [&] { homes_[home].plan_due() || must_wait(home) ? owe_tick(home, at) : advance(home, at); });
}

void Runner::end_tick() {
  tick_under_way_ = false;
  await_tick();
  gate_->hold(false);
  guarded("a tick", [this] { keep(); });
  clock_.settled();
}

/// While catching up, what changed is told at each quarter's end only.
void Runner::advance(std::size_t home, local_time::Time at) {
  gate_->before_tick(home);
  homes_[home].advance();
  if (!catching_up_ && follows_the_wall()) follow(homes_[home], at, 1);  // a tick may fall just before its second
  if (homes_[home].plan_due()) return begin_plan(home);
  if (!catching_up_) gate_->changed(home);
}

void Runner::keep() {
  if (follows_the_wall()) gate_->set_agent(record());
  gate_->commit();
}

std::int64_t Runner::ticks_at(local_time::Time time) const {
  const auto since =
      std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()) - std::chrono::seconds(wall_->epoch());
  return floored_quotient(since.count(), settings_.tick.count());
}

void Runner::follow(Home& home, local_time::Time time, std::int64_t tolerance) const {
  const std::int64_t ticks = ticks_at(time);
  if (std::abs(home.ticks() - ticks) <= tolerance) return;
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  home.move_to(second.time_since_epoch().count() - wall_->epoch(), static_cast<int>(ticks - ticks_at(second)));
}

void Runner::read_wall_day(local_time::Time time) {
  const auto at = [this](std::int64_t moment) { return system_clock::from_time_t(wall_->epoch() + moment); };
  const std::int64_t day = wall_->at(system_clock::to_time_t(time) - wall_->epoch()).day;
  day_begin_ = at(wall_->begin_of(day));
  day_end_ = at(wall_->begin_of(day + 1));
  if (!settings_.home->calendar->has_zone()) labels_.today = std::make_shared<const wire::ShownDay>(*wall_, day);
}

}  // namespace home_energy
