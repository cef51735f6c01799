#include "common/planner/draws.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace home_energy::planner {
namespace {

/// The energies of a plan's uses, in microjoules, and how far they may be shifted.
struct Share {
  std::int64_t energy;
  std::int64_t least;
  std::int64_t most;
  std::pair<std::int64_t, std::ptrdiff_t> weight;  ///< of equally dear ones, first the tails in which a run begins
};

std::vector<Share> shares_of(const Task& task, const Levels& levels, const std::vector<SlotFacts>& slots,
                             const std::vector<Use>& uses) {
  std::vector<Share> shares;
  for (const Use& use : uses) {
    const SlotFacts& facts = slots[use.slot];
    const std::int64_t bound =
        use.kind == UseKind::full ? facts.length : use.head + use.tail;  // ticks are microseconds
    shares.push_back({.energy = levels.drawn(use.to) - levels.drawn(use.from),
                      .least = task.problem.least.count() * bound,
                      .most = facts.offered * facts.length,
                      .weight = {facts.weight, use.kind == UseKind::tail ? std::ssize(uses) - std::ssize(shares) : 0}});
  }
  return shares;
}

/// From the dearest to the cheapest, as long as that gains something: money, or a later start.
void shift_to_cheaper(std::vector<Share>& shares) {
  std::vector<std::size_t> order(shares.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return shares[a].weight < shares[b].weight; });
  std::size_t cheap = 0;
  std::size_t dear = order.empty() ? 0 : order.size() - 1;
  while (cheap < dear) {
    Share& to = shares[order[cheap]];
    Share& from = shares[order[dear]];
    if (to.weight == from.weight) return;
    const std::int64_t amount = std::max<std::int64_t>(0, std::min(to.most - to.energy, from.energy - from.least));
    to.energy += amount;
    from.energy -= amount;
    if (to.energy >= to.most) {
      ++cheap;
    } else {
      --dear;
    }
  }
}

/// The least power, in whole watts, that gets so far in time.
std::int64_t weakest(const Task& task, std::int64_t offered, const Draw& draw) {
  std::int64_t low = std::min(task.problem.least.count(), offered);
  std::int64_t high = offered;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (task.intake.time(draw.from, draw.to, middle) <= draw.lasts) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return high;
}

/// Turns uses into draws, one after the other.
class Drawing {
 public:
  Drawing(const Task& task, const Levels& levels, const std::vector<SlotFacts>& slots)
      : task_(task), levels_(levels), slots_(slots) {}

  void draw(const Use& use, std::int64_t energy) {
    const SlotFacts& facts = slots_[use.slot];
    const std::int64_t length = micro(facts.length);
    const std::int64_t to = drawn_ + energy;
    switch (use.kind) {
      case UseKind::full:
        add(use, 0, length, to);
        break;
      case UseKind::head:
        add(use, 0, std::clamp(task_.intake.time(drawn_, to, facts.offered), micro(use.head), length), to);
        break;
      case UseKind::tail: {
        const std::int64_t lasts = std::clamp(task_.intake.time(drawn_, to, facts.offered), micro(use.tail), length);
        add(use, length - lasts, lasts, to);
        break;
      }
      case UseKind::split:
        split(use, to);
        break;
    }
  }

  std::vector<Draw> take() { return std::move(draws_); }

 private:
  std::int64_t micro(std::int64_t ticks) const {
    return static_cast<std::int64_t>(Int128{ticks} * kMicro / levels_.ticks_per_second());
  }

  void add(const Use& use, std::int64_t begin, std::int64_t lasts, std::int64_t to) {
    // Nothing is left of it after shifting: what follows begins the run.
    const bool vanishes = to == drawn_ && use.kind != UseKind::full && use.head + use.tail == 0;
    starts_ = starts_ || use.starts;
    if (vanishes) return;
    Draw draw{use.slot, begin, lasts, drawn_, to, 0, starts_};
    draw.offered = weakest(task_, slots_[use.slot].offered, draw);
    draws_.push_back(draw);
    drawn_ = to;
    starts_ = false;
  }

