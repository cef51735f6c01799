/// @file
/// What Home Assistant is told of an agent, and where.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "common/base/units.hpp"
#include "common/wire/home_topics.hpp"

namespace home_energy::home_assistant {

/// What is the same for all homes of an agent.
struct Settings {
  std::string prefix;                   ///< where Home Assistant looks for discovery: `homeassistant`
  std::string base_topic;               ///< of our own topics
  std::string version;                  ///< of the agent
  std::string currency;                 ///< ISO 4217
  bool has_dates;                       ///< whether the homes are in a time zone, in real time or with --zone
  std::optional<std::string> page_url;  ///< where others reach the agent's page, http or https; none where they do not
  std::vector<std::size_t> devices{};   ///< the kinds of the homes' further devices
  wire::HomeParts parts{};
  CarArray<std::optional<Watts>> chargers{};  ///< what each draws at most, where it modulates
  bool has_peak_price = false;                ///< whether the tariff has a price of power
};

}  // namespace home_energy::home_assistant
