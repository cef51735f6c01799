/// @file
/// What is read from the tables, checked as if it came from a stranger: a file may be damaged, or another program may
/// have written to it. A value out of its range is told with its column, itself and the range. Part of `database`.
#pragma once

#include <string>
#include <vector>

#include "agent/store/records.hpp"
#include "common/base/result.hpp"
#include "common/world/history.hpp"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace home_energy {

/// The columns of a row of history, as `history_row` reads them.
inline constexpr const char* kHistoryColumns =
    "quarter, number, minutes, base_mwh, car_mwh, cost_micro, price_micro, soc, overload_s, currency, devices";

/// The present row of a SELECT of these columns; or what is wrong with it.
Result<HistoryRow> history_row(SQLite::Statement& select);

/// What further devices drew in a row, as it is stored.
std::string devices_text(const HistoryRow& row);

/// All but history. An agent's date or moment out of range is left out, and logged.
StoredWorld stored_world(SQLite::Database& db);

/// Leaves out homes whose state or curves are out of range, and a beginning that is no time; each is logged in one
/// line.
/// @return the homes: they begin anew, the others go on
std::vector<std::string> leave_out_illegal(StoredWorld& world);

}  // namespace home_energy
