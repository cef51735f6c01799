#include "tests/failing_memory.hpp"

#include <cstdlib>
#include <new>
#include <utility>

namespace {

struct Failure {
  bool awaited = false;
  std::size_t at_least = 0;
  std::size_t spared = 0;
};
thread_local Failure failure;

}  // namespace

namespace home_energy::test {

void fail_one_allocation(std::size_t at_least, std::size_t spared) {
  failure = {true, at_least, spared};
}

bool take_back_failure() {
  return std::exchange(failure.awaited, false);
}

}  // namespace home_energy::test

// Those of arrays call these.
void* operator new(std::size_t size) {
  if (failure.awaited && size >= failure.at_least && failure.spared-- == 0) {
    failure.awaited = false;
    throw std::bad_alloc();
  }
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
// As the standard library has them; AddressSanitizer brings its own, which do not go together with ours.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
