/// @file
/// What `GET /openapi.json` answers: agent/http/openapi.json, embedded when the agent is built.
#pragma once

#include <string_view>

namespace home_energy {
extern const std::string_view kOpenApi;
}
