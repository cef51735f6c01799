#include "common/time/pace.hpp"

#include <cmath>

namespace home_energy {

Result<Pace> Pace::make(double seconds_per_hour, std::chrono::milliseconds tick, Resolution finest) {
  constexpr double kTolerance = 1e-9;  // of a tick: 0.3 s in an hour of 3 s are 10 ticks, whatever binary makes of 0.3
  const double exact = seconds_per_hour * 1000.0 / static_cast<double>(tick.count());
  const double whole = std::round(exact);
  const bool quarterly = finest == Resolution::quarter_hourly;
  const bool divides = whole >= 1 && std::abs(exact - whole) <= kTolerance * whole &&
                       (!quarterly || static_cast<int>(whole) % kQuartersPerHour == 0);
  if (!divides) {
    const std::string step = quarterly ? "15 simulated minutes" : "a simulated hour";
    return failure(ErrorCode::illegal, "tick",
                   "tick must divide " + step + " into whole ticks: of --seconds-per-hour, --tick has to be a whole " +
                       (quarterly ? "fraction of the fourth part" : "fraction"));
  }
  const int ticks_per_hour = static_cast<int>(whole);
  return Pace(ticks_per_hour, ticks_per_hour % kQuartersPerHour == 0 ? 1 : kQuartersPerHour);
}

}  // namespace home_energy
