#include "common/world/plan_reasons.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "common/base/decimal.hpp"
#include "common/time/pace.hpp"

namespace home_energy {
namespace {

constexpr const char* kKeepsPeakLow = "keeps the month's peak low";

/// A slot as the reasons see it.
struct Place {
  std::int64_t weight;  ///< what the plan makes small: the price, or the base load
  bool allowed;         ///< neither the ceiling nor the fuse bars it
  std::size_t block;    ///< which block charges in it; `kNone` where none does

  static constexpr std::size_t kNone = ~std::size_t{0};
};

std::vector<Place> places_of(const ChargingProblem& problem, const ChargingPlan& plan) {
  std::vector<Place> places;
  std::int64_t begin = 0;
  for (const PlannerSlot& slot : problem.slots) {
    const bool by_cost = problem.objective == Objective::cost;
    const bool too_dear = problem.max_price && slot.price > *problem.max_price;
    const bool fits = slot.base_load + problem.least <= problem.fuse;
    Place place{by_cost ? slot.price.count() : slot.base_load.count(), fits && !too_dear, Place::kNone};
    const std::int64_t end = begin + slot.length.count();
    for (std::size_t i = 0; i < plan.blocks.size(); ++i) {
      const PlanBlock& block = plan.blocks[i];
      if (block.begin.count() < end && block.end.count() > begin) place.block = i;
    }
    places.push_back(place);
    begin = end;
  }
  return places;
}

std::string duration_text(std::int64_t seconds) {
  const std::int64_t minutes = (seconds + kSecondsPerMinute - 1) / kSecondsPerMinute;
  std::string hours = std::to_string(minutes / kMinutesPerHour) + " h";
  const std::string rest = std::to_string(minutes % kMinutesPerHour) + " min";
  if (minutes % kMinutesPerHour == 0) return hours;
  return minutes < kMinutesPerHour ? rest : hours + ' ' + rest;
}

/// Tells the reasons of one plan.
class Reasons {
 public:
  Reasons(const ChargingProblem& problem, const ChargingPlan& plan, const std::string& ready_by, bool keeps_peak_low)
      : problem_(problem),
        plan_(plan),
        ready_by_(ready_by),
        keeps_peak_low_(keeps_peak_low),
        places_(places_of(problem, plan)) {}

  std::string of(std::size_t block) const {
    if (problem_.objective == Objective::time) return "at once, since it is late";
    if (keeps_peak_low_ && is_turned_down(block) && !cut_by_fuse(block)) return kKeepsPeakLow;
    if (std::ranges::none_of(places_, [](const Place& p) { return p.allowed && p.block == Place::kNone; }))
      return "must charge now to make " + ready_by_;
    if (const auto power = cut_by_fuse(block)) {
      std::string text = "fuse leaves ";
      append_decimal(text, rounded_quotient(power->count(), 1000, 1), 1);
      return text + " kW";
    }
    if (keeps_peak_low_ && !is_worth_it(block)) return kKeepsPeakLow;
    if (plan_.blocks[block].cost < MoneyMicro()) return "the price is below zero";
    return is_worth_it(block) ? by_rank(block) : by_run(block);
  }

 private:
  std::string superlative() const { return problem_.objective == Objective::cost ? "cheapest" : "lowest load"; }

  std::int64_t length(std::size_t block) const { return (plan_.blocks[block].end - plan_.blocks[block].begin).count(); }

  bool is_turned_down(std::size_t block) const {
    const PlanBlock& each = plan_.blocks[block];
    const auto first = plan_.steps.begin() + static_cast<std::ptrdiff_t>(each.first_step);
    return std::any_of(first, first + static_cast<std::ptrdiff_t>(each.step_count),
                       [&](const PlanStep& step) { return step.power < problem_.most; });
  }

  /// The least power that the fuse leaves in the block, where it leaves less than the charger has.
  std::optional<Watts> cut_by_fuse(std::size_t block) const {
    if (!problem_.taper.empty()) return std::nullopt;  // then it may be the car that takes less
    std::optional<Watts> least;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const Watts left = problem_.fuse - problem_.slots[i].base_load;
      if (places_[i].block == block && left < problem_.most && (!least || left < *least)) least = left;
    }
    return least;
  }

  std::int64_t dearest(std::size_t block) const {
    std::int64_t weight = std::numeric_limits<std::int64_t>::min();
    for (const Place& place : places_)
      if (place.block == block) weight = std::max(weight, place.weight);
    return weight;
  }

  std::int64_t cheapest(std::size_t block) const {
    std::int64_t weight = std::numeric_limits<std::int64_t>::max();
    for (const Place& place : places_)
      if (place.block == block) weight = std::min(weight, place.weight);
    return weight;
  }

  /// Whether nothing that is left alone would be better than any part of the block.
  bool is_worth_it(std::size_t block) const {
    const std::int64_t weight = dearest(block);
    return std::ranges::none_of(
        places_, [&](const Place& p) { return p.allowed && p.block == Place::kNone && p.weight < weight; });
  }

  std::string by_rank(std::size_t block) const {
    if (plan_.blocks.size() == 1 && problem_.least == problem_.most) {
      const auto used = std::ranges::count(places_, block, &Place::block);
      return superlative() + ' ' + std::to_string(used) + " of " + std::to_string(places_.size()) + " slots";
    }
    std::size_t first = 0;
    for (std::size_t i = 1; i < plan_.blocks.size(); ++i)
      if (cheapest(i) < cheapest(first)) first = i;
    if (block == first) return superlative() + ' ' + duration_text(length(block)) + " before " + ready_by_;
    const std::string next = problem_.objective == Objective::cost ? "next cheapest" : "next lowest load";
    return dearest(block) > cheapest(block) ? next + ", adjoining" : next;
  }

  std::string by_run(std::size_t block) const {
    if (problem_.min_run > std::chrono::seconds(0) && length(block) <= problem_.min_run.count() + kSecondsPerMinute)
      return "a run lasts " + duration_text(problem_.min_run.count()) + " at least";
    return problem_.start_cost > MoneyMicro() ? "saves a start" : "fits best in one run";
  }

  const ChargingProblem& problem_;
  const ChargingPlan& plan_;
  const std::string& ready_by_;
  bool keeps_peak_low_;
  std::vector<Place> places_;
};

}  // namespace

std::vector<std::string> plan_reasons(const ChargingProblem& problem, const ChargingPlan& plan,
                                      const std::string& ready_by, bool keeps_peak_low) {
  const Reasons reasons(problem, plan, ready_by, keeps_peak_low);
  std::vector<std::string> all;
  for (std::size_t block = 0; block < plan.blocks.size(); ++block) all.push_back(reasons.of(block));
  return all;
}

std::string obstacles_text(const PlanObstacles& obstacles) {
  std::string text;
  const auto add = [&](bool stands, const char* what) {
    if (stands) text += (text.empty() ? "" : " and ") + std::string(what);
  };
  add(obstacles.time, "too little time");
  add(obstacles.fuse, "the fuse");
  add(obstacles.ceiling, "the price ceiling");
  add(obstacles.defect, "a defect of the planner, please report it");
  return text;
}

}  // namespace home_energy
