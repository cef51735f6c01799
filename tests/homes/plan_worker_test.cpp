#include "agent/homes/plan_worker.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/homes.hpp"
#include "tests/log_lines.hpp"
#include "tests/runners.hpp"

namespace home_energy {
namespace {

PlanRequest request_of_a_home() {
  HomeSettings settings = test::reference_settings();
  settings.car.wish.mode = ChargingMode::cheapest;
  return Home(std::make_shared<const HomeSettings>(settings)).plan_request();
}

/// Is told of a plan. The worker copies it when it hands the plan over: the first times that throws.
struct Handed {
  Handed(int& told, std::shared_ptr<std::atomic<int>> throws) : told_(told), throws_(std::move(throws)) {}
  Handed(const Handed& other) : told_(other.told_), throws_(other.throws_) {
    if (throws_->fetch_sub(1) > 0) throw std::runtime_error("on purpose");
  }
  Handed(Handed&&) = default;
  Handed& operator=(const Handed&) = delete;
  Handed& operator=(Handed&&) = delete;
  ~Handed() = default;

  void operator()(const std::shared_ptr<const HomePlan>& plan) const {
    CHECK(plan != nullptr);
    ++told_;
  }

 private:
  int& told_;
  std::shared_ptr<std::atomic<int>> throws_;
};

}  // namespace

TEST_CASE("a plan that cannot be handed over is made again a little later, before those behind it") {
  test::Io io;
  const auto throws = std::make_shared<std::atomic<int>>(0);
  int first = 0;
  int second = 0;
  PlanWorker::Done handed = Handed(first, throws);
  const test::LogLines log;
  PlanWorker worker(io);
  *throws = 1;
  worker.make(request_of_a_home(), std::move(handed));
  worker.make(request_of_a_home(), [&](const auto&) {
    CHECK(first == 1);
    ++second;
  });
  REQUIRE(io.run_until([&] { return second == 1; }));
  CHECK(log.errors() == test::Lines{"internal error in the planner: on purpose"});
}

}  // namespace home_energy
