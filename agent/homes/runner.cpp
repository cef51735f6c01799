#include "agent/homes/runner.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "agent/system/guarded.hpp"
#include "agent/system/paced_log.hpp"
#include "common/base/text.hpp"
#include "common/wire/forecast_cache.hpp"

namespace home_energy {
namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

/// The longest payload of a command, bytes; the longest legal one is far shorter, but for a curve with its dates.
constexpr std::size_t kMaxCommandBytes = 4096;
constexpr std::size_t kMaxCurveBytes = kMaxPayload;

/// What of a message is needed to answer it.
Incoming address_of(const Incoming& message) {
  Incoming address;
  address.response_topic = message.response_topic;
  address.correlation = message.correlation;
  address.share = message.share;
  return address;
}

/// Why a message is not even read.
std::optional<Error> refusal(const Incoming& message, const wire::CommandAddress& address) {
  if (message.stored) {
    return Error{
        ErrorCode::illegal, address.command,
        excerpt(address.command) + " is not carried out: the broker had stored it, publish it without the retain flag"};
  }
  const std::size_t longest = is_curve_command(address.command) ? kMaxCurveBytes : kMaxCommandBytes;
  if (message.payload_bytes <= longest) return std::nullopt;
  return Error{ErrorCode::too_large, address.command,
               excerpt(address.command) + " must come in at most " + std::to_string(longest) + " bytes, got " +
                   std::to_string(message.payload_bytes)};
}

}  // namespace

Runner::Runner(boost::asio::io_context& io, RunnerSettings settings, Outbox& outbox, Store& store, Link link)
    : settings_(std::move(settings)),
      topics_(settings_.base_topic),
      outbox_(outbox),
      link_(std::move(link)),
      timer_(io),
      schedule_(settings_.home_ids.size(), settings_.tick, steady_clock::now() + settings_.tick),
      slices_(io, settings_.piece),
      clock_(io, clock_settings(settings_), clock_owner()) {
  const auto now = system_clock::now();
  const StoredWorld stored = store.take_loaded();
  const bool knows_dates = stored.agent && stored.agent->wall_ms;
  labels_ = {.currency = settings_.currency,
             .since = stored.agent && !stored.agent->since.empty() ? stored.agent->since : local_time::iso8601(now)};
  wall_ = std::make_shared<const Calendar>(wall_calendar(stored, now));
  if (follows_the_wall()) {
    HomeSettings in_real_time = *settings_.home;
    in_real_time.calendar = wall_;
    settings_.home = std::make_shared<const HomeSettings>(std::move(in_real_time));
  }
  homes_.assign(settings_.home_ids.size(), Home(settings_.home));
  gate_.emplace(
      io, store, homes_, settings_.home_ids, settings_.history_homes, settings_.currency,
      [this](std::span<const std::size_t> homes) { publish_kept(homes); }, settings_.piece);
  planning_.emplace(io, slices_, homes_, [this](std::size_t home) { planned(home); });
  make_homes(stored);
  stood_at_ = knows_dates ? system_clock::time_point(std::chrono::milliseconds(*stored.agent->wall_ms)) : now;
  read_wall_day(now);
  if (follows_the_wall() && !stored.agent)
    for (Home& home : homes_) follow(home, now, 0);
  is_to_publish_.resize(homes_.size());
  published_revisions_.resize(homes_.size());
  labels_.running = clock_.running();
  labels_.seconds_per_hour = clock_.seconds_per_hour();
  labels_.forecasts = std::make_shared<wire::ForecastCache>();
  declare_topics();
}

