#include "agent/store.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

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
  void on_replaced(std::function<void()> replaced) { replaced_ = std::move(replaced); }
  void write(StoreBatch batch, Done done);
  void read(Query query, std::optional<HistoryRow> tail, Render render, Read done);
  bool outlives_the_process() const { return folder_.has_value(); }
  const StoreHealth& health() const { return health_; }

 private:
  struct Reading {
    Query query;
    std::optional<HistoryRow> tail;
    Render render;
    Read done;
  };

  // On the thread of the io_context.
  void tell(const DurableDatabase::Outcome& outcome, std::uint64_t written);
  void give_up(const std::string& reason);
  void fails(const std::string& reason);
  void watch();

  // On the store's own.
  void run();
  void post(std::function<void()> work);
  void write_all();
  void answer(const Reading& reading);

  asio::io_context& io_;
  const std::optional<fs::path> folder_;

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

  DurableDatabase database_;  ///< of the thread, from when it begins
  steady_clock::time_point try_again_;
  std::uint64_t written_to_ = 0;  ///< the last write that the database was given
  std::thread thread_;
};

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

Result<void> Store::Impl::open() {
  return database_.open().map([&](const std::optional<std::string>& trouble) {
    if (trouble) fails(*trouble);
    loaded_ = database_.take_loaded();
    thread_ = std::thread([self = shared_from_this()] { self->run(); });
  });
}

void Store::Impl::write(StoreBatch batch, Done done) {
  waiting_.emplace_back(++asked_, std::move(done));
  {
    const std::scoped_lock lock(mutex_);
    merge(pending_, std::move(batch));
    if (health_.state == State::failing) drop_too_many(pending_);
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
                  folder_ ? folder_->string() : "memory", reason);
  health_ = {State::failing, reason};
}

void Store::Impl::give_up(const std::string& reason) {
  fails(reason);
  auto waiting = std::exchange(waiting_, {});
  for (const auto& [number, done] : waiting) done(false);
}

void Store::Impl::tell(const DurableDatabase::Outcome& outcome, std::uint64_t written) {
  if (outcome.replaced) return replaced_ ? replaced_() : void();
  if (outcome.trouble) return give_up(*outcome.trouble);
  if (health_.state == State::failing && (waiting_.empty() || written >= asked_)) {
    spdlog::info("store: it works again, all is stored");
    health_ = {folder_ ? State::ok : State::memory, {}};
  }
  while (!waiting_.empty() && waiting_.front().first <= written) {
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
    const bool in_trouble = database_.in_trouble();
    const auto is_due = [&] { return ending_ || !to_read_.empty() || (!in_trouble && pending_to_ != 0); };
    if (in_trouble) {
      wake_.wait_until(lock, try_again_, is_due);
    } else {
      wake_.wait(lock, is_due);
    }
    last = ending_;
    const bool tries = last || (in_trouble ? steady_clock::now() >= try_again_ : pending_to_ != 0);
    database_.add(std::exchange(pending_, {}));
    if (pending_to_ != 0) written_to_ = std::exchange(pending_to_, 0);
    // What is asked for is read after what was written before it; and between two readings, which may be long, what
    // has come meanwhile is written.
    std::optional<Reading> reading;
    if (!to_read_.empty()) {
      reading = std::move(to_read_.front());
      to_read_.pop_front();
    }
    lock.unlock();
    if (tries) write_all();
    if (reading) answer(*reading);
    lock.lock();
  }
  ended_ = true;
  end_.notify_one();
}

void Store::Impl::write_all() {
  auto outcome = database_.write();
  try_again_ = steady_clock::now() + kTryAgain;
  post([this, outcome = std::move(outcome), written = written_to_] { tell(outcome, written); });
}

void Store::Impl::answer(const Reading& reading) {
  Result<std::string> text;
  try {
    const auto& [home, from, to, step] = reading.query;
    text = reading.render(folded(database_.history(home, from, to, reading.tail), step));
  } catch (const std::exception& error) {
    text = failure(ErrorCode::illegal, "history", "history cannot be read: " + std::string(error.what()));
  }
  post([this, done = reading.done, text = std::move(text)] {
    --reads_;
    done(text);
  });
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
