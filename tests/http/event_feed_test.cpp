#include "agent/http/event_feed.hpp"

#include <catch2/catch.hpp>

#include "tests/runners.hpp"

namespace home_energy {
namespace {

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

std::string taken(const EventSource& source) {
  std::string out;
  source(out);
  return out;
}

std::string last_id(const std::string& events) {
  const auto begin = events.rfind("id: ") + 4;
  return events.substr(begin, events.find('\n', begin) - begin);
}

struct Feed {
  test::World world{{"home-1", "home-2"}};
  EventFeed feed{world.runner, world.outbox};
  void tick(std::size_t home) { world.runner.tick(std::array{home}); }
};

}  // namespace

TEST_CASE("a stream begins with every topic of its home, and goes on with what changes") {
  Feed feed;
  const auto source = feed.feed.open(1, "");
  const std::string first = taken(source);
  CHECK(count(first, "event: ") == wire::topics_of({}).size());
  CHECK(first.find("event: battery\ndata: {\"soc_percent\":20.0,") != std::string::npos);
  CHECK(first.find("event: price/profile\n") != std::string::npos);
  CHECK(first.ends_with("\n\n"));
  CHECK(taken(source).empty());
  feed.tick(0);
  CHECK(taken(source).empty());
  feed.tick(1);
  const std::string next = taken(source);
  CHECK(next.find("event: clock\ndata: {\"day\":0,\"time\":\"00:15\"") != std::string::npos);
  CHECK(next.find("event: battery") == std::string::npos);
  CHECK(count(next, "id: ") == 1);
}

TEST_CASE("a stream that lagged gets the latest of each topic once") {
  Feed feed;
  const auto source = feed.feed.open(0, "");
  taken(source);
  for (int i = 0; i < 5; ++i) feed.tick(0);
  const std::string events = taken(source);
  CHECK(count(events, "event: clock") == 1);
  CHECK(events.find("01:15") != std::string::npos);
}

TEST_CASE("who comes back with an id gets what has changed since; who has none of this run gets all") {
  Feed feed;
  const std::string id = last_id(taken(feed.feed.open(0, "")));
  feed.tick(0);
  const std::string since = taken(feed.feed.open(0, id));
  CHECK(since.find("event: clock") != std::string::npos);
  CHECK(since.find("event: price/profile") == std::string::npos);
  for (const std::string& other : {std::string("x"), "y-" + id, id + "0000", id + "x", std::string("-1")}) {
    CAPTURE(other);
    CHECK(count(taken(feed.feed.open(0, other)), "event: ") == wire::topics_of({}).size());
  }
}

}  // namespace home_energy