/// From a simulated clock to the one on the wall, days go on being counted from where they were.
Calendar Runner::wall_calendar(const StoredWorld& stored, local_time::Time now) const {
  const auto offsets = local_time::offsets();
  if (stored.agent && stored.agent->wall_ms) {
    const auto& [since, first_date, wall_ms, epoch] = *stored.agent;
    return epoch ? Calendar(first_date, *epoch, offsets) : Calendar::of_zone(first_date, offsets);
  }
  std::int64_t last_day = 0;
  for (std::size_t home = 0; follows_the_wall() && home < settings_.home_ids.size(); ++home) {
    const auto record = stored.homes.find(settings_.home_ids[home]);
    if (record == stored.homes.end()) continue;
    const auto state = parse_state(record->second.state, *settings_.home->calendar);
    if (state) last_day = std::max(last_day, settings_.home->calendar->at(state->home.moment).day);
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  return Calendar::of_zone(Calendar(0, 0, offsets).at(seconds).day - last_day, offsets);
}

/// Those that are stored go on where they stood.
void Runner::make_homes(const StoredWorld& stored) {
  for (std::size_t home = 0; home < homes_.size(); ++home) {
    const auto record = stored.homes.find(settings_.home_ids[home]);
    if (record == stored.homes.end()) continue;
    const auto row = restore_home(homes_[home], record->second, settings_.given, settings_.currency);
    if (!row) {
      spdlog::error("store: home {} begins anew: {}", settings_.home_ids[home], row.error().reason);
      continue;
    }
    gate_->restore(home, *row);
  }
  begin_currency(stored);
  if (const auto names = names_of(settings_.given); stored.agent && !names.empty())
    spdlog::info("options override what was stored: {}", names);
}

/// Nothing is added over currencies: where a home's was another, the cost of all begins anew, as they share `since`.
void Runner::begin_currency(const StoredWorld& stored) {
  const auto record_of = [&](std::size_t home) { return stored.homes.find(settings_.home_ids[home]); };
  std::string before;
  for (std::size_t home = 0; home < homes_.size(); ++home) {
    const auto record = record_of(home);
    if (record != stored.homes.end() && is_in_another_currency(record->second, settings_.currency))
      before = record->second.currency;
  }
  if (before.empty()) return;
  spdlog::warn(
      "the currency was {} and is {} now: cost and since begin anew, prices that were set are left out, history keeps "
      "its currency",
      before, settings_.currency);
  labels_.since = local_time::iso8601(system_clock::now());
  for (std::size_t home = 0; home < homes_.size(); ++home) {
    const auto record = record_of(home);
    if (record == stored.homes.end()) continue;
    const std::string& own = record->second.currency;
    gate_->end_row(home, own.empty() ? settings_.currency : own);
    homes_[home].begin_cost();
    gate_->begin_row(home);
  }
}

void Runner::declare_topics() {
  info_topic_ = outbox_.declare(topics_.info(), 1);
  tell_leaving({});
  first_home_topic_ = info_topic_ + 1;
  home_topics_ = topics_of(wire::parts_of(*settings_.home));
  for (const auto topic : home_topics_) {
    (wire::follows_revision(topic.topic) ? plan_and_curves_ : telemetry_).push_back(topic_names_.size());
    topic_names_.push_back(wire::name(topic));
  }
  for (const Device& device : settings_.home->devices) topic_names_.push_back(name_of(device));
  if (std::ranges::find(topic_names_, Solar::kName) != topic_names_.end()) {
    topic_names_.push_back(wire::kSolarForecast);
    forecasts_shown_.resize(homes_.size());
  }
  std::vector<std::size_t> all_topics(home_topics_.size());
  std::iota(all_topics.begin(), all_topics.end(), std::size_t{0});
  for (std::size_t home = 0; home < homes_.size(); ++home) {
    const std::string& id = settings_.home_ids[home];
    index_.emplace(id, home);
    published_revisions_[home] = homes_[home].revision();
    for (const auto topic : home_topics_) outbox_.declare(topics_.of(id, topic), wire::qos(topic.topic));
    for (const auto name : std::span(topic_names_).subspan(home_topics_.size())) {
      if (name == wire::kSolarForecast) {
        outbox_.declare(
            topics_.of(id, name), 1, [this, home] { return forecast_of(home); }, Lane::background);
      } else {
        outbox_.declare(topics_.of(id, name), 0);
      }
    }
    publish(home, all_topics);
  }
  // Behind all state: a home is not available before what it shows is there.
  for (const std::string& id : settings_.home_ids)
    outbox_.update(outbox_.declare(topics_.status(id), 1), wire::kOnline);
}

void Runner::tell_leaving(const std::vector<std::string>& homes) {
  settings_.info.leaving = homes;
  publish_info();
}

void Runner::publish_info() {
  scratch_.clear();
  wire::append_info(scratch_, settings_.info);
  outbox_.update(info_topic_, scratch_);
}

AgentRecord Runner::record() const {
  AgentRecord record{.since = labels_.since, .first_date = wall_->first_date(), .epoch = wall_->epoch()};
  if (follows_the_wall()) {
    const auto now = system_clock::now().time_since_epoch();
    record.wall_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }
  return record;
}

void Runner::publish_kept(std::span<const std::size_t> homes) {
  for (const std::size_t home : homes) {
    if (!is_to_publish_[home]) to_publish_.push_back(home);
    is_to_publish_[home] = true;
  }
  if (to_publish_.empty() || std::exchange(publishing_, true)) return;
  const bool added = slices_.try_to_add("publishing", [this] {
    const std::size_t home = to_publish_.front();
    to_publish_.pop_front();
    if (is_to_publish_[home]) guarded("publishing", [&] { publish_changes(home); });
    publishing_ = !to_publish_.empty();
    if (!publishing_ && started_) link_.flush();
    return publishing_;
  });
  if (!added) publishing_ = false;
}

Snapshot Runner::snapshot(std::size_t home) const {
  Snapshot snapshot = homes_[home].snapshot();
  snapshot.counters = gate_->visible(home);
  return snapshot;
}

wire::HistoryContext Runner::history_context() const {
  return {homes_.front().clock().day, homes_.front().calendar()};
}

wire::HistoryDevices Runner::history_devices() const {
  wire::HistoryDevices devices{.car = settings_.home->has_car};
  for (const Device& device : settings_.home->devices) devices.kinds.set(kind_of(device));
  return devices;
}

wire::QuarterText Runner::quarter_text() const {
  return wire::QuarterText(settings_.home->calendar);
}

void Runner::publish(std::size_t home, std::span<const std::size_t> topics) {
  const Snapshot seen = snapshot(home);
  const Calendar& calendar = homes_[home].calendar();
  if (calendar.has_zone() && (!labels_.today || labels_.today->day != seen.day))
    labels_.today = std::make_shared<const wire::ShownDay>(calendar, seen.day);
  for (const std::size_t topic : topics) {
    scratch_.clear();
    wire::append_topic(scratch_, home_topics_[topic], homes_[home], seen, labels_);
    outbox_.update(topic_id(home, topic), scratch_);
  }
  publish_devices(home, seen);
}

void Runner::publish_devices(std::size_t home, const Snapshot& seen) {
  std::size_t topic = home_topics_.size();
  for (const Device& device : seen.devices) {
    if (const auto* const solar = std::get_if<Solar>(&device)) show_forecast(home, *solar);
    scratch_.clear();
    wire::append_device(scratch_, device, seen, labels_);
    outbox_.update(topic_id(home, topic++), scratch_);
  }
}

/// As the home is when the outbox sends it.
std::string Runner::forecast_of(std::size_t home) const {
  for (const Device& device : homes_[home].devices())
    if (const auto* const solar = std::get_if<Solar>(&device)) return labels_.forecasts->payload(*solar);
  return {};
}

/// Another one each quarter of an hour.
void Runner::show_forecast(std::size_t home, const Solar& solar) {
  if (std::exchange(forecasts_shown_[home], solar.now()) != solar.now())
    outbox_.send_again(topic_id(home, topic_names_.size() - 1));
}

/// Nothing while the home's plan is due: what it leads to is seen together with it.
void Runner::publish_changes(std::size_t home) {
  is_to_publish_[home] = false;
  if (homes_[home].plan_due() || catching_up_) return;
  publish(home, telemetry_);
  if (std::exchange(published_revisions_[home], homes_[home].revision()) != homes_[home].revision())
    publish(home, plan_and_curves_);
}

std::optional<std::size_t> Runner::find(std::string_view id) const {
  const auto found = index_.find(id);
  if (found == index_.end()) return std::nullopt;
  return found->second;
}

ParsedCommand Runner::parse(std::string_view name, std::string_view text, TextForm form) const {
  const Home& home = homes_.front();
  return parse_command(name, text, form,
                       {labels_.currency, settings_.home->pace.finest(), &home.calendar(), home.clock().day});
}

/// Why a command without a home is not carried out, with the topic that would do.
Error Runner::homeless(const wire::CommandAddress& address) const {
  const auto all = wire::command::all();
  const bool is_command = std::ranges::find(all, address.command) != all.end();
  const auto& home = settings_.home_ids.front();
  return {ErrorCode::unknown_home, "home",
          "topic " + excerpt(settings_.base_topic + '/' + address.command + "/set") + " names no " +
              (is_command ? "home" : "command of a home") + ": send to " +
              topics_.command(home, is_command ? address.command : wire::command::kCharge)};
}

void Runner::on_message(const Incoming& message) {
  const auto address = topics_.command_address(message.topic);
  if (!address) return;
  const auto told = [this, from = address_of(message), to = *address](const std::optional<std::string>& id,
                                                                      const Result<Receipt>& outcome) {
    gate_->when_kept([this, from, to, id, outcome](bool durable) {
      answer(from, to, wire::receipt(to.command, id, outcome, durable));
    });
  };
  if (address->home.empty() && address->command == wire::command::kClock) return on_clock_message(message, *address);
  if (address->home.empty()) return told({}, tl::unexpected(homeless(*address)));
  const auto home = find(address->home);
  if (!home) {
    return told({}, failure(ErrorCode::unknown_home, "home", "home " + excerpt(address->home) + " does not exist"));
  }
  if (const auto refused = refusal(message, *address)) {
    return in_order(*home, [told, refused] { told({}, tl::unexpected(*refused)); });
  }
  command(*home, address->command, message.payload, TextForm::bare, told);
}

void Runner::on_clock_message(const Incoming& message, const wire::CommandAddress& address) {
  const auto progress = [this](const std::optional<std::string>& id, const Result<std::string>& clock) {
    post_receipt(topics_.receipt(), wire::clock_receipt("progress", id, *clock));
    link_.flush();
  };
  const auto told = [this, from = address_of(message), address](const std::optional<std::string>& id,
                                                                const Result<std::string>& clock) {
    answer(from, address,
           clock ? wire::clock_receipt("ok", id, *clock)
                 : wire::receipt(address.command, id, tl::unexpected(clock.error())));
  };
  if (const auto refused = refusal(message, address)) return told({}, tl::unexpected(*refused));
  command_clock(message.payload, TextForm::bare, progress, told);
}

void Runner::on_dropped(std::size_t count) {
  post_receipt(topics_.receipt(), wire::dropped_receipt(count));
  link_.flush();
}

void Runner::post_receipt(const std::string& topic, const std::string& receipt, const std::string& correlation) {
  outbox_.post({.topic = topic, .payload = receipt, .qos = 0, .retained = false, .correlation = correlation});
}

void Runner::answer(const Incoming& message, const wire::CommandAddress& address, const std::string& receipt) {
  const auto home = find(address.home);
  const bool known = home.has_value();
  if (known && is_to_publish_[*home]) publish_changes(*home);
  post_receipt(known ? topics_.receipt(address.home) : topics_.receipt(), receipt);
  if (message.response_topic) {
    if (topics_.may_answer_to(*message.response_topic, settings_.discovery_prefix)) {
      post_receipt(*message.response_topic, receipt, message.correlation);
    } else {
      log_paced(spdlog::level::warn, "response topic",
                "response topic " + excerpt(*message.response_topic) +
                    " ignored: it is the agent's own, or none to publish to; " + settings_.base_topic +
                    "/answers/<client> is one");
    }
  }
  link_.flush();
}

}  // namespace home_energy
