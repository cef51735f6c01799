#include "agent/store/database.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <algorithm>
#include <limits>
#include <unordered_set>
#include <utility>

#include "agent/store/database_rows.hpp"
#include "agent/store/database_schema.hpp"
#include "agent/system/paced_log.hpp"

namespace home_energy {
namespace {

using DatabaseFault = DatabaseError::Kind;

const Calendar& without_zone() {
  static const Calendar kWithoutZone;
  return kWithoutZone;
}

/// The first quarter of the day that a quarter is in.
std::int64_t day_begin(std::int64_t quarter, const Calendar& calendar) {
  return step_bounds(quarter, HistoryStep::day, calendar).begin;
}

DatabaseFault kind_of(const SQLite::Exception& error) {
  switch (error.getErrorCode()) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:  // tables or columns are missing
      return DatabaseFault::damaged;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return DatabaseFault::in_use;
    default:
      return DatabaseFault::unusable;
  }
}

}  // namespace

class Database::Impl {
 public:
  Impl(const std::string& path, int keep_days);

  void write(const StoreBatch& batch);
  StoredWorld load() { return stored_world(db_); }
  void copy_to(const std::string& path);
  void forget(const std::vector<std::string>& homes);
  std::vector<HistoryRow> history(const std::string& home, std::int64_t from, std::int64_t to);

 private:
  std::optional<std::int64_t> number(const std::string& home);
  void write_agent(const AgentRecord& agent);
  void write_home(const std::string& id, const HomeRecord& home);
  void read_nameless();
  void name_currency(std::int64_t home, const std::string& currency);
  void write_announced(const std::map<Announcement, bool>& announced);
  void write_row(std::int64_t home, const HistoryRow& row);
  struct Folded;
  Folded& folded_of(std::int64_t home);
  bool is_in_a_daily_sum(std::int64_t home, const HistoryRow& row, const Calendar& calendar);
  void fold_old_days(std::int64_t home, std::int64_t day, const Calendar& calendar);
  std::vector<std::int64_t> newest_days(std::int64_t home, const Calendar& calendar);
  std::vector<HistoryRow> select(std::int64_t home, std::int64_t from, std::int64_t to,
                                 std::size_t most = std::numeric_limits<std::size_t>::max());

  SQLite::Database db_;
  int keep_days_;
  bool in_memory_;
  std::unordered_map<std::string, std::int64_t> numbers_;
  std::unordered_set<std::int64_t> nameless_;  ///< homes whose currency is not known yet
  struct Folded {
    std::vector<std::int64_t> days{};  ///< the newest that there are, ascending: the first quarter of each
    std::int64_t until = std::numeric_limits<std::int64_t>::min();  ///< what begins before this quarter is folded
  };
  std::unordered_map<std::int64_t, Folded> folded_;  ///< by home
  std::optional<SQLite::Statement> replace_agent_;
  std::optional<SQLite::Statement> update_home_;
  std::optional<SQLite::Statement> insert_row_;
  std::optional<SQLite::Statement> select_rows_;
};

Database::Impl::Impl(const std::string& path, int keep_days)
    : db_(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE), keep_days_(keep_days), in_memory_(path == kInMemory) {
  // Exclusive: no other process reads it half, and the log needs no shared memory. Full: synced at every commit.
  db_.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -1024; BEGIN IMMEDIATE; COMMIT;");
  check_schema(db_);
  db_.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
  migrate_schema(db_);
  read_nameless();
  replace_agent_.emplace(db_, "INSERT OR REPLACE INTO agent VALUES (1, ?, ?, ?, ?)");
  update_home_.emplace(db_,
                       "UPDATE home SET state = ?1, curves = coalesce(?2, curves), currency = ?4 WHERE number = ?3");
  insert_row_.emplace(db_, "INSERT OR REPLACE INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  select_rows_.emplace(db_,
                       std::string("SELECT ") + kHistoryColumns +
                           " FROM history WHERE home = ? AND quarter >= ? AND quarter < ? ORDER BY quarter, number");
}

std::optional<std::int64_t> Database::Impl::number(const std::string& home) {
  if (const auto known = numbers_.find(home); known != numbers_.end()) return known->second;
  SQLite::Statement select(db_, "SELECT number FROM home WHERE id = ?");
  select.bind(1, home);
  if (!select.executeStep()) return std::nullopt;
  return numbers_[home] = select.getColumn(0).getInt64();
}

