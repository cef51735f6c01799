/// @file
/// The clock of all homes while they run: whether their time goes on by itself and how fast, and steps at full speed.
/// Decides; what it decides the owner of the homes performs. Runs on the thread of the `io_context`.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/world/clock_command.hpp"
#include "common/world/home.hpp"

namespace home_energy {

class LiveClock {
 public:
  /// What became of a command: the clock's object as JSON.
  using Told = std::function<void(const Result<std::string>& clock)>;
  /// Where the clock stands while a command is not answered yet: the clock's object as JSON.
  using Progress = std::function<void(const std::string& clock)>;

  /// So many pauses wait for their answer.
  static constexpr std::size_t kMostWaiting = 1024;
  /// How often progress is told.
  static constexpr std::chrono::seconds kBetweenReports{1};

  struct Settings {
    ClockMode mode;
    Pace pace;
    std::shared_ptr<const Calendar> calendar;  ///< of the homes
    bool running;
    double seconds_per_hour;
  };
  struct Now {
    std::int64_t ticks;   ///< since day 0
    std::int64_t moment;  ///< seconds since day 0
  };
  /// What the owner of the homes does for the clock. All are set.
  struct Owner {
    std::function<Now()> now;           ///< of the first home
    std::function<std::string()> show;  ///< the clock's object as JSON
    std::function<bool()> busy;         ///< whether a tick is under way or a home waits for its plan
    std::function<void()> tick;         ///< begins a tick of all homes; `settled` is called at its end
    std::function<void()> changed;      ///< whether time goes on or its pace is another: publishes it
    /// Calls back when all that has changed by now is stored and published.
    std::function<void(std::function<void()>)> when_published;
  };

  LiveClock(boost::asio::io_context& io, const Settings& settings, Owner owner);

  /// @param progress called each second until @param told, which is called once
  void command(const ClockCommand& command, Progress progress, Told told);
  /// To be called when a tick is over or the last home has got its plan.
  void settled();
  void stop() { timer_.cancel(); }

  bool running() const { return running_; }
  double seconds_per_hour() const { return seconds_per_hour_; }
  /// Real time between two ticks of a simulated clock.
  std::chrono::nanoseconds interval() const;

 private:
  struct Pause {
    Progress progress;
    Told told;
  };
  using Waiting = std::list<Pause>::iterator;
  struct Step {
    std::int64_t target;  ///< ticks since day 0 of the first home
    Progress progress;
    Told told;
    bool over = false;                  ///< it only waits for what it caused to be published
    std::vector<Waiting> stopped_by{};  ///< answered after it
  };

  Result<void> check(const ClockCommand& command) const;
  /// The tick at which a step ends; nothing where the move is none.
  std::optional<Result<std::int64_t>> target_of(const ClockMove& move) const;
  Result<std::int64_t> target_of(const StepClock& step) const;
  Result<std::int64_t> target_of(const StepUntil& until) const;
  void set_running(bool running);
  void pause(Progress progress, Told told);
  void begin(std::int64_t target, Progress progress, Told told);
  void go_on();
  void end_step();
  void report();
  void answer(const Told& told);
  void answer_when_published(Waiting pause);
  void answer(Waiting pause);

  Settings settings_;
  Owner owner_;
  bool running_;
  double seconds_per_hour_;
  std::optional<Step> step_;
  std::list<Pause> pauses_;               ///< that are not answered yet
  std::vector<Waiting> for_end_of_tick_;  ///< those that wait for the tick that is under way
  bool reporting_ = false;
  boost::asio::steady_timer timer_;
};

}  // namespace home_energy
