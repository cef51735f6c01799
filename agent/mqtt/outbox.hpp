/// @file
/// Outgoing MQTT, conflated: of each topic only the latest payload waits, so a slow or absent broker never makes a
/// growing queue. Receipts wait one by one, up to a bound. Pure data; belongs to the thread that owns the homes.
///
/// What waits, in the order in which it is sent:
/// - the prompt lane: changed topics and receipts, first in, first out, so that a receipt follows the state it caused;
/// - the round: every topic once more, in the order of declaration, then receipts of an earlier connection, then the
///   status;
/// - the bulk lane: documents of Home Assistant and what clears topics;
/// - the background: what is large and changes often, so that in a fleet some of it always waits: forecasts of the sun.
/// Out of every `kPromptInRow + 1` messages one is of the round, bulk or background while these wait, so that neither
/// starves.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
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

/// How urgent a message is: the most urgent first.
enum class Lane { prompt, bulk, background };
inline constexpr std::size_t kLanes = 3;

class Outbox {
 public:
  using TopicId = std::size_t;

  /// So many receipts wait for a broker that does not take them; the oldest goes when one more comes.
  static constexpr std::size_t kMaxReceipts = 10'000;
  /// And so much of them, as the Correlation Data of a command may be 64 KB long.
  static constexpr std::size_t kMaxReceiptBytes = std::size_t{8} * 1024 * 1024;
  /// So many prompt messages go before one of those that wait behind them: rare enough for their delay to be short.
  static constexpr int kPromptInRow = 8;

  /// @param status the topic that says that the agent is there, sent after everything else
  Outbox(std::string status_topic, std::string online);

  /// Makes a retained topic known. Topics are sent again in the order in which they were declared.
  TopicId declare(std::string topic, int qos);
  /// The same for a payload too large to keep: it is made each time that it is sent, by whoever calls `next`. Not in
  /// the prompt lane.
  TopicId declare(std::string topic, int qos, std::function<std::string()> make_payload, Lane lane = Lane::bulk);

  /// The topic's present payload. Queued only where it differs from the last one.
  void update(TopicId topic, std::string_view payload);

  /// A topic's present payload; empty where it is made anew each time.
  std::string_view payload(TopicId topic) const { return topics_[topic].message.payload; }
  /// Counts the changes of all topics: this topic's last one, and the last of all.
  std::uint64_t changed(TopicId topic) const { return topics_[topic].changed; }
  std::uint64_t changes() const { return changes_; }

  /// Queues the topic as it is now.
  void send_again(TopicId topic) { enqueue(topic); }

  /// Queues a message of its own behind all that is in its lane now: a receipt in the prompt lane, where the oldest
  /// is dropped beyond the bound; in the bulk lane none is dropped, and the caller keeps their number within bounds.
  void post(Outgoing message, Lane lane = Lane::prompt);

  /// Begins a round: every topic is sent anew, the status last.
  void send_all_again();
  /// The same for a new connection, which gets nothing before: what waits of topics is part of the round, receipts
  /// that wait go behind its topics.
  void start_over();
  /// No connection: changes are not queued until `start_over`, receipts are. Messages in the bulk lane are dropped: who
  /// posts them begins anew with the next connection.
  void hold();

  /// Whether messages of their own wait in the bulk lane.
  bool has_bulk_messages() const { return !bulk_.messages.empty(); }

  /// How many topics were queued in the background so far, and how many of these wait no more.
  std::uint64_t background_queued() const { return background_queued_; }
  std::uint64_t background_sent() const { return background_queued_ - background_.entries.size(); }

  bool empty() { return !most_urgent(); }
  /// The most urgent lane in which anything waits; a round is prompt. None: nothing waits.
  std::optional<Lane> most_urgent();
  /// The message to send next; the outbox must not be empty. Valid until the next change.
  const Outgoing& front() { return *next(Lane::background); }
  /// The message to send next, none where nothing waits in the lanes up to `last`; `pop` takes it out.
  const Outgoing* next(Lane last);
  /// The lane of the message that `next` gave; of a round it is prompt.
  Lane lane() const;
  void pop();

  /// So many messages wait in a lane; those of a round are prompt.
  std::size_t waiting(Lane lane) const;
  /// So many were taken out so far.
  std::uint64_t sent() const { return sent_; }

  /// How many receipts were dropped since the last call.
  std::size_t take_dropped();

 private:
  struct Maker {
    std::function<std::string()> make_payload;
    Lane lane;
  };
  struct Topic {
    Outgoing message;
    std::unique_ptr<const Maker> maker;  ///< none: the message has the payload
    std::uint64_t changed = 0;
    std::uint32_t sent_in_round = 0;  ///< the round in which it went last
    std::uint32_t queued_in = 0;      ///< the connection in whose queue it is
  };
  enum class Source { none, prompt, round, bulk, background };
  /// A topic, or in its place the next of the lane's own messages.
  using Entry = TopicId;
  struct Queue {
    std::deque<Entry> entries;
    std::deque<Outgoing> messages;
  };

  void unqueue_topics();
  Queue& queue_of(Lane lane);
  Lane lane_of(TopicId topic) const { return topics_[topic].maker ? topics_[topic].maker->lane : Lane::prompt; }
  void enqueue(TopicId topic);
  void drop_oldest_receipt();
  std::size_t receipts() const { return held_.size() + prompt_.messages.size(); }
  void make_room(std::size_t bytes);
  void forget_first(std::deque<Outgoing>& receipts);
  bool round_waits();
  const Outgoing* first(Lane last);
  Source choose(Lane last);
  const Outgoing& made(TopicId id);
  void sent(TopicId id);
  void pop_round();

  std::vector<Topic> topics_;  ///< the first is the status
  Queue prompt_;
  Queue bulk_;
  Queue background_;               ///< topics alone
  std::deque<Outgoing> held_;      ///< receipts of an earlier connection, behind the topics of the round
  std::optional<TopicId> round_;   ///< its next topic; the number of topics: receipts and the status are left
  std::uint32_t rounds_ = 0;       ///< begun so far
  std::uint32_t connections_ = 1;  ///< counted when one is lost or made: what was queued is so no more
  bool holding_ = false;           ///< no connection
  Source source_ = Source::none;   ///< of the message that `next` gave
  int prompt_in_row_ = 0;
  std::uint64_t changes_ = 0;
  std::uint64_t background_queued_ = 0;
  std::uint64_t sent_ = 0;
  std::size_t receipt_bytes_ = 0;
  std::size_t dropped_ = 0;
};

}  // namespace home_energy
