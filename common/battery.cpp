#include "common/battery.hpp"

#include <algorithm>

namespace home_energy {

Battery::Battery(Energy capacity, Energy charger, Percent soc, Percent limit)
    : capacity_(capacity), charger_(charger), stored_(at(soc)), ceiling_(at(limit)), limit_(limit) {}

Energy Battery::at(Percent soc) const {
  return Energy(static_cast<std::int64_t>(static_cast<Int128>(capacity_.count()) * soc.count() / kFull.count()));
}

void Battery::set_limit(Percent limit) {
  limit_ = limit;
  ceiling_ = at(limit);
  if (stored_ > ceiling_) charging_ = Charging::off;
}

void Battery::reset_to(Percent soc) {
  stored_ = at(soc);
  charging_ = Charging::off;
}

Energy Battery::charge_for_a_tick() {
  if (charging_ == Charging::off) return {};
  const Energy taken = std::max(Energy(), std::min(charger_, ceiling_ - stored_));
  stored_ += taken;
  if (stored_ >= ceiling_) charging_ = Charging::off;
  return taken;
}

}  // namespace home_energy
