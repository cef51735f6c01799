/// @file
/// The SQLite file: its schema, its migrations, and what is written to and read from it. Only its source knows SQLite.
/// Belongs to one thread at a time. What fails is thrown: as DatabaseError when opening, else as std::exception.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/world/history.hpp"

namespace home_energy {

/// What is remembered of the agent as a whole.
struct AgentRecord {
  std::string since;            ///< when the counters began: ISO 8601 with zone; empty where that is not known
  std::int64_t first_date = 0;  ///< of day 0, days since 1970-01-01
  /// When the homes were in step with the wall clock last, milliseconds since 1970; none where they were not.
  std::optional<std::int64_t> wall_ms{};
};

struct HomeRecord {
  std::string state;
  std::optional<std::string> curves{};  ///< none: as they were
  std::string currency{};               ///< ISO 4217, of its cost and curves; empty where a file of version 1 has none
};

/// What was published of a home and stays at the broker, or in Home Assistant, until it is taken back.
struct Announcement {
  std::string ha_prefix;  ///< its device at this discovery prefix; empty: its topics below the base topic
  std::string base_topic;
  std::string home;  ///< empty: the agent's own status and info

  friend auto operator<=>(const Announcement&, const Announcement&) = default;
};

struct RowRecord {
  std::string home;
  HistoryRow row;
};

/// What is written at once: all of it is there afterwards, or nothing.
struct StoreBatch {
  std::optional<AgentRecord> agent{};
  std::unordered_map<std::string, HomeRecord> homes{};  ///< by id
  std::vector<RowRecord> rows{};                        ///< of homes that are stored, or written here
  std::map<Announcement, bool> announced{};             ///< true: is remembered from now on, false: forgotten
  std::size_t dropped = 0;                              ///< rows that were left out, there were too many
  bool empty() const { return !agent && homes.empty() && rows.empty() && announced.empty(); }
};

struct StoredWorld {
  std::optional<AgentRecord> agent{};
  std::unordered_map<std::string, HomeRecord> homes{};
  std::set<Announcement> announced{};
};

class DatabaseError : public std::runtime_error {
 public:
  enum class Kind {
    damaged,   ///< no database, not one of ours, or not sound
    newer,     ///< of a version that this program does not know
    in_use,    ///< another process has it
    unusable,  ///< the disk or the folder does not let us
  };
  DatabaseError(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

class Database {
 public:
  /// The version of the schema that this program writes.
  static int version();
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
