#include "agent/outbox.hpp"

#include <algorithm>
#include <utility>

namespace home_energy {

namespace {

constexpr Outbox::TopicId kStatus = 0;

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
  if (std::exchange(topics_[topic].queued, true)) return;
  queue_.push_back({.topic = topic, .receipt = {}});
}

void Outbox::post(Outgoing receipt) {
  const std::size_t size = size_of(receipt);
  while (receipts_ > 0 && (receipts_ == kMaxReceipts || receipt_bytes_ + size > kMaxReceiptBytes))
    drop_oldest_receipt();
  queue_.push_back({.topic = std::nullopt, .receipt = std::move(receipt)});
  ++receipts_;
  receipt_bytes_ += size;
}

void Outbox::drop_oldest_receipt() {
  const auto oldest = std::ranges::find_if(queue_, [](const Entry& entry) { return !entry.topic; });
  forget(*oldest);
  queue_.erase(oldest);
  ++dropped_;
}

void Outbox::forget(const Entry& receipt) {
  --receipts_;
  receipt_bytes_ -= size_of(receipt.receipt);
}

void Outbox::send_all_again() {
  std::erase_if(queue_, [](const Entry& entry) { return entry.topic.has_value(); });
  auto receipts = std::exchange(queue_, {});
  for (TopicId topic = kStatus + 1; topic < topics_.size(); ++topic) {
    topics_[topic].queued = false;
    if (topics_[topic].make_payload || !topics_[topic].message.payload.empty()) enqueue(topic);
  }
  std::ranges::move(receipts, std::back_inserter(queue_));
  topics_[kStatus].queued = false;
  enqueue(kStatus);
}

const Outgoing& Outbox::front() {
  Entry& entry = queue_.front();
  if (!entry.topic) return entry.receipt;
  Topic& topic = topics_[*entry.topic];
  if (topic.make_payload) topic.message.payload = topic.make_payload();
  return topic.message;
}

void Outbox::pop() {
  if (queue_.front().topic) {
    Topic& topic = topics_[*queue_.front().topic];
    topic.queued = false;
    if (topic.make_payload) topic.message.payload = {};
  } else {
    forget(queue_.front());
  }
  queue_.pop_front();
}

std::size_t Outbox::take_dropped() {
  return std::exchange(dropped_, 0);
}

}  // namespace home_energy
