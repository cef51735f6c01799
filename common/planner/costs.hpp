/// @file
/// The backward half of the search: the least cost from each slot, state and level on.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "common/planner/levels.hpp"
#include "common/planner/uses.hpp"
#include "common/planner/window.hpp"

namespace home_energy::planner {

/// Costs are the objective times this, plus the number of starts: one number compares both in order. Not that many
/// runs can begin, two in a slot.
constexpr std::int64_t kStartsPerCost = 512;

/// @tparam Cost wide enough for four times the largest sum of costs: see `fits` in search.cpp
template <class Cost>
class CostTable {
 public:
  using Row = std::vector<Cost>;
  using View = std::span<const Cost>;
  /// No plan. All sums that are one stay below half of it, see `fits`.
  static constexpr Cost kInfinite = Cost{1} << (sizeof(Cost) * 8 - 3);

  CostTable(const Task& task, Levels& levels, std::span<const SlotFacts> slots);

  View off(std::size_t slot) const { return row(2 * slot); }
  View free(std::size_t slot) const { return row(2 * slot + 1); }

  /// The row of a run that must last so many ticks more; free where that is not above 0.
  View running(std::size_t slot, std::int64_t more);

  /// What drawing from one level to another costs in a slot.
  Cost energy(std::size_t slot, std::size_t from, std::size_t to) const {
    return weight(slot) * (levels_.cost_units()[to] - levels_.cost_units()[from]);
  }
  Cost start() const { return start_; }

  /// The least that a run of just `min_run` and all after it costs that begins at `from` in the tail of a slot and is
  /// at `to` at its end, both its first and last slot used in part.
  Cost pinned(std::size_t slot, std::uint32_t from, std::uint32_t to) const;
  bool has_pinned() const { return has_pinned_; }

  /// Where a pinned run that began at `from` ends.
  std::uint32_t pinned_end(std::uint32_t from) const { return at_min_run_[from]; }

  /// The level after a slot that a pinned run uses fully; none where it ends in the slot or the slot is barred.
  std::optional<std::uint32_t> pinned_through(std::size_t slot, std::uint32_t from, std::uint32_t end) const;

  std::int64_t min_run() const { return min_run_; }
  /// What a tail must last to count, and what is then left to last.
  std::int64_t counted() const { return min_run_ - after_counted(); }
  std::int64_t after_counted() const { return min_run_ == 0 ? 0 : (min_run_ - 1) / slot_length_ * slot_length_; }

 private:
  struct Window {
    const LevelMap& lowest;
    const LevelMap& highest;
  };
  Cost weight(std::size_t slot) const { return Cost{slots_[slot].weight} * kStartsPerCost; }
  void lower(Row& row, std::size_t slot, View next, Window window, Cost extra);
  View row(std::size_t index) const { return View(table_).subspan(index * levels_.size(), levels_.size()); }
  void keep(std::size_t index, const Row& row);
  void weigh(std::size_t slot);
  Row off_row(std::size_t slot);
  Row free_row(std::size_t slot);
  Row young_row(std::size_t slot, std::int64_t more);
  void end_pinned_after(std::size_t slot);
  void lower_by_pinned(Row& row, std::size_t slot);
  void fill();
  void prepare_pinned(Watts most);

  Levels& levels_;
  std::span<const SlotFacts> slots_;
  std::int64_t slot_length_;
  std::int64_t min_run_;
  Cost start_;
  LevelMap above_;
  bool has_pinned_ = false;
  std::vector<std::int64_t> on_times_;  ///< this and the three below: for pinned runs
  LevelMap at_min_run_;
  LevelMap after_slot_;
  /// By the number of slots that a pinned run fills before the one in which it ends, and by the level at which it
  /// enters the slot at hand: what these slots cost, less what the energy up to the level after them costs in the slot
  /// of the end.
  std::vector<Row> pinned_heads_;
  WindowMinimum<Cost> window_;
  Row sums_;                  ///< of what comes after and the energy, per level; for `lower`
  Row weighed_;               ///< what the energy up to each level costs in one slot, and
  std::size_t weighed_slot_;  ///< which one
  Row table_;                 ///< of each slot's boundary the row off, then the row free; at one piece, as it is large
  std::map<std::pair<std::size_t, std::int64_t>, Row> young_;  ///< those at hand
};

extern template class CostTable<std::int64_t>;
extern template class CostTable<Int128>;

}  // namespace home_energy::planner
