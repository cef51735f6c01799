/// @file
/// What a home shows, as JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "common/wire/wire.hpp"

namespace home_energy::test {

inline const wire::Labels kLabels{"SEK", "2026-11-22T00:00:00+01:00"};

inline nlohmann::json plan_of(const Home& home) {
  return nlohmann::json::parse(wire::http::plan(home, kLabels));
}

}  // namespace home_energy::test
