#include "agent/mqtt/gone_homes.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "agent/system/guarded_timer.hpp"
#include "common/wire/device_table.hpp"
#include "common/wire/names.hpp"

namespace home_energy {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kTogether = 100;  ///< homes whose messages wait in the outbox: 2,300, or a megabyte of documents
constexpr auto kLookAgain = 20ms;       ///< whether what was posted is acknowledged
constexpr auto kClearAgain = 1s;        ///< after a defect
/// Home Assistant's templates give errors where a state is cleared less than 2 s after its device was removed.
constexpr auto kUntilCleared = 2s;

/// What this start announces.
std::set<Announcement> announcements(const GoneHomes::Settings& settings) {
  std::set<Announcement> all{{.ha_prefix = {}, .base_topic = settings.base_topic, .home = {}}};
  for (const auto& home : settings.homes) {
    all.insert({.ha_prefix = {}, .base_topic = settings.base_topic, .home = home});
  }
  if (const auto& ha = settings.home_assistant)
    for (const auto& device : home_assistant::devices_of(settings.homes, settings.parts))
      all.insert({.ha_prefix = ha->prefix, .base_topic = settings.base_topic, .home = device});
  return all;
}

}  // namespace

GoneHomes::GoneHomes(boost::asio::io_context& io, Settings settings, Outbox& outbox, Store& store, Actions actions)
    : settings_(std::move(settings)),
      prefix_(settings_.home_assistant ? settings_.home_assistant->prefix : std::string()),
      topics_(settings_.base_topic),
      outbox_(outbox),
      actions_(std::move(actions)),
      memory_(store, announcements(settings_)),
      others_(io, settings_.silence),
      timer_(io) {
  for (auto& device : home_assistant::devices_of(settings_.homes, settings_.parts))
    configured_.insert(std::move(device));
  for (const Announcement& each : memory_.earlier()) recall(each);
  for (const auto& kind : wire::device_kinds())
    if (std::ranges::find(settings_.devices, wire::number_of(kind)) == settings_.devices.end())
      gone_topics_.emplace(kind.name);
  if (gone_topics_.contains(Solar::kName)) gone_topics_.emplace(wire::kSolarForecast);
  const auto topics = topics_of(settings_.parts);
  for (const auto topic : wire::every_topic())
    if (std::ranges::find(topics, topic) == topics.end()) gone_topics_.emplace(wire::name(topic));
}

void GoneHomes::recall(const Announcement& each) {
  const auto& [prefix, base, home] = each;
  if (base != settings_.base_topic) {
    if (!others_.look_at(base)) return;
  } else if (configured_.contains(home) && prefix_.empty()) {
    return;  // where no device is announced, those of earlier starts stay
  }
  Remains* const remains = remains_of(base, home);
  if (remains == nullptr) return;
  if (prefix.empty()) {
    remains->topics = true;
  } else {
    remains->prefixes.insert(prefix);
  }
}

/// None where there are too many.
GoneHomes::Remains* GoneHomes::remains_of(const std::string& base, const std::string& home) {
  const auto known = gone_.find({base, home});
  if (known != gone_.end()) return &known->second;
  return gone_.size() < kMost ? &gone_[{base, home}] : nullptr;
}

std::vector<Subscription> GoneHomes::subscriptions() const {
  auto all = others_.subscriptions();
  all.push_back({topics_.info(), Stored::read_once});
  for (const auto& device : gone_topics_) all.push_back({topics_.of("+", device), Stored::read_once});
  return all;
}

void GoneHomes::on_message(const Incoming& message) {
  others_.on_message(message);
  if (!message.stored || !reading_) return;
  if (message.topic == topics_.info()) return read_info(message);
  if (is_of_gone_device(message.topic)) {
    if (of_gone_topics_.size() < kMost) of_gone_topics_.push_back(message.topic);
    return;
  }
  if (prefix_.empty()) return;
  if (const auto id = home_assistant::id_of_topic(prefix_, message.topic)) read_document(*id);
}

