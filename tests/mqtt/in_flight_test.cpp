#include "agent/mqtt/in_flight.hpp"

#include <catch2/catch.hpp>
#include <deque>

namespace home_energy {
namespace {

constexpr int kAbsent = 65'535;  // what a CONNACK without a Receive Maximum means

/// A broker that acknowledges in order, and what waits for it.
struct Sending {
  InFlight in_flight;
  std::deque<void*> sent;

  explicit Sending(int receive_maximum) { in_flight.begin(receive_maximum); }

  /// Sends until there is no room. @return how many are in flight
  int fill(int qos, Lane lane = Lane::prompt) {
    while (in_flight.room() >= lane) sent.push_back(in_flight.add(qos, lane));
    return static_cast<int>(sent.size());
  }
  /// @return whether more is to be sent
  bool acknowledge() {
    void* const mark = sent.front();
    sent.pop_front();
    return in_flight.done(mark);
  }
};

TEST_CASE("as many wait for their acknowledgement as the broker takes, less a few, never none") {
  const auto [receive_maximum, most] = GENERATE(
      table<int, int>({{1, 1}, {2, 1}, {3, 1}, {4, 2}, {20, 18}, {65, 63}, {66, 64}, {kAbsent, InFlight::kMost}}));
  CHECK(Sending(receive_maximum).fill(1) == most);
}

TEST_CASE("what needs no acknowledgement is bounded by ours alone") {
  CHECK(Sending(1).fill(0) == InFlight::kMost);
  CHECK(Sending(kAbsent).fill(0) == InFlight::kMost);
}

TEST_CASE("what is prompt finds room beside the bulk") {
  Sending sending(kAbsent);
  CHECK(sending.fill(1, Lane::bulk) == InFlight::kMostBulk);
  CHECK(sending.in_flight.room() == Lane::prompt);
}

TEST_CASE("bulk finds room beside the background, and is through without it") {
  Sending sending(kAbsent);
  CHECK(sending.fill(1, Lane::background) == InFlight::kMostBackground);
  CHECK(sending.in_flight.room() == Lane::bulk);
  CHECK_FALSE(sending.in_flight.want(Lane::background));
  CHECK(sending.in_flight.want(Lane::bulk));
  CHECK(sending.in_flight.none_of_bulk());
  CHECK(sending.in_flight.want_through());
}

TEST_CASE("what is prompt is told of room while bulk and background have none") {
  Sending sending(kAbsent);
  sending.fill(1, Lane::background);
  sending.fill(1, Lane::bulk);
  std::deque<void*> prompt;
  while (sending.in_flight.room()) prompt.push_back(sending.in_flight.add(0, Lane::prompt));
  REQUIRE_FALSE(sending.in_flight.want(Lane::prompt));
  while (!sending.in_flight.done(prompt.front())) {
    prompt.pop_front();
    REQUIRE_FALSE(prompt.empty());
  }
}

TEST_CASE("each acknowledgement makes room at once, so that it never runs dry") {
  const int receive_maximum = GENERATE(4, 20, 66, kAbsent);
  const Lane lane = GENERATE(Lane::prompt, Lane::bulk, Lane::background);
  Sending sending(receive_maximum);
  const int most = sending.fill(1, lane);
  if (sending.in_flight.room()) sending.fill(1);
  REQUIRE_FALSE(sending.in_flight.want(lane));
  CHECK(sending.acknowledge());
  CHECK(sending.fill(1, lane) >= most);
}

TEST_CASE("what needs no acknowledgement goes in groups") {
  Sending sending(20);
  sending.fill(0);
  REQUIRE_FALSE(sending.in_flight.want(Lane::prompt));
  while (!sending.acknowledge()) REQUIRE_FALSE(sending.sent.empty());
  CHECK(sending.sent.size() == InFlight::kMost / 2);
}

TEST_CASE("one at a time is refilled by each acknowledgement") {
  Sending sending(1);
  for (int i = 0; i < 3; ++i) {
    CHECK(sending.fill(1) == 1);
    CHECK_FALSE(sending.in_flight.want(Lane::prompt));
    CHECK(sending.acknowledge());
  }
}

TEST_CASE("who wants more where there is room may send at once, and is not called later") {
  Sending sending(20);
  sending.sent.push_back(sending.in_flight.add(1, Lane::prompt));
  CHECK(sending.in_flight.want(Lane::prompt));
  CHECK_FALSE(sending.acknowledge());
  CHECK(sending.in_flight.none());
}

TEST_CASE("what was in flight on an earlier connection counts no more") {
  Sending sending(kAbsent);
  sending.fill(1);
  sending.in_flight.begin(20);
  CHECK(sending.in_flight.none());
  CHECK(sending.in_flight.want(Lane::prompt));
  while (!sending.sent.empty()) CHECK_FALSE(sending.acknowledge());
  CHECK(sending.fill(1) == 18);
  CHECK(sending.in_flight.through() == 0);
}

}  // namespace
}  // namespace home_energy
