#include "common/world/battery.hpp"

#include <algorithm>
#include <cassert>

namespace home_energy {
namespace {

/// value * numerator / denominator, rounded down.
Energy scaled(Energy value, std::int64_t numerator, std::int64_t denominator) {
  return Energy(static_cast<std::int64_t>(static_cast<Int128>(value.count()) * numerator / denominator));
}

Energy scaled_up(Energy value, std::int64_t numerator, std::int64_t denominator) {
  const auto product = static_cast<Int128>(value.count()) * numerator;
  return Energy(static_cast<std::int64_t>((product + denominator - 1) / denominator));
}

}  // namespace

Battery::Battery(const BatteryDesign& design, Percent soc, Percent limit)
    : design_(design), stored_(at(soc)), ceiling_(at(limit)), limit_(limit) {}

void Battery::restore(const BatteryState& state) {
  stored_ = std::clamp(state.stored, Energy(), capacity());
  fraction_ = stored_ < capacity() ? state.fraction : 0;
  charging_ = state.charging;
  set_limit(state.limit);
}

Energy Battery::at(Percent soc) const {
  return scaled(design_.capacity, soc.count(), kFull.count());
}

Watts Battery::tapered(Watts offered) const {
  for (const TaperStep& step : design_.taper) {
    if (stored_ < at(step.from)) break;
    offered = std::min(offered, step.at_most);
  }
  return offered;
}

Watts Battery::accepted(Watts offered) const {
  return at_limit() ? Watts() : tapered(offered);
}

void Battery::set_limit(Percent limit) {
  limit_ = limit;
  ceiling_ = at(limit);
  if (stored_ > ceiling_) charging_ = Charging::off;
}

void Battery::reset_to(Percent soc) {
  stored_ = at(soc);
  fraction_ = 0;
  charging_ = Charging::off;
}

Energy Battery::drain(Energy energy) {
  const Energy given = std::min(energy, stored_);
  stored_ = stored_ - given;
  return given;
}

/// How full it can get before it takes another power.
Energy Battery::next_bend() const {
  for (const TaperStep& step : design_.taper) {
    if (at(step.from) > stored_) return std::min(at(step.from), ceiling_);
  }
  return ceiling_;
}

/// What must be drawn to store so much.
Energy Battery::drawn_for(Energy stored) const {
  const auto wanted = static_cast<Int128>(stored.count()) * kFull.count() - fraction_;
  const Int128 efficiency = design_.efficiency.count();
  return Energy(static_cast<std::int64_t>((wanted + efficiency - 1) / efficiency));
}

void Battery::store(Energy drawn, Energy no_further_than) {
  const auto parts = static_cast<Int128>(drawn.count()) * design_.efficiency.count() + fraction_;
  [[maybe_unused]] const Energy before = stored_;
  stored_ += Energy(static_cast<std::int64_t>(parts / kFull.count()));
  fraction_ = static_cast<std::int64_t>(parts % kFull.count());
  if (stored_ >= no_further_than) {
    stored_ = no_further_than;
    fraction_ = 0;
  }
  assert(drawn >= Energy() && stored_ >= before && stored_ <= capacity());
  // What is drawn is stored, but for what a whole number of units draws beyond the bend.
  [[maybe_unused]] const Int128 lost = parts - Int128{(stored_ - before).count()} * kFull.count() - fraction_;
  assert(lost >= 0 && lost < design_.efficiency.count());
}

Energy Battery::charge(const Offer& offer) {
  Energy drawn;
  Energy window = offer.window;  // what is left of the time, as energy at the offered power
  while (stored_ < ceiling_ && drawn < offer.at_most) {
    const Watts power = tapered(offer.power);
    if (power <= Watts()) break;
    const Energy bend = next_bend();
    const Energy in_time = scaled(window, power.count(), offer.power.count());
    const Energy taken = std::min({in_time, drawn_for(bend - stored_), offer.at_most - drawn});
    store(taken, bend);
    drawn += taken;
    if (taken == in_time) break;
    window = window - scaled_up(taken, offer.power.count(), power.count());
  }
  return drawn;
}

}  // namespace home_energy
