/// @file
/// Whether a store could keep what it is told to, found out without a change to its folder.
#pragma once

#include <string>

#include "agent/store/store_settings.hpp"
#include "common/base/result.hpp"

namespace home_energy {

/// @return what the store would do; fails with what is in the way
Result<std::string> check_store(const StoreSettings& settings);

}  // namespace home_energy
