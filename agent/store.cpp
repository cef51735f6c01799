#include "agent/store.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "agent/database_file.hpp"
#include "common/home_state.hpp"

namespace home_energy {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using std::chrono::steady_clock;
using State = StoreHealth::State;

constexpr auto kTryAgain = 1s;
constexpr std::size_t kMostReads = 64;
/// What a disk gets to finish when the process ends.
constexpr auto kLastChance = 500ms;

/// What came later is put over what came before.
void merge(StoreBatch& into, StoreBatch&& later) {
  if (later.agent) into.agent = std::move(later.agent);
  for (auto& [id, home] : later.homes) {
    HomeRecord& known = into.homes[id];
    known.state = std::move(home.state);
    if (home.curves) known.curves = std::move(home.curves);
  }
  std::move(later.rows.begin(), later.rows.end(), std::back_inserter(into.rows));
}

/// Keeps what a failing disk leaves behind within bounds. @return how many rows were dropped, the oldest
std::size_t drop_too_many(StoreBatch& batch) {
  const std::size_t too_many = batch.rows.size() - std::min(batch.rows.size(), Store::kMostRows);
  batch.rows.erase(batch.rows.begin(), batch.rows.begin() + static_cast<std::ptrdiff_t>(too_many));
  return too_many;
}

/// Why a file that SQLite finds sound cannot be used all the same.
std::optional<std::string> what_is_wrong(const StoredWorld& world) {
  for (const auto& [id, home] : world.homes) {
    if (const auto state = parse_state(home.state); !state) return state.error().reason;
    if (const auto curves = parse_curves(*home.curves, Resolution::quarter_hourly); !curves)
      return curves.error().reason;
  }
  return std::nullopt;
}

}  // namespace

/// Shared with its thread, which may be stuck in a disk for longer than the process waits for it.
class Store::Impl : public std::enable_shared_from_this<Store::Impl> {
 public:
  Impl(asio::io_context& io, StoreSettings settings) : io_(io), settings_(std::move(settings)), patience_(io) {
    if (settings_.folder) health_.state = State::ok;
  }

  Result<void> open();
  void end();
  StoredWorld take_loaded() { return std::exchange(loaded_, {}); }
  void on_replaced(std::function<void()> replaced) { replaced_ = std::move(replaced); }
  void write(StoreBatch batch, Done done);
  void read(Query query, std::optional<HistoryRow> tail, Render render, Read done);
  bool outlives_the_process() const { return settings_.folder.has_value(); }
  const StoreHealth& health() const { return health_; }

 private:
  struct Reading {
    Query query;
    std::optional<HistoryRow> tail;
    Render render;
    Read done;
  };
  /// What happened on the store's thread, for ours.
  struct Outcome {
    std::uint64_t written = 0;  ///< the last write that it is about
    std::optional<std::string> trouble{};
    bool replaced = false;
  };

  // On the thread of the io_context.
  void tell(const Outcome& outcome);
  void give_up(const std::string& reason);
  void fails(const std::string& reason);
  void watch();

  // On the store's own.
  void load();
  DatabaseFile file() const { return {*settings_.folder, settings_.keep_days}; }
  void cannot_open(const std::string& reason);
  void begin();
  void run();
  void post(std::function<void()> work);
  void write_pending(std::unique_lock<std::mutex>& lock);
  void answer(const Reading& reading);
  std::string rendered(const Reading& reading);
  bool reopen();

  asio::io_context& io_;
  StoreSettings settings_;

  StoreHealth health_;
  StoredWorld loaded_;
  std::function<void()> replaced_;
  std::uint64_t asked_ = 0;  ///< counts the writes
  std::deque<std::pair<std::uint64_t, Done>> waiting_;
  asio::steady_timer patience_;
  std::size_t reads_ = 0;

  std::mutex mutex_;
  std::condition_variable wake_;
  StoreBatch pending_;           ///< guarded
  std::uint64_t pending_to_{};   ///< guarded: the write that it goes up to
  std::deque<Reading> to_read_;  ///< guarded
  bool ending_ = false;          ///< guarded
  bool ended_ = false;           ///< guarded
  bool abandoned_ = false;       ///< guarded: nobody listens any more
  std::condition_variable end_;

  std::optional<FolderLock> lock_;
  std::unique_ptr<Database> database_;  ///< none: it could not be opened, or has to be anew
  bool in_trouble_ = false;             ///< it is tried again after a while, and not at once
  steady_clock::time_point try_again_;
  bool was_loaded_ = false;      ///< what the file holds is known
  bool file_was_there_ = false;  ///< since it was opened or made by this process
  StoreBatch unwritten_;         ///< what the disk did not take
  std::uint64_t unwritten_to_ = 0;
  std::atomic<std::size_t> dropped_ = 0;
  std::thread thread_;
};

void Store::Impl::begin() {
  thread_ = std::thread([self = shared_from_this()] { self->run(); });
}