  /// As much as it can in the head, so that the second run starts late.
  void split(const Use& use, std::int64_t to) {
    const SlotFacts& facts = slots_[use.slot];
    const std::int64_t tail = micro(use.tail);
    const std::int64_t most = task_.intake.after(drawn_, facts.offered, micro(facts.length) - tail);
    std::int64_t low = drawn_;
    std::int64_t high = std::min(to, most);
    while (low < high) {  // the highest from which the tail lasts long enough
      const std::int64_t middle = low + (high - low + 1) / 2;
      if (task_.intake.time(middle, to, task_.problem.least.count()) >= tail) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    const Use head{.slot = use.slot, .kind = UseKind::head, .starts = false, .from = 0, .to = 0, .head = use.head};
    add(head, 0, std::max(micro(use.head), task_.intake.time(drawn_, low, facts.offered)), low);
    add(use, micro(facts.length) - tail, tail, to);
  }

  const Task& task_;
  const Levels& levels_;
  const std::vector<SlotFacts>& slots_;
  std::vector<Draw> draws_;
  std::int64_t drawn_ = 0;
  bool starts_ = false;
};

/// A pause in charging at once, in microseconds from now.
struct Pause {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

AtOnce draw_with_pause(const ChargingProblem& problem, const Intake& intake, Rules rules, std::int64_t wanted,
                       Pause pause) {
  AtOnce result;
  std::int64_t now = 0;
  bool goes_on = problem.running_for.has_value();
  for (std::size_t slot = 0; slot < problem.slots.size() && result.drawn < wanted; ++slot) {
    const PlannerSlot& facts = problem.slots[slot];
    const std::int64_t end = now + facts.length.count() * kMicro;
    const bool paused = pause.begin <= now && now < pause.end;
    const std::int64_t begin = paused ? std::min(pause.end, end) : now;
    const std::int64_t room = rules.fuse ? (problem.fuse - facts.base_load).count() : kNever;
    const std::int64_t least = std::min(problem.least.count(), intake.limit_at(result.drawn));
    const bool too_dear = rules.ceiling && problem.max_price && facts.price > *problem.max_price;
    const bool allowed = least <= room && !too_dear;
    if (allowed && begin < end) {
      const std::int64_t offered = std::clamp(room, problem.least.count(), problem.most.count());
      const std::int64_t to = std::min(wanted, intake.after(result.drawn, offered, end - begin));
      const std::int64_t lasts = std::min(end - begin, to < wanted ? kNever : intake.time(result.drawn, to, offered));
      result.draws.push_back({slot, begin - now, lasts, result.drawn, to, offered, !goes_on || begin > now});
      result.on_time += lasts;
      result.drawn = to;
    }
    goes_on = allowed && begin < end;
    now = end;
  }
  return result;
}

}  // namespace

std::vector<Draw> draws_of(const Task& task, const Levels& levels, const std::vector<Use>& uses) {
  const std::vector<SlotFacts> slots = slot_facts(task, levels);
  std::vector<Share> shares = shares_of(task, levels, slots, uses);
  if (!levels.on_off() && !levels.tapers()) shift_to_cheaper(shares);
  Drawing drawing(task, levels, slots);
  for (std::size_t i = 0; i < uses.size(); ++i) drawing.draw(uses[i], shares[i].energy);
  return drawing.take();
}

AtOnce draw_at_once(const ChargingProblem& problem, const Intake& intake, Rules rules, std::int64_t wanted) {
  return draw_with_pause(problem, intake, rules, wanted, {});
}

std::vector<Draw> draw_all_but(const Task& task) {
  const std::vector<Draw> all = draw_at_once(task.problem, task.intake, {}, task.goal).draws;
  std::size_t first = all.size() - 1;  // of the last stretch
  while (first > 0 && !all[first].starts) --first;
  std::int64_t begin = 0;
  for (std::size_t slot = 0; slot < all[first].slot; ++slot) begin += task.problem.slots[slot].length.count() * kMicro;
  std::int64_t low = 0;
  std::int64_t high = static_cast<std::int64_t>(kMaxPlannerSlots) * kPlannerSlot.count() * kMicro;
  const auto with_pause = [&](std::int64_t pause) {
    return draw_with_pause(task.problem, task.intake, {}, task.goal, {begin, begin + pause});
  };
  while (low < high) {  // the longest pause that still reaches the goal
    const std::int64_t middle = low + (high - low + 1) / 2;
    if (with_pause(middle).drawn >= task.goal) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return with_pause(low).draws;
}

}  // namespace home_energy::planner
