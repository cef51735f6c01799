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
    : settings_(std::move(settings)), outbox_(outbox), gone_(gone), flush_(std::move(flush)), timer_(io), slices_(io) {
  for (std::size_t i = 0; i < homes.size(); ++i) {
    const auto topic = outbox_.declare(topic_of(homes[i]), 1, [this, i] { return document(i); });
    homes_.push_back({.home = homes[i], .topic = topic, .leftovers = {}});
    index_.emplace(homes[i], i);
  }
}

std::string Announcer::topic_of(const std::string& home) const {
  return home_assistant::discovery_topic(settings_.prefix, home_assistant::device_id(settings_.base_topic, home));
}

std::vector<Subscription> Announcer::subscriptions(const std::string& prefix) {
  return {{home_assistant::discovery_filter(prefix), Stored::read_once},
          {home_assistant::birth_topic(prefix), Stored::skip}};
}

std::string Announcer::document(std::size_t home) const {
  const Announced& announced = homes_[home];
  return home_assistant::document(settings_, announced.home,
                                  as_stubs_ ? home_assistant::stubs_of(announced.leftovers) : announced.leftovers);
}

void Announcer::on_message(const Incoming& message) {
  if (const auto device = home_assistant::device_of(settings_.prefix, message.topic)) {
    if (message.stored) remember(*device, message.payload);
  } else if (message.topic == home_assistant::birth_topic(settings_.prefix)) {
    // A stored birth is one of the past.
    if (!message.stored && message.payload == home_assistant::kBorn) born();
  }
}

void Announcer::remember(const std::string& device, const std::string& document) {
  auto home = home_assistant::home_of(settings_.base_topic, device);
  auto leftovers = home ? home_assistant::leftovers_of(settings_, document) : std::nullopt;
  if (!leftovers) return;
  if (const auto known = index_.find(*home); known != index_.end()) {
    homes_[known->second].leftovers.merge(*leftovers);
  } else {
    gone_.found_document(*home);
  }
}

bool Announcer::has_leftovers() const {
  return std::ranges::any_of(homes_, [](const Announced& announced) { return !announced.leftovers.empty(); });
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
        post(topic_of(announced.home), home_assistant::document(settings_, announced.home, stubs));
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
  spdlog::info("home assistant has come up: announcing {}",
               homes_.size() == 1 ? "one home" : fmt::format("{} homes", homes_.size()));
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
  slices_.add([this, again, work = std::move(work), home = homes_.begin()]() mutable {
    const bool more = home != homes_.end();
    const bool well = guarded("announcing", [&] {
      if (more && !home->leftovers.empty()) work(*home);
      if (!more) flush_();
    });
    announced_at_ = Clock::now();
    if (!well) wait(kAnnounceAgain, again);
    if (more) ++home;
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
