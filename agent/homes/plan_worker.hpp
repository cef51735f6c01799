/// @file
/// Makes plans on a thread of its own, in the order in which they are asked for. Called on the thread of the
/// `io_context`, and calls back there.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "common/world/home.hpp"

namespace home_energy {

class PlanWorker {
 public:
  using Done = std::function<void(std::shared_ptr<const HomePlan>)>;

  /// The thread begins with the first plan.
  explicit PlanWorker(boost::asio::io_context& io);
  /// Does not wait for a plan in the making, which may take some hundred milliseconds.
  ~PlanWorker();
  PlanWorker(const PlanWorker&) = delete;
  PlanWorker& operator=(const PlanWorker&) = delete;
  PlanWorker(PlanWorker&&) = delete;
  PlanWorker& operator=(PlanWorker&&) = delete;

  void make(PlanRequest request, Done done);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace home_energy
