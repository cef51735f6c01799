/// @file
/// Which homes wait for a plan: has plans made one after the other on the worker, and adopted by the homes. Of homes
/// that are alike one has it made. Runs on the thread that owns the homes.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "agent/homes/plan_worker.hpp"
#include "agent/system/slices.hpp"
#include "common/world/recent_plans.hpp"

namespace home_energy {

class Planning {
 public:
  /// @param homes   outlives this; homes are not added or taken away
  /// @param adopted called when a home has got its plan
  Planning(boost::asio::io_context& io, Slices& slices, std::vector<Home>& homes,
           std::function<void(std::size_t)> adopted);

  /// A plan is due for the home; again where the home asks for another one before the first is made.
  void due(std::size_t home);

 private:
  /// So many are with the worker: one in the making, and the next, so that it need not wait for this thread.
  static constexpr std::size_t kWithWorker = 2;
  /// So many of the latest plans are kept for homes that are alike.
  static constexpr std::size_t kKept = 8;

  struct Ordered {
    std::size_t home;
    std::uint64_t revision;
    PlanRequest request;
  };

  void go_on();
  bool step();
  void look_again();
  bool is_ordered(std::size_t home) const;
  void arrived(const std::shared_ptr<const HomePlan>& plan);
  void hand_over(std::size_t home, const std::shared_ptr<const HomePlan>& plan, std::uint64_t revision);

  Slices& slices_;
  std::vector<Home>& homes_;
  std::function<void(std::size_t)> adopted_;
  std::deque<std::size_t> queue_;
  std::vector<bool> is_queued_;
  std::deque<Ordered> ordered_;  ///< with the worker, in its order
  RecentPlans recent_{kKept};
  bool going_on_ = false;
  boost::asio::steady_timer again_;
  PlanWorker worker_;
};

}  // namespace home_energy
