#include "common/planner/walk.hpp"

#include <algorithm>

namespace home_energy::planner {

template <class Cost>
Walk<Cost>::Walk(const Task& task, Levels& levels, std::span<const SlotFacts> slots, CostTable<Cost>& costs)
    : task_(task), levels_(levels), slots_(slots), costs_(costs) {}

template <class Cost>
std::vector<Use> Walk<Cost>::best() {
  places_.push_back(first_places());
  if (places_.front().front().rest >= CostTable<Cost>::kInfinite) return {};
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    next_.clear();
    seen_.clear();
    if (places_[slot].front().rest % kStartsPerCost == 0) places_[slot].resize(1);  // no start is left
    for (std::size_t place = 0; place < places_[slot].size(); ++place) pass(slot, place);
    if (next_.empty()) {
      latest_ = kNever;
      for (std::size_t place = 0; place < places_[slot].size(); ++place) start(slot, place);
    }
    places_.push_back(next_);
  }
  return uses();
}

template <class Cost>
std::vector<typename Walk<Cost>::Place> Walk<Cost>::first_places() {
  const Place off{.state = State::off, .rest = costs_.off(0).front()};
  if (!task_.problem.running_for) return {off};
  const std::int64_t more = std::max<std::int64_t>(0, costs_.min_run() - levels_.ticks(*task_.problem.running_for));
  const Place running{.state = State::running, .more = more, .rest = costs_.running(0, more).front()};
  return {off.rest <= running.rest ? off : running};
}

/// Goes on without a start.
template <class Cost>
void Walk<Cost>::pass(std::size_t slot, std::size_t place) {
  const Place at = places_[slot][place];
  const bool may_be_off =
      at.state == State::off || (at.state == State::running && at.more == 0) || !is_allowed(slot, at);
  if (may_be_off && costs_.off(slot + 1)[at.level] == at.rest) {
    Place off{.state = State::off, .level = at.level, .rest = at.rest, .before = place};
    if (is_new(off)) next_.push_back(off);
  }
  if (!is_allowed(slot, at)) return;
  if (at.state == State::running) pass_running(slot, place);
  if (at.state == State::pinned) pass_pinned(slot, place);
}

template <class Cost>
void Walk<Cost>::pass_running(std::size_t slot, std::size_t place) {
  const Place at = places_[slot][place];
  const std::int64_t length = slots_[slot].length;
  if (at.more < length) {
    reach_window(place, {.slot = slot, .kind = UseKind::head, .starts = false, .head = at.more},
                 levels_.nearest(at.more), State::off, 0, 0);
  }
  reach_window(place, {.slot = slot, .kind = UseKind::full, .starts = false}, levels_.nearest(length), State::running,
               at.more - length, 0);
}

template <class Cost>
void Walk<Cost>::pass_pinned(std::size_t slot, std::size_t place) {
  const Place at = places_[slot][place];
  const auto through = costs_.pinned_through(slot, at.level, at.pinned_end);
  const std::uint32_t to = through.value_or(at.pinned_end);
  const Use use{
      .slot = slot, .kind = through ? UseKind::full : UseKind::head, .starts = false, .from = at.level, .to = to};
  next_.push_back({.state = through ? State::pinned : State::off,
                   .level = to,
                   .pinned_end = at.pinned_end,
                   .rest = at.rest - costs_.energy(slot, at.level, to),
                   .before = place,
                   .use = use});
}

/// Goes on with a start in this slot.
template <class Cost>
void Walk<Cost>::start(std::size_t slot, std::size_t place) {
  const Place at = places_[slot][place];
  if (!is_allowed(slot, at) || at.state == State::pinned) return;
  if (at.state == State::running) split(slot, place);
  if (at.state == State::off || at.more == 0) start_from_off(slot, place);
}

template <class Cost>
void Walk<Cost>::start_from_off(std::size_t slot, std::size_t place) {
  const std::int64_t length = slots_[slot].length;
  const std::int64_t min_run = costs_.min_run();
  const Use tail{.slot = slot, .kind = UseKind::tail, .starts = true};
  reach_window(place, tail, levels_.nearest(1), State::running, min_run, costs_.start());
  if (min_run == 0) return;
  if (costs_.counted() < length) {
    Use counted = tail;
    counted.tail = costs_.counted();
    reach_window(place, counted, levels_.nearest(counted.tail), State::running, costs_.after_counted(), costs_.start());
  }
  reach_window(place, {.slot = slot, .kind = UseKind::full, .starts = true}, levels_.nearest(length), State::running,
               min_run - length, costs_.start());
  if (costs_.has_pinned()) start_pinned(slot, place);
}

