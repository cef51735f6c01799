// What a commit costs that is synced to the disk and does nothing else: one row changed in SQLite, with the log and the
// syncing that the agent's store has. Prints the microseconds each took, one a line.
#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>

#include "tests/bench/tcp_stream.hpp"

namespace {

using std::chrono::steady_clock;

void measure(std::span<char*> arguments) {
  const auto file = std::filesystem::path(arguments[0]) / "bare.db";
  std::filesystem::remove(file);
  SQLite::Database db(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  db.exec(
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
      "CREATE TABLE one (n INTEGER PRIMARY KEY, state TEXT); INSERT INTO one VALUES (1, '');");
  SQLite::Statement update(db, "UPDATE one SET state = ? WHERE n = 1");
  const long count = home_energy::bench::number(arguments[1]);
  for (long i = 0; i < count; ++i) {
    const auto began = steady_clock::now();
    update.reset();
    update.bind(1, std::to_string(i));
    update.exec();
    std::cout << std::chrono::duration<double, std::micro>(steady_clock::now() - began).count() << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  return home_energy::bench::run_helper({argv, static_cast<std::size_t>(argc)}, 2, "bare_commit FOLDER COUNT", measure);
}
