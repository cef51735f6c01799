#include "agent/store/database_schema.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/store/records.hpp"
#include "agent/system/local_time.hpp"
#include "common/wire/home_state.hpp"

namespace home_energy {
namespace {

using DatabaseFault = DatabaseError::Kind;

/// "HEng": tells our files from other programs'.
constexpr int kApplicationId = 0x48456e67;

/// What brings a file from one version to the next; the first makes an empty one. Never changed once released.
constexpr std::array kMigrations{
    R"sql(
CREATE TABLE agent (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  since TEXT NOT NULL,
  first_date INTEGER NOT NULL,
  wall_ms INTEGER
);
CREATE TABLE home (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  curves TEXT NOT NULL DEFAULT ''
);
CREATE TABLE history (
  home INTEGER NOT NULL REFERENCES home(number),
  quarter INTEGER NOT NULL,
  number INTEGER NOT NULL,
  minutes INTEGER NOT NULL,
  base_mwh INTEGER NOT NULL,
  car_mwh INTEGER NOT NULL,
  cost_micro INTEGER NOT NULL,
  price_micro INTEGER NOT NULL,
  soc INTEGER NOT NULL,
  overload_s INTEGER NOT NULL,
  PRIMARY KEY (home, quarter, number)
) WITHOUT ROWID;
)sql",
    // The currency of what was counted, empty where a file of version 1 did not say it;
    // and what was announced: a home's topics, or with a prefix its device.
    R"sql(
ALTER TABLE home ADD COLUMN currency TEXT NOT NULL DEFAULT '';
ALTER TABLE history ADD COLUMN currency TEXT NOT NULL DEFAULT '';
CREATE TABLE announced (
  ha_prefix TEXT NOT NULL,
  base_topic TEXT NOT NULL,
  home TEXT NOT NULL,
  PRIMARY KEY (ha_prefix, base_topic, home)
) WITHOUT ROWID;
)sql",
    // What further devices drew, mWh by the name of their kind, as JSON; empty where none
    // drew anything.
    R"sql(
ALTER TABLE history ADD COLUMN devices TEXT NOT NULL DEFAULT '';
)sql",
    // The Unix seconds at which day 0 began, from which the quarters of history count; and
    // the quarter before which a home's days are sums, which no other zone's days part anew.
    R"sql(
ALTER TABLE agent ADD COLUMN epoch INTEGER;
ALTER TABLE home ADD COLUMN folded_until INTEGER;
)sql"};

/// Of a file before, quarters of an hour were counted by the clock's face, 96 a day.
constexpr int kByTheFace = 3;

/// When a quarter of an hour was that the clock showed. @param again whether a row of the same face was there before:
/// then, where the clock showed it twice, the second time
std::int64_t passed_quarters(std::int64_t by_the_face, bool again, const Calendar& calendar) {
  const std::int64_t first = quarter_by_the_face(by_the_face, calendar);
  if (!again) return first;
  constexpr std::int64_t kLongestChange = std::int64_t{2} * kQuartersPerHour;
  const auto face = [&](std::int64_t quarter) { return calendar.at(quarter * kSecondsPerQuarter); };
  for (std::int64_t later = 1; later <= kLongestChange; ++later)
    if (face(first + later).second == face(first).second) return first + later;
  return first;
}

/// From the quarters that the clock showed to those that have passed: the same until the clock was changed first.
void count_passed_quarters(SQLite::Database& db) {
  SQLite::Statement agent(db, "SELECT first_date FROM agent WHERE wall_ms IS NOT NULL AND abs(first_date) <= ?");
  agent.bind(1, kMostDays);
  if (!agent.executeStep()) return;
  const Calendar calendar = Calendar::of_zone(agent.getColumn(0).getInt64(), local_time::offsets());
  struct Row {
    std::int64_t home;
    std::int64_t number;
    std::int64_t from;
    std::int64_t to;
  };
  std::vector<Row> moved;
  SQLite::Statement rows(db,
                         "SELECT home, quarter, number FROM history WHERE quarter BETWEEN -?1 AND ?1 "
                         "ORDER BY home, quarter, number");
  rows.bind(1, kMostQuarters);
  std::optional<std::pair<std::int64_t, std::int64_t>> before;
  while (rows.executeStep()) {
    const std::pair place(rows.getColumn(0).getInt64(), rows.getColumn(1).getInt64());
    const auto quarter = passed_quarters(place.second, before == place, calendar);
    if (quarter != place.second) moved.push_back({place.first, rows.getColumn(2).getInt64(), place.second, quarter});
    before = place;
  }
  // By way of quarters that there are none of, so that no row takes the place of one that is still to be moved.
  constexpr std::int64_t kFar = std::int64_t{1} << 42;
  SQLite::Statement move(db, "UPDATE history SET quarter = ? WHERE home = ? AND quarter = ? AND number = ?");
  for (const Row& row : moved) {
    move.reset();
    int column = 0;
    for (const std::int64_t value : {kFar + row.to, row.home, row.from, row.number}) move.bind(++column, value);
    move.exec();
  }
  SQLite::Statement back(db, "UPDATE history SET quarter = quarter - ?1 WHERE quarter > ?1 / 2");
  back.bind(1, kFar);
  back.exec();
}

int pragma(SQLite::Database& db, const std::string& name) {
  return db.execAndGet("PRAGMA " + name).getInt();
}

}  // namespace

int schema_version() {
  return static_cast<int>(kMigrations.size());
}

void check_schema(SQLite::Database& db) {
  const int version = pragma(db, "user_version");
  const int tables = db.execAndGet("SELECT count(*) FROM sqlite_master").getInt();
  if (tables > 0 && pragma(db, "application_id") != kApplicationId)
    throw DatabaseError(DatabaseFault::damaged, "it is another program's");
  if (version < 0) throw DatabaseError(DatabaseFault::damaged, "its version is " + std::to_string(version));
  if (version > schema_version()) {
    throw DatabaseError(DatabaseFault::newer, "it is of version " + std::to_string(version) +
                                                  ", this program knows up to " + std::to_string(schema_version()));
  }
  const std::string sound = db.execAndGet("PRAGMA quick_check(1)").getString();
  if (sound != "ok") throw DatabaseError(DatabaseFault::damaged, sound);
}

void migrate_schema(SQLite::Database& db) {
  const int present = pragma(db, "user_version");
  if (present == schema_version()) return;
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  for (auto version = static_cast<std::size_t>(present); version < kMigrations.size(); ++version)
    db.exec(kMigrations.at(version));
  if (present > 0 && present <= kByTheFace) count_passed_quarters(db);
  db.exec("PRAGMA user_version = " + std::to_string(schema_version()));
  db.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
  transaction.commit();
}

}  // namespace home_energy