bool GoneHomes::is_of_gone_device(std::string_view topic) const {
  const auto home = topics_.home_of(topic);
  if (!home || !configured_.contains(*home)) return false;
  const auto behind_home = static_cast<std::size_t>(home->data() - topic.data()) + home->size() + 1;
  return gone_topics_.contains(topic.substr(behind_home));
}

void GoneHomes::read_info(const Incoming& info) {
  if (info.payload_bytes > info.payload.size())
    spdlog::warn("mqtt: {} of an earlier start is too long to be read, {} bytes: homes that are gone may stay",
                 info.topic, info.payload_bytes);
  for (const auto& home : wire::homes_of_info(info.payload)) {
    if (!is_home_id(home) || is_reserved_home(home) || configured_.contains(home)) continue;
    if (auto* const remains = remains_of(settings_.base_topic, home)) remains->topics = true;
  }
}

/// Of one that this start's base topic does not have: those the announcer reads.
void GoneHomes::read_document(const std::string& id) {
  for (const auto& base : others_.bases()) {
    const auto device = home_assistant::device_of_id(base, id);
    const auto known = device ? gone_.find({base, *device}) : gone_.end();
    if (known != gone_.end()) known->second.document = true;
  }
}

void GoneHomes::found_document(const std::string& device) {
  const auto [home, car] = home_assistant::parse_device(device);
  if (!reading_ || !is_home_id(std::string(home))) return;
  auto* const remains = remains_of(settings_.base_topic, device);
  if (remains == nullptr) return;
  remains->topics = car == 0;
  remains->document = true;
  remains->prefixes.insert(prefix_);
}

void GoneHomes::connected() {
  reading_ = false;
  for (auto& topic : std::exchange(of_gone_topics_, {})) clear(std::move(topic));
  if (gone_.empty()) return;
  if (!std::exchange(told_, true))
    spdlog::info(
        "mqtt: what earlier starts published of {} homes or cars that are not configured any more is taken back",
        std::ranges::count_if(gone_, [](const auto& each) { return !each.first.second.empty(); }));
  tell_leaving();
  others_.await_silence([this] { begin(Step::offline); });
  begin(Step::offline);
}

void GoneHomes::lost() {
  timer_.cancel();
  others_.lost();
  step_ = Step::none;
  reading_ = true;
  born_ = false;
  for (auto& [place, remains] : gone_) remains.document = false;
}

void GoneHomes::tell_leaving() {
  std::vector<std::string> leaving;
  std::size_t bytes = 0;
  for (const auto& [place, remains] : gone_) {
    const auto& [base, home] = place;
    if (base != settings_.base_topic || !remains.topics) continue;
    bytes += home.size() + std::string_view("\"\",").size();
    if (bytes > kMostLeaving) break;
    leaving.push_back(home);
  }
  actions_.tell(leaving);
}

void GoneHomes::born() {
  born_ = true;
  if (step_ == Step::none) begin(Step::documents);
}

void GoneHomes::begin(Step step) {
  step_ = step;
  if (step_ == Step::documents) knows_documents_ = born_;  // a birth that comes from now on needs another round
  acknowledged_ = posted_ = gone_.begin();
  wait(0ms, &GoneHomes::go_on);
}

/// Posts for a few homes, and for the next ones when the broker has acknowledged those.
void GoneHomes::go_on() {
  if (!actions_.acknowledged()) return wait(kLookAgain, &GoneHomes::go_on);
  std::vector<Announcement> forgotten;
  while (acknowledged_ != posted_) acknowledged_ = through(acknowledged_, forgotten);
  memory_.forget(forgotten);
  if (posted_ == gone_.end()) return ended();
  for (std::size_t i = 0; i < kTogether && posted_ != gone_.end(); ++i, ++posted_)
    if (!others_.may_be_at(posted_->first.first)) post_step(posted_->first, posted_->second);
  actions_.flush();
  wait(kLookAgain, &GoneHomes::go_on);
}

void GoneHomes::ended() {
  switch (step_) {
    case Step::none:
      return;
    case Step::offline:
      return wait(kBetweenDocuments, &GoneHomes::begin_removal);
    case Step::removal:
      return wait(kUntilCleared, &GoneHomes::begin_clearing);
    case Step::clearing:
      actions_.tell({});
      actions_.flush();
      return begin(Step::documents);
    case Step::documents:
      if (born_ != knows_documents_) return begin(Step::documents);
      step_ = Step::none;
  }
}

