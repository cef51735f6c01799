// There is no memory, on purpose, at each place whose failure would stop a part for ever: it goes on.
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "agent/homes/commit_gate.hpp"
#include "agent/http/http_server.hpp"
#include "agent/mqtt/announcer.hpp"
#include "agent/mqtt/gone_homes.hpp"
#include "agent/mqtt/mqtt_link.hpp"
#include "common/wire/home_state.hpp"
#include "tests/brokers.hpp"
#include "tests/failing_memory.hpp"
#include "tests/folders.hpp"
#include "tests/http_servers.hpp"
#include "tests/runners.hpp"

namespace home_energy {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Tcp = asio::ip::tcp;

/// With room for two connections, and for two that are refused.
struct Server : test::HttpServerThread {
  Server()
      : HttpServerThread([](const HttpRequest&) { return HttpResponse{.body = "{}"}; },
                         {.served = 2, .refused = 2, .streams = 1}) {}

  /// Empty where the server closes at once.
  std::string ask() const {
    try {
      return HttpServerThread::ask("/");
    } catch (const boost::system::system_error&) {
      return {};
    }
  }
};

constexpr std::size_t kSession = 512;  ///< bytes: a connection takes more, what Asio needs for a wait takes less

}  // namespace

TEST_CASE("a connection for which there is no memory is closed, and others are accepted") {
  Server server;
  for (int i = 0; i < 5; ++i) {
    server.call([] { test::fail_one_allocation(kSession); });
    CHECK(server.ask().empty());
    CHECK_FALSE(server.call([] { return test::take_back_failure(); }));
  }
  CHECK(server.ask().starts_with("HTTP/1.1 200"));
}

TEST_CASE("a sweep without memory is followed by the next one") {
  Server server;
  asio::io_context io;
  Tcp::socket idle(io);
  idle.connect({asio::ip::address_v4::loopback(), server.port()});
  CHECK(server.ask().starts_with("HTTP/1.1 200"));
  server.call([] { test::fail_one_allocation(1); });
  std::this_thread::sleep_for(1500ms);  // a sweep is each second, and lists the connections
  CHECK_FALSE(server.call([] { return test::take_back_failure(); }));
  CHECK(server.ask().starts_with("HTTP/1.1 200"));
}

TEST_CASE("what cannot be gathered for the disk is gathered with the next change, and who waits is told") {
  const test::TemporaryFolder folder;
  Counters last;
  {
    test::KeptHome kept({.folder = folder.path});
    for (std::size_t spared = 0; spared < 12; ++spared) {
      CAPTURE(spared);
      bool durable = false;
      kept.tick();
      kept.gate.when_kept([&](bool is) { durable = is; });
      test::fail_one_allocation(48, spared);
      kept.io.run_for(5ms);
      test::take_back_failure();
      kept.tick();
      REQUIRE(kept.io.run_until([&] { return durable; }));
    }
    last = kept.homes[0].counters();
    CHECK(kept.gate.visible(0) == last);
  }
  test::Io io;
  const auto world = (*Store::open(io, {.folder = folder.path}))->take_loaded();
  CHECK(parse_state(world.homes.at("home").state, test::kPlain)->home.counters == last);
}

TEST_CASE("a store's thread without memory goes on, and in the end all is stored") {
  const test::TemporaryFolder folder;
  const std::string since = "2026-11-22T00:00:00+01:00";
  {
    test::KeptHome kept({.folder = folder.path});
    int writes = 0;
    const auto write = [&] {  // each of another home: what waits for the disk grows
      std::optional<bool> told;
      kept.store->write({.agent = AgentRecord{since, 0, std::nullopt},
                         .homes = {{"home-" + std::to_string(++writes), {std::string(400, ' ')}}}},
                        [&](bool durable) { told = durable; });
      REQUIRE(kept.io.run_until([&] { return told.has_value(); }));
      return *told;
    };
    for (std::size_t spared = 0; spared < 12; ++spared) {
      CAPTURE(spared);
      std::atomic<bool> armed = false;
      const auto arm = [spared, &armed](const auto&) {  // on the store's thread
        test::fail_one_allocation(1, spared);
        armed = true;
        return std::string();
      };
      kept.store->read({"home", 0, 100, HistoryStep::quarter}, {}, arm, [](const auto&) {});
      REQUIRE(kept.io.run_until([&] { return armed.load(); }));
      write();
    }
    bool durable = write();
    for (int tries = 0; tries < 5 && !durable; ++tries) {  // what failed is tried again each second
      kept.io.run_for(1100ms);
      durable = write();
    }
    CHECK(durable);
  }
  test::Io io;
  CHECK((*Store::open(io, {.folder = folder.path}))->take_loaded().agent->since == since);
}

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
  MqttLink link(io,
                {.uri = broker.uri(),
                 .client_id = "memory-test",
                 .subscriptions = {{"home-energy/+/+/set", Stored::skip}},
                 .status_topic = "home-energy/status",
                 .offline = "offline"},
                outbox,
                {.on_message = [](const Incoming&) {},
                 .on_connected =
                     [&] {
                       ++connected;
                       throw std::bad_alloc();
                     },
                 .on_lost =
                     [&] {
                       ++lost;
                       throw std::bad_alloc();
                     },
                 .on_dropped = [](std::size_t) {}});
  link.start();
  REQUIRE(io.run_until([&] { return connected == 1 && outbox.empty(); }));
  broker.stop();
  REQUIRE(io.run_until([&] { return lost == 1; }));
  broker.start();
  REQUIRE(io.run_until([&] { return connected == 2 && outbox.empty(); }));
  CHECK(link.state() == MqttLink::State::connected);
  bool left = false;
  link.stop([&] { left = true; });
  CHECK(io.run_until([&] { return left; }));
}

}  // namespace home_energy