void Store::Impl::end() {
  std::unique_lock lock(mutex_);
  ending_ = true;
  wake_.notify_one();
  if (!end_.wait_for(lock, kLastChance, [&] { return ended_; })) {
    spdlog::warn("store: the disk does not finish, the last second may be lost");
    abandoned_ = true;
    return thread_.detach();
  }
  abandoned_ = true;
  lock.unlock();
  thread_.join();
}

/// Runs it on the thread of the io_context, while there is one that listens.
void Store::Impl::post(std::function<void()> work) {
  const std::scoped_lock lock(mutex_);
  if (abandoned_) return;
  asio::post(io_, [self = weak_from_this(), work = std::move(work)] {
    if (const auto impl = self.lock()) work();
  });
}

void Store::Impl::load() {
  database_ = open_database(file());
  loaded_ = database_->load();
  if (const auto wrong = what_is_wrong(loaded_)) {
    spdlog::error("store: {} cannot be used: {}", file().path().string(), *wrong);
    database_ = nullptr;
    loaded_ = {};
    put_aside(file(), "damaged");
    database_ = open_database(file());
  }
  file_was_there_ = true;
}

void Store::Impl::cannot_open(const std::string& reason) {
  database_ = nullptr;
  in_trouble_ = true;
  fails(reason);
}

Result<void> Store::Impl::open() {
  if (!settings_.folder) {
    database_ = std::make_unique<Database>(Database::kInMemory, settings_.keep_days);
    was_loaded_ = true;
    begin();
    return {};
  }
  std::error_code error;
  fs::create_directories(*settings_.folder, error);
  if (!fs::is_directory(*settings_.folder)) {
    return failure(ErrorCode::illegal, "data-dir",
                   settings_.folder->string() + " cannot be made: " + (error ? error.message() : "it is no folder") +
                       "; give a folder, or none");
  }
  try {
    lock_.emplace(*settings_.folder);
    if (settings_.fresh) put_aside(file(), "before");
    if (fs::exists(file().path())) {
      load();
    } else {
      put_aside(file(), "unread");  // a log whose file was put aside, and the process ended before the log was
    }
    was_loaded_ = true;  // a new file is made by the thread: nobody waits for the disk to begin
  } catch (const DatabaseError& trouble) {
    if (trouble.kind() == DatabaseError::Kind::in_use) {
      return failure(ErrorCode::illegal, "data-dir",
                     file().path().string() + " is in use by another process, give each agent a folder of its own");
    }
    cannot_open(trouble.what());
  } catch (const std::exception& trouble) {
    cannot_open(trouble.what());
  }
  begin();
  return {};
}

void Store::Impl::write(StoreBatch batch, Done done) {
  waiting_.emplace_back(++asked_, std::move(done));
  {
    const std::scoped_lock lock(mutex_);
    merge(pending_, std::move(batch));
    if (health_.state == State::failing) dropped_ += drop_too_many(pending_);
    pending_to_ = asked_;
  }
  wake_.notify_one();
  if (health_.state == State::failing) {
    post([this] {
      if (health_.state == State::failing) give_up(health_.reason);
    });
  } else if (waiting_.size() == 1) {
    watch();
  }
}

/// Tells the waiting ones that the disk is too slow, where it is.
void Store::Impl::watch() {
  patience_.expires_after(kPatience);
  patience_.async_wait([this, front = waiting_.front().first](const boost::system::error_code& error) {
    if (error || waiting_.empty()) return;
    if (waiting_.front().first != front) return watch();
    give_up("the disk has not taken anything for " + std::to_string(kPatience.count()) + " s");
  });
}

void Store::Impl::fails(const std::string& reason) {
  if (health_.state != State::failing)
    spdlog::error("store: {}: {}; the agent goes on, what happens now is not safe until this is mended",
                  settings_.folder ? settings_.folder->string() : "memory", reason);
  health_ = {State::failing, reason};
}

void Store::Impl::give_up(const std::string& reason) {
  fails(reason);
  auto waiting = std::exchange(waiting_, {});
  for (const auto& [number, done] : waiting) done(false);
}

void Store::Impl::tell(const Outcome& outcome) {
  if (outcome.replaced) return replaced_ ? replaced_() : void();
  if (outcome.trouble) return give_up(*outcome.trouble);
  if (health_.state == State::failing && (waiting_.empty() || outcome.written >= asked_)) {
    spdlog::info("store: it works again, all is stored");
    health_ = {settings_.folder ? State::ok : State::memory, {}};
  }
  while (!waiting_.empty() && waiting_.front().first <= outcome.written) {
    const Done done = std::move(waiting_.front().second);
    waiting_.pop_front();
    done(true);
  }
  if (waiting_.empty()) patience_.cancel();
}

