/// @file
/// What the store is told at the start.
#pragma once

#include <filesystem>
#include <optional>

namespace home_energy {

struct StoreSettings {
  std::optional<std::filesystem::path> folder{};  ///< none: history lives in memory, and nothing outlives the process
  bool fresh = false;                             ///< what is there is put aside
  int keep_days = 400;                            ///< simulated days whose rows are kept; then daily sums
};

}  // namespace home_energy