/// @return the next one
GoneHomes::Each GoneHomes::through(Each each, std::vector<Announcement>& forgotten) {
  auto& [place, remains] = *each;
  const auto& [base, home] = place;
  if (others_.may_be_at(base)) return std::next(each);
  if (step_ == Step::clearing && std::exchange(remains.topics, false))
    forgotten.push_back({.ha_prefix = {}, .base_topic = base, .home = home});
  if (step_ == Step::documents) {
    std::erase_if(remains.prefixes, [&, &place = place](const std::string& prefix) {
      if (!is_due(place, prefix)) return false;
      forgotten.push_back({.ha_prefix = prefix, .base_topic = place.first, .home = place.second});
      return true;
    });
    if (remains.prefixes.empty()) return gone_.erase(each);
  }
  return std::next(each);
}

/// A Home Assistant that is off learns of the device from the retained document, and of its end at its birth.
bool GoneHomes::is_due(const Place& place, const std::string& prefix) const {
  return !others_.may_be_at(place.first) && (knows_documents_ || prefix != prefix_);
}

void GoneHomes::post_step(const Place& place, const Remains& remains) {
  switch (step_) {
    case Step::none:
      return;
    case Step::offline:
      return post_offline(place, remains);
    case Step::removal:
      for (const auto& prefix : remains.prefixes) post_removal(place, prefix, false);
      return;
    case Step::clearing:
      if (remains.topics) post_cleared(place);
      return;
    case Step::documents:
      for (const auto& prefix : remains.prefixes)
        if (is_due(place, prefix)) post_removal(place, prefix, true);
  }
}

void GoneHomes::post_offline(const Place& place, const Remains& remains) {
  const auto& [base, home] = place;
  const wire::Topics topics(base);
  if (remains.topics) post(home.empty() ? topics.status() : topics.status(home), std::string(wire::kOffline));
  if (prefix_.empty() || remains.document || !remains.prefixes.contains(prefix_)) return;
  home_assistant::Settings settings = *settings_.home_assistant;
  settings.base_topic = base;
  post(home_assistant::discovery_topic(prefix_, home_assistant::device_id(base, home)),
       home_assistant::document(settings, home));
}

void GoneHomes::post_removal(const Place& place, const std::string& prefix, bool retained) {
  const auto& [base, home] = place;
  post(home_assistant::discovery_topic(prefix, home_assistant::device_id(base, home)), {}, retained);
}

/// The status last: until then a broker that keeps it says that the home is not there.
void GoneHomes::post_cleared(const Place& place) {
  const auto& [base, home] = place;
  const wire::Topics topics(base);
  if (home.empty()) {
    post(topics.info(), {});
    return post(topics.status(), {});
  }
  for (const auto topic : wire::every_topic()) post(topics.of(home, topic), {});
  post(topics.of(home, wire::kSolarForecast), {});
  for (const auto& kind : wire::device_kinds()) post(topics.of(home, kind.name), {});
  post(topics.status(home), {});
}

void GoneHomes::post(std::string topic, std::string payload, bool retained) {
  if (is_of_today(topic)) return;
  outbox_.post(
      {.topic = std::move(topic), .payload = std::move(payload), .qos = 1, .retained = retained, .correlation = {}},
      Lane::bulk);
}

void GoneHomes::clear(std::string topic) {
  outbox_.post({.topic = std::move(topic), .payload = {}, .qos = 1, .retained = true, .correlation = {}}, Lane::bulk);
}

/// Base topics may lie in each other: `site/house` may be another start's base topic, or its home.
bool GoneHomes::is_of_today(std::string_view topic) const {
  if (topic == topics_.status() || topic == topics_.info()) return true;
  const auto home = topics_.home_of(topic);
  return home && configured_.contains(*home);
}

void GoneHomes::wait(std::chrono::milliseconds duration, void (GoneHomes::*then)()) {
  call_after(timer_, duration, kClearAgain, "taking back homes that are gone", [this, then] { (this->*then)(); });
}

}  // namespace home_energy
