#include "agent/mqtt/mqtt_link.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "tests/brokers.hpp"
#include "tests/runners.hpp"

namespace home_energy {
namespace {

using namespace std::chrono_literals;

/// Far longer than a turn of the owner's thread.
std::string make_slowly() {
  std::this_thread::sleep_for(10ms);
  return "made slowly";
}

}  // namespace

TEST_CASE("a payload that takes longer than a turn to make is sent, and what is behind it as well") {
  test::Broker broker;
  test::Io io;
  Outbox outbox{"home-energy/status", "online"};
  int made = 0;
  for (const char* const topic : {"first", "second", "third"}) {
    outbox.declare(topic, 1, [&made] {
      ++made;
      return make_slowly();
    });
  }
  MqttLink link(io,
                {.uri = broker.uri(),
                 .client_id = "mqtt-link-test",
                 .subscriptions = {{"home-energy/+/+/set", Stored::skip}},
                 .status_topic = "home-energy/status",
                 .offline = "offline"},
                outbox,
                {.on_message = [](const Incoming&) {},
                 .on_connected = [] {},
                 .on_lost = [] {},
                 .on_dropped = [](std::size_t) {}});
  link.start();
  CHECK(io.run_until([&] { return link.state() == MqttLink::State::connected && outbox.empty(); }));
  CHECK(made == 3);
  bool left = false;
  link.stop([&] { left = true; });
  CHECK(io.run_until([&] { return left; }));
}

}  // namespace home_energy
