#include "common/world/plan_follower.hpp"

#include <algorithm>
#include <limits>

namespace home_energy {
namespace {

/// A tick has so many parts; a second has as many of them as an hour has ticks, so both are whole numbers.
constexpr std::int64_t kPartsOfTick = 3600;

/// Joules as milliwatt-ticks.
Energy energy_of(Int128 joules, int ticks_per_hour) {
  return Energy(static_cast<std::int64_t>(joules * kMilliwattsPerWatt * ticks_per_hour / kPartsOfTick));
}

}  // namespace

PlanFollower::PlanFollower(const ChargingPlan& plan, int ticks_per_hour) {
  Int128 joules = 0;  // since the beginning: so that what is rounded off one step comes with the next
  for (const PlanStep& step : plan.steps) {
    const Energy before = energy_of(joules, ticks_per_hour);
    joules += step.energy.count();
    steps_.push_back({step.begin.count() * ticks_per_hour, step.power, energy_of(joules, ticks_per_hour) - before});
  }
}

std::int64_t PlanFollower::tick_begin() const {
  return tick_ * kPartsOfTick;
}

/// A step lasts until its energy is drawn, but not into the next.
std::int64_t PlanFollower::end_of(std::size_t step) const {
  return step + 1 < steps_.size() ? steps_[step + 1].begin : std::numeric_limits<std::int64_t>::max();
}

std::optional<Offer> PlanFollower::next() const {
  if (current_ == steps_.size()) return std::nullopt;
  const Step& step = steps_[current_];
  const std::int64_t from = std::max(step.begin, reached_);
  const std::int64_t to = std::min(end_of(current_), tick_begin() + kPartsOfTick);
  if (from >= to) return std::nullopt;
  const auto window = static_cast<Int128>(in_one_tick(step.power).count()) * (to - from) / kPartsOfTick;
  return Offer{step.power, Energy(static_cast<std::int64_t>(window)), step.left};
}

void PlanFollower::took(Energy drawn) {
  Step& step = steps_[current_];
  step.left = step.left - drawn;
  const std::int64_t end = end_of(current_);
  reached_ = std::min(end, tick_begin() + kPartsOfTick);
  if (step.left > Energy() && reached_ < end) return;
  behind_ += step.left;
  if (step.left <= Energy()) reached_ = std::max(step.begin, tick_begin());
  ++current_;
}

void PlanFollower::end_tick() {
  ++tick_;
  reached_ = tick_begin();
  for (; current_ < steps_.size() && end_of(current_) <= reached_; ++current_) behind_ += steps_[current_].left;
}

Watts PlanFollower::power() const {
  if (current_ == steps_.size() || steps_[current_].begin > tick_begin()) return {};
  return steps_[current_].power;
}

Watts PlanFollower::most_in_tick() const {
  Watts most;
  for (auto step = current_; step < steps_.size() && steps_[step].begin < tick_begin() + kPartsOfTick; ++step)
    most = std::max(most, steps_[step].power);
  return most;
}

}  // namespace home_energy
