/// @file
/// Counts what was handed to Paho and is not through yet: few, so that what waits is conflated in the outbox and not
/// queued there. A broker of MQTT 5 closes the connection, and Paho stalls for a second, where more messages wait for
/// their acknowledgement than it allows. Called by any thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <mutex>
#include <optional>

#include "agent/mqtt/outbox.hpp"

namespace home_energy {

class InFlight {
 public:
  /// Of all kinds; those of QoS 0 are through when they are written.
  static constexpr int kMost = 64;
  /// Of the bulk lane: what is prompt waits for no more of them than these.
  static constexpr int kMostBulk = 8;
  /// Of the background, where a message may have 17 KB: what is urgent stays behind no more of them on the way to the
  /// broker than these. With two a fleet's forecasts took twice as long, and receipts were no faster.
  static constexpr int kMostBackground = 4;
  /// Below what the broker allows: for the farewell, and for an acknowledgement that is counted late.
  static constexpr int kSpare = 2;

  /// A new connection: what was in flight on earlier ones counts no more.
  /// @param receive_maximum how many messages of QoS 1 the broker takes before it has acknowledged the first
  void begin(int receive_maximum) {
    const std::lock_guard lock(mutex_);
    ++connection_;
    counts_ = {};
    wanted_.reset();
    wanted_through_ = false;
    most_acknowledged_ = std::clamp(receive_maximum - kSpare, 1, kMost);
  }

  /// The least urgent lane for which there is room, with those before it; none where there is none at all.
  std::optional<Lane> room() const {
    const std::lock_guard lock(mutex_);
    if (counts_.all >= kMost || counts_.acknowledged >= most_acknowledged_) return std::nullopt;
    if (of(Lane::bulk) >= kMostBulk) return Lane::prompt;
    return of(Lane::background) < kMostBackground ? Lane::background : Lane::bulk;
  }

  /// One more. @return what names it in `done`; only its value matters
  void* add(int qos, Lane lane) {
    const std::lock_guard lock(mutex_);
    const std::uintptr_t kind = (qos > 0 ? kAcknowledged : 0) | static_cast<std::uintptr_t>(lane) << 1;
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
    const bool has_room = wanted_ && roomy(*wanted_);
    const bool is_through = wanted_through_ && all_through();
    if (has_room) wanted_.reset();
    if (is_through) wanted_through_ = false;
    return has_room || is_through;
  }

  /// Something waits: `done` is to tell when there is room. @param lane the most urgent one in which something waits
  /// @return whether there is room already
  bool want(Lane lane) {
    const std::lock_guard lock(mutex_);
    wanted_ = roomy(lane) ? std::nullopt : std::optional(lane);
    return !wanted_;
  }

  /// `done` is to tell when all of the prompt lane is through. @return whether it is already
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
    return of(Lane::bulk) == 0;
  }
  /// How many were through so far, of all connections.
  std::uint64_t through() const {
    const std::lock_guard lock(mutex_);
    return through_;
  }

 private:
  // The kind of a message: whether it is acknowledged, and behind that its lane.
  static constexpr int kKindBits = 3;
  static constexpr std::uintptr_t kAcknowledged = 1;
  static constexpr std::uintptr_t kLaneBits = 3;

  struct Counts {
    int all = 0;
    int acknowledged = 0;
    std::array<int, kLanes> of{};
  };

  void count(std::uintptr_t kind, int by) {
    counts_.all += by;
    if ((kind & kAcknowledged) != 0) counts_.acknowledged += by;
    counts_.of.at(kind >> 1 & kLaneBits) += by;
  }
  int of(Lane lane) const { return counts_.of.at(static_cast<std::size_t>(lane)); }

  /// Each acknowledgement makes room at once: what is sent then takes the TCP acknowledgement along, without which a
  /// stock mosquitto, which has Nagle's algorithm on, holds the next ones back for up to 40 ms. What needs none is
  /// through as fast as it is written, and goes in groups: half of the room.
  bool roomy(Lane lane) const {
    return counts_.all < kMost && counts_.acknowledged < most_acknowledged_ &&
           counts_.all - counts_.acknowledged <= kMost / 2 && (lane == Lane::prompt || of(Lane::bulk) < kMostBulk) &&
           (lane != Lane::background || of(Lane::background) < kMostBackground);
  }

  bool all_through() const { return of(Lane::prompt) == 0; }

  mutable std::mutex mutex_;
  Counts counts_;
  std::uintptr_t connection_ = 0;
  int most_acknowledged_ = 1;
  std::uint64_t through_ = 0;
  std::optional<Lane> wanted_;  ///< the most urgent lane in which something waits
  bool wanted_through_ = false;
};

}  // namespace home_energy
