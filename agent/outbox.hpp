/// @file
/// Outgoing MQTT, conflated: of each topic only the latest payload waits, so a slow or absent broker never makes a
/// growing queue. Receipts wait one by one, up to a bound. Pure data; belongs to the thread that owns the homes.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace home_energy {

/// One message as the broker gets it.
struct Outgoing {
  std::string topic;
  std::string payload;
  int qos = 0;
  bool retained = false;
  std::string correlation;  ///< MQTT 5 Correlation Data; none where empty
};

class Outbox {
 public:
  using TopicId = std::size_t;

  /// So many receipts wait for a broker that does not take them; the oldest goes when one more comes.
  static constexpr std::size_t kMaxReceipts = 10'000;
  /// And so much of them, as the Correlation Data of a command may be 64 KB long.
  static constexpr std::size_t kMaxReceiptBytes = std::size_t{8} * 1024 * 1024;

  /// @param status the topic that says that the agent is there, sent after everything else
  Outbox(std::string status_topic, std::string online);

  /// Makes a retained topic known. Topics are sent again in the order in which they were declared.
  TopicId declare(std::string topic, int qos);
  /// The same for a payload too large to keep: it is made each time that it is sent.
  TopicId declare(std::string topic, int qos, std::function<std::string()> make_payload);

  /// The topic's present payload. Queued only where it differs from the last one.
  void update(TopicId topic, std::string_view payload);

  /// A topic's present payload; empty where it is made anew each time.
  std::string_view payload(TopicId topic) const { return topics_[topic].message.payload; }
  /// Counts the changes of all topics: this topic's last one, and the last of all.
  std::uint64_t changed(TopicId topic) const { return topics_[topic].changed; }
  std::uint64_t changes() const { return changes_; }

  /// Queues the topic as it is now.
  void send_again(TopicId topic) { enqueue(topic); }

  /// Queues a message of its own, a receipt as a rule, behind all that is queued now.
  void post(Outgoing receipt);

  /// Queues every topic anew, receipts behind them, the status last: what a new connection needs.
  void send_all_again();

  bool empty() const { return queue_.empty(); }
  /// The message to send next; the outbox must not be empty. Valid until the next change.
  const Outgoing& front();
  void pop();

  /// How many receipts were dropped since the last call.
  std::size_t take_dropped();

 private:
  struct Topic {
    Outgoing message;
    std::function<std::string()> make_payload;  ///< none: the message has it
    std::uint64_t changed = 0;
    bool queued = false;
  };
  struct Entry {
    std::optional<TopicId> topic;  ///< none: a receipt
    Outgoing receipt;
  };

  void enqueue(TopicId topic);
  void drop_oldest_receipt();
  void forget(const Entry& receipt);

  std::vector<Topic> topics_;  ///< the first is the status
  std::deque<Entry> queue_;
  std::uint64_t changes_ = 0;
  std::size_t receipts_ = 0;
  std::size_t receipt_bytes_ = 0;
  std::size_t dropped_ = 0;
};

}  // namespace home_energy
