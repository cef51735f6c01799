#include "agent/system/slices.hpp"

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

namespace home_energy {
namespace {
using namespace std::chrono_literals;
constexpr auto kLong = std::chrono::hours(1);  ///< a piece that no test reaches, however busy the machine
}  // namespace

TEST_CASE("a short task is done at once, and what it adds follows it") {
  boost::asio::io_context io;
  Slices slices(io, kLong);
  std::vector<int> order;
  slices.add([&, left = 3]() mutable {
    if (left == 3) slices.add([&] { return order.push_back(9), false; });
    order.push_back(left);
    return --left > 0;
  });
  CHECK(order == std::vector{3, 2, 1, 9});
}

TEST_CASE("between the pieces of a long task others get their turn") {
  boost::asio::io_context io;
  Slices slices(io);
  int steps = 0;
  int seen_at = 0;
  boost::asio::post(io, [&] { seen_at = steps; });
  slices.add([&] {
    std::this_thread::sleep_for(200us);
    return ++steps < 100;
  });
  CHECK(steps < 100);
  io.run();
  CHECK(steps == 100);
  CHECK((seen_at > 0 && seen_at < 100));
}

TEST_CASE("a step that throws ends its task and no other") {
  boost::asio::io_context io;
  Slices slices(io, kLong);
  bool done = false;
  slices.add([&]() -> bool {
    slices.add([&] { return done = true, false; });
    throw std::runtime_error("on purpose");
  });
  CHECK(done);
}

}  // namespace home_energy
