#include "agent/ledger.hpp"

#include <catch2/catch.hpp>

#include "tests/folders.hpp"
#include "tests/runners.hpp"

namespace home_energy {
namespace {

struct Kept {
  explicit Kept(StoreSettings settings) : store(*Store::open(io, std::move(settings))) {}

  void tick() {
    ledger.before_tick(0);
    homes[0].advance();
    ledger.changed(0);
    ledger.commit();
  }
  /// Lets the store's answers in until so many changes were told of.
  void run_until_told(int times) {
    REQUIRE(io.run_until([&] { return told >= times; }));
  }

  test::Io io;
  std::unique_ptr<Store> store;
  std::vector<Home> homes{test::home_of(test::reference_settings())};
  std::vector<std::string> ids{"home"};
  int told = 0;
  Ledger ledger{io, *store, homes, ids, 10, "SEK", [this](std::span<const std::size_t>) { ++told; }};
};

}  // namespace

TEST_CASE("a counter is not seen before it is on disk") {
  const test::TemporaryFolder folder;
  Kept kept({.folder = folder.path});
  kept.tick();
  kept.tick();  // they share a commit
  CHECK(kept.ledger.visible(0) == Counters{});
  CHECK(kept.told == 0);
  const auto now = kept.homes[0].counters();
  kept.run_until_told(1);
  CHECK(kept.ledger.visible(0) == now);
}

TEST_CASE("who waits is told when all that had changed is on disk, in order") {
  const test::TemporaryFolder folder;
  Kept kept({.folder = folder.path});
  std::vector<int> order;
  kept.tick();
  kept.ledger.when_kept([&](bool durable) { order.push_back(durable ? 1 : -1); });
  kept.tick();
  kept.ledger.when_kept([&](bool durable) {
    order.push_back(durable ? 2 : -2);
    CHECK(kept.ledger.visible(0) == kept.homes[0].counters());
  });
  CHECK(order.empty());
  kept.run_until_told(1);
  CHECK(order == std::vector{1, 2});
  kept.ledger.when_kept([&](bool durable) { order.push_back(durable ? 3 : -3); });
  CHECK(order.size() == 3);  // there was nothing to wait for
}

TEST_CASE("where nothing is kept all is seen at once") {
  Kept kept({});
  kept.tick();
  CHECK(kept.told == 1);
  CHECK(kept.ledger.visible(0) == kept.homes[0].counters());
  bool told = false;
  kept.ledger.when_kept([&](bool durable) { told = durable; });
  CHECK(told);
}

}  // namespace home_energy
