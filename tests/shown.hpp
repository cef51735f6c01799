/// @file
/// What a home shows.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "common/wire/wire.hpp"

namespace home_energy::test {

inline const wire::Labels kLabels{"SEK", "2026-11-22T00:00:00+01:00"};

/// The payload of a topic.
inline std::string payload_of(const Home& home, wire::HomeTopic topic, const wire::Labels& labels = kLabels) {
  std::string text;
  wire::append_topic(text, topic, home, home.snapshot(), labels);
  return text;
}

inline nlohmann::json plan_of(const Home& home) {
  return nlohmann::json::parse(wire::http::plan(home, kLabels));
}

}  // namespace home_energy::test
