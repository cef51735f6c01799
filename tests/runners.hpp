/// @file
/// A runner with its outbox for the tests: time does not begin, the test makes it tick.
#pragma once

#include <boost/asio/io_context.hpp>

#include "agent/runner.hpp"
#include "agent/store.hpp"
#include "tests/homes.hpp"

namespace home_energy::test {

struct World {
  explicit World(std::vector<std::string> homes = {"home"})
      : runner(io,
               {.base_topic = "home-energy",
                .home_ids = homes,
                .home = std::make_shared<const HomeSettings>(reference_settings()),
                .tick = std::chrono::seconds(1),
                .currency = "SEK",
                .info = {"0.1.0", homes, 4.0, std::nullopt}},
               outbox, *store, [] {}) {}

  boost::asio::io_context io;
  Outbox outbox{"home-energy/status", "online"};
  std::unique_ptr<Store> store = *Store::open(io, {});
  Runner runner;
};

/// Takes everything out of the outbox.
inline std::vector<Outgoing> sent(Outbox& outbox) {
  std::vector<Outgoing> all;
  for (; !outbox.empty(); outbox.pop()) all.push_back(outbox.front());
  return all;
}

}  // namespace home_energy::test
