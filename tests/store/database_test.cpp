#include "agent/store/database.hpp"
#include "agent/store/database_schema.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <catch2/catch.hpp>
#include <limits>

#include "agent/store/database_file.hpp"
#include "common/wire/home_state.hpp"
#include "tests/folders.hpp"
#include "tests/homes.hpp"
#include "tests/in_zone.hpp"
#include "tests/stockholm_days.hpp"

namespace home_energy {
namespace {

constexpr int kKeepDays = 400;

struct Files {
  test::TemporaryFolder folder;
  DatabaseFile file{folder.path, kKeepDays};
  std::unique_ptr<Database> open() const { return open_database(file); }
};

HistoryRow row(std::int64_t quarter, std::int64_t number) {
  return {.number = number,
          .quarter = quarter,
          .minutes = 15,
          .base_mwh = 100,
          .car_mwh = 10,
          .cost_micro = 7,
          .price_micro = 500,
          .soc = 2'000,
          .overload_s = 1};
}

StoreBatch batch(std::vector<RowRecord> rows) {
  return {.agent = AgentRecord{"since", 5, 77}, .homes = {{"home", {"{}", ""}}}, .rows = std::move(rows)};
}

}  // namespace

TEST_CASE("what was written is there when the file is opened again") {
  const Files files;
  files.open()->write({.agent = AgentRecord{"2026-11-22T00:00:00+01:00", 20'779, std::nullopt},
                       .homes = {{"a", {"state of a", "curves"}}, {"b", {"state of b"}}},
                       .rows = {{"a", row(1, 1)}, {"a", row(2, 2)}, {"b", row(1, 1)}}});
  files.open()->write({.agent = std::nullopt, .homes = {{"a", {"later state"}}}, .rows = {}});
  const auto database = files.open();
  const StoredWorld world = database->load();
  CHECK(world.agent->since == "2026-11-22T00:00:00+01:00");
  CHECK(world.agent->first_date == 20'779);
  CHECK_FALSE(world.agent->wall_ms);
  CHECK_FALSE(world.agent->epoch);
  CHECK(world.homes.at("a").state == "later state");
  CHECK(world.homes.at("a").curves == "curves");
  CHECK(world.homes.at("b").curves == "");
  CHECK(database->history("a", 0, 100) == std::vector{row(1, 1), row(2, 2)});
  CHECK(database->history("a", 2, 3) == std::vector{row(2, 2)});
  CHECK(database->history("nobody", 0, 100).empty());
}

TEST_CASE("what was announced is remembered until it is forgotten") {
  const Files files;
  const Announcement topics{{}, "home-energy", "home"};
  const Announcement device{"homeassistant", "home-energy", "home"};
  StoreBatch first;
  first.announced = {{topics, true}, {device, true}};
  files.open()->write(first);
  files.open()->write(first);
  CHECK(files.open()->load().announced == std::set{topics, device});
  StoreBatch later;
  later.announced = {{topics, false}};
  files.open()->write(later);
  CHECK(files.open()->load().announced == std::set{device});
}

TEST_CASE("a row keeps its currency; one of a file that has none is of that with which its home goes on") {
  const Files files;
  HistoryRow sek = row(1, 1);
  sek.currency = currency_code("SEK");
  files.open()->write(batch({{"home", sek}, {"home", row(2, 2)}}));
  StoreBatch later;
  later.homes["home"] = {.state = "{}", .curves = std::nullopt, .currency = "EUR"};
  files.open()->write(later);
  const auto database = files.open();
  const auto rows = database->history("home", 0, 10);
  REQUIRE(rows.size() == 2);
  CHECK(text(rows[0].currency) == "SEK");
  CHECK(text(rows[1].currency) == "EUR");
  CHECK(database->load().homes.at("home").currency == "EUR");
}

TEST_CASE("rows that are written twice are there once") {
  const Files files;
  const auto database = files.open();
  database->write(batch({{"home", row(1, 1)}}));
  database->write(batch({{"home", row(1, 1)}, {"home", row(2, 2)}}));
  CHECK(database->history("home", 0, 10).size() == 2);
}

TEST_CASE("days older than those that are kept become a row each, and nothing of their sum is lost") {
  Database database(Database::kInMemory, 2);
  std::int64_t number = 0;
  for (std::int64_t quarter = 0; quarter < 5 * kQuartersPerDay; ++quarter)
    database.write(batch({{"home", row(quarter, ++number)}}));
  const auto rows = database.history("home", 0, 10 * kQuartersPerDay);
  REQUIRE(rows.size() == 2 + 3 * kQuartersPerDay);
  CHECK(rows[0].base_mwh == 100 * kQuartersPerDay);
  CHECK(rows[0].minutes == 1440);
  CHECK(rows[1].quarter == kQuartersPerDay);
  CHECK(rows[2].minutes == 15);
  std::int64_t sum = 0;
  for (const HistoryRow& each : rows) sum += each.base_mwh;
  CHECK(sum == 100 * 5 * kQuartersPerDay);
}

TEST_CASE("a clock that is far ahead for a moment takes no history with it") {
  Database database(Database::kInMemory, 2);
  std::int64_t number = 0;
  const auto live = [&](std::int64_t first_day, std::int64_t days) {
    for (std::int64_t i = 0; i < days * kQuartersPerDay; ++i)
      database.write(batch({{"home", row(first_day * kQuartersPerDay + i, ++number)}}));
  };
  const auto count = [&] { return database.history("home", -1000 * kQuartersPerDay, 1000 * kQuartersPerDay).size(); };
  live(-1, 2);
  database.write(batch({{"home", row(500 * kQuartersPerDay, ++number)}}));
  CHECK(count() == 2 * kQuartersPerDay + 1);
  live(1, 1);
  CHECK(count() == 2 * kQuartersPerDay + 2);  // of four days there are, the two before the newest are whole
  CHECK(database.history("home", -kQuartersPerDay, 0).size() == 1);
}

TEST_CASE("a file of every version so far is understood") {
  const Files files;
  for (int version = 1; version <= schema_version(); ++version) {
    CAPTURE(version);
    std::filesystem::remove(files.file.path());
    {
      SQLite::Database made(files.file.path().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
      made.exec(test::content(std::string(DATABASES) + "/version-" + std::to_string(version) + ".sql"));
    }
    const auto database = files.open();
    const auto world = database->load();
    CHECK(world.agent->first_date == 20'779);
    const auto state = parse_state(world.homes.at("home").state, test::kPlain);
    REQUIRE(state);
    CHECK(state->home.car.battery.limit == Percent(9'000));
    CHECK(state->home.counters.base == EnergyTotal(700'000'000));
    CHECK(folded(database->history("home", 0, 1000), HistoryStep::day, test::kPlain).front().base_mwh == 1'870'000);
    CHECK(database->history("home", 0, 1000).front().drawn_mwh.front() == (version < 3 ? 0 : 500));
    CHECK(world.announced.size() == (version == 1 ? 0 : 3));
    CHECK(world.homes.at("home").currency == (version == 1 ? "" : "SEK"));
    CHECK(files.folder.only("home-energy.db.").empty());  // nothing was put aside
  }
}

TEST_CASE("quarters that older files counted by the clock's face are counted by those that have passed") {
  const Files files;
  const test::InZone stockholm("Europe/Stockholm");
  {
    SQLite::Database made(files.file.path().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    made.exec(test::content(std::string(DATABASES) + "/version-3.sql"));
    made.exec("UPDATE agent SET wall_ms = 1792972800000, first_date = 20750; DELETE FROM history;");  // 2026-10-24
    // 23:45, the hour from 01:45 to 03:00 with both showings of 02, and 03:00.
    int number = 0;
    for (const int quarter : {95, 103, 104, 105, 106, 107, 104, 105, 106, 107, 108})
      made.exec("INSERT INTO history VALUES (1, " + std::to_string(quarter) + ", " + std::to_string(++number) +
                ", 15, 1, 1, 1, 1, 1, 0, 'SEK', '')");
  }
  std::vector<std::int64_t> quarters;
  std::vector<std::int64_t> numbers;
  for (const HistoryRow& row : files.open()->history("home", 0, 1000)) {
    quarters.push_back(row.quarter);
    numbers.push_back(row.number);
  }
  CHECK(quarters == std::vector<std::int64_t>{95, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112});
  CHECK(numbers == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
}

TEST_CASE("old days of a zone become sums of 25 hours, too") {
  Database database(Database::kInMemory, 2);
  StoreBatch rows = batch({});
  rows.calendar = std::make_shared<const Calendar>(stockholm());
  const auto begin = quarter_number(stockholm().begin_of(-21));
  for (std::int64_t quarter = begin; quarter < begin + 4 * kQuartersPerDay; ++quarter)
    rows.rows.push_back({"home", row(quarter, quarter - begin)});
  database.write(rows);
  const auto sums = database.history("home", begin, begin + 100);
  REQUIRE(sums.size() == 1);
  CHECK(sums[0].minutes == 25 * 60);
  CHECK(sums[0].base_mwh == 100 * 100);
  CHECK(database.history("home", begin + 100, begin + 104).size() == 4);
}

TEST_CASE("sums of days stay those of the zone in which they were made") {
  const auto write = [&](Database& database, const std::shared_ptr<const Calendar>& calendar, std::int64_t from,
                         std::int64_t to) {
    StoreBatch rows = batch({});
    rows.calendar = calendar;
    for (std::int64_t quarter = from; quarter < to; ++quarter) rows.rows.push_back({"home", row(quarter, quarter)});
    database.write(rows);
  };
  const test::TemporaryFolder folder;
  const auto path = (folder.path / "file.db").string();
  const auto stockholms = std::make_shared<const Calendar>(stockholm());
  const auto day = [](std::int64_t number) { return quarter_number(stockholm().begin_of(number)); };
  {
    Database database(path, 2);
    write(database, stockholms, day(2), day(9));
  }
  const auto sums = [&] { return Database(path, 2).history("home", 0, day(6)); };
  const auto before = sums();
  REQUIRE(before.size() == 4);
  {
    Database database(path, 2);
    write(database, std::make_shared<const Calendar>(20'000), day(9), day(9) + 2);
  }
  {
    Database database(path, 2);
    write(database, stockholms, day(9) + 2, day(9) + 4);
  }
  CHECK(sums() == before);
}

TEST_CASE("a day 0 that did not begin on its date does so in the present zone") {
  const Files files;
  StoreBatch wrong = batch({});
  wrong.agent = AgentRecord{"2026-11-22T00:00:00+01:00", 20'779, 1'795'302'000'000, 5};
  files.open()->write(wrong);
  CHECK_FALSE(files.open()->load().agent->epoch);
  wrong.agent->epoch = 1'795'302'000;
  files.open()->write(wrong);
  CHECK(files.open()->load().agent->epoch == 1'795'302'000);
}

TEST_CASE("a newer file is put aside as it is") {
  const Files files;
  files.open()->write(batch({}));
  { SQLite::Database(files.file.path().string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99"); }
  const std::string before = test::content(files.file.path());
  CHECK_FALSE(files.open()->load().agent);
  CHECK(test::content(files.folder.only(".newer-")) == before);
}

TEST_CASE("a file that is damaged, or another program's, is put aside as it is") {
  const Files files;
  const auto put_aside = [&](const std::string& bytes) {
    std::ofstream(files.file.path(), std::ios::binary) << bytes;
    CHECK_FALSE(files.open()->load().agent);
    const auto aside = files.folder.only(".damaged-");
    const bool kept = test::content(aside) == bytes;
    std::filesystem::remove(aside);
    return kept;
  };
  CHECK(put_aside("this is no database, but somebody's letter"));
  std::vector<RowRecord> rows;
  for (int i = 0; i < 2'000; ++i) rows.push_back({"home", row(i, i)});
  files.open()->write(batch(rows));
  std::string sound = test::content(files.file.path());
  REQUIRE(sound.size() > 20'000);
  CHECK(put_aside(sound.substr(0, sound.size() / 2)));
  constexpr std::size_t kHeadOfAPage = 12'288;
  for (std::size_t i = kHeadOfAPage; i < kHeadOfAPage + 100; ++i) sound[i] = static_cast<char>(~sound[i]);
  CHECK(put_aside(sound));
  std::filesystem::remove(files.file.path());
  {
    SQLite::Database(files.file.path().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
        .exec("CREATE TABLE x(y)");
  }
  CHECK(put_aside(test::content(files.file.path())));
}

TEST_CASE("a file that another has open is in use") {
  const Files files;
  const auto mine = files.open();
  try {
    files.open();
    FAIL("it was opened twice");
  } catch (const DatabaseError& error) {
    CHECK(error.kind() == DatabaseError::Kind::in_use);
  }
}

TEST_CASE("in memory the sums of old days are bounded, on disk they stay") {
  const test::TemporaryFolder folder;
  constexpr std::int64_t kDays = Database::kDaysOfSumsInMemory + 60;
  for (const std::string& path : {std::string(Database::kInMemory), (folder.path / "file.db").string()}) {
    Database database(path, 2);
    StoreBatch batch{.agent = std::nullopt, .homes = {{"home", {"", ""}}}, .rows = {}};
    for (std::int64_t day = 0; day < kDays; ++day)
      batch.rows.push_back({"home", {.number = day, .quarter = day * kQuartersPerDay, .minutes = 15}});
    database.write(batch);
    const auto rows = database.history("home", std::numeric_limits<std::int64_t>::min() / 2, kDays * kQuartersPerDay);
    const bool in_memory = path == Database::kInMemory;
    CHECK(rows.size() == static_cast<std::size_t>(in_memory ? Database::kDaysOfSumsInMemory + 3 : kDays));
    CHECK(rows.back().number == kDays - 1);
  }
}

}  // namespace home_energy
