#include "agent/runner.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "common/text.hpp"

namespace home_energy {
namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

/// The longest payload of a command, bytes; the longest legal one is far shorter, but for a curve with its dates.
constexpr std::size_t kMaxCommandBytes = 4096;
constexpr std::size_t kMaxCurveBytes = kMaxPayload;
/// Ticks carried out in one go before others get their turn.
constexpr int kTicksInARow = 100;
/// A world that is later than this is not ticking.
constexpr std::chrono::seconds kLate{5};

/// What of a message is needed to answer it.
Incoming address_of(const Incoming& message) {
  Incoming address;
  address.response_topic = message.response_topic;
  address.correlation = message.correlation;
  return address;
}

}  // namespace

Runner::Runner(boost::asio::io_context& io, RunnerSettings settings, Outbox& outbox, Store& store,
               std::function<void()> flush)
    : settings_(std::move(settings)),
      topics_(settings_.base_topic),
      outbox_(outbox),
      flush_(std::move(flush)),
      timer_(io),
      schedule_(settings_.home_ids.size(), settings_.tick, steady_clock::now() + settings_.tick) {
  const auto now = system_clock::now();
  const StoredWorld stored = store.take_loaded();
  const bool knows_dates = stored.agent && stored.agent->wall_ms;
  labels_ = {.currency = settings_.currency,
             .since = stored.agent ? stored.agent->since : local_time::iso8601(now),
             .quarter_starts = {}};
  if (follows_the_wall()) {
    labels_.iso8601 = [](std::int64_t moment) { return local_time::iso8601(system_clock::from_time_t(moment)); };
  }
  first_date_ = knows_dates ? stored.agent->first_date : local_time::read(now).date;
  homes_.assign(settings_.home_ids.size(), Home(settings_.home));
  ledger_.emplace(io, store, homes_, settings_.home_ids, settings_.history_homes,
                  [this](std::span<const std::size_t> homes) { publish_kept(homes); });
  make_homes(stored);
  const auto then = knows_dates ? system_clock::time_point(std::chrono::milliseconds(*stored.agent->wall_ms)) : now;
  read_local_day(follows_the_wall() ? std::min(then, now) : now);
  if (follows_the_wall()) {
    if (stored.agent) live_missed(then);
    for (Home& home : homes_) follow(home, wall_clock(now));
  }
  published_revisions_.resize(homes_.size());
  declare_topics();
  ledger_->set_agent(record());
  ledger_->changed_all();
  ledger_->commit();
}

/// Those that are stored go on where they stood.
void Runner::make_homes(const StoredWorld& stored) {
  const bool same_clock = stored.agent.has_value() && stored.agent->wall_ms.has_value() == follows_the_wall();
  std::int64_t last_day = 0;
  for (std::size_t home = 0; home < homes_.size(); ++home) {
    const auto record = stored.homes.find(settings_.home_ids[home]);
    if (record == stored.homes.end()) continue;
    const auto row = bring_back(homes_[home], record->second, settings_.given);
    if (!row) {
      spdlog::error("store: home {} begins anew: {}", settings_.home_ids[home], row.error().reason);
      continue;
    }
    ledger_->restore(home, *row);
    last_day = std::max(last_day, homes_[home].clock().day);
  }
  if (const auto names = names_of(settings_.given); stored.agent && !names.empty())
    spdlog::info("options beat what was stored: {}", names);
  // From a simulated clock to the one on the wall: days go on being counted from where they were.
  if (stored.agent && !same_clock && follows_the_wall()) first_date_ -= last_day;
}

void Runner::declare_topics() {
  const auto info = outbox_.declare(topics_.info(), 1);
  wire::append_info(scratch_, settings_.info);
  outbox_.update(info, scratch_);
  first_home_topic_ = info + 1;
  for (std::size_t home = 0; home < homes_.size(); ++home) {
    const std::string& id = settings_.home_ids[home];
    index_.emplace(id, home);
    published_revisions_[home] = homes_[home].revision();
    for (const auto topic : wire::kHomeTopics) outbox_.declare(topics_.of(id, topic), wire::qos(topic));
    publish(home, wire::kHomeTopics);
  }
}

AgentRecord Runner::record() const {
  AgentRecord record{.since = labels_.since, .first_date = first_date_};
  if (follows_the_wall()) {
    const auto now = system_clock::now().time_since_epoch();
    record.wall_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }
  return record;
}

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
  for (Home& home : homes_)
    if (home.clock() != wall_clock(from)) home.set_clock(wall_clock(from));
  while (from < now) {
    const auto next = std::min(now, local_time::Time(std::chrono::floor<Quarters>(from) + Quarters(1)));
    if (from < local_day_.begin || from >= local_day_.end) read_local_day(from);
    for (std::size_t home = 0; home < homes_.size(); ++home) {
      for (auto tick = ticks_until(from); tick < ticks_until(next); ++tick) {
        ledger_->before_tick(home);
        homes_[home].advance();
      }
      follow(homes_[home], wall_clock(next));  // first: where the clock jumps no row begins in the time left out
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
  const auto asleep = local_time::since_boot() - std::exchange(awake_, local_time::since_boot());
  if (asleep <= TickSchedule::kMostToCatchUp + 2 * settings_.tick) return false;
  const auto now = system_clock::now();
  live_missed(now - std::chrono::duration_cast<system_clock::duration>(asleep));
  for (Home& home : homes_) follow(home, wall_clock(now));
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
    ledger_->changed(home);
  }
  keep();
}

