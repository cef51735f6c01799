#include "agent/homes/plan_worker.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "agent/system/guarded.hpp"

namespace home_energy {
namespace {

/// What a plan in the making gets to finish when the process ends: all of that must be over within 2 s.
constexpr std::chrono::milliseconds kLastWait{200};
constexpr std::chrono::milliseconds kTryAgain{100};  ///< after a defect

/// A planner that fails must not stop a home's time: it goes on with a plan that does nothing.
HomePlan made(const PlanRequest& request) {
  try {
    return plan_home(request);
  } catch (const std::exception& defect) {
    spdlog::error("internal error: no plan could be made: {}", defect.what());
    return {.plan = {}, .made_at = request.made_at, .reasons = {}, .note = "no plan could be made"};
  }
}

}  // namespace

/// Shared with its thread, which may be busy for longer than the process waits for it.
class PlanWorker::Impl : public std::enable_shared_from_this<PlanWorker::Impl> {
 public:
  explicit Impl(boost::asio::io_context& io) : io_(io) {}

  void make(PlanRequest request, Done done);
  void end();

 private:
  struct Order {
    PlanRequest request;
    Done done;
  };

  void run();

  boost::asio::io_context& io_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable end_;
  std::deque<Order> orders_;  ///< guarded
  bool ending_ = false;       ///< guarded: nobody listens any more
  bool ended_ = false;        ///< guarded
  std::thread thread_;
};

void PlanWorker::Impl::make(PlanRequest request, Done done) {
  if (!thread_.joinable()) thread_ = std::thread([self = shared_from_this()] { self->run(); });  // first: it may throw
  {
    const std::scoped_lock lock(mutex_);
    orders_.push_back({std::move(request), std::move(done)});
  }
  wake_.notify_one();
}

void PlanWorker::Impl::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return ending_ || !orders_.empty(); });
    if (ending_) break;
    const Order order = std::move(orders_.front());
    orders_.pop_front();
    lock.unlock();
    std::shared_ptr<const HomePlan> plan;
    guarded("the planner", [&] { plan = std::make_shared<const HomePlan>(made(order.request)); });
    lock.lock();
    if (ending_) break;
    // Without its plan a home's time would stand still for ever.
    if (plan && guarded("the planner", [&] { boost::asio::post(io_, [done = order.done, plan] { done(plan); }); }))
      continue;
    wake_.wait_for(lock, kTryAgain, [&] { return ending_; });
    guarded("the planner", [&] { orders_.push_front(order); });
  }
  ended_ = true;
  end_.notify_one();
}

void PlanWorker::Impl::end() {
  if (!thread_.joinable()) return;
  std::unique_lock lock(mutex_);
  ending_ = true;
  orders_.clear();
  wake_.notify_one();
  const bool ended = end_.wait_for(lock, kLastWait, [&] { return ended_; });
  lock.unlock();
  ended ? thread_.join() : thread_.detach();
}

PlanWorker::PlanWorker(boost::asio::io_context& io) : impl_(std::make_shared<Impl>(io)) {}
PlanWorker::~PlanWorker() {
  impl_->end();
}

void PlanWorker::make(PlanRequest request, Done done) {
  impl_->make(std::move(request), std::move(done));
}

}  // namespace home_energy
