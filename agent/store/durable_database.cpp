#include "agent/store/durable_database.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "agent/store/database_rows.hpp"

namespace home_energy {
namespace {

namespace fs = std::filesystem;

}  // namespace

void merge(StoreBatch& into, StoreBatch&& later) {
  if (later.agent) into.agent = std::move(later.agent);
  if (into.homes.empty()) std::swap(into.homes, later.homes);  // one by one takes long where they are many
  for (auto& [id, home] : later.homes) {
    HomeRecord& known = into.homes[id];
    known.state = std::move(home.state);
    if (home.curves) known.curves = std::move(home.curves);
    known.currency = std::move(home.currency);
  }
  std::move(later.rows.begin(), later.rows.end(), std::back_inserter(into.rows));
  later.announced.merge(into.announced);  // what came later stays; the other way round a start would copy all homes
  into.announced = std::move(later.announced);
  if (later.calendar) into.calendar = std::move(later.calendar);
  into.dropped += later.dropped;
}

void drop_too_many(StoreBatch& batch) {
  const std::size_t too_many = batch.rows.size() - std::min(batch.rows.size(), DurableDatabase::kMostRows);
  batch.rows.erase(batch.rows.begin(), batch.rows.begin() + static_cast<std::ptrdiff_t>(too_many));
  batch.dropped += too_many;
}

Result<std::optional<std::string>> DurableDatabase::open() {
  if (!settings_.folder) {
    database_ = std::make_unique<Database>(Database::kInMemory, settings_.keep_days);
    was_loaded_ = true;
    return std::nullopt;
  }
  std::error_code error;
  fs::create_directories(*settings_.folder, error);
  std::error_code unknown;  // an error is no folder, too
  if (!fs::is_directory(*settings_.folder, unknown)) {
    return failure(ErrorCode::illegal, "data-dir",
                   settings_.folder->string() + " cannot be made: " + (error ? error.message() : "it is no folder") +
                       "; give a folder, or none");
  }
  try {
    return open_file();
  } catch (const DatabaseError&) {
    return failure(ErrorCode::illegal, "data-dir",
                   file().path().string() + " is in use by another process, give each agent a folder of its own");
  }
}

/// @return why it cannot be used for now. Throws DatabaseError where another process has it
std::optional<std::string> DurableDatabase::open_file() {
  try {
    lock_.emplace(*settings_.folder);
    if (settings_.fresh) put_aside(file(), "before");
    if (fs::exists(file().path())) {
      load();
    } else {
      put_aside(file(), "unread");  // a log whose file was put aside, and the process ended before the log was
    }
    was_loaded_ = true;
    return std::nullopt;
  } catch (const std::exception& trouble) {
    const auto* const known = dynamic_cast<const DatabaseError*>(&trouble);
    if (known != nullptr && known->kind() == DatabaseError::Kind::in_use) throw;
    in_trouble_ = true;
    database_ = nullptr;
    return trouble.what();
  }
}

void DurableDatabase::load() {
  database_ = open_database(file());
  loaded_ = database_->load();
  if (const auto homes = leave_out_illegal(loaded_); !homes.empty()) {
    copy_aside(*database_, file(), "damaged");
    database_->forget(homes);
  }
  file_was_there_ = true;
}

DurableDatabase::Outcome DurableDatabase::write() {
  in_trouble_ = true;
  try {
    if (!database_ && reopen()) return {.replaced = true};
    if (!unwritten_.empty()) database_->write(unwritten_);
  } catch (const std::exception& error) {
    database_ = nullptr;  // opened anew when it is tried again
    drop_too_many(unwritten_);
    return {.trouble = error.what()};
  }
  if (unwritten_.dropped > 0)
    spdlog::warn("store: {} rows of history are lost, the disk failed for too long", unwritten_.dropped);
  unwritten_ = {};
  in_trouble_ = false;
  return {};
}

/// @return whether the file is another than before, so that all has to be written
bool DurableDatabase::reopen() {
  if (!settings_.folder) {
    database_ = std::make_unique<Database>(Database::kInMemory, settings_.keep_days);
    return true;
  }
  fs::create_directories(*settings_.folder);
  database_ = open_database(file());
  const bool holds_something = database_->load().agent.has_value();
  if (holds_something && !was_loaded_) {
    // It could not be read at the start, so what the homes are now must not be written over it.
    database_ = nullptr;
    put_aside(file(), "unread");
    database_ = open_database(file());
  }
  const bool replaced = file_was_there_ && !holds_something;
  file_was_there_ = true;
  was_loaded_ = true;
  return replaced;
}

std::vector<HistoryRow> DurableDatabase::history(const std::string& home, std::int64_t from, std::int64_t to,
                                                 const std::optional<HistoryRow>& tail) {
  std::vector<HistoryRow> rows;
  if (database_) rows = database_->history(home, from, to);
  const auto place = [](const HistoryRow& row) { return std::pair(row.quarter, row.number); };
  const auto add = [&](const HistoryRow& row) {
    const auto next = std::ranges::lower_bound(rows, place(row), {}, place);
    const bool there = next != rows.end() && place(*next) == place(row);
    if (!there && row.quarter >= from && row.quarter < to) rows.insert(next, row);
  };
  for (const RowRecord& record : unwritten_.rows)
    if (record.home == home) add(record.row);
  if (tail) add(*tail);
  return rows;
}

}  // namespace home_energy
