/// @file
/// A runner with its outbox, or a gate with its store, for the tests: time does not begin, the test makes it tick.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "agent/homes/runner.hpp"
#include "agent/store/store.hpp"
#include "tests/homes.hpp"

namespace home_energy::test {

/// An io_context that waits for what a store's thread has to say.
struct Io : boost::asio::io_context {
  boost::asio::executor_work_guard<executor_type> listening{get_executor()};

  /// Runs until `done`; @return whether that came within 10 s.
  template <class Done>
  bool run_until(const Done& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!done() && std::chrono::steady_clock::now() < end) run_one_for(std::chrono::milliseconds(10));
    return done();
  }
};

struct World {
  explicit World(std::vector<std::string> homes = {"home"}, const HomeSettings& settings = reference_settings(),
                 std::chrono::milliseconds tick = std::chrono::seconds(1),
                 std::chrono::milliseconds piece = std::chrono::hours(1))
      : runner(io,
               {.base_topic = "home-energy",
                .home_ids = homes,
                .home = std::make_shared<const HomeSettings>(settings),
                .tick = tick,
                .currency = "SEK",
                .info = {"0.1.0", homes, 4.0, std::nullopt},
                .piece = piece},
               outbox, *store, {.flush = [this] { flush(); }}) {}

  Io io;
  std::function<void()> flush = [] {};
  Outbox outbox{"home-energy/status", "online"};
  std::unique_ptr<Store> store = *Store::open(io, {});
  Runner runner;
};

/// One home with its gate and a store.
struct KeptHome {
  explicit KeptHome(const StoreSettings& settings) : store(*Store::open(io, settings)) {}

  void tick() {
    gate.before_tick(0);
    homes[0].advance();
    gate.changed(0);
    gate.commit();
  }

  Io io;
  std::unique_ptr<Store> store;
  std::vector<Home> homes{home_of(reference_settings())};
  std::vector<std::string> ids{"home"};
  int told = 0;  ///< changes that may be seen
  CommitGate gate{io, *store, homes, ids, 10, "SEK", [this](std::span<const std::size_t>) { ++told; }};
};

/// Takes everything out of the outbox.
inline std::vector<Outgoing> sent(Outbox& outbox) {
  std::vector<Outgoing> all;
  for (; !outbox.empty(); outbox.pop()) all.push_back(outbox.front());
  return all;
}

}  // namespace home_energy::test
