/// @file
/// The one owner of the homes: moves them with time, carries out commands, and decides who is told what. Everything
/// here runs on the thread of the `io_context`; it knows neither sockets nor libraries, only the outbox.
///
/// Plans are made elsewhere (see Planning). Until a home's plan is there its time stands still: ticks that fall due
/// meanwhile, and the commands after them, are carried out when it comes, in the order in which they came.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/homes/commit_gate.hpp"
#include "agent/homes/home_restore.hpp"
#include "agent/homes/live_clock.hpp"
#include "agent/homes/planning.hpp"
#include "agent/homes/runner_settings.hpp"
#include "agent/homes/tick_schedule.hpp"
#include "agent/mqtt/inbox.hpp"
#include "agent/mqtt/mqtt_settings.hpp"
#include "agent/mqtt/outbox.hpp"
#include "agent/system/local_time.hpp"
#include "agent/system/slices.hpp"
#include "common/wire/command_reader.hpp"
#include "common/wire/wire.hpp"
#include "common/wire/wire_history.hpp"

namespace home_energy {

class Runner {
 public:
  /// What became of a command: its id, if it has one, and its result.
  using Told = std::function<void(const std::optional<std::string>& id, const Result<Receipt>& outcome)>;

  /// So many commands, and bytes of their text, wait for a plan or for the end of catching up.
  static constexpr std::size_t kMostHeld = 4096;
  static constexpr std::size_t kMostHeldBytes = std::size_t{8} * 1024 * 1024;
  /// A step of the clock waits for the store after so many rows of history at most, some MB.
  static constexpr std::size_t kMostRowsAhead = 10'000;

  /// What is known of who sends the outbox.
  struct Link {
    std::function<void()> flush;  ///< called when the outbox has got something to send
    /// Calls back when the broker has all that is in the outbox now, but for its bulk lane; at once where there is no
    /// connection.
    std::function<void(std::function<void()>)> when_published = [](const std::function<void()>& done) { done(); };
  };

  /// Goes on where the homes in the store stood.
  Runner(boost::asio::io_context& io, RunnerSettings settings, Outbox& outbox, Store& store, Link link);

  /// Simulates, in real time, what the homes missed while no process was there, and then begins time. Before that
  /// nothing moves, which is how tests use it. @param present called when the homes have arrived at the present
  void start(std::function<void()> present = [] {});
  void stop();

  void on_message(const Incoming& message);
  /// Publishes, with `info`, which homes of earlier starts are being taken back.
  void tell_leaving(const std::vector<std::string>& homes);
  /// Answers so many messages, which nobody has looked at, with one receipt.
  void on_dropped(std::size_t count);

  /// Carries out a command on a home, and publishes what it changed: at once, or when the home can be told. Whether it
  /// is stored the gate tells. @param told called once, in the order of the home's commands
  void command(std::size_t home, std::string_view name, std::string_view text, TextForm form, const Told& told);
  /// What becomes of a command to the clock: its sender's id, if it has one, and the clock's object as JSON.
  using ClockTold = std::function<void(const std::optional<std::string>& id, const Result<std::string>& clock)>;
  /// Carries out a command to the clock of all homes. @param progress called each second until then
  /// @param told called once, when all that the command caused is published
  void command_clock(std::string_view text, TextForm form, const ClockTold& progress, const ClockTold& told);
  /// The clock's object as JSON: that of the first home.
  std::string clock_json() const;
  /// One tick for these homes, and what it changed. They are valid until the last of them has had it.
  void tick(std::span<const std::size_t> homes);

  std::optional<std::size_t> find(std::string_view id) const;
  const Home& home(std::size_t index) const { return homes_[index]; }
  /// As others may see the home: counters as far as they are stored.
  Snapshot snapshot(std::size_t home) const;
  CommitGate& gate() { return *gate_; }
  const CommitGate& gate() const { return *gate_; }
  /// What days of history are counted by, and how they are written.
  wire::HistoryContext history_context() const;
  wire::HistoryDevices history_devices() const;
  wire::QuarterText quarter_text() const;
  /// The topics of a home that hold JSON, by what follows its id: those of `topics_of` in their order, then those of
  /// its further devices, and the sun's forecast.
  const std::vector<std::string_view>& topic_names() const { return topic_names_; }
  /// Those of them that are of further devices.
  std::span<const std::string_view> device_topic_names() const {
    return std::span(topic_names_).subspan(home_topics_.size(), settings_.home->devices.size());
  }
  /// @param topic its place among `topic_names`
  Outbox::TopicId topic_id(std::size_t home, std::size_t topic) const {
    return first_home_topic_ + home * topic_names_.size() + topic;
  }
  const wire::Topics& topics() const { return topics_; }
  const std::vector<std::string>& home_ids() const { return settings_.home_ids; }
  const wire::Labels& labels() const { return labels_; }

