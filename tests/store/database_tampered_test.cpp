// Files that another program has written to: each column of a sound file, at the ends of what SQLite holds.
#include <SQLiteCpp/SQLiteCpp.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "agent/store/database_rows.hpp"
#include "common/wire/home_state.hpp"
#include "common/wire/wire_history.hpp"
#include "tests/folders.hpp"
#include "tests/runners.hpp"

namespace home_energy {
namespace {

/// SQL of values that no column means; 1e999 is infinity, and what NaN is kept as is NULL.
const std::vector<std::string> kExtremes{
    "-9223372036854775808", "9223372036854775807", "1e999", "-1e999", "0.5", "'text'", "''", "x'00ff'", "x''", "NULL"};
const std::vector<std::string> kHomes{"home", "other"};

std::string state(std::int64_t day) {
  Home home = test::home_of(test::reference_settings());
  test::advance(home, 5);
  HistoryMeter meter(home);
  auto remembered = RememberedHome{home.state(), meter.state()};
  remembered.home.moment = day * kSecondsPerDay;
  std::string text;
  append_state(text, remembered);
  return text;
}

HistoryRow row(std::int64_t quarter) {
  return {.number = quarter + 1,
          .quarter = quarter,
          .minutes = 15,
          .base_mwh = 100,
          .soc = 2'000,
          .currency = {'S', 'E', 'K'}};
}

/// A folder with two homes and some history.
struct Tampered {
  Tampered() {
    StoreBatch batch{.agent = AgentRecord{"2026-11-22T00:00:00+01:00", 20'779, 1'795'302'000'000},
                     .homes = {{"home", {state(3), "", "SEK"}}, {"other", {state(3), "", "SEK"}}},
                     .rows = {}};
    for (const std::string& home : kHomes)
      for (std::int64_t quarter = 0; quarter < 200; ++quarter) batch.rows.push_back({home, row(quarter)});
    open_database(file())->write(batch);
  }
  DatabaseFile file() const { return {folder.path, 400}; }
  /// Sets a column, also to what the table does not admit.
  void set(const std::string& table, const std::string& column, const std::string& value, const std::string& where) {
    SQLite::Database db(file().path().string(), SQLite::OPEN_READWRITE);
    db.exec(
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'NOT NULL', ''); "
        "PRAGMA writable_schema = RESET;");
    db.exec("UPDATE OR REPLACE " + table + " SET " + column + " = " + value + " WHERE " + where);
  }

  test::TemporaryFolder folder;
};

/// An agent that goes on with the file, lives for a while and is asked for everything.
struct Again {
  explicit Again(const Tampered& tampered, int keep_days = 400, bool real_time = false) {
    HomeSettings settings = test::reference_settings();
    if (real_time) {
      settings.clock_mode = ClockMode::local;
      settings.pace = *Pace::make(3600, std::chrono::seconds(1), Resolution::hourly);
    }
    store = *Store::open(io, {.folder = tampered.folder.path, .keep_days = keep_days});
    runner.emplace(io,
                   RunnerSettings{.base_topic = "home-energy",
                                  .home_ids = kHomes,
                                  .home = std::make_shared<const HomeSettings>(settings),
                                  .tick = std::chrono::seconds(1),
                                  .currency = "SEK",
                                  .info = {"0.1.0", kHomes, 4.0, std::nullopt},
                                  .piece = std::chrono::hours(1)},
                   outbox, *store, Runner::Link{.flush = [] {}});
  }
  void live() {
    constexpr std::array<std::size_t, 2> kBoth{0, 1};
    for (int tick = 0; tick < 20; ++tick) runner->tick(kBoth);
    for (std::size_t home = 0; home < kHomes.size(); ++home) {
      REQUIRE(nlohmann::json::accept(wire::http::state(runner->home(home), runner->snapshot(home), runner->labels())));
      for (const auto step : {HistoryStep::quarter, HistoryStep::day})
        REQUIRE(nlohmann::json::accept(history(home, step)));
    }
  }
  std::string history(std::size_t home, HistoryStep step) {
    std::optional<std::string> text;
    runner->gate().history(
        home,
        {.home = "",
         .from = std::numeric_limits<std::int64_t>::min(),
         .to = std::numeric_limits<std::int64_t>::max(),
         .step = step},
        [&](const auto& rows) { return wire::history_json("home", "SEK", step, rows, runner->quarter_text()); },
        [&](const Result<std::string>& read) {
          text = read.value_or("not read: " + (read ? "" : read.error().reason));
        });
    REQUIRE(io.run_until([&] { return text.has_value(); }));
    return *text;
  }

  test::Io io;
  Outbox outbox{"home-energy/status", "online"};
  std::unique_ptr<Store> store;
  std::optional<Runner> runner;
};

}  // namespace

TEST_CASE("a home whose row is out of range begins anew, the other one goes on") {
  for (const auto* const column : {"state", "curves", "currency"}) {
    for (const auto& value : kExtremes) {
      if (std::string(column) != "state" && (value == "''" || value == "NULL" || value == "x''")) continue;  // none
      CAPTURE(column, value);
      Tampered tampered;
      tampered.set("home", column, value, "id = 'home'");
      Again again(tampered);
      CHECK(again.runner->home(0).clock().day == 0);
      CHECK(again.runner->home(1).clock().day == 3);
      again.live();
    }
  }
}

TEST_CASE("dates of the agent that are out of range begin anew, all homes go on") {
  for (const auto* const column : {"since", "first_date", "wall_ms"}) {
    for (const auto& value : kExtremes) {
      CAPTURE(column, value);
      Tampered tampered;
      tampered.set("agent", column, value, "1");
      for (const bool real_time : {false, true}) {
        Again again(tampered, 400, real_time);
        if (!real_time) CHECK(again.runner->home(0).clock().day == 3);
        again.live();
      }
    }
  }
}

TEST_CASE("a row of history that is out of range is left out, whatever column it is") {
  std::stringstream columns(kHistoryColumns);
  for (std::string column; std::getline(columns >> std::ws, column, ',');) {
    for (const auto& value : kExtremes) {
      const bool is_text = (column == "currency" || column == "devices") &&
                           (value == "''" || value == "NULL" || value == "x''");  // not known
      CAPTURE(column, value);
      Tampered tampered;
      const bool is_key = column == "quarter" || column == "number";
      if (is_key && value == "NULL") continue;  // a key is never NULL
      tampered.set("history", column, value, "home = (SELECT number FROM home WHERE id = 'home') AND quarter = 100");
      {
        Again again(tampered, 400);
        again.live();
        const std::string there = R"({"start":"1T01:00")";
        CHECK(again.history(1, HistoryStep::quarter).find(there) != std::string::npos);
        CHECK((again.history(0, HistoryStep::quarter).find(there) != std::string::npos) == is_text);
      }
      Again(tampered, 1).live();  // becomes a part of its day's sum, or not
    }
  }
}

TEST_CASE("what was announced under no topic is forgotten") {
  for (const auto* const column : {"ha_prefix", "base_topic", "home"}) {
    for (const auto* const value : {"'a/#'", "x'ff'", "'a' || char(0) || 'b'"}) {
      CAPTURE(column, value);
      Tampered tampered;
      open_database(tampered.file())->write({.announced = {{{"homeassistant", "home-energy", "home"}, true}}});
      tampered.set("announced", column, value, "1");
      Again again(tampered);
      CHECK(again.store->take_announced().empty());
    }
  }
}

}  // namespace home_energy
