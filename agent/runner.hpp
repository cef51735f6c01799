/// @file
/// The one owner of the homes: moves them with time, carries out commands, and decides who is told what. Everything
/// here runs on the thread of the `io_context`; it knows neither sockets nor libraries, only the outbox.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/comeback.hpp"
#include "agent/ledger.hpp"
#include "agent/local_time.hpp"
#include "agent/mqtt_link.hpp"
#include "agent/outbox.hpp"
#include "agent/tick_schedule.hpp"
#include "common/wire.hpp"
#include "common/wire_history.hpp"

namespace home_energy {

struct RunnerSettings {
  std::string base_topic;
  std::vector<std::string> home_ids;  ///< at least one; the first is the one of the documented endpoints
  std::shared_ptr<const HomeSettings> home;
  std::chrono::milliseconds tick;
  std::string currency;
  wire::AgentInfo info;
  GivenOptions given{};            ///< beat what is stored
  std::size_t history_homes = 10;  ///< so many, the first ones, have a history
};

class Runner {
 public:
  /// Goes on where the homes in the store stood, and in real time lives what they missed.
  /// @param flush called when the outbox has got something to send
  Runner(boost::asio::io_context& io, RunnerSettings settings, Outbox& outbox, Store& store,
         std::function<void()> flush);

  /// Begins time. Before that nothing moves, which is how tests use it.
  void start();
  void stop() { timer_.cancel(); }

  void on_message(const Incoming& message);
  /// Answers so many messages, which nobody has looked at, with one receipt.
  void on_dropped(std::size_t count);

  /// Reads a command: its curves against the currency, the pace and the calendar of these homes.
  ParsedCommand parse(std::string_view name, std::string_view text, TextForm form) const;
  /// Carries out a command on a home, and publishes what it changed. Whether it is stored the ledger tells.
  Result<Receipt> carry_out(std::size_t home, const Command& command);
  /// One tick for these homes, and what it changed.
  void tick(std::span<const std::size_t> homes);

  std::optional<std::size_t> find(std::string_view id) const;
  const Home& home(std::size_t index) const { return homes_[index]; }
  /// As others may see the home: counters as far as they are stored.
  Snapshot snapshot(std::size_t home) const;
  Ledger& ledger() { return *ledger_; }
  const Ledger& ledger() const { return *ledger_; }
  /// What days of history are counted by, and how they are written.
  wire::HistoryContext history_context() const;
  wire::QuarterText quarter_text() const;
  Outbox::TopicId topic_id(std::size_t home, wire::HomeTopic topic) const {
    return first_home_topic_ + home * wire::kHomeTopics.size() + static_cast<std::size_t>(topic);
  }
  const std::vector<std::string>& home_ids() const { return settings_.home_ids; }
  const wire::Labels& labels() const { return labels_; }
  /// Whether ticks come when they are due.
  bool ticking() const;

 private:
  void begin_schedule();
  void await_tick();
  void on_time();
  bool follows_the_wall() const { return settings_.home->clock_mode == ClockMode::local; }
  void make_homes(const StoredWorld& stored);
  void declare_topics();
  /// Simulates what the homes missed while no process was there.
  void live_missed(local_time::Time from);
  /// The same where the process was stopped or the machine slept. @return whether it was so
  bool live_what_was_slept();
  AgentRecord record() const;
  /// What has changed goes to the disk.
  void keep();
  /// What the clock on the wall shows, as a home's clock would.
  Clock wall_clock(local_time::Time time) const;
  /// Sets a home's clock where it is off by more than a tick.
  void follow(Home& home, const Clock& wall) const;
  /// Makes the days known that the wall clock is in then.
  void read_local_day(local_time::Time time);
  /// Makes the home's plan where one is due; of homes that are alike one makes it.
  void plan(Home& home);
  void publish_kept(std::span<const std::size_t> homes);
  void publish(std::size_t home, std::span<const wire::HomeTopic> topics);
  /// What moves with time and commands, and, where they have changed, plan and curves.
  void publish_changes(std::size_t home);
  Result<Receipt> obey(const Incoming& message, const wire::CommandAddress& address, std::optional<std::string>& id);
  void answer(const Incoming& message, const wire::CommandAddress& address, const std::string& receipt);

  RunnerSettings settings_;
  wire::Topics topics_;
  wire::Labels labels_;
  local_time::Day local_day_;
  std::int64_t first_date_ = 0;                            ///< the local date of simulated day 0
  std::shared_ptr<const std::vector<LocalDay>> calendar_;  ///< today and tomorrow; none where the clock is simulated
  std::vector<Home> homes_;
  std::optional<Ledger> ledger_;
  std::vector<std::uint64_t> published_revisions_;           ///< of each home's plan and curves
  std::unordered_map<std::string_view, std::size_t> index_;  ///< views into settings_.home_ids
  Outbox& outbox_;
  Outbox::TopicId first_home_topic_ = 0;
  std::function<void()> flush_;
  boost::asio::steady_timer timer_;
  TickSchedule schedule_;
  std::optional<PlanRequest> last_request_;
  std::shared_ptr<const HomePlan> last_plan_;
  std::chrono::nanoseconds awake_{};  ///< since the machine's start, when time went on last
  bool started_ = false;
  std::string scratch_;
};

}  // namespace home_energy
