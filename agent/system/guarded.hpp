/// @file
/// What keeps a part alive when something inside it throws: a defect costs the one turn in which it happened, and is
/// logged. The next timer is set, or the next read begun, outside of what is guarded.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "agent/system/paced_log.hpp"

namespace home_energy {

/// Where there is no memory for the line, there is none.
inline void log_defect(std::string_view place, const char* what) noexcept {
  try {
    log_paced(spdlog::level::err, place, "internal error in " + std::string(place) + ": " + what);
  } catch (...) {  // NOLINT(bugprone-empty-catch): said above
  }
}

/// Calls it; what it throws is logged. @param place a literal @return whether it threw nothing
template <class Work>
bool guarded(std::string_view place, Work&& work) {
  try {
    std::forward<Work>(work)();
    return true;
  } catch (const std::exception& defect) {
    log_defect(place, defect.what());
  } catch (...) {
    log_defect(place, "no exception of the standard library");
  }
  return false;
}

}  // namespace home_energy
