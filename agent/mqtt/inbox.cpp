#include "agent/mqtt/inbox.hpp"

#include <utility>

namespace home_energy {
namespace {

/// What a message takes beside its bytes: itself, its place in the queue, its share, and what allocating adds.
constexpr std::size_t kOverhead = 512;

std::size_t size_of(const Incoming& message) {
  return kOverhead + message.topic.size() + message.payload.size() + message.correlation.size() +
         (message.response_topic ? message.response_topic->size() : 0);
}

}  // namespace

bool Inbox::push(Incoming message) {
  message.share = budget_.take(size_of(message));
  const std::scoped_lock lock(mutex_);
  if (message.share) {
    waiting_.push_back(std::move(message));
    ++kept_;
  } else {
    ++dropped_;
  }
  return !std::exchange(awake_, true);
}

std::optional<Incoming> Inbox::pop() {
  const std::scoped_lock lock(mutex_);
  if (waiting_.empty()) {
    awake_ = false;
    return std::nullopt;
  }
  auto message = std::move(waiting_.front());
  waiting_.pop_front();
  return message;
}

std::uint64_t Inbox::kept() const {
  const std::scoped_lock lock(mutex_);
  return kept_;
}

std::uint64_t Inbox::taken() const {
  const std::scoped_lock lock(mutex_);
  return kept_ - waiting_.size();
}

std::size_t Inbox::take_dropped() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(dropped_, 0);
}

}  // namespace home_energy
