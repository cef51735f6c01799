#include "agent/mqtt/outbox.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "agent/system/guarded.hpp"

namespace home_energy {

namespace {

constexpr Outbox::TopicId kStatus = 0;
constexpr Outbox::TopicId kMessage = std::numeric_limits<Outbox::TopicId>::max();  ///< one of the lane's own messages

std::size_t size_of(const Outgoing& message) {
  return message.topic.size() + message.payload.size() + message.correlation.size();
}

}  // namespace

Outbox::Outbox(std::string status_topic, std::string online) {
  topics_[declare(std::move(status_topic), 1)].message.payload = std::move(online);
}

Outbox::TopicId Outbox::declare(std::string topic, int qos) {
  topics_.push_back(
      {.message = {.topic = std::move(topic), .payload = {}, .qos = qos, .retained = true, .correlation = {}},
       .maker = nullptr});
  return topics_.size() - 1;
}

Outbox::TopicId Outbox::declare(std::string topic, int qos, std::function<std::string()> make_payload, Lane lane) {
  const TopicId id = declare(std::move(topic), qos);
  topics_[id].maker = std::make_unique<const Maker>(Maker{std::move(make_payload), lane});
  return id;
}

Outbox::Queue& Outbox::queue_of(Lane lane) {
  switch (lane) {
    case Lane::prompt:
      return prompt_;
    case Lane::bulk:
      return bulk_;
    case Lane::background:
      break;
  }
  return background_;
}

void Outbox::update(TopicId topic, std::string_view payload) {
  auto& known = topics_[topic].message.payload;
  if (known == payload) return;
  known = payload;
  topics_[topic].changed = ++changes_;
  enqueue(topic);
}

void Outbox::enqueue(TopicId topic) {
  if (holding_ || std::exchange(topics_[topic].queued_in, connections_) == connections_) return;
  const Lane lane = lane_of(topic);
  queue_of(lane).entries.push_back(topic);
  if (lane == Lane::background) ++background_queued_;
}

void Outbox::post(Outgoing message, Lane lane) {
  Queue& queue = queue_of(lane);
  if (lane == Lane::prompt) make_room(size_of(message));
  queue.entries.push_back(kMessage);
  queue.messages.push_back(std::move(message));
}

void Outbox::make_room(std::size_t bytes) {
  while (receipts() > 0 && (receipts() == kMaxReceipts || receipt_bytes_ + bytes > kMaxReceiptBytes))
    drop_oldest_receipt();
  receipt_bytes_ += bytes;
}

void Outbox::drop_oldest_receipt() {
  ++dropped_;
  if (!held_.empty()) return forget_first(held_);
  prompt_.entries.erase(std::ranges::find(prompt_.entries, kMessage));
  forget_first(prompt_.messages);
}

void Outbox::forget_first(std::deque<Outgoing>& receipts) {
  receipt_bytes_ -= size_of(receipts.front());
  receipts.pop_front();
}

void Outbox::send_all_again() {
  round_ = kStatus + 1;
  ++rounds_;
}

void Outbox::start_over() {
  unqueue_topics();
  holding_ = false;
  std::ranges::move(prompt_.messages, std::back_inserter(held_));
  prompt_ = {};
  send_all_again();
}

void Outbox::hold() {
  holding_ = true;
  round_.reset();
  bulk_.messages.clear();
  unqueue_topics();
}

void Outbox::unqueue_topics() {
  ++connections_;
  for (Queue* const queue : {&prompt_, &bulk_, &background_}) queue->entries.assign(queue->messages.size(), kMessage);
}

/// Finds the next topic of the round that has a payload and has not gone since the round began.
bool Outbox::round_waits() {
  if (!round_) return false;
  for (; *round_ < topics_.size(); ++*round_) {
    const Topic& topic = topics_[*round_];
    if (topic.sent_in_round != rounds_ && (topic.maker || !topic.message.payload.empty())) break;
  }
  return true;
}

Outbox::Source Outbox::choose(Lane last) {
  Source behind = Source::none;
  if (round_waits()) {
    behind = Source::round;
  } else if (last >= Lane::bulk && !bulk_.entries.empty()) {
    behind = Source::bulk;
  } else if (last >= Lane::background && !background_.entries.empty()) {
    behind = Source::background;
  }
  const bool may_be_prompt = prompt_in_row_ < kPromptInRow || behind == Source::none;
  return may_be_prompt && !prompt_.entries.empty() ? Source::prompt : behind;
}

std::optional<Lane> Outbox::most_urgent() {
  if (!prompt_.entries.empty() || round_waits()) return Lane::prompt;
  if (!bulk_.entries.empty()) return Lane::bulk;
  return background_.entries.empty() ? std::nullopt : std::optional(Lane::background);
}

Lane Outbox::lane() const {
  switch (source_) {
    case Source::none:
    case Source::prompt:
    case Source::round:
      return Lane::prompt;
    case Source::bulk:
      return Lane::bulk;
    case Source::background:
      break;
  }
  return Lane::background;
}

/// What cannot be made is left out: else nothing behind it would ever go.
const Outgoing* Outbox::next(Lane last) {
  const Outgoing* message = nullptr;
  while (!guarded("what is published", [&] { message = first(last); })) pop();
  return message;
}

const Outgoing* Outbox::first(Lane last) {
  source_ = choose(last);
  switch (source_) {
    case Source::none:
      return nullptr;
    case Source::round:
      if (*round_ < topics_.size()) return &made(*round_);
      return held_.empty() ? &made(kStatus) : &held_.front();
    case Source::prompt:
    case Source::bulk:
    case Source::background:
      break;
  }
  const Queue& queue = queue_of(lane());
  return queue.entries.front() == kMessage ? &queue.messages.front() : &made(queue.entries.front());
}

const Outgoing& Outbox::made(TopicId id) {
  Topic& topic = topics_[id];
  if (topic.maker) topic.message.payload = topic.maker->make_payload();
  return topic.message;
}

void Outbox::sent(TopicId id) {
  Topic& topic = topics_[id];
  topic.sent_in_round = rounds_;
  if (topic.maker) topic.message.payload = {};
}

std::size_t Outbox::waiting(Lane lane) const {
  switch (lane) {
    case Lane::prompt:
      return prompt_.entries.size() + (round_ ? topics_.size() - *round_ + held_.size() + 1 : 0);
    case Lane::bulk:
      return bulk_.entries.size();
    case Lane::background:
      return background_.entries.size();
  }
  return 0;
}

void Outbox::pop() {
  ++sent_;
  prompt_in_row_ = source_ == Source::prompt ? std::min(prompt_in_row_ + 1, kPromptInRow) : 0;
  if (source_ == Source::round) return pop_round();
  Queue& queue = queue_of(lane());
  const Entry entry = queue.entries.front();
  queue.entries.pop_front();
  if (entry == kMessage) return &queue == &prompt_ ? forget_first(prompt_.messages) : queue.messages.pop_front();
  topics_[entry].queued_in = 0;
  sent(entry);
}

void Outbox::pop_round() {
  if (*round_ < topics_.size()) {
    sent((*round_)++);
  } else if (!held_.empty()) {
    forget_first(held_);
  } else {
    round_.reset();
  }
}

std::size_t Outbox::take_dropped() {
  return std::exchange(dropped_, 0);
}

}  // namespace home_energy