void Runner::keep() {
  if (follows_the_wall()) ledger_->set_agent(record());
  ledger_->commit();
}

void Runner::publish_kept(std::span<const std::size_t> homes) {
  if (published_revisions_.empty()) return;  // the topics are not there yet
  for (const std::size_t home : homes) publish_changes(home);
  if (started_) flush_();
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

Snapshot Runner::snapshot(std::size_t home) const {
  Snapshot snapshot = homes_[home].snapshot();
  snapshot.counters = ledger_->visible(home);
  return snapshot;
}

wire::HistoryContext Runner::history_context() const {
  return {homes_.front().clock().day, follows_the_wall() ? std::optional(first_date_) : std::nullopt};
}

wire::QuarterText Runner::quarter_text() const {
  return follows_the_wall() ? wire::QuarterText(local_time::QuarterText(first_date_)) : wire::simulated_quarter_text;
}

void Runner::publish(std::size_t home, std::span<const wire::HomeTopic> topics) {
  const Snapshot seen = snapshot(home);
  for (const auto topic : topics) {
    scratch_.clear();
    wire::append_topic(scratch_, topic, homes_[home], seen, labels_);
    outbox_.update(topic_id(home, topic), scratch_);
  }
}

void Runner::publish_changes(std::size_t home) {
  publish(home, wire::kTelemetry);
  if (std::exchange(published_revisions_[home], homes_[home].revision()) != homes_[home].revision())
    publish(home, wire::kPlanAndCurves);
}

std::optional<std::size_t> Runner::find(std::string_view id) const {
  const auto found = index_.find(id);
  if (found == index_.end()) return std::nullopt;
  return found->second;
}

bool Runner::ticking() const {
  return steady_clock::now() < schedule_.next() + kLate;
}

ParsedCommand Runner::parse(std::string_view name, std::string_view text, TextForm form) const {
  const bool quarterly = settings_.home->pace.quarters_per_slot() == 1;
  const auto days = calendar_ ? std::span<const LocalDay>(*calendar_) : std::span<const LocalDay>();
  return parse_command(name, text, form,
                       {labels_.currency, quarterly ? Resolution::quarter_hourly : Resolution::hourly, days});
}

Result<Receipt> Runner::carry_out(std::size_t home, const Command& command) {
  auto receipt = homes_[home].apply(command);
  if (!receipt) return receipt;
  if (std::holds_alternative<DischargeCommand>(command) && !follows_the_wall()) {
    schedule_.restart(home, steady_clock::now());
    if (started_) await_tick();
  }
  ledger_->changed(home);
  publish_changes(home);
  flush_();
  ledger_->commit();
  return receipt;
}

void Runner::on_message(const Incoming& message) {
  const auto address = topics_.command_address(message.topic);
  if (!address) return;
  std::optional<std::string> id;
  const auto outcome = obey(message, *address, id);
  // Refusals, too, in the order of the commands.
  ledger_->when_kept([this, message = address_of(message), address = *address, id, outcome](bool durable) {
    answer(message, address, wire::receipt(address.command, id, outcome, durable));
  });
}

Result<Receipt> Runner::obey(const Incoming& message, const wire::CommandAddress& address,
                             std::optional<std::string>& id) {
  const auto home = find(address.home);
  if (!home) return failure(ErrorCode::unknown_home, "home", "home " + excerpt(address.home) + " does not exist");
  if (message.stored) {
    return failure(
        ErrorCode::illegal, address.command,
        excerpt(address.command) + " is not carried out: the broker had stored it, publish it without the retain flag");
  }
  const std::size_t longest = is_curve_command(address.command) ? kMaxCurveBytes : kMaxCommandBytes;
  if (message.payload_bytes > longest) {
    return failure(ErrorCode::too_large, address.command,
                   excerpt(address.command) + " must come in at most " + std::to_string(longest) + " bytes, got " +
                       std::to_string(message.payload_bytes));
  }
  auto parsed = parse(address.command, message.payload, TextForm::bare);
  id = std::move(parsed.id);
  return parsed.command.and_then([&](const Command& command) { return carry_out(*home, command); });
}

void Runner::answer(const Incoming& message, const wire::CommandAddress& address, const std::string& receipt) {
  const bool known = find(address.home).has_value();
  outbox_.post({.topic = known ? topics_.receipt(address.home) : topics_.receipt(),
                .payload = receipt,
                .qos = 0,
                .retained = false,
                .correlation = {}});
  if (message.response_topic) {
    if (topics_.may_answer_to(*message.response_topic)) {
      outbox_.post({.topic = *message.response_topic,
                    .payload = receipt,
                    .qos = 0,
                    .retained = false,
                    .correlation = message.correlation});
    } else {
      spdlog::warn("response topic {} ignored: it cannot be published to", excerpt(*message.response_topic));
    }
  }
  flush_();
}

}  // namespace home_energy
