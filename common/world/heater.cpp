#include "common/world/heater.hpp"

#include <utility>

#include "common/time/pace.hpp"

namespace home_energy {

bool Heater::is_in_hours(int quarter) const {
  return hours_ && hours_->hold(quarter / kQuartersPerHour);
}

void Heater::begin_quarter(int quarter) {
  const bool in_hours = is_in_hours(quarter);
  if (std::exchange(in_hours_, in_hours) != in_hours) heating_ = in_hours ? Switch::on : Switch::off;
}

/// As it was told, or by its hours where it follows them.
Watts Heater::expected_power(int quarter) const {
  const bool follows_hours = hours_ && (heating_ == Switch::on) == in_hours_;
  const bool heats = follows_hours ? is_in_hours(quarter) : heating_ == Switch::on;
  return heats ? power_ : Watts();
}

void Heater::restore(const DeviceState& state) {
  heating_ = value_in(state, "heating", 0) != 0 ? Switch::on : Switch::off;
  in_hours_ = value_in(state, "in_hours", 0) != 0;
}

}  // namespace home_energy
