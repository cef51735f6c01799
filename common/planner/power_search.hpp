/// @file
/// Which powers a car should draw beside a home battery, at a price of its energy that the caller raises until the need
/// is met. Knows neither taper nor minimum run.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/planner/problem.hpp"
#include "common/planner/storage_problem.hpp"
#include "common/planner/store.hpp"

namespace home_energy::planner {

/// Its levels of the store are few: only powers are taken from it.
class PowerSearch {
 public:
  /// @param storage is kept as a reference
  PowerSearch(const ChargingProblem& charging, const StorageProblem& storage);

  /// The watts in each slot of the car. @param worth of a joule that the car draws, millionths of the currency
  std::vector<std::int64_t> powers(double worth, std::size_t slots) const;

 private:
  static constexpr std::size_t kLevels = 41;
  struct Choice {
    std::int64_t power;
    double car;  ///< J
    MeterSpan span;
  };
  using Row = std::array<Store::Costs, 2>;  ///< where the car has not been drawing, and where it has

  Choice choice(std::size_t slot, std::int64_t power, std::chrono::seconds length = {}) const;
  void add_choices(const ChargingProblem& charging, std::size_t slot);
  std::vector<Row> costs_at(double worth) const;

  const StorageProblem& storage_;
  Store store_;
  double start_;
  bool is_running_ = false;
  std::vector<std::vector<Choice>> choices_;
};

}  // namespace home_energy::planner
