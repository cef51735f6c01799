#include "agent/mqtt/outbox.hpp"

#include <catch2/catch.hpp>

namespace home_energy {
namespace {

std::vector<std::string> sent(Outbox& outbox) {
  std::vector<std::string> all;
  for (; !outbox.empty(); outbox.pop()) {
    const Outgoing& message = outbox.front();
    all.push_back(message.topic + ' ' + message.payload);
  }
  return all;
}

}  // namespace

TEST_CASE("of a topic only the latest payload waits, and the same bytes are not sent twice") {
  Outbox outbox("status", "online");
  const auto battery = outbox.declare("battery", 0);
  outbox.update(battery, "1");
  outbox.update(battery, "2");
  CHECK(sent(outbox) == std::vector<std::string>{"battery 2"});
  outbox.update(battery, "2");
  CHECK(outbox.empty());
}

TEST_CASE("a receipt follows the state that its command caused") {
  Outbox outbox("status", "online");
  const auto battery = outbox.declare("battery", 0);
  const auto grid = outbox.declare("grid", 0);
  outbox.update(grid, "1");
  outbox.update(battery, "1");
  outbox.post({.topic = "receipt", .payload = "ok"});
  outbox.update(grid, "2");
  CHECK(sent(outbox) == std::vector<std::string>{"grid 2", "battery 1", "receipt ok"});
}

TEST_CASE("a new connection gets everything, the status last") {
  Outbox outbox("status", "online");
  const auto battery = outbox.declare("battery", 0);
  outbox.declare("never written", 0);
  outbox.update(battery, "1");
  sent(outbox);
  outbox.post({.topic = "receipt", .payload = "ok"});
  outbox.start_over();
  outbox.update(battery, "2");
  CHECK(sent(outbox) == std::vector<std::string>{"battery 2", "receipt ok", "status online"});
  outbox.update(battery, "3");
  CHECK(sent(outbox) == std::vector<std::string>{"battery 3"});
}

TEST_CASE("without a connection only receipts are queued, and the next one gets them behind the topics") {
  Outbox outbox("status", "online");
  const auto battery = outbox.declare("battery", 0);
  const auto document = outbox.declare("document", 1, [] { return "d"; });
  outbox.update(battery, "1");
  outbox.send_again(document);
  outbox.hold();
  outbox.update(battery, "2");
  outbox.post({.topic = "receipt", .payload = "old"});
  outbox.post({.topic = "gone", .payload = ""}, Lane::bulk);
  outbox.start_over();
  outbox.post({.topic = "receipt", .payload = "new"});
  CHECK(sent(outbox) ==
        std::vector<std::string>{"receipt new", "battery 2", "document d", "receipt old", "status online", "gone "});
}

TEST_CASE("what waits in the bulk lane goes with its connection") {
  Outbox outbox("status", "online");
  outbox.post({.topic = "gone", .payload = ""}, Lane::bulk);
  outbox.hold();
  CHECK_FALSE(outbox.has_bulk_messages());
  outbox.post({.topic = "gone", .payload = "2"}, Lane::bulk);
  outbox.start_over();
  CHECK(outbox.has_bulk_messages());
  CHECK(sent(outbox) == std::vector<std::string>{"status online", "gone 2"});
}

TEST_CASE("a round while connected defers nothing that waits, and sends no topic twice") {
  Outbox outbox("status", "online");
  const auto grid = outbox.declare("grid", 0);
  const auto battery = outbox.declare("battery", 0);
  outbox.update(grid, "1");
  sent(outbox);
  outbox.update(battery, "1");
  outbox.post({.topic = "receipt", .payload = "ok"});
  outbox.send_all_again();
  CHECK(sent(outbox) == std::vector<std::string>{"battery 1", "receipt ok", "grid 1", "status online"});
}

TEST_CASE("bulk comes after what is prompt, and only where it is asked for") {
  Outbox outbox("status", "online");
  const auto battery = outbox.declare("battery", 0);
  outbox.post({.topic = "gone", .payload = "1"}, Lane::bulk);
  outbox.post({.topic = "gone", .payload = "2"}, Lane::bulk);
  outbox.update(battery, "1");
  outbox.post({.topic = "receipt", .payload = "ok"});
  CHECK(outbox.next(Lane::prompt)->topic == "battery");
  CHECK(outbox.lane() == Lane::prompt);
  outbox.pop();
  CHECK(outbox.next(Lane::prompt)->topic == "receipt");
  outbox.pop();
  CHECK(outbox.next(Lane::prompt) == nullptr);
  CHECK(outbox.next(Lane::bulk)->payload == "1");
  CHECK(outbox.lane() == Lane::bulk);
  CHECK(sent(outbox) == std::vector<std::string>{"gone 1", "gone 2"});
}

TEST_CASE("the background comes last, once for all of a topic's changes, as it is then") {
  Outbox outbox("status", "online");
  const auto battery = outbox.declare("battery", 0);
  int quarter = 0;
  const auto make = [&quarter] { return std::to_string(quarter); };
  const auto forecast = outbox.declare("forecast", 1, make, Lane::background);
  const auto document = outbox.declare("document", 1, make);
  for (; quarter < 3; ++quarter) outbox.send_again(forecast);
  outbox.send_again(document);
  outbox.update(battery, "1");
  CHECK(outbox.most_urgent() == Lane::prompt);
  CHECK(outbox.background_queued() == 1);
  CHECK(outbox.next(Lane::bulk)->topic == "battery");
  outbox.pop();
  CHECK(outbox.most_urgent() == Lane::bulk);
  outbox.next(Lane::bulk);
  outbox.pop();
  CHECK(outbox.next(Lane::bulk) == nullptr);
  CHECK(outbox.most_urgent() == Lane::background);
  CHECK(outbox.background_sent() == 0);
  CHECK(outbox.front().payload == "3");
  CHECK(outbox.lane() == Lane::background);
  outbox.pop();
  CHECK(outbox.background_sent() == 1);
  CHECK(outbox.empty());
}

TEST_CASE("what waits in the background waits no more when the connection is lost: the next one's round has it") {
  Outbox outbox("status", "online");
  outbox.send_again(outbox.declare(
      "forecast", 1, [] { return "f"; }, Lane::background));
  outbox.hold();
  CHECK(outbox.background_sent() == outbox.background_queued());
  outbox.start_over();
  CHECK(sent(outbox) == std::vector<std::string>{"forecast f", "status online"});
}

TEST_CASE("what is prompt never keeps the rest waiting for ever") {
  Outbox outbox("status", "online");
  const auto battery = outbox.declare("battery", 0);
  outbox.update(battery, "0");
  outbox.post({.topic = "gone", .payload = ""}, Lane::bulk);
  outbox.start_over();
  std::size_t sends = 0;
  for (std::string last; last != "gone" && sends < 100; ++sends) {
    outbox.update(battery, std::to_string(sends + 1));
    last = outbox.front().topic;
    outbox.pop();
  }
  CHECK(sends == 2 * (Outbox::kPromptInRow + 1));  // the status, then the other
}

TEST_CASE("receipts are bounded, the oldest goes") {
  Outbox outbox("status", "online");
  for (std::size_t i = 0; i < Outbox::kMaxReceipts + 3; ++i)
    outbox.post({.topic = "receipt", .payload = std::to_string(i)});
  CHECK(outbox.front().payload == "3");
  CHECK(outbox.take_dropped() == 3);
  CHECK(outbox.take_dropped() == 0);
  CHECK(sent(outbox).size() == Outbox::kMaxReceipts);
}

TEST_CASE("receipts are bounded in bytes, too: as many of the oldest go as the newest needs") {
  constexpr std::size_t kLarge = 60'000;
  Outbox outbox("status", "online");
  outbox.post({.topic = "receipt", .payload = "small"});
  std::size_t posted = 1;
  for (; posted < 1 + Outbox::kMaxReceiptBytes / kLarge; ++posted)
    outbox.post({.topic = "", .payload = "", .correlation = std::string(kLarge, 'c')});
  CHECK(outbox.take_dropped() == 0);
  outbox.post({.topic = "", .payload = std::string(kLarge, 'p')});
  CHECK(outbox.take_dropped() == 2);
  CHECK(sent(outbox).size() == posted - 1);
  outbox.post({.topic = "receipt", .payload = "what was sent has left room"});
  CHECK(outbox.take_dropped() == 0);
}

TEST_CASE("a payload too large to keep is made when it is sent") {
  Outbox outbox("status", "online");
  int made = 0;
  const auto large = outbox.declare("large", 1, [&] { return std::to_string(++made); });
  CHECK(outbox.empty());
  outbox.send_all_again();
  CHECK(made == 0);
  CHECK(outbox.front().retained);
  CHECK(sent(outbox) == std::vector<std::string>{"large 2", "status online"});
  outbox.send_again(large);
  outbox.send_again(large);
  CHECK(sent(outbox).size() == 1);
}

}  // namespace home_energy
