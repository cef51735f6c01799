#include "agent/store/store.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "agent/system/guarded.hpp"

namespace home_energy {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using std::chrono::steady_clock;
using State = StoreHealth::State;

constexpr auto kCommitAgain = 1s;
constexpr std::size_t kMostReads = 64;
/// What a disk gets to finish when the process ends.
constexpr auto kLastChance = 500ms;

}  // namespace

/// Shared with its thread, which may be stuck in a disk for longer than the process waits for it.
class Store::Impl : public std::enable_shared_from_this<Store::Impl> {
 public:
  Impl(asio::io_context& io, const StoreSettings& settings)
      : io_(io), folder_(settings.folder), patience_(io), database_(settings) {
    if (folder_) health_.state = State::ok;
  }

  Result<void> open();
  void end();
  StoredWorld take_loaded() { return std::exchange(loaded_, {}); }
  std::set<Announcement> take_announced() { return std::exchange(announced_, {}); }
  void on_replaced(std::function<void()> replaced) { replaced_.push_back(std::move(replaced)); }
  void write(StoreBatch batch, Done done);
  void read(Query query, std::optional<HistoryRow> tail, Render render, Read done);
  bool outlives_the_process() const { return folder_.has_value(); }
  const StoreHealth& health() const { return health_; }

 private:
  struct Reading {
    std::uint64_t number;
    Query query;
    std::optional<HistoryRow> tail;
    Render render;
  };
  /// Who asked for it.
  struct Waiting {
    asio::steady_timer patience;
    Read done;
  };

  // On the thread of the io_context.
  void tell(const DurableDatabase::Outcome& outcome, std::uint64_t written);
  void tell(std::uint64_t number, Result<std::string> text);
  void leave_io();
  void give_up(const std::string& reason);
  void fails(const std::string& reason);
  void watch();

  // On the store's own.
  void run();
  template <class Work>
  void post(Work&& work);
  void write_all();
  void answer(const Reading& reading);
  Result<std::vector<HistoryRow>> rows(const Reading& reading);

  asio::io_context& io_;
  const std::optional<fs::path> folder_;

  StoreHealth health_;
  StoredWorld loaded_;
  std::set<Announcement> announced_;
  std::vector<std::function<void()>> replaced_;
  std::uint64_t asked_ = 0;  ///< counts the writes
  std::deque<std::pair<std::uint64_t, Done>> waiting_;
  std::optional<asio::steady_timer> patience_;
  std::map<std::uint64_t, Waiting> readings_;  ///< by number
  std::uint64_t last_reading_ = 0;

  std::mutex mutex_;
  std::condition_variable wake_;
  StoreBatch pending_;           ///< guarded
  std::uint64_t pending_to_{};   ///< guarded: the write that it goes up to
  std::deque<Reading> to_read_;  ///< guarded
  bool ending_ = false;          ///< guarded
  bool ended_ = false;           ///< guarded
  bool abandoned_ = false;       ///< guarded: nobody listens any more
  std::condition_variable end_;

  DurableDatabase database_;  ///< of the thread, from when it begins
  steady_clock::time_point try_again_;
  std::uint64_t written_to_ = 0;  ///< the last write that the database was given
  bool anew_ = false;             ///< everything has to be written: something was lost, and that is not told yet
  std::thread thread_;
};

void Store::Impl::end() {
  leave_io();
  std::unique_lock lock(mutex_);
  ending_ = true;
  abandoned_ = true;
  wake_.notify_one();
  if (!end_.wait_for(lock, kLastChance, [&] { return ended_; })) {
    spdlog::warn("store: the disk does not finish, the last second may be lost");
    return thread_.detach();
  }
  lock.unlock();
  thread_.join();
}

/// What needs the io_context goes with the store's owner. The rest may outlive both, with a thread that is stuck.
void Store::Impl::leave_io() {
  patience_.reset();
  readings_.clear();
  waiting_.clear();
  replaced_.clear();
  const std::scoped_lock lock(mutex_);
  to_read_.clear();
}

/// Runs it on the thread of the io_context, while there is one that listens.
template <class Work>
void Store::Impl::post(Work&& work) {
  const std::scoped_lock lock(mutex_);
  if (abandoned_) return;
  asio::post(io_, [self = weak_from_this(), work = std::forward<Work>(work)]() mutable {
    if (const auto impl = self.lock(); impl && impl->patience_) work();
  });
}

Result<void> Store::Impl::open() {
  return database_.open().map([&](const std::optional<std::string>& trouble) {
    if (trouble) fails(*trouble);
    loaded_ = database_.take_loaded();
    announced_ = std::exchange(loaded_.announced, {});
    thread_ = std::thread([self = shared_from_this()] { self->run(); });
  });
}

void Store::Impl::write(StoreBatch batch, Done done) {
  {
    const std::scoped_lock lock(mutex_);
    merge(pending_, std::move(batch));
    if (health_.state == State::failing) drop_too_many(pending_);
    pending_to_ = asked_ + 1;
  }
  waiting_.emplace_back(++asked_, std::move(done));  // after what may throw: nobody waits for what is not written
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
  patience_->expires_after(kPatience);
  patience_->async_wait([this, front = waiting_.front().first, self = weak_from_this()](const auto& error) {
    if (error || self.expired() || !patience_ || waiting_.empty()) return;
    if (waiting_.front().first != front) return watch();
    guarded("the patience with the disk",
            [this] { give_up("the disk has not taken anything for " + std::to_string(kPatience.count()) + " s"); });
  });
}

