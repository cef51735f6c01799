#include "common/wire/stored_peak.hpp"

namespace home_energy::stored {
namespace {

constexpr std::size_t kMostDaysOfPeaks = std::size_t{2} * kMostPeakHours;
constexpr std::int64_t kMostDate = 2 * kMostDays;  // the date of day 0 is another number of days
/// mWh, an hour that is repeated a thousand times with 10 MW: far more than a home comes to, and no sum overflows.
constexpr std::int64_t kMostInAnHour = 10'000'000'000'000;

}  // namespace

std::optional<PeakState> read_peak(const Json& home, int ticks) {
  if (!home.contains("peak")) return std::nullopt;
  const Json& peak = home.at("peak");
  if (!peak.is_object()) refuse("peak must be an object");
  const auto energy = [&](const Json& of) { return Energy(whole(of, "imported", 0, kMostInAnHour * ticks)); };
  PeakState state{energy(peak)};
  const Json& days = peak.at("days");
  if (!days.is_array() || days.size() > kMostDaysOfPeaks)
    refuse("peak.days must be a list of at most " + std::to_string(kMostDaysOfPeaks));
  for (const Json& day : days) {
    if (!day.is_object()) refuse("peak.days must hold objects");
    state.days.push_back({whole(day, "date", -kMostDate, kMostDate), energy(day)});
  }
  return state;
}

}  // namespace home_energy::stored
