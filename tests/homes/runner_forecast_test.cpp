// The forecast of the sun as homes publish and show it: each its own, also where their moments differ.
#include <catch2/catch.hpp>

#include "agent/homes/runner.hpp"
#include "tests/options_of.hpp"
#include "tests/runners.hpp"

namespace home_energy {
namespace {

using Messages = std::vector<Outgoing>;

test::World sunny_homes() {
  return test::World({"a", "b"}, test::settings_of({{"solar-kwp", "8"}, {"start-date", "2026-06-22"}}));
}

/// As it follows from the home alone.
std::string forecast_of(const Home& home) {
  std::string text;
  for (const Device& device : home.snapshot().devices)
    if (const auto* const solar = std::get_if<Solar>(&device)) wire::append_solar_forecast(text, *solar);
  return text;
}

std::string topic_of(std::string_view home) {
  return "home-energy/" + std::string(home) + "/solar/forecast";
}

std::vector<std::string> payloads_of(const Messages& messages, std::string_view home) {
  std::vector<std::string> payloads;
  for (const auto& message : messages)
    if (message.topic == topic_of(home)) payloads.push_back(message.payload);
  return payloads;
}

void discharge(test::World& world, std::size_t home) {
  world.runner.command(home, "discharge", "on", TextForm::bare,
                       [](const auto&, const auto& outcome) { REQUIRE(outcome); });
}

}  // namespace

TEST_CASE("each quarter of an hour has its forecast, of a home that began its day anew, too") {
  auto world = sunny_homes();
  test::sent(world.outbox);
  const std::array<std::size_t, 2> both{0, 1};
  for (int quarter = 0; quarter < 40; ++quarter) world.runner.tick(both);
  const auto messages = test::sent(world.outbox);
  CHECK(payloads_of(messages, "a") == std::vector{forecast_of(world.runner.home(0))});
  discharge(world, 1);
  REQUIRE(world.runner.home(0).moment() != world.runner.home(1).moment());
  CHECK(payloads_of(test::sent(world.outbox), "b") == std::vector{forecast_of(world.runner.home(1))});
}

TEST_CASE("a round tells of each home its own forecast") {
  auto world = sunny_homes();
  const std::array<std::size_t, 2> both{0, 1};
  for (int quarter = 0; quarter < 40; ++quarter) world.runner.tick(both);
  discharge(world, 1);
  test::sent(world.outbox);
  world.outbox.send_all_again();
  const auto messages = test::sent(world.outbox);
  for (const std::size_t home : both)
    CHECK(payloads_of(messages, world.runner.home_ids()[home]) == std::vector{forecast_of(world.runner.home(home))});
}

TEST_CASE("what homes of several moments show is what they would show alone") {
  auto world = sunny_homes();
  for (int quarter = 0; quarter < 40; ++quarter) {
    world.runner.tick(std::array<std::size_t, 1>{0});
    if (quarter % 2 == 0) world.runner.tick(std::array<std::size_t, 1>{1});
    for (std::size_t home = 0; home < 2; ++home) {
      wire::Labels alone = world.runner.labels();
      alone.forecasts = nullptr;
      const Home& each = world.runner.home(home);
      const Snapshot seen = world.runner.snapshot(home);
      CHECK(wire::http::state(each, seen, world.runner.labels()) == wire::http::state(each, seen, alone));
    }
  }
}

}  // namespace home_energy