  /// Whether time goes on by itself.
  bool running() const { return clock_.running(); }
  /// Whether ticks come when they are due; a clock that stands still has none.
  bool ticking() const;
  /// How late the latest home is.
  std::chrono::milliseconds late() const;
  /// So many homes wait for their plan.
  std::size_t planning() const { return orders_.size(); }
  /// So many commands wait for a plan, or for the end of catching up.
  std::size_t held() const { return held_; }
  /// How late ticks began.
  const DurationHistogram& tick_lateness() const { return tick_lateness_; }
  /// How long commands took until they were carried out and what they did was kept.
  const DurationHistogram& command_latency() const { return command_latency_; }
  /// What is simulated of the past; none in the present.
  struct Progress {
    local_time::Time from;
    local_time::Time reached;
    local_time::Time until;
  };
  std::optional<Progress> catching_up() const;

 private:
  /// What a home has to do when its plan is there: ticks, or something else.
  struct Owed {
    std::int64_t ticks = 0;
    local_time::Time at{};           ///< of the first tick
    std::function<void()> action{};  ///< none: ticks
  };
  struct Order {
    std::chrono::steady_clock::time_point since;
    std::vector<std::function<void()>> answers;  ///< of what has been carried out, for when the plan is there
    std::deque<Owed> owed;
    bool under_way = false;
  };
  struct CatchUp;

  // In the order of each home: runner_order.cpp.
  Order& order_of(std::size_t home);
  bool must_wait(std::size_t home) const;
  void in_order(std::size_t home, std::function<void()> action);
  bool hold(std::size_t home, std::size_t bytes, std::function<void()> action);
  Told measured(Told told);
  static Error too_many(std::string_view name, std::string_view what_for);
  void carry_out(std::size_t home, const ParsedCommand& parsed, const Told& told);
  void changed_by_command(std::size_t home);
  void owe_tick(std::size_t home, local_time::Time at);
  void planned(std::size_t home);
  void begin_plan(std::size_t home);
  void read_and_carry_out(std::size_t home, std::string_view name, std::string_view text, TextForm form,
                          const Told& told);
  void begin_commands(std::function<void()> present);
  void go_on(std::size_t home, Order& order);
  bool carry_out_owed(std::size_t home, Order& order);

  // The clock of all homes, live: runner_clock.cpp.
  static LiveClock::Settings clock_settings(const RunnerSettings& settings);
  LiveClock::Owner clock_owner();
  void clock_changed();
  void tick_of_step();
  void when_published(std::function<void()> then);
  void on_clock_message(const Incoming& message, const wire::CommandAddress& address);

  // With time: runner_time.cpp.
  std::chrono::nanoseconds interval() const { return follows_the_wall() ? settings_.tick : clock_.interval(); }
  void begin_schedule();
  void await_tick();
  void set_timer();
  void on_time();
  void tick_safely(std::size_t home, local_time::Time at);
  void end_tick();
  void advance(std::size_t home, local_time::Time at);
  bool follows_the_wall() const { return settings_.home->clock_mode == ClockMode::local; }
  void begin_day_where_it_is_new();
  AgentRecord record() const;
  /// What has changed goes to the disk.
  void keep();
  /// The ticks that a home has had when the wall's clock is there.
  std::int64_t ticks_at(local_time::Time time) const;
  /// Moves a home to where the wall's clock is, where that is more than so many ticks away.
  void follow(Home& home, local_time::Time time, std::int64_t tolerance) const;
  /// Tells the day of the wall's clock to all homes that have no dates of their own.
  void read_wall_day(local_time::Time time);

  // What was missed while the process was not there or the machine slept: runner_catch_up.cpp.
  bool catch_up_with_sleep();
  void catch_up(local_time::Time from, std::function<void()> present);
  void go_on_catching_up();
  bool catch_up_step();
  void catch_up_home(std::size_t home);
  bool next_quarter();
  bool arrive_step();
  void begin_present();
  void report_progress();

