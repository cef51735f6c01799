/// @file
/// Memory that runs out on purpose, on one thread: `operator new` of the executable that has failing_memory.cpp.
#pragma once

#include <catch2/catch.hpp>
#include <cstddef>
#include <new>

namespace home_energy::test {

/// The next allocation of this thread of at least so many bytes throws std::bad_alloc, after `spared` more that do not.
void fail_one_allocation(std::size_t at_least, std::size_t spared = 0);
/// Whether one is still to fail on this thread; it then does not any more.
bool take_back_failure();

/// Runs as main does: a handler that throws ends alone. @return whether `done` came
template <class Io, class Done>
bool goes_on_until(Io& io, const Done& done) {
  while (true) {
    try {
      return io.run_until(done);
    } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): said above
    }
  }
}

/// Lets one allocation after the other fail: each of the first hundred, and of those behind them, most of which a plan
/// takes, one in so many. @param lives with so many spared; returns whether one has failed. With fewer than `most` none
/// does
template <class Lives>
void lack_memory_everywhere(std::size_t most, const Lives& lives) {
  bool failed = true;
  for (std::size_t spared = 0; failed && spared < most; spared += 1 + spared / 100) {
    CAPTURE(spared);
    failed = lives(spared);
  }
  CHECK_FALSE(failed);
}

}  // namespace home_energy::test
