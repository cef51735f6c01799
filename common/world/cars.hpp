/// @file
/// The cars of a home and how they share its fuse. Not safe to use from two threads at once.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "common/base/boxed.hpp"
#include "common/world/car.hpp"
#include "common/world/car_array.hpp"

namespace home_energy {

/// The first car is there in every home: one without a car has one that is never told to do anything.
class Cars {
 public:
  explicit Cars(const std::shared_ptr<const HomeSettings>& settings);

  std::size_t size() const { return further_ ? 1 + further_->size() : 1; }
  bool is_one() const { return !further_; }
  Car& first() { return first_; }
  const Car& first() const { return first_; }
  /// @param car below `size`
  Car& at(std::size_t car) { return car == 0 ? first_ : (*further_)[car - 1]; }
  const Car& at(std::size_t car) const { return car == 0 ? first_ : (*further_)[car - 1]; }

  /// What each charges beside. Those that no guard cuts come first, then who leaves first; cars that leave at the same
  /// moment get equal parts of what the fuse leaves, and what one does not take of its part goes to the others.
  /// @param load what all but the cars draw
  CarArray<Beside> beside(Watts load) const;
  Beside beside(Watts load, std::size_t car) const { return is_one() ? Beside{load} : beside(load)[car]; }
  /// What they draw together.
  Watts power(Watts load) const;
  /// One tick passes. Not while a plan is due. Counts what each drew towards what its plan was to cost.
  /// @return what each drew
  CarArray<Energy> advance(Watts load, const Prices& prices);

  bool follows_time() const { return any(&Car::follows_time); }
  bool plan_due() const { return any(&Car::plan_due); }
  /// The first whose plan is due; none where none is.
  std::optional<std::size_t> due() const;
  /// Another number whenever one of theirs is.
  std::uint64_t revision() const {
    std::uint64_t sum = first_.revision();
    for (std::size_t car = 1; car < size(); ++car) sum += at(car).revision();
    return sum;
  }

 private:
  bool any(bool (Car::*is)() const) const {
    if ((first_.*is)()) return true;
    return further_ && std::ranges::any_of(*further_, [&](const Car& car) { return (car.*is)(); });
  }

  Car first_;
  Boxed<std::vector<Car>> further_;  ///< none where the first is the only one
};

}  // namespace home_energy
