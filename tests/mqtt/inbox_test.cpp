#include "agent/mqtt/inbox.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <vector>

namespace home_energy {
namespace {

Incoming message_of(std::size_t payload, std::size_t correlation = 0) {
  Incoming message;
  message.topic = "home-energy/home/charge/set";
  message.payload.assign(payload, 'x');
  message.correlation.assign(correlation, 'c');
  return message;
}

}  // namespace

TEST_CASE("a budget gives shares up to its number and bytes, and gets them back") {
  Budget budget({.things = 2, .bytes = 100});
  auto first = budget.take(60);
  CHECK(first);
  CHECK_FALSE(budget.take(41));
  CHECK(budget.take(40));  // and at once gives it back
  const auto second = budget.take(40);
  CHECK(second);
  CHECK_FALSE(budget.take(0));  // two things are all
  const auto copy = first;
  first.reset();
  CHECK_FALSE(budget.take(0));  // the copy holds it
}

TEST_CASE("a share of more than everything is not given, however large") {
  Budget budget({.things = 2, .bytes = 100});
  const auto some = budget.take(50);
  CHECK_FALSE(budget.take(std::numeric_limits<std::size_t>::max()));
}

TEST_CASE("a share may outlive its budget") {
  Budget::Share share;
  {
    Budget budget({.things = 1, .bytes = 1});
    share = budget.take(1);
  }
  CHECK(share);
}

TEST_CASE("the first message wakes the owner, further ones do not until it has taken all") {
  Inbox inbox;
  CHECK(inbox.push(message_of(1)));
  CHECK_FALSE(inbox.push(message_of(2)));
  CHECK(inbox.kept() == 2);
  CHECK(inbox.pop()->payload.size() == 1);
  CHECK(inbox.taken() == 1);
  CHECK_FALSE(inbox.push(message_of(3)));
  CHECK(inbox.pop()->payload.size() == 2);
  CHECK(inbox.pop()->payload.size() == 3);
  CHECK_FALSE(inbox.pop());
  CHECK(inbox.push(message_of(4)));
}

TEST_CASE("messages beyond the number are dropped and counted once") {
  Inbox inbox;
  for (std::size_t i = 0; i < Inbox::kMaxMessages + 5; ++i) inbox.push(message_of(1));
  CHECK(inbox.kept() == Inbox::kMaxMessages);
  CHECK(inbox.take_dropped() == 5);
  CHECK(inbox.take_dropped() == 0);
}

TEST_CASE("messages beyond the bytes are dropped, those that fit are not") {
  Inbox inbox;
  constexpr std::size_t kLarge = 61 * std::size_t{1024};
  std::size_t pushed = 0;
  for (; pushed < 2 * Inbox::kMaxBytes / kLarge; ++pushed) inbox.push(message_of(1, kLarge));
  CHECK(inbox.kept() == Inbox::kMaxBytes / (kLarge + 512 + message_of(1).topic.size() + 1));
  CHECK(inbox.take_dropped() == pushed - inbox.kept());
}

TEST_CASE("what is dropped wakes an owner that has taken all, but waits for answers itself") {
  Inbox inbox;
  std::vector<Incoming> unanswered;
  for (std::size_t i = 0; i < Inbox::kMaxMessages; ++i) inbox.push(message_of(1));
  while (auto message = inbox.pop()) unanswered.push_back(std::move(*message));
  CHECK(inbox.push(message_of(1)));  // no room: none of them is answered
  CHECK_FALSE(inbox.pop());
  CHECK(inbox.take_dropped() == 1);
  unanswered.clear();
  CHECK(inbox.push(message_of(1)));
  CHECK(inbox.pop());
}

}  // namespace home_energy
