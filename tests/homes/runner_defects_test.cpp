// Whoever is told by a runner throws: the others are told, time goes on, and the log has one line.
#include <array>
#include <catch2/catch.hpp>
#include <stdexcept>

#include "agent/homes/runner.hpp"
#include "tests/log_lines.hpp"
#include "tests/runners.hpp"

namespace home_energy {
namespace {

/// A home, and what became of its commands.
struct Throwing {
  using Names = std::vector<std::string>;

  explicit Throwing(std::chrono::milliseconds piece = std::chrono::hours(1))
      : world({"home"}, test::reference_settings(), std::chrono::seconds(1), piece) {}

  void tell(const std::string& name, const std::string& text) {
    world.runner.command(0, name, text, TextForm::bare,
                         [this, name](const auto&, const auto&) { told.push_back(name); });
  }
  void tell_and_throw(const std::string& name, const std::string& text) {
    world.runner.command(0, name, text, TextForm::bare, [this, name](const auto&, const auto&) {
      told.push_back(name);
      throw std::runtime_error("on purpose");
    });
  }
  void tick() { world.runner.tick(std::array<std::size_t, 1>{0}); }
  void until_planned() {
    REQUIRE(world.io.run_until([&] { return world.runner.planning() == 0; }));
  }
  std::int64_t ticks() const { return world.runner.home(0).ticks(); }

  test::World world;
  Names told;
  test::LogLines log;
};

}  // namespace

TEST_CASE("a command that came while catching up throws: those behind it are carried out, and time begins") {
  Throwing home(std::chrono::milliseconds(0));  // catching up takes its time
  bool present = false;
  home.world.runner.start([&] { present = true; });
  home.tell_and_throw("charge_limit", "90");
  home.tell("charge", "on");
  REQUIRE(home.world.io.run_until([&] { return present && home.told.size() == 2; }));
  CHECK(home.told == Throwing::Names{"charge_limit", "charge"});
  CHECK(home.world.runner.ticking());
  CHECK(home.log.errors() == test::Lines{"internal error in a command: on purpose"});
}

TEST_CASE("who throws when a plan is there keeps no other waiting for it, and time goes on") {
  Throwing home;
  home.tell_and_throw("mode", "cheapest");
  home.tell("target", "90");
  home.until_planned();
  CHECK(home.told == Throwing::Names{"mode", "target"});
  CHECK(home.log.errors() == test::Lines{"internal error in who waits for a plan: on purpose"});
  home.tick();
  home.until_planned();
  CHECK(home.ticks() == 1);
}

TEST_CASE("a command behind a tick that waits for a plan throws: those behind it are carried out") {
  Throwing home;
  home.tell("mode", "cheapest");
  home.tick();
  home.tell_and_throw("charge", "on");
  home.tell("charge_limit", "90");
  home.tick();
  home.until_planned();
  CHECK(home.told == Throwing::Names{"mode", "charge", "charge_limit"});
  CHECK(home.ticks() == 2);
  CHECK(home.log.errors() == test::Lines{"internal error in a home: on purpose"});
}

TEST_CASE("a command by hand answers all that waited for a plan although one of them throws") {
  Throwing home;
  home.tell_and_throw("mode", "cheapest");
  home.tell("target", "90");
  home.tell("charge", "on");
  CHECK(home.told == Throwing::Names{"mode", "target", "charge"});
  CHECK(home.log.errors() == test::Lines{"internal error in who waits for a plan: on purpose"});
  home.tick();
  CHECK(home.ticks() == 1);
}

TEST_CASE("what a plan has changed cannot be sent: who waits for it is told, and time goes on") {
  Throwing home;
  home.tell("mode", "cheapest");
  home.world.flush = [] { throw std::runtime_error("on purpose"); };
  home.until_planned();
  home.world.flush = [] {};
  CHECK(home.told == Throwing::Names{"mode"});
  CHECK(home.log.errors() == test::Lines{"internal error in a home: on purpose"});
  home.tick();
  home.until_planned();
  CHECK(home.ticks() == 1);
}

}  // namespace home_energy