void Database::Impl::write(const StoreBatch& batch) {
  try {
    SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
    if (batch.agent) write_agent(*batch.agent);
    for (const auto& [id, home] : batch.homes) write_home(id, home);
    write_announced(batch.announced);
    const Calendar& calendar = batch.calendar ? *batch.calendar : without_zone();
    for (const RowRecord& record : batch.rows) {
      const auto home = number(record.home);
      if (!home || is_in_a_daily_sum(*home, record.row, calendar)) continue;
      write_row(*home, record.row);
      fold_old_days(*home, day_begin(record.row.quarter, calendar), calendar);
    }
    transaction.commit();
  } catch (const std::exception&) {
    numbers_.clear();  // those given in this transaction are not there
    folded_.clear();
    throw;
  }
}

void Database::Impl::write_agent(const AgentRecord& agent) {
  replace_agent_->reset();
  replace_agent_->clearBindings();
  replace_agent_->bind(1, agent.since);
  replace_agent_->bind(2, agent.first_date);
  if (agent.wall_ms) replace_agent_->bind(3, *agent.wall_ms);
  if (agent.epoch) replace_agent_->bind(4, *agent.epoch);
  replace_agent_->exec();
}

void Database::Impl::write_home(const std::string& id, const HomeRecord& home) {
  if (const auto known = number(id)) {
    update_home_->reset();
    update_home_->clearBindings();
    update_home_->bind(1, home.state);
    if (home.curves) update_home_->bind(2, *home.curves);
    update_home_->bind(3, *known);
    update_home_->bind(4, home.currency);
    update_home_->exec();
    name_currency(*known, home.currency);
    return;
  }
  SQLite::Statement insert(db_, "INSERT INTO home (id, state, curves, currency) VALUES (?, ?, ?, ?)");
  insert.bind(1, id);
  insert.bind(2, home.state);
  insert.bind(3, home.curves.value_or(""));
  insert.bind(4, home.currency);
  insert.exec();
  numbers_[id] = db_.getLastInsertRowid();
}

/// Rows of a file of version 1 are of the currency with which their home goes on first.
void Database::Impl::name_currency(std::int64_t home, const std::string& currency) {
  if (currency.empty() || nameless_.erase(home) == 0) return;
  SQLite::Statement update(db_, "UPDATE history SET currency = ? WHERE home = ? AND currency = ''");
  update.bind(1, currency);
  update.bind(2, home);
  update.exec();
}

void Database::Impl::write_announced(const std::map<Announcement, bool>& announced) {
  if (announced.empty()) return;
  SQLite::Statement insert(db_, "INSERT OR IGNORE INTO announced VALUES (?, ?, ?)");
  SQLite::Statement erase(db_, "DELETE FROM announced WHERE ha_prefix = ? AND base_topic = ? AND home = ?");
  for (const auto& [each, is_there] : announced) {
    SQLite::Statement& statement = is_there ? insert : erase;
    statement.reset();
    statement.bind(1, each.ha_prefix);
    statement.bind(2, each.base_topic);
    statement.bind(3, each.home);
    statement.exec();
  }
}

void Database::Impl::read_nameless() {
  SQLite::Statement homes(db_, "SELECT number FROM home WHERE currency = ''");
  while (homes.executeStep()) nameless_.insert(homes.getColumn(0).getInt64());
}

void Database::Impl::write_row(std::int64_t home, const HistoryRow& row) {
  insert_row_->reset();
  int column = 0;
  for (const std::int64_t value : {home, row.quarter, row.number, std::int64_t{row.minutes}, row.base_mwh, row.car_mwh,
                                   row.cost_micro, row.price_micro, std::int64_t{row.soc}, row.overload_s})
    insert_row_->bind(++column, value);
  insert_row_->bind(++column, std::string(text(row.currency)));
  insert_row_->bind(++column, devices_text(row));
  insert_row_->exec();
}

Database::Impl::Folded& Database::Impl::folded_of(std::int64_t home) {
  const auto [place, is_new] = folded_.try_emplace(home);
  if (!is_new) return place->second;
  SQLite::Statement until(db_, "SELECT folded_until FROM home WHERE number = ? AND folded_until IS NOT NULL");
  until.bind(1, home);
  if (until.executeStep()) place->second.until = until.getColumn(0).getInt64();
  return place->second;
}

/// Whether the row came before: a commit that failed may be in the file all the same, and is written again. The sum of
/// a day has the number of its last row.
bool Database::Impl::is_in_a_daily_sum(std::int64_t home, const HistoryRow& row, const Calendar& calendar) {
  if (row.quarter >= folded_of(home).until) return false;
  SQLite::Statement select(db_, "SELECT 1 FROM history WHERE home = ? AND quarter = ? AND number >= ?");
  select.bind(1, home);
  select.bind(2, day_begin(row.quarter, calendar));
  select.bind(3, row.number);
  return select.executeStep();
}

