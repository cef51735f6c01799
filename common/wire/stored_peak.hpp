/// @file
/// Reads what is stored of a month's highest hours. Part of `home_state`.
#pragma once

#include <optional>

#include "common/wire/stored_json.hpp"
#include "common/world/peak_meter.hpp"

namespace home_energy::stored {

/// Nothing where the home had no price of power. Throws what `read_safely` tells.
/// @param home  the whole state of the home
/// @param ticks an hour of the run that it is of
std::optional<PeakState> read_peak(const Json& home, int ticks);

}  // namespace home_energy::stored
