// Whoever a store tells of a disk that fails throws: the others are told, and the log has one line.
#include <catch2/catch.hpp>
#include <future>
#include <stdexcept>

#include "agent/store/store.hpp"
#include "tests/log_lines.hpp"
#include "tests/runners.hpp"

namespace home_energy {
namespace {

/// A store in memory, whose thread is busy until `free`.
struct Stuck {
  Stuck() {
    store->read(
        {"home", 0, 9, HistoryStep::quarter}, {},
        [wait = freed.get_future().share()](const auto&) {
          wait.wait();
          return std::string();
        },
        [](const Result<std::string>&) {});
  }
  void free() { freed.set_value(); }

  test::Io io;
  std::unique_ptr<Store> store = *Store::open(io, {});
  std::promise<void> freed;
};

}  // namespace

TEST_CASE("who throws when told of a disk that is stuck keeps nobody else waiting, and the store works again") {
  Stuck stuck;
  const test::LogLines log;
  std::vector<bool> told;
  stuck.store->write({}, [](bool) { throw std::runtime_error("on purpose"); });
  stuck.store->write({}, [&](bool durable) { told.push_back(durable); });
  REQUIRE(stuck.io.run_until([&] { return !told.empty(); }));
  stuck.free();
  stuck.store->write({}, [&](bool durable) { told.push_back(durable); });
  REQUIRE(stuck.io.run_until([&] { return told.size() == 2; }));
  REQUIRE(stuck.io.run_until([&] { return stuck.store->health().state == StoreHealth::State::memory; }));
  CHECK_FALSE(told[0]);
  REQUIRE(log.errors().size() == 2);
  CHECK(log.errors()[0].starts_with("store: memory: the disk has not taken anything for 5 s"));
  CHECK(log.errors()[1] == "internal error in who waits for the disk: on purpose");
}

}  // namespace home_energy
