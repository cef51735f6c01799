/// @file
/// Keeps the homes' states and history, on a thread of its own: nobody ever waits for the disk. What the disk does not
/// take is tried again each second.
///
/// All is called on the thread of the `io_context`, and what it is given to call back is called there.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/store/durable_database.hpp"
#include "agent/store/store_health.hpp"
#include "common/base/result.hpp"

namespace home_energy {

class Store {
 public:
  using Done = std::function<void(bool durable)>;
  using Render = std::function<Result<std::string>(const std::vector<HistoryRow>&)>;
  using Read = std::function<void(Result<std::string>)>;
  struct Query {
    std::string home;
    std::int64_t from;
    std::int64_t to;
    HistoryStep step;
    std::shared_ptr<const Calendar> calendar = std::make_shared<const Calendar>();  ///< of the home
  };

  /// So long a disk may take before others are told that it fails.
  static constexpr std::chrono::seconds kPatience{5};

  /// Opens the file or makes it, and begins the thread. A folder that fails for now is tried again and again.
  /// Fails with the field `data-dir` where another process has the file, or the folder cannot be made.
  static Result<std::unique_ptr<Store>> open(boost::asio::io_context& io, const StoreSettings& settings);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  Store(Store&&) = delete;
  Store& operator=(Store&&) = delete;

  /// What was there at the start. May be taken once.
  StoredWorld take_loaded();
  /// The same of what was announced, which is not in the former. May be taken once.
  std::set<Announcement> take_announced();

  /// All that are given are called when a disk that failed has given up the file that was there: everything has to be
  /// written anew.
  void on_replaced(std::function<void()> replaced);

  /// Writes it all, or nothing of it, after what was written before. @param done not called before write() returns;
  /// false where it is not on disk within the patience: it is tried again
  void write(StoreBatch batch, Done done);

  /// Reads rows that were written, and renders them on the store's thread. Fails with `from` where they are
  /// too many (Database::kMostRowsRead), and with `history` where too many ask or the disk does not answer. @param tail
  /// rows that follow those written
  void read(Query query, std::optional<HistoryRow> tail, Render render, Read done);

  bool outlives_the_process() const;
  const StoreHealth& health() const;

 private:
  class Impl;
  explicit Store(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace home_energy
