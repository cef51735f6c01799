// Homes whose plans are made on the worker: in which order things happen, and that they lead where plans made at once
// lead.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <numeric>
#include <thread>

#include "agent/homes/runner.hpp"
#include "common/wire/home_state.hpp"
#include "tests/runners.hpp"

namespace home_energy {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> ids(std::size_t count) {
  std::vector<std::string> all;
  for (std::size_t i = 1; i <= count; ++i) all.push_back("home-" + std::to_string(i));
  return all;
}

Incoming message(const std::string& home, const std::string& command, const std::string& payload) {
  return {.topic = "home-energy/" + home + '/' + command + "/set",
          .payload = payload,
          .payload_bytes = payload.size(),
          .stored = false};
}

/// What a home has come to, all of it.
std::string all_of(const Home& home) {
  std::string text;
  append_state(text, {home.state(), {}});
  const wire::Labels labels{"SEK", ""};
  return text + wire::http::state(home, home.snapshot(), labels) + wire::http::plan(home, labels);
}

struct Planned {
  explicit Planned(std::size_t homes = 1) : world(ids(homes)), all(homes) {
    std::iota(all.begin(), all.end(), std::size_t{0});
    test::sent(world.outbox);
  }

  void tell(std::size_t home, const std::string& command, const std::string& payload) {
    world.runner.on_message(message("home-" + std::to_string(home + 1), command, payload));
  }
  void until_planned() {
    REQUIRE(world.io.run_until([&] { return world.runner.planning() == 0; }));
  }
  /// Of what was published since, the receipts' commands and `status`, and the topics of the first home.
  std::vector<std::string> published() {
    std::vector<std::string> seen;
    for (const auto& message : test::sent(world.outbox)) {
      const auto name = message.topic.substr(message.topic.rfind('/') + 1);
      const auto json = nlohmann::json::parse(message.payload);
      seen.push_back(name == "receipt" ? json["command"].get<std::string>() + ' ' + json["status"].get<std::string>()
                                       : name);
    }
    return seen;
  }

  test::World world;
  std::vector<std::size_t> all;
};

using Seen = std::vector<std::string>;

}  // namespace

TEST_CASE("the receipt of a command that plans follows its plan, that of another home does not wait") {
  Planned planned(2);
  planned.tell(0, "mode", "cheapest");
  CHECK(planned.world.runner.planning() == 1);
  CHECK(planned.published().empty());
  planned.tell(1, "charge", "on");
  CHECK(planned.published() == Seen{"battery", "grid", "charge ok"});
  planned.until_planned();
  CHECK(planned.published() == Seen{"plan", "mode ok"});
}

TEST_CASE("commands while a plan is due are answered in their order, refusals among them, with the newest plan") {
  Planned planned;
  planned.tell(0, "mode", "cheapest");
  planned.tell(0, "target", "90");
  planned.tell(0, "target", "9000");
  planned.tell(0, "ready_by", "05:00");
  planned.until_planned();
  CHECK(planned.published() == Seen{"plan", "mode ok", "target ok", "target error", "ready_by ok"});
}

TEST_CASE("a command by hand needs no plan, and answers what waited for one") {
  Planned planned;
  planned.tell(0, "mode", "cheapest");
  planned.tell(0, "charge", "on");
  CHECK(planned.world.runner.planning() == 0);
  CHECK(planned.published() == Seen{"battery", "grid", "mode ok", "charge ok"});
}

TEST_CASE("a tick that falls due before a plan is there waits for it, and so do the commands after it") {
  Planned planned;
  planned.tell(0, "mode", "cheapest");
  CHECK(planned.world.runner.late() == 0ms);
  for (int i = 0; i < 3; ++i) planned.world.runner.tick(planned.all);
  std::this_thread::sleep_for(2ms);
  CHECK(planned.world.runner.late() >= 2ms);
  planned.tell(0, "charge", "on");
  CHECK(planned.world.runner.home(0).clock() == Clock{});
  CHECK(planned.world.runner.home(0).wish().mode == ChargingMode::cheapest);
  planned.until_planned();
  CHECK(planned.world.runner.late() == 0ms);
  Home inline_home = test::home_of(test::reference_settings());
  test::apply(inline_home, ModeCommand{ChargingMode::cheapest});
  test::advance(inline_home, 3);
  test::apply(inline_home, ChargeCommand{Charging::on});
  CHECK(all_of(planned.world.runner.home(0)) == all_of(inline_home));
  const auto seen = planned.published();
  CHECK(std::ranges::find(seen, "mode ok") < std::ranges::find(seen, "charge ok"));
}

