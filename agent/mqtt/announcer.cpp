#include "agent/mqtt/announcer.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "agent/system/guarded_timer.hpp"
#include "common/wire/wire.hpp"

namespace home_energy {
namespace {

using namespace std::chrono_literals;

constexpr auto kLongestDelay = 2s;   ///< after a birth: many agents must not answer in the same moment
constexpr auto kAnnounceAgain = 1s;  ///< after a defect
constexpr auto kUntilRemoved = 2s;   ///< with its stub, from one that has just come up

}  // namespace

Announcer::Announcer(boost::asio::io_context& io, home_assistant::Settings settings,
                     const std::vector<std::string>& homes, Outbox& outbox, GoneHomes& gone,
                     std::function<void()> flush)
    : settings_(std::move(settings)),
      outbox_(outbox),
      gone_(gone),
      flush_(std::move(flush)),
      timer_(io),
      homes_(homes.size()),
      slices_(io) {
  for (std::string& device : home_assistant::devices_of(homes, settings_.parts)) {
    const std::size_t number = devices_.size();
    const auto topic = outbox_.declare(topic_of(device), 1, [this, number] { return document(number); });
    index_.emplace(device, number);
    devices_.push_back({.device = std::move(device), .topic = topic, .leftovers = {}});
  }
}

std::string Announcer::topic_of(const std::string& device) const {
  return home_assistant::discovery_topic(settings_.prefix, home_assistant::device_id(settings_.base_topic, device));
}

std::vector<Subscription> Announcer::subscriptions(const std::string& prefix) {
  return {{home_assistant::discovery_filter(prefix), Stored::read_once},
          {home_assistant::birth_topic(prefix), Stored::skip}};
}

std::string Announcer::document(std::size_t number) const {
  const Announced& announced = devices_[number];
  return home_assistant::document(settings_, announced.device,
                                  as_stubs_ ? home_assistant::stubs_of(announced.leftovers) : announced.leftovers);
}

void Announcer::on_message(const Incoming& message) {
  if (const auto id = home_assistant::id_of_topic(settings_.prefix, message.topic)) {
    if (message.stored) remember(*id, message.payload);
  } else if (message.topic == home_assistant::birth_topic(settings_.prefix)) {
    // A stored birth is one of the past.
    if (!message.stored && message.payload == home_assistant::kBorn) born();
  }
}

void Announcer::remember(const std::string& id, const std::string& document) {
  const auto device = home_assistant::device_of_id(settings_.base_topic, id);
  auto leftovers = device ? home_assistant::leftovers_of(settings_, *device, document) : std::nullopt;
  if (!leftovers) return;
  if (const auto known = index_.find(*device); known != index_.end()) {
    devices_[known->second].leftovers.merge(*leftovers);
  } else {
    gone_.found_document(*device);
  }
}

bool Announcer::has_leftovers() const {
  return std::ranges::any_of(devices_, [](const Announced& announced) { return !announced.leftovers.empty(); });
}

void Announcer::connected() {
  as_stubs_ = false;
  announced_at_ = Clock::now();
  if (has_leftovers()) wait(kBetweenDocuments, &Announcer::remove_from_running);
}

void Announcer::lost() {
  timer_.cancel();
  slices_.stop();
  birth_pending_ = false;
}

/// From one that runs; the retained documents stay as they are.
void Announcer::remove_from_running() {
  for_each_leftover(
      [this](const Announced& announced) {
        const auto stubs = home_assistant::stubs_of(announced.leftovers);
        post(topic_of(announced.device), home_assistant::document(settings_, announced.device, stubs));
      },
      &Announcer::remove_from_running);
}

void Announcer::born() {
  if (std::exchange(birth_pending_, true)) return;
  std::uniform_int_distribution<Clock::rep> delay(0, Clock::duration(kLongestDelay).count());
  const auto earliest = announced_at_ + kBetweenDocuments - Clock::now();
  wait(std::max(Clock::duration(delay(random_)), earliest), &Announcer::announce_removals);
}

/// For a Home Assistant that has just come up and knows the retained documents.
void Announcer::announce_removals() {
  spdlog::info("home assistant has come up: announcing {}", homes_ == 1 ? "one home" : fmt::format("{} homes", homes_));
  birth_pending_ = false;
  as_stubs_ = true;
  announced_at_ = Clock::now();
  outbox_.send_all_again();
  gone_.born();
  if (has_leftovers()) wait(kUntilRemoved, &Announcer::announce_as_it_stays);
  flush_();
}

void Announcer::announce_as_it_stays() {
  for_each_leftover(
      [this](Announced& announced) {
        announced.leftovers.clear();
        outbox_.send_again(announced.topic);
      },
      &Announcer::announce_as_it_stays);
}

void Announcer::for_each_leftover(std::function<void(Announced&)> work, void (Announcer::*again)()) {
  slices_.add([this, again, work = std::move(work), device = devices_.begin()]() mutable {
    const bool more = device != devices_.end();
    const bool well = guarded("announcing", [&] {
      if (more && !device->leftovers.empty()) work(*device);
      if (!more) flush_();
    });
    announced_at_ = Clock::now();
    if (!well) wait(kAnnounceAgain, again);
    if (more) ++device;
    return well && more;
  });
}

void Announcer::post(std::string topic, std::string payload) {
  outbox_.post(
      {.topic = std::move(topic), .payload = std::move(payload), .qos = 1, .retained = false, .correlation = {}},
      Lane::bulk);
}

void Announcer::wait(Clock::duration duration, void (Announcer::*then)()) {
  call_after(timer_, duration, kAnnounceAgain, "announcing", [this, then] { (this->*then)(); });
}

}  // namespace home_energy
