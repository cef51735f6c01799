// There is no memory, on purpose, at each place on the way to the disk whose failure would stop it for ever: it goes
// on.
#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>

#include "agent/homes/commit_gate.hpp"
#include "common/wire/home_state.hpp"
#include "tests/failing_memory.hpp"
#include "tests/folders.hpp"
#include "tests/runners.hpp"

namespace home_energy {
namespace {

using namespace std::chrono_literals;

/// One allocation of the store's thread is to fail, after so many. @return false where that thread could not be told
/// to: the failure of the time before came in between
bool lacks_memory(Store& store, test::Io& io, std::size_t spared) {
  struct Asked {
    std::atomic<bool> armed = false;
    bool answered = false;
  };
  const auto asked = std::make_shared<Asked>();
  const auto arm = [spared, asked](const auto&) {
    test::fail_one_allocation(1, spared);
    asked->armed = true;
    return std::string();
  };
  store.read({"home", 0, 100, HistoryStep::quarter}, {}, arm, [asked](const auto&) { asked->answered = true; });
  REQUIRE(io.run_until([&] { return asked->armed || asked->answered; }));
  return asked->armed;
}

}  // namespace

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
      REQUIRE(lacks_memory(*kept.store, kept.io, spared));
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

TEST_CASE("who throws over what a store has lost keeps nobody else from being told") {
  test::Io io;
  const auto store = *Store::open(io, {});
  int anew = 0;
  int failed = 0;
  store->on_replaced([] { throw std::runtime_error("on purpose"); });
  store->on_replaced([&] { ++anew; });
  for (std::size_t spared = 0; spared < 12; ++spared) {
    CAPTURE(spared);
    lacks_memory(*store, io, spared);
    std::optional<bool> told;
    const auto number = static_cast<std::int64_t>(spared);
    store->write({.homes = {{"home", {}}}, .rows = {{"home", {.number = number, .quarter = number, .minutes = 15}}}},
                 [](bool) { throw std::runtime_error("on purpose"); });
    store->write({}, [&](bool durable) { told = durable; });
    REQUIRE(io.run_until([&] { return told.has_value(); }));
    if (!*told) ++failed;
  }
  CHECK(anew > 0);
  CHECK(failed > 0);
}

}  // namespace home_energy
