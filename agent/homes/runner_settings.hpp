/// @file
/// What the homes are told at the start.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "agent/system/slices.hpp"
#include "common/wire/wire.hpp"
#include "common/world/home.hpp"

namespace home_energy {

/// Which options were given by somebody, rather than by default: they override stored values.
struct GivenOptions {
  bool start_soc = false;
  bool charge_limit = false;
  bool mode = false;
  bool target = false;
  bool ready_by = false;
  bool prices = false;
  bool baseload = false;
  bool trips = false;
  bool storage_soc = false;
  bool storage_mode = false;
  bool storage_reserve = false;
};

struct RunnerSettings {
  std::string base_topic;
  std::string discovery_prefix = "homeassistant";  ///< Home Assistant's: no place for answers
  std::vector<std::string> home_ids;               ///< at least one; the first is the one of the documented endpoints
  std::shared_ptr<const HomeSettings> home;
  std::chrono::milliseconds tick;  ///< real time between two ticks at the start
  std::string currency;
  wire::AgentInfo info;
  bool running = true;             ///< whether time goes on by itself from the start
  GivenOptions given{};            ///< override stored values
  std::size_t history_homes = 10;  ///< so many, the first ones, have a history
  /// The length of a piece of work. Tests that look at what happens between two pieces give one that no piece reaches.
  std::chrono::milliseconds piece = Slices::kPiece;
};

}  // namespace home_energy
