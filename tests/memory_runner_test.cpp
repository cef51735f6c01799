// There is no memory, on purpose, once at each place of a runner's work: time goes on, and the homes are told of.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "agent/homes/plan_worker.hpp"
#include "agent/homes/runner.hpp"
#include "tests/failing_memory.hpp"
#include "tests/log_lines.hpp"
#include "tests/runners.hpp"

namespace home_energy {
namespace {

constexpr std::size_t kMostSpared = 10'000;

const auto kNobody = [](const auto&, const auto&) {};

HomeSettings planning_settings() {
  HomeSettings settings = test::reference_settings();
  settings.car.wish.mode = ChargingMode::cheapest;
  return settings;
}

/// Two homes, 4 ms a simulated hour.
struct FastWorld : test::World {
  explicit FastWorld(const HomeSettings& settings = test::reference_settings(),
                     std::chrono::milliseconds piece = std::chrono::hours(1))
      : World({"home", "cottage"}, settings, std::chrono::seconds(1), piece) {
    runner.command_clock(R"({"seconds_per_hour":0.004})", TextForm::bare, kNobody, kNobody);
  }

  template <class Done>
  bool goes_on_until(const Done& done) {
    return test::goes_on_until(io, done);
  }
  void start() {
    bool present = false;
    runner.start([&] { present = true; });
    REQUIRE(goes_on_until([&] { return present; }));
  }
  bool time_goes_on() {
    const auto ticks = [&](std::size_t home) { return runner.home(home).ticks(); };
    const auto first = ticks(0);
    const auto second = ticks(1);
    return goes_on_until([&] { return ticks(0) > first + 2 && ticks(1) > second + 2; });
  }
  /// Of a command that comes now.
  bool answers() {
    bool told = false;
    runner.command(1, "charge_limit", "90", TextForm::bare, [&](const auto&, const auto&) { told = true; });
    return goes_on_until([&] { return told; });
  }
  bool publishes() {
    test::sent(outbox);
    return goes_on_until([&] { return !outbox.empty(); });
  }
};

/// Is told of a plan. When the worker's thread copies it for the first time, the memory of that thread is to fail.
struct Arming {
  Arming(std::size_t arming_spared, std::shared_ptr<std::atomic<bool>> armed)
      : spared(arming_spared), is_armed(std::move(armed)) {}
  Arming(const Arming& other) : spared(other.spared), is_armed(other.is_armed), maker(other.maker) {
    if (std::this_thread::get_id() != maker && !is_armed->exchange(true)) test::fail_one_allocation(1, spared);
  }
  Arming(Arming&&) = default;
  Arming& operator=(const Arming&) = delete;
  Arming& operator=(Arming&&) = delete;
  ~Arming() = default;

  void operator()(const std::shared_ptr<const HomePlan>&) const {}

  std::size_t spared;
  std::shared_ptr<std::atomic<bool>> is_armed;
  std::thread::id maker = std::this_thread::get_id();
};

/// Whatever throws is over with: what it does not get to is another turn's.
template <class Work>
void try_to(const Work& work) {
  try {
    work();
  } catch (const std::bad_alloc&) {
  }
}

}  // namespace

TEST_CASE("time goes on whatever a tick lacks memory for") {
  FastWorld world;
  world.start();
  for (std::size_t spared = 0; spared < 60; ++spared) {
    CAPTURE(spared);
    test::fail_one_allocation(1, spared);
    REQUIRE(world.time_goes_on());
    test::take_back_failure();
    REQUIRE(world.publishes());
  }
  CHECK(world.answers());
}

TEST_CASE("time goes on whatever a home that plans lacks memory for") {
  test::lack_memory_everywhere(kMostSpared, [](std::size_t spared) {
    FastWorld world;
    world.start();
    test::fail_one_allocation(1, spared);
    try_to([&] { world.runner.command(0, "mode", "cheapest", TextForm::bare, kNobody); });
    REQUIRE(world.goes_on_until([&] { return world.runner.planning() == 0; }));
    const bool failed = !test::take_back_failure();
    REQUIRE(world.time_goes_on());
    REQUIRE(world.answers());
    return failed;
  });
}

TEST_CASE("the homes arrive at the present whatever catching up lacks memory for") {
  test::lack_memory_everywhere(kMostSpared, [](std::size_t spared) {
    FastWorld world(planning_settings(), std::chrono::milliseconds(0));
    bool present = false;
    world.runner.start([&] { present = true; });
    world.runner.command(1, "charge_limit", "90", TextForm::bare, kNobody);
    test::fail_one_allocation(1, spared);
    const bool arrived = world.goes_on_until([&] { return present; });
    const bool failed = !test::take_back_failure();
    REQUIRE(arrived);
    REQUIRE(world.time_goes_on());
    REQUIRE(world.answers());
    return failed;
  });
}

TEST_CASE("a clock that is told to step comes there whatever it lacks memory for") {
  test::lack_memory_everywhere(kMostSpared, [](std::size_t spared) {
    FastWorld world(planning_settings());
    world.start();
    bool waits = false;
    bool came = false;
    const auto step = [&] {
      waits = true;
      world.runner.command_clock("step", TextForm::bare, kNobody, [&](const auto&, const auto& clock) {
        waits = false;
        came = clock.has_value();
      });
    };
    test::fail_one_allocation(1, spared);
    try_to(step);
    try_to([&] { world.io.run_for(std::chrono::milliseconds(20)); });
    const bool failed = !test::take_back_failure();
    waits = came = false;  // that one may be lost, but not the next one
    REQUIRE(world.goes_on_until([&] {
      if (!waits) step();
      return came;
    }));
    return failed;
  });
}

TEST_CASE("a plan comes whatever the planner lacks memory for, if need be one that does nothing") {
  const auto request = Home(std::make_shared<const HomeSettings>(planning_settings())).plan_request();
  bool does_nothing = false;
  for (std::size_t spared = 0; spared < 30; ++spared) {
    CAPTURE(spared);
    test::Io io;
    PlanWorker worker(io);
    std::shared_ptr<const HomePlan> made;
    worker.make(request, Arming(spared, std::make_shared<std::atomic<bool>>(false)));
    worker.make(request, [&](const auto& plan) { made = plan; });
    REQUIRE(io.run_until([&] { return made != nullptr; }));
    does_nothing = does_nothing || made->note == "no plan could be made";
  }
  CHECK(does_nothing);
}

}  // namespace home_energy
