#include "agent/system/paced_log.hpp"

#include <spdlog/spdlog.h>

#include <map>
#include <mutex>

namespace home_energy {
namespace {

struct Told {
  std::chrono::steady_clock::time_point next{};  ///< not before
  std::size_t untold = 0;
};

}  // namespace

void log_paced(spdlog::level::level_enum level, std::string_view kind, const std::string& text) {
  static std::mutex mutex;
  static std::map<std::string_view, Told> kinds;
  const std::scoped_lock lock(mutex);
  Told& told = kinds[kind];
  const auto now = std::chrono::steady_clock::now();
  if (now < told.next) {
    ++told.untold;
    return;
  }
  spdlog::log(level, told.untold == 0 ? text : text + fmt::format(" ({} more like it before)", told.untold));
  told = {.next = now + kLogPause, .untold = 0};
}

}  // namespace home_energy
