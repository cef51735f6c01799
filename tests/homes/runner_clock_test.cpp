// The clock of all homes, live: what becomes of its commands, and what is told when. Time is made by steps alone.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/runners.hpp"

using namespace home_energy;
using namespace std::chrono_literals;

namespace {

struct Heard {
  std::optional<std::string> id;
  Result<std::string> clock;
};

/// Sends commands to a world's clock and keeps what became of them.
struct Teller {
  explicit Teller(test::World& told_world) : world(told_world) {}

  Teller& tell(std::string_view text) {
    world.runner.command_clock(
        text, TextForm::bare,
        [this](const auto& id, const auto& clock) {
          progress.push_back({id, clock});
        },
        [this](const auto& id, const auto& clock) {
          answers.push_back({id, clock});
        });
    return *this;
  }
  std::string time(std::size_t answer) const {
    REQUIRE(answer < answers.size());
    INFO((answers[answer].clock ? "" : answers[answer].clock.error().reason));
    REQUIRE(answers[answer].clock);
    const auto clock = nlohmann::json::parse(*answers[answer].clock);
    return std::to_string(clock["day"].get<int>()) + 'T' + clock["time"].get<std::string>();
  }
  std::string reason(std::size_t answer) const {
    REQUIRE(answer < answers.size());
    REQUIRE_FALSE(answers[answer].clock);
    return answers[answer].clock.error().reason;
  }

  test::World& world;
  std::vector<Heard> answers;
  std::vector<Heard> progress;
};

std::string of(const Home& home) {
  const auto seen = home.snapshot();
  return std::to_string(seen.day) + 'T' + std::to_string(seen.hour) + ':' + std::to_string(seen.minute);
}

}  // namespace

TEST_CASE("a step moves every home by so many ticks and stands still") {
  test::World world({"a", "b"});
  Teller clock(world);
  clock.tell("step").tell(R"({"step":"15m"})").tell(R"({"step":"1h"})").tell(R"({"step":"1d"})");
  CHECK(clock.time(0) == "0T00:15");
  CHECK(clock.time(1) == "0T00:30");
  CHECK(clock.time(2) == "0T01:30");
  CHECK(clock.time(3) == "1T01:30");
  CHECK(of(world.runner.home(1)) == "1T1:30");
  CHECK_FALSE(world.runner.running());
  CHECK(world.runner.ticking());
}

TEST_CASE("until is the first home's day, date, or next such time") {
  test::World world;
  Teller clock(world);
  clock.tell(R"({"until":"07:00"})").tell(R"({"until":"07:00"})").tell(R"({"until":"3T00:15"})");
  clock.tell(R"({"until":"2026-01-05T12:00"})");
  CHECK(clock.time(0) == "0T07:00");
  CHECK(clock.time(1) == "1T07:00");
  CHECK(clock.time(2) == "3T00:15");
  CHECK(clock.time(3) == "4T12:00");
  clock.tell(R"({"until":"2026-01-06T12:00Z"})");
  CHECK(clock.reason(4).starts_with("until must come without Z or an offset from UTC, as the homes have no time zone"));
}

TEST_CASE("what lies in the past or between two ticks changes nothing") {
  test::World world;
  Teller clock(world);
  clock.tell(R"({"until":"0T03:45"})");
  clock.tell(R"({"until":"0T03:45"})")
      .tell(R"({"until":"0T00:00"})")
      .tell(R"({"step":"10m"})")
      .tell(R"({"until":"05:05"})");
  clock.tell(R"({"step":"10m","seconds_per_hour":60})").tell(R"({"realtime":true})").tell("0.001");
  clock.tell(R"({"until":"999999999T07:00"})");
  CHECK(clock.reason(8) == "until must be at most 3660 days away, got \"999999999T07:00\"");
  CHECK(clock.reason(1) == "until must be after 0T03:45, which the clock shows, got \"0T03:45\"");
  CHECK(clock.reason(2).starts_with("until must be after 0T03:45"));
  CHECK(clock.reason(3) == "step must be a whole number of ticks away; a tick is 15 min here, see --tick");
  CHECK(clock.reason(4).starts_with("until must be a whole number of ticks away"));
  CHECK(clock.reason(5).starts_with("step must be"));
  CHECK(clock.reason(6) == "realtime needs an agent that was started with --realtime");
  CHECK(clock.reason(7).starts_with("seconds_per_hour must be at least 0.004"));
  CHECK(of(world.runner.home(0)) == "0T3:45");
  CHECK(world.runner.labels().seconds_per_hour == 4);
}

TEST_CASE("a clock that follows the wall is not told anything else") {
  auto settings = test::reference_settings();
  settings.clock_mode = ClockMode::local;
  settings.pace = *Pace::make(3600, 1s, Resolution::hourly);
  test::World world({"home"}, settings);
  Teller clock(world);
  clock.tell("pause").tell("step").tell("60").tell("run").tell("realtime");
  for (const std::size_t refused : {0U, 1U, 2U})
    CHECK(clock.reason(refused) == "clock follows the one on the wall (--realtime), it is only read");
  CHECK(clock.answers[3].clock);
  CHECK(clock.answers[4].clock);
}

