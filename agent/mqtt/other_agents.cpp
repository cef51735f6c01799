#include "agent/mqtt/other_agents.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "agent/system/guarded.hpp"
#include "common/wire/wire.hpp"

namespace home_energy {
namespace {

/// An empty payload is none: this agent clears topics, too.
bool is_clock(const Incoming& message, const std::string& base) {
  return message.topic.starts_with(base + '/') && message.topic.ends_with("/clock") && !message.payload.empty();
}

}  // namespace

bool OtherAgents::look_at(const std::string& base) {
  if (bases_.size() < kMostBases) bases_.insert(base);
  return bases_.contains(base);
}

std::vector<Subscription> OtherAgents::subscriptions() const {
  std::vector<Subscription> all;
  for (const auto& base : bases_) {
    const wire::Topics topics(base);
    all.push_back({topics.status(), Stored::read_once});
    all.push_back({topics.of("+", wire::HomeTopic::clock), Stored::skip});
  }
  return all;
}

void OtherAgents::on_message(const Incoming& message) {
  for (const auto& base : bases_) {
    if (message.stored) {
      if (message.topic == wire::Topics(base).status() && message.payload == wire::kOnline) occupied_.insert(base);
    } else if (is_clock(message, base) && heard_.insert(base).second) {
      occupied_.insert(base);
      spdlog::warn("mqtt: another agent publishes below {}: what this one announced there stays", base);
    }
  }
}

void OtherAgents::await_silence(std::function<void()> nobody) {
  if (occupied_ == heard_) return;
  timer_.expires_after(silence_);
  timer_.async_wait([this, nobody = std::move(nobody)](const boost::system::error_code& cancelled) {
    if (cancelled || std::exchange(occupied_, heard_) == heard_) return;
    guarded("taking back what another base topic holds", nobody);
  });
}

void OtherAgents::lost() {
  timer_.cancel();
  occupied_ = heard_;
}

}  // namespace home_energy
