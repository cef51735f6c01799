// Each home does one thing after the other: what comes while its plan is due waits for it.
#include <spdlog/spdlog.h>

#include <utility>

#include "agent/homes/runner.hpp"
#include "agent/system/guarded.hpp"
#include "common/base/text.hpp"

namespace home_energy {
namespace {

using std::chrono::steady_clock;

}  // namespace

Error Runner::too_many(std::string_view name, std::string_view what_for) {
  return {ErrorCode::too_large, std::string(name),
          std::string(name) + " is not carried out: too many commands wait for " + std::string(what_for) +
              ", try again later"};
}

Runner::Order& Runner::order_of(std::size_t home) {
  const auto [order, is_new] = orders_.try_emplace(home);
  if (is_new) order->second.since = steady_clock::now();
  return order->second;
}

/// Whether something has come before that is not carried out yet.
bool Runner::must_wait(std::size_t home) const {
  const auto order = orders_.find(home);
  return order != orders_.end() && (!order->second.owed.empty() || order->second.under_way);
}

/// What needs no home, a refusal: behind all that has come before.
void Runner::in_order(std::size_t home, std::function<void()> action) {
  if (must_wait(home)) {
    order_of(home).owed.push_back({.action = std::move(action)});
  } else if (homes_[home].plan_due() && !catching_up_) {
    order_of(home).answers.push_back(std::move(action));
  } else {
    action();
  }
}

/// @return whether there is room for it
bool Runner::hold(std::size_t home, std::size_t bytes, std::function<void()> action) {
  if (held_ >= kMostHeld || held_bytes_ + bytes > kMostHeldBytes) return false;
  auto carried_out = [this, bytes, action = std::move(action)] {
    --held_;
    held_bytes_ -= bytes;
    action();
  };
  if (catching_up_ || !held_back_.empty()) {
    held_back_.emplace_back(std::move(carried_out));
  } else {
    order_of(home).owed.push_back({.action = std::move(carried_out)});
  }
  ++held_;
  held_bytes_ += bytes;
  return true;
}

/// The same, and its time is taken; not that of a refused one.
Runner::Told Runner::measured(Told told) {
  return [this, began = steady_clock::now(), told = std::move(told)](const auto& id, const auto& outcome) {
    told(id, outcome);
    if (outcome) gate_->when_kept([this, began](bool) { command_latency_.observe(steady_clock::now() - began); });
  };
}

void Runner::command(std::size_t home, std::string_view name, std::string_view text, TextForm form,
                     const Told& unmeasured) {
  const Told told = measured(unmeasured);
  if (!catching_up_ && held_back_.empty()) return read_and_carry_out(home, name, text, form, told);
  const bool held =
      hold(home, text.size(), [this, home, name = std::string(name), text = std::string(text), form, told] {
        read_and_carry_out(home, name, text, form, told);
      });
  if (!held) told({}, tl::unexpected(too_many(name, "the homes to arrive at the present")));
}

void Runner::read_and_carry_out(std::size_t home, std::string_view name, std::string_view text, TextForm form,
                                const Told& told) {
  const auto parsed = parse(name, text, form);
  if (!parsed.command) {
    return in_order(home, [told, id = parsed.id, error = parsed.command.error()] { told(id, tl::unexpected(error)); });
  }
  if (!must_wait(home) && !homes_[home].needs_plan_for(*parsed.command, parsed.car))
    return carry_out(home, parsed, told);
  const bool held = hold(home, text.size(), [this, home, parsed, told] { carry_out(home, parsed, told); });
  if (!held) told(parsed.id, tl::unexpected(too_many(name, "this home's plan")));
}

/// Calls `present`, and carries out what was held back.
void Runner::begin_commands(std::function<void()> present) {
  slices_.add([this, present = std::move(present)]() mutable {
    if (const auto first = std::exchange(present, nullptr)) {
      guarded("what follows catching up", first);
      gate_->commit();
      return true;
    }
    if (held_back_.empty()) return false;
    const auto action = std::move(held_back_.front());
    held_back_.pop_front();
    guarded("a command", action);
    return !held_back_.empty();
  });
}

void Runner::carry_out(std::size_t home, const ParsedCommand& parsed, const Told& told) {
  const auto& id = parsed.id;
  const auto receipt = homes_[home].apply(*parsed.command, parsed.car);
  const bool is_reset = std::holds_alternative<ResetCommand>(*parsed.command) && parsed.car == 0;
  if (receipt && is_reset && !follows_the_wall()) {
    schedule_.restart(home, steady_clock::now());
    await_tick();
  }
  if (homes_[home].plan_due()) {
    const bool waits =
        guarded("a command", [&] { order_of(home).answers.emplace_back([told, id, receipt] { told(id, receipt); }); });
    begin_plan(home);
    return waits ? void() : told(id, receipt);
  }
  if (!receipt) return told(id, receipt);
  const auto order = orders_.find(home);
  const auto answers = order == orders_.end() ? std::vector<std::function<void()>>() : std::move(order->second.answers);
  if (order != orders_.end()) order->second.answers.clear();
  const bool done = order != orders_.end() && !order->second.under_way && order->second.owed.empty();
  if (done) orders_.erase(order);
  guarded("a home", [&] { changed_by_command(home); });
  for (const auto& answer : answers) guarded("who waits for a plan", answer);  // which nobody needs any more
  told(id, receipt);
  if (done) clock_.settled();
}

void Runner::changed_by_command(std::size_t home) {
  gate_->changed(home);
  publish_changes(home);
  link_.flush();
  gate_->commit();
}

/// A home in real time catches up with the wall's clock, however long its plan took. Another one's time stands still
/// where it was held up for long.
void Runner::owe_tick(std::size_t home, local_time::Time at) {
  auto& owed = order_of(home).owed;
  const bool again = !owed.empty() && !owed.back().action;
  if (!again) owed.push_back({.ticks = 0, .at = at});
  if (follows_the_wall() || owed.back().ticks * interval() < TickSchedule::kMostToCatchUp) {
    ++owed.back().ticks;
  } else if (const auto now = steady_clock::now(); now - told_of_skipping_ > TickSchedule::kMostToCatchUp) {
    told_of_skipping_ = now;
    spdlog::warn("plans take longer than the ticks: {} homes wait, the time of some stands still", orders_.size());
  }
  if (homes_[home].plan_due()) planning_->due(home);  // where a defect has kept it from being asked for
}

void Runner::begin_plan(std::size_t home) {
  guarded("a home", [&] { order_of(home); });
  planning_->due(home);
}

/// The home has got a plan; another car's may still be due.
void Runner::planned(std::size_t home) {
  if (homes_[home].plan_due()) return begin_plan(home);
  Order& order = order_of(home);
  const auto answers = std::exchange(order.answers, {});
  if (!catching_up_) {
    guarded("a home", [&] {
      if (!answers.empty()) return changed_by_command(home);
      gate_->changed(home);
      gate_->commit();
    });
  }
  for (const auto& answer : answers) guarded("who waits for a plan", answer);
  if (!order.under_way) go_on(home, order);
}

void Runner::go_on(std::size_t home, Order& order) {
  order.under_way = true;
  bool ticked = false;
  while (!order.owed.empty() && !homes_[home].plan_due())
    guarded("a home", [&] { ticked = carry_out_owed(home, order) || ticked; });
  if (catching_up_ && !homes_[home].plan_due()) guarded("a home", [&] { gate_->changed(home); });
  order.under_way = false;
  order.since = steady_clock::now();
  if (ticked && !catching_up_) guarded("a home", [&] { keep(); });
  if (homes_[home].plan_due()) return;
  orders_.erase(home);
  if (!catching_up_) return clock_.settled();
  if (orders_.empty() && std::exchange(catching_up_->waits, false)) go_on_catching_up();
}

/// @return whether time has gone on
bool Runner::carry_out_owed(std::size_t home, Order& order) {
  if (order.owed.front().action) {
    const auto action = std::move(order.owed.front().action);
    order.owed.pop_front();
    action();
    return false;
  }
  Owed& ticks = order.owed.front();
  const auto at = ticks.at;
  ticks.at += settings_.tick;
  if (--ticks.ticks <= 0) order.owed.pop_front();
  advance(home, at);
  return true;
}

}  // namespace home_energy
