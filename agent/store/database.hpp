/// @file
/// The SQLite file: its schema, its migrations, and what is written to and read from it. Only its source knows SQLite.
/// Belongs to one thread at a time. What fails is thrown: as DatabaseError when opening, else as std::exception.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/store/records.hpp"

namespace home_energy {

class Database {
 public:
  static constexpr const char* kInMemory = ":memory:";
  /// So many rows are read for one answer: 520 days of quarters of an hour, 4 MB.
  static constexpr std::size_t kMostRowsRead = 50'000;
  /// In memory so many days become daily sums; older ones are dropped. 365 KB a home.
  static constexpr std::int64_t kDaysOfSumsInMemory = 3'650;

  /// Opens a file that may not be there yet, takes it for itself, checks it and brings it to the present version.
  /// @param keep_days  simulated days whose rows are kept; older ones become daily sums
  Database(const std::string& path, int keep_days);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  Database(Database&&) = delete;
  Database& operator=(Database&&) = delete;

  /// On disk when it returns. Rows that are there already, by home, quarter and number, are written over.
  void write(const StoreBatch& batch);

  StoredWorld load();
  /// Writes all that there is into a new file.
  void copy_to(const std::string& path);
  /// Erases homes with their history.
  void forget(const std::vector<std::string>& homes);
  /// The rows that begin within [from, to), in order of quarter and number. One that is out of range is left out, and
  /// logged.
  std::vector<HistoryRow> history(const std::string& home, std::int64_t from, std::int64_t to);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace home_energy
