#include "agent/store/store_check.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "agent/store/database_file.hpp"

namespace home_energy {
namespace {

namespace fs = std::filesystem;

Error in_the_way(const fs::path& place, const std::string& reason) {
  return {ErrorCode::illegal, "data-dir", place.string() + ": " + reason};
}

Result<void> may(const fs::path& place, int what) {
  if (::access(place.c_str(), what) == 0) return {};
  return tl::unexpected(in_the_way(place, std::generic_category().message(errno)));
}

/// Of a folder that is not there: the nearest one above it, in which it would be made.
fs::path nearest_above(fs::path folder) {
  std::error_code unknown;
  while (!fs::exists(folder, unknown) && folder.has_relative_path()) folder = folder.parent_path();
  return folder;
}

Result<void> check_file(const DatabaseFile& file) {
  try {
    const FolderLock lock(file.folder);
  } catch (const DatabaseError& error) {
    return tl::unexpected(in_the_way(file.folder, error.what()));
  }
  std::error_code unknown;
  return fs::exists(file.path(), unknown) ? may(file.path(), R_OK | W_OK) : Result<void>();
}

}  // namespace

Result<std::string> check_store(const StoreSettings& settings) {
  if (!settings.folder) return "no folder: nothing outlives the process";
  const fs::path folder = fs::absolute(*settings.folder);
  const fs::path there = nearest_above(folder);
  std::error_code unknown;
  if (!fs::is_directory(there, unknown)) return tl::unexpected(in_the_way(there, "is no folder"));
  if (const auto writable = may(there, R_OK | W_OK | X_OK); !writable) return tl::unexpected(writable.error());
  if (there != folder) return folder.string() + " would be made";
  if (const auto file = check_file({folder, settings.keep_days}); !file) return tl::unexpected(file.error());
  return folder.string() + " can be written";
}

}  // namespace home_energy
