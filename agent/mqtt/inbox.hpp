/// @file
/// What came from the broker and waits for the thread that owns the homes: bounded in number and bytes, as Paho reads
/// the socket whatever happens to the messages. What finds no room is dropped and counted.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "agent/system/budget.hpp"

namespace home_energy {

/// A message as it came from the broker.
struct Incoming {
  std::string topic;
  std::string payload;            ///< cut off behind `kMaxPayload` bytes
  std::size_t payload_bytes = 0;  ///< the length that it had
  bool stored = false;            ///< the broker kept it (retained); nobody sent it just now
  std::optional<std::string> response_topic;
  std::string correlation;
  Budget::Share share{};  ///< of the inbox; kept until the message is answered
};

class Inbox {
 public:
  /// Received and not answered yet. A second of the fastest senders; far more than a burst of commands to 1,000 homes.
  static constexpr std::size_t kMaxMessages = 10'000;
  /// With the answers that wait (Outbox::kMaxReceiptBytes) about half of the 32 MB that a flood may cost.
  static constexpr std::size_t kMaxBytes = std::size_t{8} * 1024 * 1024;

  /// On any thread. Keeps the message where there is room.
  /// @return whether the owner has to be woken: it takes messages until there is none, and asks for what was dropped
  bool push(Incoming message);

  /// The next message; none: the next push wakes the owner.
  std::optional<Incoming> pop();

  /// So many messages were kept, and taken out, since the beginning.
  std::uint64_t kept() const;
  std::uint64_t taken() const;

  /// How many messages were dropped since the last call.
  std::size_t take_dropped();

 private:
  Budget budget_{{.things = kMaxMessages, .bytes = kMaxBytes}};
  mutable std::mutex mutex_;
  std::deque<Incoming> waiting_;  ///< all below: guarded
  bool awake_ = false;            ///< the owner is taking messages
  std::uint64_t kept_ = 0;
  std::size_t dropped_ = 0;
};

}  // namespace home_energy
