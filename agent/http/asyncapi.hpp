/// @file
/// What `GET /asyncapi.json` answers: the topics and payloads of an agent, as AsyncAPI 3.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/wire/wire.hpp"

namespace home_energy {

/// @param topics below the homes, as `Runner::topic_names` has them. Values are described by their table, documents and
/// commands by the schemas of openapi.json. Takes some milliseconds.
std::string asyncapi(const wire::Topics& base, std::span<const std::string_view> topics, std::string_view version);

}  // namespace home_energy
