#include "common/wire/forecast_cache.hpp"

#include <algorithm>

#include "common/wire/wire.hpp"

namespace home_energy::wire {

ForecastSums ForecastCache::sums(const Solar& solar) {
  const auto found = std::ranges::find_if(known_, [&](const Known& each) { return each.solar.forecasts_like(solar); });
  if (found != known_.end()) return found->sums;
  if (known_.size() == kMost) known_.pop_front();
  known_.push_back({solar, {solar.forecast_of_day(0), solar.forecast_of_day(1)}});
  return known_.back().sums;
}

const std::string& ForecastCache::payload(const Solar& solar) {
  if (payload_of_ && payload_of_->forecasts_like(solar)) return payload_;
  payload_of_.reset();  // where making it fails there is none
  payload_.clear();
  append_solar_forecast(payload_, solar);
  payload_of_ = solar;
  return payload_;
}

}  // namespace home_energy::wire
