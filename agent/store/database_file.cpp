#include "agent/store/database_file.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>

namespace home_energy {
namespace {

namespace fs = std::filesystem;
using DatabaseFault = DatabaseError::Kind;

/// UTC, to the second: names sort by age.
std::string stamp() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%d-%H%M%S", &utc)};
}

/// A name that nothing has yet.
fs::path free_name(const fs::path& path, const std::string& why) {
  const std::string base = path.string() + '.' + why + '-' + stamp();
  fs::path name = base;
  for (int i = 2; fs::exists(name); ++i) name = base + '-' + std::to_string(i);
  return name;
}

}  // namespace

void copy_aside(Database& database, const DatabaseFile& file, const std::string& why) {
  const fs::path name = free_name(file.path(), why);
  database.copy_to(name.string());
  spdlog::warn("store: a copy of {} is kept as {}", file.path().string(), name.string());
}

void put_aside(const DatabaseFile& file, const std::string& why) {
  try {
    const fs::path name = free_name(file.path(), why);
    bool found = false;
    for (const char* const part : {"", "-wal", "-journal"}) {
      if (!fs::exists(file.path().string() + part)) continue;
      fs::rename(file.path().string() + part, name.string() + part);
      found = true;
    }
    if (!found) return;
    fs::remove(file.path().string() + "-shm");
    spdlog::warn("store: {} is put aside as {}", file.path().string(), name.string());
  } catch (const fs::filesystem_error& error) {
    throw DatabaseError(DatabaseFault::unusable, error.what());
  }
}

FolderLock::FolderLock(const fs::path& folder) : descriptor_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0 || flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  close(descriptor_);
  throw DatabaseError(DatabaseFault::in_use, "it is in use");
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::unique_ptr<Database> open_database(const DatabaseFile& file) {
  try {
    return std::make_unique<Database>(file.path().string(), file.keep_days);
  } catch (const DatabaseError& error) {
    if (error.kind() != DatabaseFault::damaged && error.kind() != DatabaseFault::newer) throw;
    spdlog::error("store: {} cannot be used: {}", file.path().string(), error.what());
    put_aside(file, error.kind() == DatabaseFault::newer ? "newer" : "damaged");
  }
  return std::make_unique<Database>(file.path().string(), file.keep_days);
}

}  // namespace home_energy
