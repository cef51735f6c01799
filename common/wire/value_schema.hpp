/// @file
/// What payloads of values look like, as JSON Schema, read from the table of values.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>

#include "common/wire/value_table.hpp"

namespace home_energy::wire {

/// Of the object of these values. Those that not every home has are not required.
nlohmann::ordered_json schema_of(std::span<const ValueRow> rows);

}  // namespace home_energy::wire
