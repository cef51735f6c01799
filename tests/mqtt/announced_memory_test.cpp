#include "agent/mqtt/announced_memory.hpp"

#include <catch2/catch.hpp>

#include "tests/folders.hpp"
#include "tests/runners.hpp"

namespace home_energy {
namespace {

const Announcement kTopics{.ha_prefix = "", .base_topic = "home-energy", .home = "home"};
const Announcement kDevice{.ha_prefix = "homeassistant", .base_topic = "home-energy", .home = "home"};
const Announcement kOld{.ha_prefix = "", .base_topic = "old", .home = "home"};

struct Remembering {
  explicit Remembering(std::optional<std::filesystem::path> folder, std::set<Announcement> present)
      : store(*Store::open(io, {.folder = std::move(folder)})), memory(*store, std::move(present)) {}

  void record() {
    bool done = false;
    memory.record([&] { done = true; });
    REQUIRE(io.run_until([&] { return done; }));
  }

  test::Io io;
  std::unique_ptr<Store> store;
  AnnouncedMemory memory;
};

TEST_CASE("what an earlier start announced is known until it is forgotten") {
  const test::TemporaryFolder folder;
  {
    Remembering first(folder.path, {kTopics, kDevice, kOld});
    CHECK(first.memory.earlier().empty());
    first.record();
  }
  {
    Remembering second(folder.path, {kTopics});
    CHECK(second.memory.earlier() == std::set{kDevice, kOld});
    second.memory.forget({kDevice, kTopics});
    CHECK(second.memory.earlier() == std::set{kOld});
    second.memory.record([] {});
    bool done = false;
    second.store->write({}, [&](bool) { done = true; });
    REQUIRE(second.io.run_until([&] { return done; }));
  }
  CHECK(Remembering(folder.path, {}).memory.earlier() == std::set{kTopics, kOld});
}

TEST_CASE("nothing is to be announced before it is on disk that it was") {
  const test::TemporaryFolder folder;
  bool announced = false;
  {
    Remembering start(folder.path, {kTopics});
    start.memory.record([&] { announced = true; });
    CHECK_FALSE(announced);
    REQUIRE(start.io.run_until([&] { return announced; }));
  }
  Remembering again(folder.path, {kTopics});
  announced = false;
  again.memory.record([&] { announced = true; });
  CHECK(announced);  // it is there already
}

TEST_CASE("without a folder nothing is waited for") {
  Remembering start(std::nullopt, {kTopics});
  bool announced = false;
  start.memory.record([&] { announced = true; });
  CHECK(announced);
}

}  // namespace
}  // namespace home_energy
