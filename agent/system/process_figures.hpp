/// @file
/// What this process has taken of the machine.
#pragma once

#include <cstddef>

namespace home_energy {

struct ProcessFigures {
  double cpu_seconds;  ///< of all threads, user and system
  std::size_t resident_bytes;
  std::size_t virtual_bytes;
  std::size_t open_descriptors;
  std::size_t most_descriptors;
};

/// As they are now; 0 for what the system does not tell.
ProcessFigures process_figures();

}  // namespace home_energy
