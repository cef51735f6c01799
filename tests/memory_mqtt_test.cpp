// There is no memory, on purpose, at each place of the way to the broker whose failure would stop it for ever: it goes
// on.
#include <catch2/catch.hpp>

#include "agent/mqtt/announcer.hpp"
#include "agent/mqtt/broker_probe.hpp"
#include "agent/mqtt/gone_homes.hpp"
#include "tests/failing_memory.hpp"
#include "tests/links.hpp"
#include "tests/log_lines.hpp"

namespace home_energy {

TEST_CASE("an announcement that fails is made a little later") {
  test::Io io;
  Outbox outbox{"home-energy/status", "online"};
  int flushed = 0;
  const home_assistant::Settings settings{"homeassistant", "home-energy", "0.1.0", "SEK", false, std::nullopt};
  const auto store = *Store::open(io, {});
  GoneHomes gone(io, {.base_topic = "home-energy", .homes = {"home"}}, outbox, *store,
                 {.tell = [](const auto&) {}, .acknowledged = [] { return true; }, .flush = [] {}});
  Announcer announcer(io, settings, {"home"}, outbox, gone, [&] {
    if (++flushed == 1) throw std::bad_alloc();
  });
  Incoming old;
  old.topic = home_assistant::discovery_topic("homeassistant", home_assistant::device_id("home-energy", "home"));
  old.payload = home_assistant::document(settings, "home", {{"gone", R"({"p":"sensor","uniq_id":"gone"})"}});
  old.stored = true;
  announcer.on_message(old);
  announcer.connected();
  REQUIRE(io.run_until([&] { return flushed == 2; }));
}

TEST_CASE("homes that are gone are taken back although it fails at first") {
  for (int failing = 1; failing <= 3; ++failing) {
    CAPTURE(failing);
    test::Io io;
    Outbox outbox{"home-energy/status", "online"};
    int looks = 0;
    bool told = false;
    const auto store = *Store::open(io, {});
    GoneHomes gone(io, {.base_topic = "home-energy", .homes = {"home"}}, outbox, *store,
                   {.tell = [&](const auto& leaving) { told = leaving.empty(); },
                    .acknowledged =
                        [&] {
                          if (++looks == failing) throw std::bad_alloc();
                          return true;
                        },
                    .flush = [] {}});
    Incoming info;
    info.topic = "home-energy/info";
    info.payload = R"({"name":"home-energy-agent","homes":["home","cottage"]})";
    info.stored = true;
    gone.on_message(info);
    gone.connected();
    REQUIRE(io.run_until([&] { return told; }));
    const auto messages = test::sent(outbox);
    CHECK(std::ranges::any_of(messages, [](const Outgoing& message) {
      return message.topic == "home-energy/cottage/battery" && message.payload.empty() && message.retained;
    }));
  }
}

TEST_CASE("a payload that cannot be made keeps no other message back") {
  Outbox outbox{"home-energy/status", "online"};
  int made = 0;
  outbox.declare("broken", 1, [&]() -> std::string {
    ++made;
    throw std::bad_alloc();
  });
  outbox.update(outbox.declare("sound", 1), "payload");
  outbox.start_over();
  std::vector<std::string> topics;
  for (const auto& message : test::sent(outbox)) topics.push_back(message.topic);
  CHECK(topics == std::vector<std::string>{"sound", "home-energy/status"});
  CHECK(made == 1);
}

TEST_CASE("a link whose listeners throw connects, sends, is lost and connects again") {
  test::Broker broker;
  test::Io io;
  Outbox outbox{"home-energy/status", "online"};
  int connected = 0;
  int lost = 0;
  outbox.declare("broken", 1, []() -> std::string { throw std::bad_alloc(); });
  outbox.update(outbox.declare("sound", 1), "payload");
  MqttEvents throwing = test::no_events();
  throwing.on_connected = [&] {
    ++connected;
    throw std::bad_alloc();
  };
  throwing.on_lost = [&] {
    ++lost;
    throw std::bad_alloc();
  };
  MqttLink link(io, test::link_settings(broker), outbox, throwing);
  link.start();
  REQUIRE(io.run_until([&] { return connected == 1 && outbox.empty(); }));
  broker.stop();
  REQUIRE(io.run_until([&] { return lost == 1; }));
  broker.start();
  REQUIRE(io.run_until([&] { return connected == 2 && outbox.empty(); }));
  CHECK(link.state() == MqttLink::State::connected);
  CHECK(test::leaves(link, io));
}

TEST_CASE("a connection that lacks memory is given up, with one line, and the next one is made") {
  test::Broker broker;
  test::Io io;
  const test::LogLines log;
  Outbox outbox{"home-energy/status", "online"};
  MqttLink link(io, test::link_settings(broker), outbox, test::no_events());
  link.start();
  test::fail_one_allocation(64);
  const auto is_connected = [&] { return link.state() == MqttLink::State::connected; };
  REQUIRE(io.run_until([&] { return is_connected() || !log.errors().empty(); }));
  CHECK_FALSE(test::take_back_failure());
  CHECK_FALSE(is_connected());
  REQUIRE((io.run_until(is_connected) || io.run_until(is_connected)));  // 10 s later
  CHECK(log.errors() == test::Lines{"internal error in the connection to the broker: std::bad_alloc"});
  CHECK(test::leaves(link, io));
}

TEST_CASE("who asks for the way to the broker is told once whatever the look lacks memory for") {
  test::Broker broker;
  const std::string uri = broker.uri();
  broker.stop();
  test::lack_memory_everywhere(100, [&](std::size_t spared) {
    test::Io io;
    int told = 0;
    bool refused = false;
    test::fail_one_allocation(1, spared);
    try {
      probe_broker(io, {.uri = uri}, [&](const Finding&) { ++told; });
    } catch (const std::bad_alloc&) {
      refused = true;  // whoever asks knows
    }
    REQUIRE(test::goes_on_until(io, [&] { return refused || told > 0; }));  // where nobody heard, after 3 s
    const bool failed = !test::take_back_failure();
    io.run_for(std::chrono::milliseconds(5));
    CHECK(told <= 1);
    return failed;
  });
  broker.start();
}

}  // namespace home_energy
