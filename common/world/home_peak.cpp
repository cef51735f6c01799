// The highest hours of a home whose tariff has a price of power.
#include "common/world/home.hpp"

namespace home_energy {

void Home::turn_peak_hour(Energy of_tick) {
  auto& peaks = meter_.peaks();
  if (!peaks) return;
  const EnergyTotal imported = meter_.counters().imported() + EnergyTotal(of_tick.count());
  meter_.add_cost(peaks->end_hour(imported, *settings_->tariff.peak));
  peaks->begin_hour(calendar().date_of(clock().day), time_.hour(), imported);
}

void Home::restore_peak(const std::optional<PeakState>& state) {
  if (!meter_.peaks()) return;
  meter_.peaks()->restore(state.value_or(PeakState()), calendar().date_of(clock().day), time_.hour(),
                          meter_.counters().imported());
}

std::optional<PeakState> Home::peak_state() const {
  const auto& peaks = meter_.peaks();
  return peaks ? std::optional(peaks->state(meter_.counters().imported())) : std::nullopt;
}

std::optional<PeakProblem> Home::peak_problem(std::size_t slots) const {
  const auto state = peak_state();
  if (!state) return std::nullopt;
  PeakForecast forecast(*settings_->tariff.peak, *state, time_.ticks_per_hour());
  for (Quarter quarter = quarter_at(moment(), calendar()); slots > 0; --slots) {
    forecast.add(calendar().date_of(quarter.day), quarter.of_day);
    quarter = quarter_at(quarter.moment + kSecondsPerQuarter, calendar());
  }
  return forecast.problem();
}

std::optional<Watts> Home::peak() const {
  const auto& peaks = meter_.peaks();
  return peaks ? std::optional(peaks->mean(*settings_->tariff.peak, time_.ticks_per_hour())) : std::nullopt;
}

}  // namespace home_energy
