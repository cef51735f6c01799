/// @file
/// What prices and base loads are read against.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/time/calendar.hpp"
#include "common/time/pace.hpp"

namespace home_energy {

/// What a curve may be read against.
struct CurveContext {
  std::string_view currency;           ///< ISO 4217; prices come in no other, there is no exchange rate here
  Resolution finest;                   ///< the finest curve that the pace of the homes meets
  const Calendar* calendar = nullptr;  ///< the homes'; null or without a zone: no date means anything
  std::int64_t today = 0;              ///< the homes' day

  bool has_dates() const { return calendar != nullptr && calendar->has_zone(); }
};

}  // namespace home_energy
