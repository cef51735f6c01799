/// @file
/// The log of the process, on standard error.
#pragma once

#include <string>

namespace home_energy {

enum class LogFormat {
  text,  ///< a line for people
  json,  ///< a line that is a JSON object: `time` (ISO 8601 with offset), `level`, `message`
};

/// From now on. @param level as spdlog names it
void log_to_stderr(const std::string& level, LogFormat format);

}  // namespace home_energy
