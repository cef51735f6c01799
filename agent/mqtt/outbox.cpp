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
  return declare(std::move(topic), qos, nullptr);
}

Outbox::TopicId Outbox::declare(std::string topic, int qos, std::function<std::string()> make_payload) {
  topics_.push_back(
      {.message = {.topic = std::move(topic), .payload = {}, .qos = qos, .retained = true, .correlation = {}},
       .make_payload = std::move(make_payload)});
  return topics_.size() - 1;
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
  queue_of(topic).entries.push_back(topic);
}

void Outbox::post(Outgoing message, Lane lane) {
  Queue& queue = lane == Lane::bulk ? bulk_ : prompt_;
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
  for (Queue* const queue : {&prompt_, &bulk_}) queue->entries.assign(queue->messages.size(), kMessage);
}

/// Finds the next topic of the round that has a payload and has not gone since the round began.
bool Outbox::round_waits() {
  if (!round_) return false;
  for (; *round_ < topics_.size(); ++*round_) {
    const Topic& topic = topics_[*round_];
    if (topic.sent_in_round != rounds_ && (topic.make_payload || !topic.message.payload.empty())) break;
  }
  return true;
}

Outbox::Source Outbox::choose(Lane last) {
  const bool round = round_waits();
  const bool bulk = last == Lane::bulk && !bulk_.entries.empty();
  const bool prompt = !prompt_.entries.empty() && (prompt_in_row_ < kPromptInRow || !(round || bulk));
  if (prompt) return Source::prompt;
  if (round) return Source::round;
  return bulk ? Source::bulk : Source::none;
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
      break;
  }
  const Queue& queue = queue_of(source_);
  return queue.entries.front() == kMessage ? &queue.messages.front() : &made(queue.entries.front());
}

const Outgoing& Outbox::made(TopicId id) {
  Topic& topic = topics_[id];
  if (topic.make_payload) topic.message.payload = topic.make_payload();
  return topic.message;
}

void Outbox::sent(TopicId id) {
  Topic& topic = topics_[id];
  topic.sent_in_round = rounds_;
  if (topic.make_payload) topic.message.payload = {};
}

void Outbox::pop() {
  prompt_in_row_ = source_ == Source::prompt ? std::min(prompt_in_row_ + 1, kPromptInRow) : 0;
  if (source_ == Source::round) return pop_round();
  Queue& queue = queue_of(source_);
  const Entry entry = queue.entries.front();
  queue.entries.pop_front();
  if (entry == kMessage) return &queue == &prompt_ ? forget_first(prompt_.messages) : bulk_.messages.pop_front();
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