TEST_CASE("mode manual goes on as the plan that was asked for before it has it") {
  Planned planned;
  planned.tell(0, "mode", "lowest_load");  // charges from 00:00 on
  planned.tell(0, "mode", "manual");
  planned.until_planned();
  Home inline_home = test::home_of(test::reference_settings());
  test::apply(inline_home, ModeCommand{ChargingMode::lowest_load});
  test::apply(inline_home, ModeCommand{ChargingMode::manual});
  CHECK(all_of(planned.world.runner.home(0)) == all_of(inline_home));
}

TEST_CASE("homes that differ come through a common departure as homes that plan at once do, byte for byte") {
  constexpr std::size_t kHomes = 40;
  constexpr int kTicks = 36;  // over 07:00
  constexpr int kFewerThanAreSkipped =
      6;  // of a home that waits for its plan for over ten ticks the others are left out
  Planned planned(kHomes);
  std::vector<Home> inline_homes;
  for (std::size_t home = 0; home < kHomes; ++home) {
    const int target = 50 + static_cast<int>(home % 20);
    planned.tell(home, "mode", home % 2 == 0 ? "cheapest" : "lowest_load");
    planned.tell(home, "target", std::to_string(target));
    inline_homes.push_back(test::home_of(test::reference_settings()));
    test::apply(inline_homes.back(), ModeCommand{home % 2 == 0 ? ChargingMode::cheapest : ChargingMode::lowest_load});
    test::apply(inline_homes.back(), TargetCommand{Percent(target * 100)});
  }
  for (int tick = 0; tick < kTicks; ++tick) {
    planned.world.runner.tick(planned.all);
    planned.world.io.run_for(std::chrono::milliseconds(tick % 3));  // the worker is sometimes done and sometimes not
    if (tick % kFewerThanAreSkipped == 0) planned.until_planned();
  }
  const auto has_ticked = [&](std::size_t home) {
    return planned.world.runner.home(home).clock() == Clock{.day = 0, .quarter = kTicks, .tick = 0};
  };
  REQUIRE(planned.world.io.run_until(  // the last ticks may wait for their turn, too
      [&] { return planned.world.runner.planning() == 0 && std::ranges::all_of(planned.all, has_ticked); }));
  for (std::size_t home = 0; home < kHomes; ++home) {
    test::advance(inline_homes[home], kTicks);
    CHECK(all_of(planned.world.runner.home(home)) == all_of(inline_homes[home]));
  }
}

TEST_CASE("too many commands that wait for a plan are refused") {
  Planned planned;
  planned.tell(0, "mode", "cheapest");
  planned.world.runner.tick(planned.all);
  for (std::size_t i = 0; i <= Runner::kMostHeld; ++i) planned.tell(0, "charge_limit", "80");
  const auto refused = planned.published();
  CHECK(refused == Seen{"charge_limit error"});
  planned.until_planned();
  CHECK(std::ranges::count(planned.published(), "charge_limit ok") == Runner::kMostHeld);
}

TEST_CASE("time goes on where what it calls throws") {
  test::World world({"home"}, test::reference_settings(), std::chrono::milliseconds(10));
  world.runner.start();
  world.flush = [] { throw std::runtime_error("on purpose"); };
  const auto day = [&] { return world.runner.home(0).clock(); };
  CHECK(world.io.run_until([&] { return day() == Clock{.day = 0, .quarter = 4, .tick = 0}; }));
}

TEST_CASE("homes that plan from the start have their plans before anyone is told that they are there") {
  HomeSettings settings = test::reference_settings();
  settings.car.wish.mode = ChargingMode::cheapest;
  test::World world(ids(3), settings);
  bool present = false;
  world.runner.start([&] {
    present = true;
    for (std::size_t home = 0; home < 3; ++home) CHECK(world.runner.home(home).plan() != nullptr);
    CHECK(world.runner.home(0).plan() == world.runner.home(2).plan());  // made once
  });
  CHECK(world.runner.catching_up().has_value());
  CHECK_FALSE(world.runner.ticking());
  std::vector<std::string> told;
  world.runner.command(0, "charge", "on", TextForm::bare,
                       [&](const auto&, const auto&) { told.emplace_back("charge"); });
  CHECK(told.empty());
  REQUIRE(world.io.run_until([&] { return present && !told.empty(); }));
  CHECK(world.runner.home(0).wish().mode == ChargingMode::manual);
}

}  // namespace home_energy
