#include "agent/mqtt/other_agents.hpp"

#include <catch2/catch.hpp>

namespace home_energy {
namespace {

Incoming message(std::string topic, std::string payload, bool stored) {
  return {.topic = std::move(topic),
          .payload = std::move(payload),
          .payload_bytes = {},
          .stored = stored,
          .response_topic = {},
          .correlation = {}};
}

struct Silence {
  boost::asio::io_context io;
  OtherAgents others{io, std::chrono::milliseconds(50)};
  int nobody = 0;

  void wait() {
    others.await_silence([this] { ++nobody; });
    io.run();
  }
};

TEST_CASE("where a status says online and nothing more is heard there is no other agent") {
  Silence silence;
  REQUIRE(silence.others.look_at("old"));
  CHECK_FALSE(silence.others.may_be_at("old"));
  silence.others.on_message(message("old/status", "online", true));
  CHECK(silence.others.may_be_at("old"));
  silence.wait();
  CHECK(silence.nobody == 1);
  CHECK_FALSE(silence.others.may_be_at("old"));
}

TEST_CASE("where a clock is heard there is another agent") {
  Silence silence;
  silence.others.look_at("old");
  silence.others.on_message(message("old/status", "online", true));
  silence.others.on_message(message("old/home/clock", "{}", false));
  silence.wait();
  CHECK(silence.nobody == 0);
  silence.others.lost();
  CHECK(silence.others.may_be_at("old"));
}

TEST_CASE("what is stored, cleared or elsewhere is no sign of another agent") {
  Silence silence;
  silence.others.look_at("old");
  silence.others.on_message(message("old/status", "offline", true));
  silence.others.on_message(message("old/home/clock", "{}", true));
  silence.others.on_message(message("old/home/clock", "", false));
  silence.others.on_message(message("older/home/clock", "{}", false));
  CHECK_FALSE(silence.others.may_be_at("old"));
  silence.wait();
  CHECK(silence.nobody == 0);
}

TEST_CASE("so many base topics are looked at and no more") {
  Silence silence;
  for (std::size_t i = 0; i < OtherAgents::kMostBases; ++i) CHECK(silence.others.look_at(std::to_string(i)));
  CHECK_FALSE(silence.others.look_at("one more"));
  CHECK(silence.others.look_at("0"));
  CHECK(silence.others.subscriptions().size() == 2 * OtherAgents::kMostBases);
}

}  // namespace
}  // namespace home_energy
