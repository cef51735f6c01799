/// @file
/// Counts what was handed to Paho and is not through yet: few, so that what waits is conflated in the outbox and not
/// queued there. A broker of MQTT 5 closes the connection, and Paho stalls for a second, where more messages wait for
/// their acknowledgement than it allows. Called by any thread.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <mutex>

namespace home_energy {

class InFlight {
 public:
  /// Of all kinds; those of QoS 0 are through when they are written.
  static constexpr int kMost = 64;
  /// Of the bulk lane: what is prompt waits for no more of them than these.
  static constexpr int kMostBulk = 8;
  /// Below what the broker allows: for the farewell, and for an acknowledgement that is counted late.
  static constexpr int kSpare = 2;

  /// A new connection: what was in flight on earlier ones counts no more.
  /// @param receive_maximum how many messages of QoS 1 the broker takes before it has acknowledged the first
  void begin(int receive_maximum) {
    const std::lock_guard lock(mutex_);
    ++connection_;
    counts_ = {};
    wanted_ = false;
    wanted_through_ = false;
    most_acknowledged_ = std::clamp(receive_maximum - kSpare, 1, kMost);
  }

  bool room() const {
    const std::lock_guard lock(mutex_);
    return counts_.all < kMost && counts_.acknowledged < most_acknowledged_;
  }
  bool room_for_bulk() const {
    const std::lock_guard lock(mutex_);
    return counts_.bulk < kMostBulk;
  }

  /// One more. @return what names it in `done`; only its value matters
  void* add(int qos, bool bulk) {
    const std::lock_guard lock(mutex_);
    const std::uintptr_t kind = (qos > 0 ? kAcknowledged : 0) | (bulk ? kBulk : 0);
    count(kind, 1);
    return std::bit_cast<void*>(connection_ << kKindBits | kind);
  }

  /// One less. @return whether more may be sent now, where `want` asked for that, or all is through, where
  /// `want_through` did
  bool done(const void* mark) {
    const std::lock_guard lock(mutex_);
    const auto value = std::bit_cast<std::uintptr_t>(mark);
    if (value >> kKindBits != connection_) return false;  // of an earlier connection
    ++through_;
    count(value, -1);
    const bool has_room = wanted_ && roomy();
    const bool is_through = wanted_through_ && all_through();
    if (has_room) wanted_ = false;
    if (is_through) wanted_through_ = false;
    return has_room || is_through;
  }

  /// Something waits: `done` is to tell when there is room. @return whether there is already
  bool want() {
    const std::lock_guard lock(mutex_);
    wanted_ = !roomy();
    return !wanted_;
  }

  /// `done` is to tell when all but the bulk lane is through. @return whether it is already
  bool want_through() {
    const std::lock_guard lock(mutex_);
    wanted_through_ = !all_through();
    return !wanted_through_;
  }

  bool none() const {
    const std::lock_guard lock(mutex_);
    return counts_.all == 0;
  }
  bool none_of_bulk() const {
    const std::lock_guard lock(mutex_);
    return counts_.bulk == 0;
  }
  /// How many were through so far, of all connections.
  std::uint64_t through() const {
    const std::lock_guard lock(mutex_);
    return through_;
  }

 private:
  static constexpr int kKindBits = 2;
  static constexpr std::uintptr_t kAcknowledged = 1;
  static constexpr std::uintptr_t kBulk = 2;

  struct Counts {
    int all = 0;
    int acknowledged = 0;
    int bulk = 0;
  };

  void count(std::uintptr_t kind, int by) {
    counts_.all += by;
    if ((kind & kAcknowledged) != 0) counts_.acknowledged += by;
    if ((kind & kBulk) != 0) counts_.bulk += by;
  }

  /// Each acknowledgement makes room at once: what is sent then takes the TCP acknowledgement along, without which a
  /// stock mosquitto, which has Nagle's algorithm on, holds the next ones back for up to 40 ms. What needs none is
  /// through as fast as it is written, and goes in groups: half of the room.
  bool roomy() const {
    return counts_.all < kMost && counts_.acknowledged < most_acknowledged_ && counts_.bulk < kMostBulk &&
           counts_.all - counts_.acknowledged <= kMost / 2;
  }

  bool all_through() const { return counts_.all == counts_.bulk; }

  mutable std::mutex mutex_;
  Counts counts_;
  std::uintptr_t connection_ = 0;
  int most_acknowledged_ = 1;
  std::uint64_t through_ = 0;
  bool wanted_ = false;
  bool wanted_through_ = false;
};

}  // namespace home_energy