/// Of the days that there are the newest are kept, and those before become a row each. Counted by days that there are,
/// not from the present one: a clock that is a year ahead for a second takes nothing with it.
void Database::Impl::fold_old_days(std::int64_t home, std::int64_t day, const Calendar& calendar) {
  Folded& done = folded_of(home);
  if (done.days.empty()) done.days = newest_days(home, calendar);
  const auto place = std::ranges::lower_bound(done.days, day);
  if (place == done.days.end() || *place != day) done.days.insert(place, day);
  const std::size_t kept = static_cast<std::size_t>(keep_days_) + 1;
  if (done.days.size() < kept) return;
  done.days.erase(done.days.begin(), done.days.end() - static_cast<std::ptrdiff_t>(kept));
  const std::int64_t until = done.days.front();
  if (until <= done.until) return;
  const auto sums = folded(select(home, done.until, until), HistoryStep::day, calendar);
  SQLite::Statement erase(db_, "DELETE FROM history WHERE home = ? AND quarter >= ? AND quarter < ?");
  erase.bind(1, home);
  erase.bind(2, done.until);
  erase.bind(3, until);
  erase.exec();
  done.until = until;
  SQLite::Statement remember(db_, "UPDATE home SET folded_until = ? WHERE number = ?");
  remember.bind(1, until);
  remember.bind(2, home);
  remember.exec();
  for (const HistoryRow& sum : sums) write_row(home, sum);
  if (!in_memory_) return;
  erase.reset();  // the sums, too: memory is no disk
  erase.bind(2, std::numeric_limits<std::int64_t>::min());
  erase.bind(3, until - kDaysOfSumsInMemory * kQuartersPerDay);
  erase.exec();
}

/// Those that are kept, ascending: the first quarter of each. Seeks from day to day; rows out of range are of none.
std::vector<std::int64_t> Database::Impl::newest_days(std::int64_t home, const Calendar& calendar) {
  std::vector<std::int64_t> days;
  SQLite::Statement newest(db_, "SELECT max(quarter) FROM history WHERE home = ? AND quarter < ? AND quarter >= ?");
  for (std::int64_t before = kMostQuarters; days.size() <= static_cast<std::size_t>(keep_days_); before = days.back()) {
    newest.reset();
    newest.bind(1, home);
    newest.bind(2, before);
    newest.bind(3, -kMostQuarters);
    if (!newest.executeStep() || newest.getColumn(0).isNull()) break;
    days.push_back(day_begin(newest.getColumn(0).getInt64(), calendar));
  }
  std::ranges::reverse(days);
  return days;
}

std::vector<HistoryRow> Database::Impl::select(std::int64_t home, std::int64_t from, std::int64_t to,
                                               std::size_t most) {
  std::vector<HistoryRow> rows;
  select_rows_->reset();
  select_rows_->bind(1, home);
  select_rows_->bind(2, from);
  select_rows_->bind(3, to);
  while (rows.size() < most && select_rows_->executeStep()) {
    if (auto row = history_row(*select_rows_)) {
      rows.push_back(*row);
    } else {
      log_paced(spdlog::level::err, "history", "store: a row of history is left out: " + row.error().reason);
    }
  }
  select_rows_->reset();
  return rows;
}

void Database::Impl::copy_to(const std::string& path) {
  SQLite::Statement copy(db_, "VACUUM INTO ?");
  copy.bind(1, path);
  copy.exec();
}

void Database::Impl::forget(const std::vector<std::string>& homes) {
  SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
  SQLite::Statement rows(db_, "DELETE FROM history WHERE home = (SELECT number FROM home WHERE id = ?)");
  SQLite::Statement home(db_, "DELETE FROM home WHERE id = ?");
  for (const std::string& id : homes) {
    for (SQLite::Statement* const erase : {&rows, &home}) {
      erase->reset();
      erase->bind(1, id);
      erase->exec();
    }
  }
  transaction.commit();
  numbers_.clear();
  folded_.clear();
}

std::vector<HistoryRow> Database::Impl::history(const std::string& home, std::int64_t from, std::int64_t to) {
  const auto known = number(home);
  return known ? select(*known, from, to, kMostRowsRead + 1) : std::vector<HistoryRow>();
}

Database::Database(const std::string& path, int keep_days) {
  try {
    impl_ = std::make_unique<Impl>(path, keep_days);
  } catch (const SQLite::Exception& error) {
    throw DatabaseError(kind_of(error), error.what());
  }
}
Database::~Database() = default;

void Database::write(const StoreBatch& batch) {
  impl_->write(batch);
}
StoredWorld Database::load() {
  return impl_->load();
}
void Database::copy_to(const std::string& path) {
  impl_->copy_to(path);
}
void Database::forget(const std::vector<std::string>& homes) {
  impl_->forget(homes);
}
std::vector<HistoryRow> Database::history(const std::string& home, std::int64_t from, std::int64_t to) {
  return impl_->history(home, from, to);
}

}  // namespace home_energy