template <class Cost>
void Walk<Cost>::start_pinned(std::size_t slot, std::size_t place) {
  const Place at = places_[slot][place];
  const std::uint32_t last = levels_.furthest(slots_[slot].offered, slots_[slot].length - 1)[at.level];
  for (std::uint32_t to = at.level + 1; to <= last; ++to) {
    if (costs_.pinned(slot, at.level, to) != at.rest) continue;
    const Use use{.slot = slot, .kind = UseKind::tail, .starts = true, .from = at.level, .to = to};
    if (!keep_latest(use)) continue;
    next_.push_back({.state = State::pinned,
                     .level = to,
                     .pinned_end = costs_.pinned_end(at.level),
                     .rest = at.rest - costs_.start() - costs_.energy(slot, at.level, to),
                     .before = place,
                     .use = use});
  }
}

/// Ends the run in the slot's head and begins another in its tail, which lasts just what counts.
template <class Cost>
void Walk<Cost>::split(std::size_t slot, std::size_t place) {
  const std::int64_t head = places_[slot][place].more;
  const std::int64_t tail = costs_.counted();
  if (costs_.min_run() == 0 || head + tail >= slots_[slot].length) return;
  reach_window(place, {.slot = slot, .kind = UseKind::split, .starts = true, .head = head, .tail = tail},
               levels_.nearest(head + tail), State::running, costs_.after_counted(), costs_.start());
}

/// All levels within the slot's reach, from `lowest` on, that attain the least cost.
template <class Cost>
void Walk<Cost>::reach_window(std::size_t place, Use use, const LevelMap& lowest, State state, std::int64_t more,
                              Cost extra) {
  const Place at = places_[use.slot][place];
  more = std::max<std::int64_t>(more, 0);
  const auto row = state == State::off ? costs_.off(use.slot + 1) : costs_.running(use.slot + 1, more);
  const SlotFacts& facts = slots_[use.slot];
  const std::uint32_t highest = levels_.furthest(facts.offered, facts.length)[at.level];
  use.from = at.level;
  // Most energy first: of plans that differ in nothing that matters, the one that draws early is taken.
  for (std::uint32_t to = highest + 1; to-- > lowest[at.level];) {
    if (row[to] >= CostTable<Cost>::kInfinite) continue;
    if (row[to] + costs_.energy(use.slot, at.level, to) + extra != at.rest) continue;
    use.to = to;
    const bool draws_nothing =
        to == at.level && use.kind == UseKind::tail && use.tail == 0;  // is a start in the next slot
    if (draws_nothing) continue;
    if (use.starts && !keep_latest(use)) continue;
    const Place next{.state = state, .more = more, .level = to, .rest = row[to], .before = place, .use = use};
    if (is_new(next)) next_.push_back(next);
  }
}

/// Whether a start is as late as the latest so far; gives up the others where it is later.
template <class Cost>
bool Walk<Cost>::keep_latest(const Use& use) {
  const SlotFacts& facts = slots_[use.slot];
  const Int128 counted = Int128{use.tail} * kMicro / levels_.ticks_per_second();
  auto tail = static_cast<std::int64_t>(counted);
  if (use.kind == UseKind::full)
    tail = static_cast<std::int64_t>(Int128{facts.length} * kMicro / levels_.ticks_per_second());
  if (use.kind == UseKind::tail) {
    tail = std::max(tail, task_.intake.time(levels_.drawn(use.from), levels_.drawn(use.to), facts.offered));
  }
  if (tail > latest_) return false;
  if (tail < latest_) {
    next_.clear();
    seen_.clear();
  }
  latest_ = tail;
  return true;
}

template <class Cost>
bool Walk<Cost>::is_new(const Place& place) {
  auto seen = std::find_if(seen_.begin(), seen_.end(),
                           [&](const Seen& s) { return s.state == place.state && s.more == place.more; });
  if (seen == seen_.end()) {
    seen_.push_back({place.state, place.more, std::vector<bool>(levels_.size())});
    seen = std::prev(seen_.end());
  }
  if (seen->levels[place.level]) return false;
  seen->levels[place.level] = true;
  return true;
}

template <class Cost>
std::vector<Use> Walk<Cost>::uses() const {
  std::vector<Use> uses;
  std::size_t place = 0;
  for (std::size_t boundary = slots_.size(); boundary > 0; --boundary) {
    const Place& at = places_[boundary][place];
    if (at.use) uses.push_back(*at.use);
    place = at.before;
  }
  std::reverse(uses.begin(), uses.end());
  return uses;
}

template class Walk<std::int64_t>;
template class Walk<Int128>;

}  // namespace home_energy::planner
