#include "agent/store/database_schema.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <string>

#include "agent/store/records.hpp"

namespace home_energy {
namespace {

using Kind = DatabaseError::Kind;

/// "HEng": tells our files from other programs'.
constexpr int kApplicationId = 0x48456e67;

/// What brings a file from one version to the next; the first makes an empty one. Never changed once released.
constexpr std::array kMigrations{R"sql(
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
)sql"};

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
    throw DatabaseError(Kind::damaged, "it is another program's");
  if (version < 0) throw DatabaseError(Kind::damaged, "its version is " + std::to_string(version));
  if (version > schema_version()) {
    throw DatabaseError(Kind::newer, "it is of version " + std::to_string(version) + ", this program knows up to " +
                                         std::to_string(schema_version()));
  }
  const std::string sound = db.execAndGet("PRAGMA quick_check(1)").getString();
  if (sound != "ok") throw DatabaseError(Kind::damaged, sound);
}

void migrate_schema(SQLite::Database& db) {
  const int present = pragma(db, "user_version");
  if (present == schema_version()) return;
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  for (auto version = static_cast<std::size_t>(present); version < kMigrations.size(); ++version)
    db.exec(kMigrations.at(version));
  db.exec("PRAGMA user_version = " + std::to_string(schema_version()));
  db.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
  transaction.commit();
}

}  // namespace home_energy
