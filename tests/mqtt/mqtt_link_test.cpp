#include "agent/mqtt/mqtt_link.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "tests/links.hpp"

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
  MqttLink link(io, test::link_settings(broker), outbox, test::no_events());
  link.start();
  CHECK(io.run_until([&] { return link.state() == MqttLink::State::connected && outbox.empty(); }));
  CHECK(made == 3);
  CHECK(test::leaves(link, io));
}

}  // namespace home_energy
