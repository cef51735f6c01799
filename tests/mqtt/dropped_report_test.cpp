#include "agent/mqtt/dropped_report.hpp"

#include <catch2/catch.hpp>

#include "tests/runners.hpp"

namespace home_energy {

TEST_CASE("what is dropped within a second is told once, with its number, and what comes later by itself") {
  test::Io io;
  std::vector<std::size_t> told;
  DroppedReport report(io, [&](std::size_t messages) { told.push_back(messages); });
  report.note(0, 0);
  report.note(3, 0);
  report.note(0, 7);  // receipts are told in the log alone
  report.note(40, 1);
  CHECK(told.empty());
  REQUIRE(io.run_until([&] { return !told.empty(); }));
  report.note(2, 0);
  REQUIRE(io.run_until([&] { return told.size() > 1; }));
  CHECK(told == std::vector<std::size_t>{43, 2});
}

TEST_CASE("a report that was stopped tells nothing more") {
  test::Io io;
  std::vector<std::size_t> told;
  DroppedReport report(io, [&](std::size_t messages) { told.push_back(messages); });
  report.note(3, 0);
  report.stop();
  report.note(2, 0);
  io.run_for(std::chrono::milliseconds(1200));
  CHECK(told.empty());
}

}  // namespace home_energy
