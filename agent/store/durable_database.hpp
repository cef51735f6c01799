/// @file
/// A database that outlives the troubles of its disk: what was not taken is kept, each home's latest state and a
/// bounded number of rows, and is written once the file can be opened anew. Belongs to one thread at a time; whatever
/// is asked of it may take as long as the disk does.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/store/database_file.hpp"
#include "agent/store/store_settings.hpp"
#include "common/base/result.hpp"

namespace home_energy {

/// Puts what came later over what came before.
void merge(StoreBatch& into, StoreBatch&& later);
/// Leaves out the oldest rows where there are too many, and counts them.
void drop_too_many(StoreBatch& batch);

class DurableDatabase {
 public:
  /// So many rows wait for a disk that does not take them.
  static constexpr std::size_t kMostRows = 100'000;

  explicit DurableDatabase(StoreSettings settings) : settings_(std::move(settings)) {}

  /// Opens the file where there is one, and reads what it holds. A new one is made by the first write.
  /// @return why it cannot be used for now, where that is so: it is tried again by each write. Fails with the field
  /// `data-dir` where another process has the folder, or it cannot be made
  Result<std::optional<std::string>> open();
  StoredWorld take_loaded() { return std::exchange(loaded_, {}); }

  struct Outcome {
    std::optional<std::string> trouble{};  ///< why nothing is written
    bool replaced = false;                 ///< nothing is written as the file is a new one: everything has to be, next
  };
  /// What is to be written next; history() knows it from here on.
  void add(StoreBatch later) { merge(unwritten_, std::move(later)); }
  /// Writes all that has not been written yet, or nothing of it.
  Outcome write();
  /// Whether something is left from a write that failed.
  bool in_trouble() const { return in_trouble_; }

  /// The rows of a home that begin within [from, to): those written, those that are still to be, and `tail`.
  std::vector<HistoryRow> history(const std::string& home, std::int64_t from, std::int64_t to,
                                  const std::optional<HistoryRow>& tail);

 private:
  DatabaseFile file() const { return {*settings_.folder, settings_.keep_days}; }
  std::optional<std::string> open_file();
  void load();
  bool reopen();

  StoreSettings settings_;
  std::optional<FolderLock> lock_;
  std::unique_ptr<Database> database_;  ///< none: it could not be opened, or has to be anew
  StoredWorld loaded_;
  StoreBatch unwritten_;  ///< what is to be written, or was not taken by the disk
  bool in_trouble_ = false;
  bool was_loaded_ = false;      ///< what the file holds is known
  bool file_was_there_ = false;  ///< since it was opened or made by this process
};

}  // namespace home_energy
