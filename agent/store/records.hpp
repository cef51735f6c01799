/// @file
/// What is stored, as values.
#pragma once

#include <compare>
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
  std::optional<std::int64_t> epoch{};  ///< Calendar::epoch; none where a file of before does not say it
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
  std::string home;  ///< or the device of a further car; empty: the agent's own status and info

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
  std::shared_ptr<const Calendar> calendar{};           ///< of the homes whose rows these are
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

}  // namespace home_energy