void Store::Impl::read(Query query, std::optional<HistoryRow> tail, Render render, Read done) {
  if (reads_ == kMostReads) {
    return done(failure(ErrorCode::too_large, "history", "history is asked for by too many at once, try again later"));
  }
  ++reads_;
  // Whichever comes first, the answer or the end of patience with a disk that is stuck.
  auto patience = std::make_shared<asio::steady_timer>(io_, kPatience);
  patience->async_wait([done](const boost::system::error_code& cancelled) {
    if (!cancelled)
      done(failure(ErrorCode::too_large, "history", "history cannot be read now: the disk does not answer"));
  });
  {
    const std::scoped_lock lock(mutex_);
    to_read_.push_back(
        {std::move(query), tail, std::move(render), [patience, done = std::move(done)](Result<std::string> text) {
           if (patience->cancel() > 0) done(std::move(text));
         }});
  }
  wake_.notify_one();
}

void Store::Impl::run() {
  std::unique_lock lock(mutex_);
  for (bool last = false; !last;) {
    const auto is_due = [&] { return ending_ || !to_read_.empty() || (!in_trouble_ && pending_to_ != 0); };
    if (in_trouble_) {
      wake_.wait_until(lock, try_again_, is_due);
    } else {
      wake_.wait(lock, is_due);
    }
    last = ending_;
    // What is asked for is read after what was written before it; and between two readings, which may be long, what
    // has come meanwhile is written.
    std::optional<Reading> reading;
    if (!to_read_.empty()) {
      reading = std::move(to_read_.front());
      to_read_.pop_front();
    }
    if (last || (in_trouble_ ? steady_clock::now() >= try_again_ : pending_to_ != 0)) write_pending(lock);
    if (!reading) continue;
    lock.unlock();
    answer(*reading);
    lock.lock();
  }
  ended_ = true;
  end_.notify_one();
}

/// All that waits, in one transaction.
void Store::Impl::write_pending(std::unique_lock<std::mutex>& lock) {
  merge(unwritten_, std::exchange(pending_, {}));
  unwritten_to_ = std::max(unwritten_to_, std::exchange(pending_to_, 0));
  lock.unlock();
  Outcome outcome{.written = unwritten_to_};
  in_trouble_ = true;
  try {
    if (!database_ && reopen()) {
      outcome = {.replaced = true};  // what is written next is everything
    } else {
      if (!unwritten_.empty()) database_->write(unwritten_);
      unwritten_ = {};
      in_trouble_ = false;
      if (const auto dropped = dropped_.exchange(0))
        spdlog::warn("store: {} rows of history are lost, the disk failed for too long", dropped);
    }
  } catch (const std::exception& error) {
    outcome.trouble = error.what();
    database_ = nullptr;  // opened anew when it is tried again
    dropped_ += drop_too_many(unwritten_);
  }
  try_again_ = steady_clock::now() + kTryAgain;
  post([this, outcome] { tell(outcome); });
  lock.lock();
}

/// @return whether the file is another than before, so that all has to be written
bool Store::Impl::reopen() {
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

std::string Store::Impl::rendered(const Reading& reading) {
  const Query& query = reading.query;
  std::vector<HistoryRow> rows;
  if (database_) rows = database_->history(query.home, query.from, query.to);
  const auto place = [](const HistoryRow& row) { return std::pair(row.quarter, row.number); };
  const auto add = [&](const HistoryRow& row) {
    const auto next = std::ranges::lower_bound(rows, place(row), {}, place);
    const bool there = next != rows.end() && place(*next) == place(row);
    if (!there && row.quarter >= query.from && row.quarter < query.to) rows.insert(next, row);
  };
  for (const RowRecord& record : unwritten_.rows)
    if (record.home == query.home) add(record.row);
  if (reading.tail) add(*reading.tail);
  return reading.render(folded(rows, query.step));
}

void Store::Impl::answer(const Reading& reading) {
  Result<std::string> text;
  try {
    text = rendered(reading);
  } catch (const std::exception& error) {
    text = failure(ErrorCode::illegal, "history", "history cannot be read: " + std::string(error.what()));
  }
  post([this, done = reading.done, text = std::move(text)] {
    --reads_;
    done(text);
  });
}

Result<std::unique_ptr<Store>> Store::open(asio::io_context& io, StoreSettings settings) {
  const auto impl = std::make_shared<Impl>(io, std::move(settings));
  if (auto outcome = impl->open(); !outcome) return tl::unexpected(outcome.error());
  return std::unique_ptr<Store>(new Store(impl));
}

Store::Store(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() {
  impl_->end();
}

StoredWorld Store::take_loaded() {
  return impl_->take_loaded();
}
void Store::on_replaced(std::function<void()> replaced) {
  impl_->on_replaced(std::move(replaced));
}
void Store::write(StoreBatch batch, Done done) {
  impl_->write(std::move(batch), std::move(done));
}
void Store::read(Query query, std::optional<HistoryRow> tail, Render render, Read done) {
  impl_->read(std::move(query), tail, std::move(render), std::move(done));
}
bool Store::outlives_the_process() const {
  return impl_->outlives_the_process();
}
const StoreHealth& Store::health() const {
  return impl_->health();
}

}  // namespace home_energy