  Calendar wall_calendar(const StoredWorld& stored, local_time::Time now) const;
  void make_homes(const StoredWorld& stored);
  void begin_currency(const StoredWorld& stored);
  void declare_topics();
  void publish_info();
  void publish_info_soon();
  /// A topic that is published of all homes, one after the other.
  struct Round {
    wire::HomeTopic topic;
    std::size_t next = 0;
    std::size_t left = 0;
  };
  void publish_of_all(Round& round);
  void publish_kept(std::span<const std::size_t> homes);
  /// @param topics their places among `topic_names`
  void publish(std::size_t home, std::span<const std::size_t> topics);
  void publish_devices(std::size_t home, const Snapshot& seen);
  void show_forecast(std::size_t home, const Solar& solar);
  std::string forecast_of(std::size_t home) const;
  /// What moves with time and commands, and, where they have changed, plan and curves.
  void publish_changes(std::size_t home);
  Error homeless(const wire::CommandAddress& address) const;
  void post_receipt(const std::string& topic, const std::string& receipt, const std::string& correlation = {});
  void answer(const Incoming& message, const wire::CommandAddress& address, const std::string& receipt);
  ParsedCommand parse(std::string_view name, std::string_view text, TextForm form) const;

  RunnerSettings settings_;
  wire::Topics topics_;
  wire::Labels labels_;
  std::shared_ptr<const Calendar> wall_;  ///< of the clock on the wall; the homes' in real time
  /// Of the present day on the wall.
  local_time::Time day_begin_;
  local_time::Time day_end_;
  std::vector<Home> homes_;
  std::optional<CommitGate> gate_;
  std::vector<std::uint64_t> published_revisions_;           ///< of each home's plan and curves
  std::unordered_map<std::string_view, std::size_t> index_;  ///< views into settings_.home_ids
  Outbox& outbox_;
  Outbox::TopicId info_topic_ = 0;
  Outbox::TopicId first_home_topic_ = 0;
  std::vector<wire::TopicOfHome> home_topics_;  ///< each home's, but for its further devices'
  // Their places: of those that move with time and commands, and of those that change when the home's revision does.
  std::vector<std::size_t> telemetry_;
  std::vector<std::size_t> plan_and_curves_;
  std::vector<std::string_view> topic_names_;
  std::vector<std::optional<std::int64_t>> forecasts_shown_;  ///< of each home, where it has sun: when it was made
  Link link_;
  boost::asio::steady_timer timer_;
  TickSchedule schedule_;
  std::chrono::nanoseconds awake_{};  ///< since the machine's start, when time went on last
  bool started_ = false;
  bool stopped_ = false;
  bool tick_under_way_ = false;
  bool is_to_reschedule_ = false;  ///< the pace is another, or time goes on again
  std::chrono::steady_clock::time_point told_of_skipping_{};

  std::unordered_map<std::size_t, Order> orders_;  ///< of the homes that wait for their plan
  std::size_t held_ = 0;                           ///< commands that wait
  std::size_t held_bytes_ = 0;
  DurationHistogram tick_lateness_;
  DurationHistogram command_latency_;
  local_time::Time stood_at_;  ///< the moment up to which what was stored had got
  std::unique_ptr<CatchUp> catching_up_;
  std::deque<std::function<void()>> held_back_;  ///< commands that came while it was being caught up
  bool is_info_to_publish_ = false;
  Round clocks_{wire::HomeTopic::clock};
  Round price_profiles_{wire::HomeTopic::price_profile};
  std::deque<std::size_t> to_publish_;
  bool publishing_ = false;  ///< those
  std::vector<bool> is_to_publish_;
  std::string scratch_;

  Slices slices_;
  LiveClock clock_;
  std::vector<std::size_t> all_homes_;  ///< made for the first step
  std::size_t rows_of_step_ = 0;        ///< since it last waited for the store
  bool waits_for_store_ = false;
  std::optional<Planning> planning_;
};

/// The time that was missed, simulated a quarter of an hour after the other.
struct Runner::CatchUp {
  local_time::Time from;     ///< the whole span, for whoever asks
  local_time::Time reached;  ///< every home has arrived there
  local_time::Time next;     ///< where the present quarter ends
  local_time::Time until;
  std::int64_t ticks;  ///< of the present quarter
  std::size_t home;    ///< the next one
  bool waits;          ///< for plans
  bool arrives;        ///< the homes go over to the present: `until`
  std::chrono::steady_clock::time_point told;
  std::function<void()> present;  ///< called at the end
};

}  // namespace home_energy
