/// @file
/// The database in its folder. One that cannot be used is never overwritten: it is put aside under another name.
#pragma once

#include <filesystem>
#include <memory>

#include "agent/store/database.hpp"

namespace home_energy {

struct DatabaseFile {
  std::filesystem::path folder;
  int keep_days;

  std::filesystem::path path() const { return folder / "home-energy.db"; }
};

/// Opens the database; one that is damaged or newer is put aside first, and the log tells its new name.
/// Throws DatabaseError where it is in use, or the folder or disk does not let us.
std::unique_ptr<Database> open_database(const DatabaseFile& file);

/// One process a folder: holds it from here to the end. The kernel gives it free when the process is gone.
class FolderLock {
 public:
  /// Throws DatabaseError where another process has it.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  FolderLock(FolderLock&&) = delete;
  FolderLock& operator=(FolderLock&&) = delete;

 private:
  int descriptor_;
};

/// Keeps a copy of the database under the name that put_aside() would give it. Throws where that cannot be done.
void copy_aside(Database& database, const DatabaseFile& file, const std::string& why);

/// Puts the database aside, as `home-energy.db.<why>-20261122-183000`, with all that belongs to it.
/// Throws DatabaseError where that cannot be done; nothing where there is none.
void put_aside(const DatabaseFile& file, const std::string& why);

}  // namespace home_energy
