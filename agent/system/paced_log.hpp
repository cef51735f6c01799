/// @file
/// Lines for the log that strangers or a defect could cause thousands of times a second: they must not fill a disk.
#pragma once

#include <spdlog/common.h>

#include <chrono>
#include <string>
#include <string_view>

namespace home_energy {

/// Of each kind a line at most so often.
constexpr std::chrono::seconds kLogPause{1};

/// Logs it, or counts it for the next line of its kind. Thread-safe. @param kind a literal
void log_paced(spdlog::level::level_enum level, std::string_view kind, const std::string& text);

}  // namespace home_energy
