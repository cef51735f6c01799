#include "agent/homes/commit_gate.hpp"

#include <catch2/catch.hpp>

#include "tests/folders.hpp"
#include "tests/runners.hpp"

namespace home_energy {
namespace {

struct Kept : test::KeptHome {
  using KeptHome::KeptHome;

  /// Lets the store's answers in until so many changes were told of.
  void run_until_told(int times) {
    REQUIRE(io.run_until([&] { return told >= times; }));
  }
};

/// Three homes whose batch is put together in pieces of one home.
struct Piecewise {
  explicit Piecewise(const StoreSettings& settings) : store(*Store::open(io, settings)) {}

  void tick(std::size_t home) {
    gate.before_tick(home);
    homes[home].advance();
    gate.changed(home);
  }

  test::Io io;
  std::unique_ptr<Store> store;
  std::vector<Home> homes = std::vector(3, test::home_of(test::reference_settings()));
  std::vector<std::string> ids{"a", "b", "c"};
  std::vector<std::size_t> told;
  CommitGate gate{io,
                  *store,
                  homes,
                  ids,
                  3,
                  "SEK",
                  [this](std::span<const std::size_t> kept) { told.insert(told.end(), kept.begin(), kept.end()); },
                  std::chrono::milliseconds(0)};
};

}  // namespace

TEST_CASE("a counter is not seen before it is on disk") {
  const test::TemporaryFolder folder;
  Kept kept({.folder = folder.path});
  kept.tick();
  kept.tick();  // they share a commit
  CHECK(kept.gate.visible(0) == Counters{});
  CHECK(kept.told == 0);
  const auto now = kept.homes[0].counters();
  kept.run_until_told(1);
  CHECK(kept.gate.visible(0) == now);
}

TEST_CASE("who waits is told when all that had changed is on disk, in order") {
  const test::TemporaryFolder folder;
  Kept kept({.folder = folder.path});
  std::vector<int> order;
  kept.tick();
  kept.gate.when_kept([&](bool durable) { order.push_back(durable ? 1 : -1); });
  kept.tick();
  kept.gate.when_kept([&](bool durable) {
    order.push_back(durable ? 2 : -2);
    CHECK(kept.gate.visible(0) == kept.homes[0].counters());
  });
  CHECK(order.empty());
  kept.run_until_told(1);
  CHECK(order == std::vector{1, 2});
  kept.gate.when_kept([&](bool durable) { order.push_back(durable ? 3 : -3); });
  CHECK(order.size() == 3);  // there was nothing to wait for
}

TEST_CASE("where nothing is kept all is seen at once") {
  Kept kept(StoreSettings{});
  kept.tick();
  CHECK(kept.told == 1);
  CHECK(kept.gate.visible(0) == kept.homes[0].counters());
  bool told = false;
  kept.gate.when_kept([&](bool durable) { told = durable; });
  CHECK(told);
}

TEST_CASE("a home that ticks while a batch is put together is in it as it was before") {
  const test::TemporaryFolder folder;
  Counters after_one_tick;
  {
    Piecewise kept({.folder = folder.path});
    for (std::size_t home = 0; home < 3; ++home) kept.tick(home);
    after_one_tick = kept.homes[0].counters();
    kept.gate.commit();
    kept.io.run_one();  // the first home is taken
    kept.tick(0);
    kept.tick(2);
    CHECK(kept.gate.visible(0) == Counters{});
    REQUIRE(kept.io.run_until([&] { return kept.told.size() == 3; }));
    for (std::size_t home = 0; home < 3; ++home) CHECK(kept.gate.visible(home) == after_one_tick);
    kept.gate.hold(true);  // what came later is not written
  }
  test::Io io;
  const auto stored = (*Store::open(io, {.folder = folder.path}))->take_loaded();
  REQUIRE(stored.homes.size() == 3);
  CHECK(stored.homes.at("a").state == stored.homes.at("b").state);
  CHECK(stored.homes.at("c").state == stored.homes.at("b").state);
}

TEST_CASE("a command while a batch is put together goes with it, and is told of in order") {
  const test::TemporaryFolder folder;
  Piecewise kept({.folder = folder.path});
  std::vector<int> order;
  for (std::size_t home = 0; home < 3; ++home) kept.tick(home);
  kept.gate.when_kept([&](bool) { order.push_back(1); });
  kept.io.run_one();  // the first home is taken
  static_cast<void>(test::apply(kept.homes[2], ChargeCommand{Charging::on}));
  kept.gate.changed(2);
  kept.gate.when_kept([&](bool) { order.push_back(2); });
  kept.tick(0);
  kept.gate.when_kept([&](bool) { order.push_back(3); });
  REQUIRE(kept.io.run_until([&] { return order.size() == 3; }));
  CHECK(order == std::vector{1, 2, 3});
  CHECK(kept.told == std::vector<std::size_t>{0, 1, 2, 0});
}

}  // namespace home_energy
