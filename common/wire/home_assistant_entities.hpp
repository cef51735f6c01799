/// @file
/// The entities of a home in Home Assistant, one line of a table each. Part of `home_assistant`, which makes the
/// document.
#pragma once

#include <vector>

#include "common/wire/home_assistant_entity.hpp"

namespace home_energy::home_assistant {

/// All of a home with these settings, in the order of the document: those of every home, then of its further devices.
std::vector<Entity> entities(const Settings& settings);

}  // namespace home_energy::home_assistant