TEST_CASE("the answer to a step follows all that it caused") {
  test::World world;
  test::sent(world.outbox);
  Incoming message;
  message.topic = "home-energy/clock/set";
  message.payload = R"({"step":"1h","id":"x"})";
  message.payload_bytes = message.payload.size();
  world.runner.on_message(message);
  const auto messages = test::sent(world.outbox);
  REQUIRE(messages.size() >= 3);
  CHECK(messages.back().topic == "home-energy/receipt");
  CHECK(messages.back().payload ==
        R"({"command":"clock","status":"ok","id":"x","result":{"day":0,"time":"01:00","hour":1,"minute":0,)"
        R"("date":"2026-01-01","weekday":"thu","running":false,"seconds_per_hour":4.0}})");
  const auto clock = std::ranges::find(messages, "home-energy/home/clock", &Outgoing::topic);
  REQUIRE(clock != messages.end());
  CHECK(clock->payload.find(R"("time":"01:00")") != std::string::npos);
}

TEST_CASE("a stored command to the clock never acts") {
  test::World world;
  test::sent(world.outbox);
  Incoming message;
  message.topic = "home-energy/clock/set";
  message.payload = "step";
  message.payload_bytes = message.payload.size();
  message.stored = true;
  world.runner.on_message(message);
  CHECK(of(world.runner.home(0)) == "0T0:0");
  CHECK(test::sent(world.outbox).back().payload.find("retain") != std::string::npos);
}

TEST_CASE("a step waits for the plans that fall due on its way") {
  auto settings = test::reference_settings();
  settings.car.wish = {.mode = ChargingMode::cheapest, .target = Percent(8'000), .ready_by = 7 * 60};
  test::World world({"a", "b"}, settings);
  Teller clock(world);
  world.runner.start();
  clock.tell(R"({"until":"3T07:00"})");
  REQUIRE(world.io.run_until([&] { return clock.answers.size() == 1; }));
  CHECK(clock.time(0) == "3T07:00");
  for (const std::size_t home : {0U, 1U}) {
    CHECK(of(world.runner.home(home)) == "3T7:0");
    const auto seen = world.runner.home(home).snapshot();
    CHECK(10 * seen.car.stored.count() >= 8 * seen.car.capacity.count() - 10);
    CHECK_FALSE(world.runner.home(home).plan_due());
  }
  world.runner.stop();
}

TEST_CASE("a pause ends a step, which tells where it stands") {
  test::World world({"home"}, test::reference_settings(), 1s, 1ms);
  Teller clock(world);
  clock.tell(R"({"step":"3660d","id":1})");
  REQUIRE(clock.answers.empty());
  clock.tell(R"({"step":"1h","id":2})").tell("run").tell(R"({"until":"23:00"})").tell(R"({"pause":true,"id":3})");
  REQUIRE(world.io.run_until([&] { return clock.answers.size() == 5; }));
  for (const std::size_t refused : {0U, 1U, 2U})
    CHECK(clock.reason(refused).starts_with("clock is making a step already: wait for its receipt, or stop it with"));
  CHECK(clock.answers[3].id == "1");
  CHECK(clock.reason(3).starts_with("clock was stopped at "));
  CHECK(clock.answers[4].id == "3");
  CHECK(clock.reason(3) == "clock was stopped at " + clock.time(4) + " by a pause");
  clock.tell("step");
  REQUIRE(world.io.run_until([&] { return clock.answers.size() == 6; }));
  CHECK(clock.answers[5].clock);
}

TEST_CASE("a long step tells its progress") {
  test::World world({"home"}, test::reference_settings(), 1s, 1ms);
  Teller clock(world);
  clock.tell(R"({"step":"3660d","id":1})");
  REQUIRE(world.io.run_until([&] { return !clock.progress.empty() || !clock.answers.empty(); }));
  REQUIRE_FALSE(clock.progress.empty());
  CHECK(clock.progress.front().id == "1");
  REQUIRE(clock.progress.front().clock);
  CHECK(nlohmann::json::parse(*clock.progress.front().clock)["day"] > 0);
  clock.tell("pause");
  REQUIRE(world.io.run_until([&] { return clock.answers.size() == 2; }));
}

TEST_CASE("a clock that runs is paused, paced and run again") {
  test::World world;
  Teller clock(world);
  world.runner.start();
  clock.tell("pause").tell(R"({"run":true,"seconds_per_hour":0.04})");
  CHECK_FALSE(nlohmann::json::parse(clock.answers.at(0).clock.value())["running"].get<bool>());
  CHECK(nlohmann::json::parse(clock.answers.at(1).clock.value())["running"].get<bool>());
  CHECK(nlohmann::json::parse(clock.answers.at(1).clock.value())["seconds_per_hour"] == 0.04);
  REQUIRE(world.io.run_until([&] { return world.runner.home(0).clock().day > 0; }));  // a day in a second
  clock.tell("pause");
  REQUIRE(clock.answers.size() == 3);
  const auto stands = of(world.runner.home(0));
  world.io.run_for(50ms);  // five ticks, were it running
  CHECK(of(world.runner.home(0)) == stands);
  CHECK(world.runner.ticking());
  bool told = false;
  for (const auto& message : test::sent(world.outbox))
    told = told || (message.topic == "home-energy/info" &&
                    message.payload.find(R"("seconds_per_hour":0.04)") != std::string::npos);
  CHECK(told);
  world.runner.stop();
}

TEST_CASE("of pauses that come without end some are refused") {
  test::World world({"home"}, test::reference_settings(), 1s, 1ms);
  Teller clock(world);
  clock.tell(R"({"step":"3660d"})");
  for (std::size_t i = 0; i < LiveClock::kMostWaiting + 3; ++i) clock.tell("pause");
  REQUIRE(world.io.run_until([&] { return clock.answers.size() == LiveClock::kMostWaiting + 4; }));
  CHECK(std::ranges::count_if(clock.answers, [](const Heard& heard) { return heard.clock.has_value(); }) ==
        static_cast<std::ptrdiff_t>(LiveClock::kMostWaiting));
}
