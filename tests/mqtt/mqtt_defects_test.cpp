// Whoever is told of what happens at the broker throws: the connection stays, the others are told, and the log has one
// line.
#include <catch2/catch.hpp>
#include <stdexcept>

#include "agent/mqtt/broker_probe.hpp"
#include "agent/mqtt/dropped_report.hpp"
#include "agent/mqtt/other_agents.hpp"
#include "tests/links.hpp"
#include "tests/log_lines.hpp"

namespace home_energy {
namespace {

using Topics = std::vector<std::string>;

/// A connection that hears its own messages to `heard/#`, and throws over those to `heard/broken`.
struct Linked {
  Linked() {
    link.start();
    REQUIRE(io.run_until([&] { return link.state() == MqttLink::State::connected && outbox.empty(); }));
  }
  ~Linked() { CHECK(test::leaves(link, io)); }
  Linked(const Linked&) = delete;
  Linked& operator=(const Linked&) = delete;
  Linked(Linked&&) = delete;
  Linked& operator=(Linked&&) = delete;

  void send(const std::string& topic) {
    outbox.post({.topic = topic, .payload = "on", .qos = 1, .retained = false, .correlation = {}}, Lane::prompt);
    link.flush();
  }
  MqttEvents events() {
    MqttEvents throwing = test::no_events();
    throwing.on_message = [this](const Incoming& message) {
      heard.push_back(message.topic);
      if (message.topic == "heard/broken") throw std::runtime_error("on purpose");
    };
    return throwing;
  }

  test::Broker broker;
  test::Io io;
  Outbox outbox{"home-energy/status", "online"};
  Topics heard;
  MqttLink link{io, test::link_settings(broker, "heard/#"), outbox, events()};
};

}  // namespace

TEST_CASE("a message over which its listener throws costs no other message, and no connection") {
  Linked linked;
  const test::LogLines log;
  linked.send("heard/broken");
  linked.send("heard/sound");
  REQUIRE(linked.io.run_until([&] { return linked.heard.size() == 2; }));
  linked.send("heard/later");
  REQUIRE(linked.io.run_until([&] { return linked.heard.size() == 3; }));
  CHECK(linked.heard == Topics{"heard/broken", "heard/sound", "heard/later"});
  CHECK(linked.link.state() == MqttLink::State::connected);
  CHECK(log.errors() == test::Lines{"internal error in a message: on purpose"});
}

TEST_CASE("who throws when all is published keeps nobody else waiting") {
  Linked linked;
  const test::LogLines log;
  int told = 0;
  const auto wait_twice = [&] {
    linked.link.when_published([] { throw std::runtime_error("on purpose"); });
    linked.link.when_published([&] { ++told; });
  };
  wait_twice();
  REQUIRE(linked.io.run_until([&] { return told == 1; }));
  CHECK(log.errors() == test::Lines{"internal error in what waits to be published: on purpose"});
  linked.send("heard/sound");
  wait_twice();
  REQUIRE(linked.io.run_until([&] { return told == 2; }));
}

TEST_CASE("who throws over what was found on the way to the broker is told once") {
  test::Broker broker;
  broker.stop();
  const test::LogLines log;
  test::Io io;
  int told = 0;
  probe_broker(io, {.uri = broker.uri()}, [&](const Finding& finding) {
    ++told;
    CHECK_FALSE(finding.reachable);
    throw std::runtime_error("on purpose");
  });
  REQUIRE(io.run_until([&] { return told > 0; }));
  io.run_for(std::chrono::milliseconds(50));
  CHECK(told == 1);
  CHECK(log.errors() == test::Lines{"internal error in the look for the broker: on purpose"});
  broker.start();
}

TEST_CASE("who throws over dropped messages is told of the next ones") {
  const test::LogLines log;
  test::Io io;
  std::size_t told = 0;
  DroppedReport report(io, [&](std::size_t messages) {
    told += messages;
    if (messages == 1) throw std::runtime_error("on purpose");
  });
  report.note(1, 0);
  REQUIRE(io.run_until([&] { return told == 1; }));
  report.note(2, 0);
  REQUIRE(io.run_until([&] { return told == 3; }));
  CHECK(log.errors() == test::Lines{"internal error in telling what was dropped: on purpose"});
}

TEST_CASE("who throws over a base topic where nobody else is finds nobody there") {
  const test::LogLines log;
  boost::asio::io_context io;
  OtherAgents others(io, std::chrono::milliseconds(50));
  int told = 0;
  others.look_at("old");
  others.on_message({.topic = "old/status", .payload = "online", .stored = true});
  others.await_silence([&] {
    ++told;
    throw std::runtime_error("on purpose");
  });
  CHECK_NOTHROW(io.run());
  CHECK(told == 1);
  CHECK_FALSE(others.may_be_at("old"));
  CHECK(log.errors() == test::Lines{"internal error in taking back what another base topic holds: on purpose"});
}

}  // namespace home_energy
