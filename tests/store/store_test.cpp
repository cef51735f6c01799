#include "agent/store/store.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <stdexcept>
#include <thread>

#include "common/wire/home_state.hpp"
#include "tests/folders.hpp"
#include "tests/runners.hpp"

namespace home_energy {
namespace {

struct Opened {
  explicit Opened(StoreSettings settings) : store(*Store::open(io, std::move(settings))) {}

  bool write(StoreBatch batch) {
    bool done = false;
    bool kept = false;
    store->write(std::move(batch), [&](bool durable) {
      done = true;
      kept = durable;
    });
    CHECK_FALSE(done);
    REQUIRE(io.run_until([&] { return done; }));
    return kept;
  }
  std::string read(const Store::Query& query, std::optional<HistoryRow> tail = {}) {
    bool done = false;
    Result<std::string> text;
    store->read(
        query, tail, [](const auto& rows) { return std::to_string(rows.size()); },
        [&](Result<std::string> read) {
          text = std::move(read);
          done = true;
        });
    REQUIRE(io.run_until([&] { return done; }));
    return text.value_or("");
  }

  test::Io io;
  std::unique_ptr<Store> store;
};

StoreBatch rows(std::int64_t first, std::int64_t count) {
  StoreBatch batch{.agent = AgentRecord{"since", 0, std::nullopt}, .homes = {{"home", {"", ""}}}, .rows = {}};
  for (std::int64_t i = first; i < first + count; ++i)
    batch.rows.push_back({"home", {.number = i, .quarter = i, .minutes = 15}});
  return batch;
}

/// A batch whose home can come back.
StoreBatch living(std::int64_t first, std::int64_t count) {
  StoreBatch batch = rows(first, count);
  append_state(batch.homes["home"].state, {test::home_of(test::reference_settings()).state(), {}});
  return batch;
}

}  // namespace

TEST_CASE("a store in a folder tells when what it was given is there for good") {
  const test::TemporaryFolder folder;
  {
    Opened opened({.folder = folder.path / "new" / "folder"});
    CHECK(opened.store->outlives_the_process());
    CHECK_FALSE(opened.store->take_loaded().agent);
    CHECK(opened.write(living(0, 3)));
    CHECK(opened.store->health().state == StoreHealth::State::ok);
    opened.store->write(living(3, 2), [](bool) {});  // the end writes what still waits
  }
  Opened again({.folder = folder.path / "new" / "folder"});
  CHECK(again.store->take_loaded().homes.size() == 1);
  CHECK(again.read({"home", 0, 100, HistoryStep::quarter}) == "5");
}

TEST_CASE("a store in memory has history and no more") {
  Opened opened({});
  CHECK_FALSE(opened.store->outlives_the_process());
  CHECK(opened.write(rows(0, 3)));
  CHECK(opened.store->health().state == StoreHealth::State::memory);
  CHECK(opened.read({"home", 0, 100, HistoryStep::quarter}) == "3");
}

TEST_CASE("rows that are not written yet follow those that are, each once") {
  Opened opened({});
  opened.write(rows(0, 3));
  const Store::Query all{"home", 0, 100, HistoryStep::quarter};
  CHECK(opened.read(all, HistoryRow{.number = 3, .quarter = 3}) == "4");
  CHECK(opened.read(all, HistoryRow{.number = 2, .quarter = 2}) == "3");
  CHECK(opened.read({"home", 0, 3, HistoryStep::quarter}, HistoryRow{.number = 3, .quarter = 3}) == "3");
}

TEST_CASE("a write waits for one reading at most, however many there are") {
  Opened opened({});
  opened.write(rows(0, 3));
  int readings = 0;
  int before_the_write = -1;
  const auto slowly = [](const auto&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return std::string();
  };
  for (int i = 0; i < 10; ++i)
    opened.store->read({"home", 0, 100, HistoryStep::quarter}, {}, slowly, [&](const auto&) { ++readings; });
  opened.store->write(rows(3, 1), [&](bool) { before_the_write = readings; });
  REQUIRE(opened.io.run_until([&] { return readings == 10; }));
  CHECK(before_the_write >= 0);
  CHECK(before_the_write <= 2);  // one that had begun, and the answer of one that was over
}

TEST_CASE("a fresh start puts what is there aside") {
  const test::TemporaryFolder folder;
  { Opened({.folder = folder.path}).write(living(0, 1)); }
  Opened fresh({.folder = folder.path, .fresh = true});
  CHECK_FALSE(fresh.store->take_loaded().agent);
  CHECK_FALSE(folder.only(".before-").empty());
}

TEST_CASE("a home that cannot be read begins anew with its history, and a copy of the file is kept") {
  const test::TemporaryFolder folder;
  {
    Opened before({.folder = folder.path});
    StoreBatch batch = living(0, 1);
    batch.homes["other"].state = "{}";
    batch.rows.push_back({"other", {.number = 1, .quarter = 0, .minutes = 15}});
    before.write(std::move(batch));
  }
  Opened again({.folder = folder.path});
  const auto loaded = again.store->take_loaded();
  CHECK(loaded.homes.contains("home"));
  CHECK_FALSE(loaded.homes.contains("other"));
  CHECK(again.read({"home", 0, 100, HistoryStep::quarter}) == "1");
  CHECK(again.read({"other", 0, 100, HistoryStep::quarter}) == "0");
  CHECK_FALSE(folder.only(".damaged-").empty());
}

TEST_CASE("a folder that cannot be is refused, and so is another's") {
  const test::TemporaryFolder folder;
  std::ofstream(folder.path / "file") << "x";
  boost::asio::io_context io;
  CHECK(Store::open(io, {.folder = folder.path / "file" / "below"}).error().field == "data-dir");
  CHECK(Store::open(io, {.folder = folder.path / "file"}).error().field == "data-dir");
  const auto mine = Store::open(io, {.folder = folder.path});
  REQUIRE(mine);
  const auto second = Store::open(io, {.folder = folder.path});
  REQUIRE_FALSE(second);
  CHECK(second.error().reason.find("in use") != std::string::npos);
}

TEST_CASE("who throws when told of a write keeps nobody else waiting") {
  Opened opened({});
  bool told = false;
  opened.store->write(rows(0, 1), [](bool) { throw std::runtime_error("on purpose"); });
  opened.store->write(rows(1, 1), [&](bool) { told = true; });
  CHECK(opened.io.run_until([&] { return told; }));
  CHECK(opened.write(rows(2, 1)));
}

TEST_CASE("who throws over a history keeps nobody else waiting") {
  Opened opened({});
  CHECK(opened.write(rows(0, 2)));
  opened.store->read(
      {"home", 0, 9, HistoryStep::quarter}, {}, [](const auto&) { return std::string(); },
      [](const Result<std::string>&) { throw std::runtime_error("on purpose"); });
  opened.store->read(
      {"home", 0, 9, HistoryStep::quarter}, {},
      [](const auto&) -> Result<std::string> { throw std::runtime_error("on purpose"); },
      [](const Result<std::string>& text) { CHECK_FALSE(text); });
  CHECK(opened.read({"home", 0, 9, HistoryStep::quarter}) == "2");
}

TEST_CASE("a thread stuck in its disk may outlive store and io_context") {
  // It stands in for the disk: what the thread is stuck in.
  std::promise<void> released;
  const auto stuck = std::make_shared<std::shared_future<void>>(released.get_future());
  const std::weak_ptr<std::shared_future<void>> thread_is_there = stuck;
  {
    auto io = std::make_unique<boost::asio::io_context>(1);
    auto store = *Store::open(*io, {});
    store->read(
        {"home", 0, 9, HistoryStep::quarter}, {},
        [wait = *stuck, keep = stuck](const auto&) {
          wait.wait();
          return std::string();
        },
        [](const Result<std::string>&) {});
    store->write(rows(0, 1), [](bool) {});
    store->read(
        {"home", 0, 9, HistoryStep::quarter}, {}, [](const auto&) { return std::string(); },
        [](const Result<std::string>&) {});
    store.reset();
    io.reset();
  }
  released.set_value();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (thread_is_there.use_count() > 1 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  CHECK(thread_is_there.use_count() == 1);
}

}  // namespace home_energy
