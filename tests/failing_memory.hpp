/// @file
/// Memory that runs out on purpose, on one thread: `operator new` of the executable that has failing_memory.cpp.
#pragma once

#include <cstddef>

namespace home_energy::test {

/// The next allocation of this thread of at least so many bytes throws std::bad_alloc, after `spared` more that do not.
void fail_one_allocation(std::size_t at_least, std::size_t spared = 0);
/// Whether one is still to fail on this thread; it then does not any more.
bool take_back_failure();

}  // namespace home_energy::test
