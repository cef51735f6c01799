#include "agent/system/local_time.hpp"

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "common/time/iso8601.hpp"

namespace home_energy::local_time {
namespace {

constexpr std::int64_t kSince = 0;                  // 1970
constexpr std::int64_t kUntil = 4'102'444'800;      // 2100
constexpr std::int64_t kStep = 7 * kSecondsPerDay;  // no clock is changed twice within it

std::int64_t ahead_at(std::int64_t unix_seconds) {
  const std::time_t seconds = unix_seconds;
  std::tm local{};
  localtime_r(&seconds, &local);
  return local.tm_gmtoff;
}

/// The first second from which on the clock is no longer so far ahead, of those until `until`, in which it is not.
std::int64_t change_in(std::int64_t since, std::int64_t until, std::int64_t ahead) {
  while (until - since > 1) {
    const std::int64_t middle = since + (until - since) / 2;
    (ahead_at(middle) == ahead ? since : until) = middle;
  }
  return until;
}

std::filesystem::path zone_file(const std::string& name) {
  const char* const folder = std::getenv("TZDIR");  // NOLINT(concurrency-mt-unsafe): before there are other threads
  return std::filesystem::path(folder != nullptr ? folder : "/usr/share/zoneinfo") / name;
}

}  // namespace

bool is_zone(const std::string& name) {
  if (name.empty() || name.front() == '/' || name.find("..") != std::string::npos) return false;
  if (name.find('\0') != std::string::npos) return false;
  constexpr std::string_view kMagic = "TZif";
  std::string magic(kMagic.size(), '\0');
  std::error_code error;
  if (!std::filesystem::is_regular_file(zone_file(name), error)) return false;
  std::ifstream(zone_file(name), std::ios::binary).read(magic.data(), static_cast<std::streamsize>(magic.size()));
  return magic == kMagic;
}

void use_zone(const std::string& name) {
  setenv("TZ", name.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): before there are other threads
  tzset();
}

/// Asked of the C library, as it knows them after the last one in the zone's file too, by that file's rule.
std::vector<Calendar::Offset> offsets() {
  std::vector<Calendar::Offset> offsets{{kSince, ahead_at(kSince)}};
  for (std::int64_t time = kSince; time < kUntil; time += kStep) {
    if (ahead_at(time + kStep) == offsets.back().ahead) continue;
    const std::int64_t change = change_in(time, time + kStep, offsets.back().ahead);
    offsets.push_back({change, ahead_at(change)});
  }
  return offsets;
}

std::string iso8601(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  return home_energy::iso8601(seconds, ahead_at(seconds));
}

std::chrono::nanoseconds since_boot() {
  timespec time{};
  clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace home_energy::local_time
