/// @file
/// What keeps a part alive when something inside it throws: a defect costs the one turn in which it happened, and is
/// logged. The next timer is set, or the next read begun, outside of what is guarded.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "agent/paced_log.hpp"

namespace home_energy {

/// Calls it; what it throws is logged. @param place a literal @return whether it threw nothing
template <class Work>
bool guarded(std::string_view place, Work&& work) {
  std::string what = "no exception of the standard library";
  try {
    std::forward<Work>(work)();
    return true;
  } catch (const std::exception& defect) {
    what = defect.what();
  } catch (...) {  // NOLINT(bugprone-empty-catch): said above
  }
  log_paced(spdlog::level::err, place, "internal error in " + std::string(place) + ": " + what);
  return false;
}

}  // namespace home_energy
