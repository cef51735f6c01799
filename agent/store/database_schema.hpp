/// @file
/// The versions of the SQLite file: what a file must be to be ours, and what brings an older one to the present
/// version.
#pragma once

namespace SQLite {
class Database;
}

namespace home_energy {

/// The version that this program writes.
int schema_version();
/// Throws DatabaseError where the file is damaged, another program's, or newer than this program.
void check_schema(SQLite::Database& db);
/// Brings the file to schema_version(), all of it or nothing.
void migrate_schema(SQLite::Database& db);

}  // namespace home_energy
