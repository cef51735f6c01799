/// @file
/// The forward half of the search: of all plans of the least cost and the fewest starts, one that starts latest.
///
/// It follows all of them at once, slot by slot. They have equally many starts still to come, so while one of them can
/// pass a slot without a start, those that start in it are given up; and where all start, only those that start last
/// go on. Once no start is left, any one will do.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/planner/costs.hpp"

namespace home_energy::planner {

template <class Cost>
class Walk {
 public:
  Walk(const Task& task, Levels& levels, std::span<const SlotFacts> slots, CostTable<Cost>& costs);

  /// Slot by slot; empty where the levels allow no plan.
  std::vector<Use> best();

 private:
  enum class State { off, running, pinned };
  /// One of the places where a best plan may be at a slot's boundary.
  struct Place {
    State state;
    std::int64_t more = 0;  ///< running: ticks still to last
    std::uint32_t level = 0;
    std::uint32_t pinned_end = 0;  ///< pinned: the level where the run ends
    Cost rest = 0;                 ///< what all from here on costs
    std::size_t before = 0;        ///< the place it was reached from, in the slot before
    std::optional<Use> use = {};   ///< how
  };

  std::vector<Place> first_places();
  void pass(std::size_t slot, std::size_t place);
  void pass_running(std::size_t slot, std::size_t place);
  void pass_pinned(std::size_t slot, std::size_t place);
  void start(std::size_t slot, std::size_t place);
  void start_from_off(std::size_t slot, std::size_t place);
  void start_pinned(std::size_t slot, std::size_t place);
  void split(std::size_t slot, std::size_t place);
  void reach(std::size_t place, const Use& use, const Place& next, Cost extra);
  void reach_window(std::size_t place, Use use, const LevelMap& lowest, State state, std::int64_t more, Cost extra);
  bool keep_latest(const Use& use);
  bool is_new(const Place& place);
  bool is_allowed(std::size_t slot, const Place& place) const { return place.level >= slots_[slot].allowed_from; }
  std::vector<Use> uses() const;

  const Task& task_;
  Levels& levels_;
  std::span<const SlotFacts> slots_;
  CostTable<Cost>& costs_;
  std::vector<std::vector<Place>> places_;  ///< per boundary
  std::vector<Place> next_;
  std::int64_t latest_ = 0;  ///< the shortest tail of those that start in this slot, microseconds
  struct Seen {
    State state;
    std::int64_t more;
    std::vector<bool> levels;
  };
  std::vector<Seen> seen_;
};

extern template class Walk<std::int64_t>;
extern template class Walk<Int128>;

}  // namespace home_energy::planner
