#include "agent/homes/runner.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/runners.hpp"

namespace home_energy {
namespace {

Incoming message(std::string topic, std::string payload) {
  const auto size = payload.size();
  return {.topic = std::move(topic), .payload = std::move(payload), .payload_bytes = size, .stored = false};
}

std::vector<std::string> topics_of(const std::vector<Outgoing>& messages) {
  std::vector<std::string> topics;
  for (const auto& sent : messages) topics.push_back(sent.topic);
  return topics;
}

}  // namespace

TEST_CASE("at the start every topic is there, retained") {
  test::World world;
  const auto messages = test::sent(world.outbox);
  CHECK(topics_of(messages) == std::vector<std::string>{"home-energy/info", "home-energy/home/clock",
                                                        "home-energy/home/baseload", "home-energy/home/price",
                                                        "home-energy/home/battery", "home-energy/home/grid",
                                                        "home-energy/home/plan", "home-energy/home/baseload/profile",
                                                        "home-energy/home/price/profile", "home-energy/home/status"});
  for (const auto& sent : messages) CHECK(sent.retained);
}

TEST_CASE("a tick publishes what changed and nothing else") {
  test::World world;
  test::sent(world.outbox);
  world.runner.tick(std::array<std::size_t, 1>{0});
  CHECK(topics_of(test::sent(world.outbox)) ==
        std::vector<std::string>{"home-energy/home/clock", "home-energy/home/baseload", "home-energy/home/grid"});
}

TEST_CASE("a command is answered after the state it caused") {
  test::World world;
  test::sent(world.outbox);
  world.runner.on_message(message("home-energy/home/charge/set", R"({"charging":"on","id":1})"));
  const auto messages = test::sent(world.outbox);
  CHECK(topics_of(messages) ==
        std::vector<std::string>{"home-energy/home/battery", "home-energy/home/grid", "home-energy/home/receipt"});
  CHECK(messages.back().payload == R"({"command":"charge","status":"ok","id":1,"result":{"charging":"on"}})");
  CHECK_FALSE(messages.back().retained);
}

TEST_CASE("a stored command never acts") {
  test::World world;
  auto stored = message("home-energy/home/charge/set", "on");
  stored.stored = true;
  world.runner.on_message(stored);
  CHECK(world.runner.home(0).snapshot().car.charging == Charging::off);
  CHECK(test::sent(world.outbox).back().payload.find("retain") != std::string::npos);
}

TEST_CASE("the receipt goes to the Response Topic, too, with its Correlation Data") {
  test::World world;
  auto asked = message("home-energy/home/charge/set", "on");
  asked.response_topic = "me/too";
  asked.correlation = std::string("\0\x01", 2);
  world.runner.on_message(asked);
  const auto messages = test::sent(world.outbox);
  CHECK(messages.back().topic == "me/too");
  CHECK(messages.back().correlation == asked.correlation);
  asked.response_topic = "me/+";
  world.runner.on_message(asked);
  CHECK(topics_of(test::sent(world.outbox)) == std::vector<std::string>{"home-energy/home/receipt"});
}

TEST_CASE("a home that is not there is told at the agent's own receipt topic") {
  test::World world;
  test::sent(world.outbox);
  world.runner.on_message(message("home-energy/other/charge/set", "on"));
  const auto messages = test::sent(world.outbox);
  REQUIRE(messages.size() == 1);
  CHECK(messages[0].topic == "home-energy/receipt");
}

TEST_CASE("a payload that is too long, and a command's name that is, are answered briefly") {
  test::World world;
  test::sent(world.outbox);
  world.runner.on_message(message("home-energy/home/charge/set", std::string(4097, ' ')));
  CHECK(test::sent(world.outbox).back().payload.find("4096 bytes, got 4097") != std::string::npos);
  world.runner.on_message(message("home-energy/home/" + std::string(60'000, 'x') + "/set", "on"));
  CHECK(test::sent(world.outbox).back().payload.size() < 1000);
}

TEST_CASE("what is no command topic is passed over") {
  test::World world;
  test::sent(world.outbox);
  world.runner.on_message(message("home-energy/home/battery", "on"));
  CHECK(world.outbox.empty());
}

}  // namespace home_energy
