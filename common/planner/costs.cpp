#include "common/planner/costs.hpp"

#include <algorithm>
#include <numeric>

namespace home_energy::planner {

template <class Cost>
CostTable<Cost>::CostTable(const Task& task, Levels& levels, std::span<const SlotFacts> slots)
    : levels_(levels),
      slots_(slots),
      slot_length_(levels.ticks(kPlannerSlot)),
      min_run_(levels.min_run()),
      start_(1),
      above_(levels.size()),
      window_(levels.size(), kInfinite),
      sums_(levels.size()),
      weighed_(levels.size()),
      weighed_slot_(slots.size()),
      table_(2 * (slots.size() + 1) * levels.size()) {
  if (task.problem.objective == Objective::cost) {
    start_ += static_cast<Cost>(task.problem.start_cost.count() * levels.cost_units_per_kwh()) * kStartsPerCost;
  }
  std::iota(above_.begin(), above_.end(), 1U);
  if (levels.on_off() && levels.tapers() && min_run_ > 0) prepare_pinned(task.problem.most);
  fill();
}

template <class Cost>
void CostTable<Cost>::prepare_pinned(Watts most) {
  on_times_ = levels_.clock(most.count());
  has_pinned_ = true;
  at_min_run_ = levels_.nearest(min_run_);
  after_slot_ = levels_.nearest(slot_length_);
  const auto most_full = static_cast<std::size_t>((min_run_ - 1) / slot_length_);
  pinned_heads_.assign(most_full + 1, Row(levels_.size(), kInfinite));
}

template <class Cost>
void CostTable<Cost>::fill() {
  Row departure(levels_.size(), kInfinite);
  departure.back() = 0;
  keep(2 * slots_.size(), departure);
  keep(2 * slots_.size() + 1, departure);
  for (std::size_t slot = slots_.size(); slot-- > 0;) {
    if (has_pinned_ && slot + 1 < slots_.size()) end_pinned_after(slot + 1);
    keep(2 * slot, off_row(slot));
    keep(2 * slot + 1, free_row(slot));
    for (std::int64_t more = min_run_; more > 0; more -= slot_length_) running(slot, more);
    for (std::int64_t more = after_counted(); more > 0; more -= slot_length_) running(slot, more);
    young_.erase(young_.lower_bound({slot + 1, 0}), young_.end());  // they serve the slot before only
  }
  young_.clear();
}

template <class Cost>
void CostTable<Cost>::keep(std::size_t index, const Row& row) {
  std::copy(row.begin(), row.end(), table_.begin() + static_cast<std::ptrdiff_t>(index * levels_.size()));
}

template <class Cost>
std::span<const Cost> CostTable<Cost>::running(std::size_t slot, std::int64_t more) {
  if (slot == slots_.size()) return off(slot);
  if (more <= 0) return free(slot);
  const auto known = young_.find({slot, more});
  if (known != young_.end()) return known->second;
  return young_[{slot, more}] = young_row(slot, more);
}

template <class Cost>
void CostTable<Cost>::weigh(std::size_t slot) {
  const std::vector<std::int64_t>& units = levels_.cost_units();
  for (std::size_t level = 0; level < units.size(); ++level) weighed_[level] = weight(slot) * units[level];
  weighed_slot_ = slot;
}

/// Where less, row[from] becomes the least of extra + energy + next[to] over the window's `to`.
template <class Cost>
void CostTable<Cost>::lower(Row& row, std::size_t slot, View next, Window window, Cost extra) {
  const std::size_t first = slots_[slot].allowed_from;
  if (weighed_slot_ != slot) weigh(slot);
  for (std::size_t level = first; level < row.size(); ++level) sums_[level] = next[level] + weighed_[level];
  window_.restart(static_cast<std::uint32_t>(first));
  for (std::size_t from = first; from < row.size(); ++from) {
    const Cost least = window_.least(sums_, window.lowest[from], window.highest[from]);
    if (least < kInfinite / 2) row[from] = std::min(row[from], least - weighed_[from] + extra);
  }
}

template <class Cost>
std::vector<Cost> CostTable<Cost>::off_row(std::size_t slot) {
  const View off_after = off(slot + 1);
  Row row(off_after.begin(), off_after.end());
  const SlotFacts& facts = slots_[slot];
  if (facts.allowed_from >= row.size()) return row;
  const LevelMap& highest = levels_.furthest(facts.offered, facts.length);
  lower(row, slot, running(slot + 1, min_run_), {above_, highest}, start_);
  if (min_run_ == 0) return row;
  lower(row, slot, running(slot + 1, min_run_ - facts.length), {levels_.nearest(facts.length), highest}, start_);
  if (counted() < facts.length) {
    lower(row, slot, running(slot + 1, after_counted()), {levels_.nearest(counted()), highest}, start_);
  }
  if (has_pinned_) lower_by_pinned(row, slot);
  return row;
}

template <class Cost>
std::vector<Cost> CostTable<Cost>::free_row(std::size_t slot) {
  const View off_now = off(slot);
  Row row(off_now.begin(), off_now.end());
  const SlotFacts& facts = slots_[slot];
  if (facts.allowed_from >= row.size()) return row;
  const LevelMap& highest = levels_.furthest(facts.offered, facts.length);
  lower(row, slot, free(slot + 1), {levels_.nearest(facts.length), highest}, 0);
  lower(row, slot, off(slot + 1), {above_, highest}, 0);
  return row;
}

template <class Cost>
std::vector<Cost> CostTable<Cost>::young_row(std::size_t slot, std::int64_t more) {
  const View off_after = off(slot + 1);
  Row row(off_after.begin(), off_after.end());  // a barred slot ends the run
  const SlotFacts& facts = slots_[slot];
  if (facts.allowed_from >= row.size()) return row;
  std::fill(row.begin() + static_cast<std::ptrdiff_t>(facts.allowed_from), row.end(), kInfinite);
  const LevelMap& highest = levels_.furthest(facts.offered, facts.length);
  lower(row, slot, running(slot + 1, more - facts.length), {levels_.nearest(facts.length), highest}, 0);
  if (more < facts.length) lower(row, slot, off(slot + 1), {levels_.nearest(more), highest}, 0);
  if (more + counted() < facts.length) {
    lower(row, slot, running(slot + 1, after_counted()), {levels_.nearest(more + counted()), highest}, start_);
  }
  return row;
}

/// Of pinned runs that are under way as `slot` begins: what comes of them for each number of slots they fill from here.
template <class Cost>
void CostTable<Cost>::end_pinned_after(std::size_t slot) {
  weigh(slot);
  const SlotFacts& facts = slots_[slot];
  for (std::size_t full = pinned_heads_.size(); full-- > 0;) {  // the heads after this slot are still those of the next
    Row& heads = pinned_heads_[full];
    for (std::size_t level = 0; level < heads.size(); ++level) {
      heads[level] = kInfinite;
      if (level < facts.allowed_from) continue;
      if (full == 0) {
        heads[level] = -weighed_[level];
      } else if (const std::uint32_t to = after_slot_[level]; facts.length == slot_length_ && to < heads.size()) {
        const Cost rest = pinned_heads_[full - 1][to];
        if (rest < kInfinite / 2) heads[level] = energy(slot, level, to) + rest;
      }
    }
  }
}

/// By the runs of `pinned`. Those that fill as many slots end in the same one, and differ in what the first one gives.
template <class Cost>
void CostTable<Cost>::lower_by_pinned(Row& row, std::size_t slot) {
  weigh(slot);
  const std::size_t first = slots_[slot].allowed_from;
  for (std::size_t full = 0; full < pinned_heads_.size() && slot + full + 1 < slots_.size(); ++full) {
    const std::size_t last = slot + full + 1;
    const std::int64_t left = min_run_ - static_cast<std::int64_t>(full) * slot_length_;  // for the first and the last
    const LevelMap& lowest = levels_.nearest(left - slots_[last].length);
    const LevelMap& beyond = levels_.nearest(std::min(left, slots_[slot].length));
    for (std::size_t to = first; to < row.size(); ++to)
      sums_[to] = std::min(kInfinite, pinned_heads_[full][to] + weighed_[to]);
    window_.restart(static_cast<std::uint32_t>(first));
    const View after = off(last + 1);
    for (auto from = static_cast<std::uint32_t>(first); from < row.size(); ++from) {
      const Cost least = window_.least(sums_, std::max(from + 1, lowest[from]), beyond[from] - 1);
      const std::uint32_t end = at_min_run_[from];
      if (least >= kInfinite / 2 || end >= row.size() || after[end] >= kInfinite) continue;
      if (on_times_[end] != on_times_[from] + min_run_) continue;
      const Cost head = weight(last) * levels_.cost_units()[end];
      row[from] = std::min(row[from], start_ + (least - weighed_[from] + head) + after[end]);
    }
  }
}

template <class Cost>
std::optional<std::uint32_t> CostTable<Cost>::pinned_through(std::size_t slot, std::uint32_t from,
                                                             std::uint32_t end) const {
  const bool ends_here = on_times_[from] + slots_[slot].length >= on_times_[end];
  if (ends_here || from < slots_[slot].allowed_from || slots_[slot].length != slot_length_) return std::nullopt;
  return after_slot_[from];
}

template <class Cost>
Cost CostTable<Cost>::pinned(std::size_t slot, std::uint32_t from, std::uint32_t to) const {
  const std::uint32_t end = at_min_run_[from];
  if (end >= on_times_.size() || on_times_[end] != on_times_[from] + min_run_ || to >= end) return kInfinite;
  Cost cost = start_ + energy(slot, from, to);
  std::uint32_t level = to;
  for (++slot; slot < slots_.size(); ++slot) {
    const auto next = pinned_through(slot, level, end);
    if (!next) break;
    cost += energy(slot, level, *next);
    level = *next;
  }
  const bool ends_in_a_head = slot < slots_.size() && level >= slots_[slot].allowed_from &&
                              on_times_[level] + slots_[slot].length >= on_times_[end];
  if (!ends_in_a_head || off(slot + 1)[end] >= kInfinite) return kInfinite;
  return cost + energy(slot, level, end) + off(slot + 1)[end];
}

template class CostTable<std::int64_t>;
template class CostTable<Int128>;

}  // namespace home_energy::planner
