/// @file
/// What prices and base loads are read against.
#pragma once

#include <span>
#include <string_view>

#include "common/time/local_day.hpp"
#include "common/time/pace.hpp"

namespace home_energy {

/// What a curve may be read against.
struct CurveContext {
  std::string_view currency;       ///< ISO 4217; prices come in no other, there is no exchange rate here
  Resolution finest;               ///< the finest curve that the pace of the homes meets
  std::span<const LocalDay> days;  ///< today and tomorrow; none with a simulated clock, which no date can mean
};

}  // namespace home_energy
