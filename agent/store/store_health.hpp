/// @file
/// How the store is.
#pragma once

#include <string>

namespace home_energy {

struct StoreHealth {
  enum class State { memory, ok, failing };
  State state = State::memory;
  std::string reason{};  ///< why it fails
};

}  // namespace home_energy