void Store::Impl::fails(const std::string& reason) {
  if (health_.state != State::failing)
    spdlog::error("store: {}: {}; the agent goes on, what happens now is not safe until this is mended",
                  folder_ ? folder_->string() : "memory", reason);
  health_ = {State::failing, reason};
}

void Store::Impl::give_up(const std::string& reason) {
  fails(reason);
  auto waiting = std::exchange(waiting_, {});
  for (const auto& write : waiting) guarded("who waits for the disk", [&] { write.second(false); });
}

void Store::Impl::tell(const DurableDatabase::Outcome& outcome, std::uint64_t written) {
  if (outcome.replaced) {
    for (const auto& replaced : replaced_) guarded("what is written anew", replaced);
    if (!outcome.trouble) return;
  }
  if (outcome.trouble) return give_up(*outcome.trouble);
  if (health_.state == State::failing && (waiting_.empty() || written >= asked_)) {
    spdlog::info("store: it works again, all is stored");
    health_ = {folder_ ? State::ok : State::memory, {}};
  }
  while (!waiting_.empty() && waiting_.front().first <= written) {
    const Done done = std::move(waiting_.front().second);
    waiting_.pop_front();
    guarded("who waits for the disk", [&] { done(true); });
  }
  if (waiting_.empty()) patience_->cancel();
}

void Store::Impl::read(Query query, std::optional<HistoryRow> tail, Render render, Read done) {
  const auto number = ++last_reading_;
  {
    const std::scoped_lock lock(mutex_);
    if (to_read_.size() < kMostReads) to_read_.push_back({number, std::move(query), tail, std::move(render)});
    if (to_read_.empty() || to_read_.back().number != number) {
      return done(
          failure(ErrorCode::too_large, "history", "history is asked for by too many at once, try again later"));
    }
  }
  wake_.notify_one();
  // Whichever comes first, the answer or the end of patience with a disk that is stuck.
  const auto waiting = readings_.emplace(number, Waiting{asio::steady_timer(io_, kPatience), std::move(done)}).first;
  waiting->second.patience.async_wait([this, number, self = weak_from_this()](const auto& cancelled) {
    if (cancelled || self.expired()) return;
    tell(number, failure(ErrorCode::too_large, "history", "history cannot be read now: the disk does not answer"));
  });
}

void Store::Impl::tell(std::uint64_t number, Result<std::string> text) {
  const auto found = readings_.extract(number);
  if (found) guarded("who asked for history", [&] { found.mapped().done(std::move(text)); });
}

void Store::Impl::run() {
  std::unique_lock lock(mutex_);
  for (bool last = false; !last;) {
    const bool in_trouble = database_.in_trouble() || anew_;
    const auto is_due = [&] { return ending_ || !to_read_.empty() || (!in_trouble && pending_to_ != 0); };
    if (in_trouble) {
      wake_.wait_until(lock, try_again_, is_due);
    } else {
      wake_.wait(lock, is_due);
    }
    last = ending_;
    const bool tries = last || (in_trouble ? steady_clock::now() >= try_again_ : pending_to_ != 0);
    const auto to = std::exchange(pending_to_, 0);
    const bool added = guarded("the store", [&] { database_.add(std::exchange(pending_, {})); });
    anew_ = anew_ || !added;  // it is lost
    if (added && to != 0) written_to_ = to;
    // What is asked for is read after what was written before it; and between two readings, which may be long, what
    // has come meanwhile is written.
    std::optional<Reading> reading;
    if (!to_read_.empty()) {
      reading = std::move(to_read_.front());
      to_read_.pop_front();
    }
    lock.unlock();
    if (tries) guarded("the store", [&] { write_all(); });
    if (reading) guarded("the store", [&] { answer(*reading); });
    lock.lock();
  }
  ended_ = true;
  end_.notify_one();
}

void Store::Impl::write_all() {
  auto outcome = database_.write();
  try_again_ = steady_clock::now() + kCommitAgain;
  if (anew_) outcome = {.trouble = "there was no memory for what is to be written", .replaced = true};
  anew_ = outcome.replaced;
  post([this, outcome = std::move(outcome), written = written_to_] { tell(outcome, written); });
  anew_ = false;  // it is told
}

void Store::Impl::answer(const Reading& reading) {
  Result<std::string> text;
  try {
    text = rows(reading).and_then(reading.render);
  } catch (const std::exception& error) {
    text = failure(ErrorCode::illegal, "history", "history cannot be read: " + std::string(error.what()));
  }
  post([this, number = reading.number, text = std::move(text)]() mutable { tell(number, std::move(text)); });
}

Result<std::vector<HistoryRow>> Store::Impl::rows(const Reading& reading) {
  const auto& [home, from, to, step, calendar] = reading.query;
  const auto rows = database_.history(home, from, to, reading.tail);
  if (rows.size() <= Database::kMostRowsRead) return folded(rows, step, *calendar);
  return failure(ErrorCode::too_large, "from",
                 "history is made of " + std::to_string(Database::kMostRowsRead) +
                     " rows an answer at most: ask for fewer days at a time (from, to)");
}

Result<std::unique_ptr<Store>> Store::open(asio::io_context& io, const StoreSettings& settings) {
  const auto impl = std::make_shared<Impl>(io, settings);
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
std::set<Announcement> Store::take_announced() {
  return impl_->take_announced();
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
