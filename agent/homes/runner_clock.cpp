// The clock of all homes as commands set it: what LiveClock decides is performed here.
#include <algorithm>
#include <numeric>
#include <utility>

#include "agent/homes/runner.hpp"
#include "common/wire/clock_reader.hpp"

namespace home_energy {

LiveClock::Settings Runner::clock_settings(const RunnerSettings& settings) {
  return {.mode = settings.home->clock_mode,
          .pace = settings.home->pace,
          .calendar = settings.home->calendar,
          .running = settings.running,
          .seconds_per_hour = settings.info.seconds_per_hour};
}

LiveClock::Owner Runner::clock_owner() {
  return {.now =
              [this] {
                return LiveClock::Now{homes_.front().ticks(), homes_.front().moment()};
              },
          .show = [this] { return clock_json(); },
          .busy = [this] { return tick_under_way_ || catching_up_ || waits_for_store_ || !orders_.empty(); },
          .tick = [this] { tick_of_step(); },
          .changed = [this] { clock_changed(); },
          .when_published = [this](std::function<void()> then) { when_published(std::move(then)); }};
}

/// The store is as fast as its disk: a step does not run ahead of it.
void Runner::tick_of_step() {
  if (all_homes_.empty()) {
    all_homes_.resize(homes_.size());
    std::iota(all_homes_.begin(), all_homes_.end(), std::size_t{0});
  }
  rows_of_step_ += std::min(settings_.history_homes, homes_.size());
  if (rows_of_step_ < kMostRowsAhead) return tick(all_homes_);
  rows_of_step_ = 0;
  waits_for_store_ = true;
  gate_->when_written([this](bool) {
    waits_for_store_ = false;
    clock_.settled();
  });
}

std::string Runner::clock_json() const {
  std::string out;
  wire::append_clock(out, snapshot(0), labels_);
  return out;
}

void Runner::clock_changed() {
  labels_.running = clock_.running();
  if (labels_.seconds_per_hour != clock_.seconds_per_hour()) {
    settings_.info.seconds_per_hour = labels_.seconds_per_hour = clock_.seconds_per_hour();
    publish_info_soon();
  }
  publish_of_all(clocks_);
  is_to_reschedule_ = true;
  await_tick();
}

/// Once for all changes until then: it names every home.
void Runner::publish_info_soon() {
  if (std::exchange(is_info_to_publish_, true)) return;
  const bool added = slices_.try_to_add("publishing", [this] {
    is_info_to_publish_ = false;
    publish_info();
    return false;
  });
  if (!added) is_info_to_publish_ = false;
}

/// What is kept is published in slices: behind them.
void Runner::when_published(std::function<void()> then) {
  gate_->when_kept([this, then = std::move(then)](bool) {
    slices_.add([this, then] {
      link_.when_published(then);
      return false;
    });
  });
}

void Runner::command_clock(std::string_view text, TextForm form, const ClockTold& progress, const ClockTold& told) {
  auto parsed = parse_clock_command(text, form);
  if (!parsed.command) return told(parsed.id, tl::unexpected(parsed.command.error()));
  const auto with_id = [id = parsed.id](const ClockTold& to) {
    return [to, id](const Result<std::string>& clock) { to(id, clock); };
  };
  auto carry_out = [this, command = std::move(*parsed.command), progress = with_id(progress), told = with_id(told)] {
    clock_.command(command, progress, told);
  };
  if (!catching_up_ && held_back_.empty()) return carry_out();
  if (!hold(0, text.size(), std::move(carry_out)))
    told(parsed.id, tl::unexpected(too_many("clock", "the homes to arrive at the present")));
}

}  // namespace home_energy
