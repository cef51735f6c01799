/// @file
/// Decimal numbers as the wire shows them: rounded half away from zero, no trailing zeros, always a decimal point.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "common/base/units.hpp"

namespace home_energy {

/// numerator / denominator in whole parts of 10^-decimals, rounded half away from zero. The denominator is positive.
/// What is beyond 64 bits is the least or the greatest of them.
/// @param numerator so far below 2^127 that 10^decimals of it fit
constexpr std::int64_t rounded_quotient(Int128 numerator, Int128 denominator, int decimals) {
  for (int i = 0; i < decimals; ++i) numerator *= 10;
  const Int128 half = numerator < 0 ? -denominator / 2 : denominator / 2;
  constexpr Int128 kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr Int128 kGreatest = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::clamp((numerator + half) / denominator, kLeast, kGreatest));
}

/// Writes `scaled` / 10^decimals: 3220 with 2 decimals is `32.2`, 3200 is `32.0`.
inline void append_decimal(std::string& out, std::int64_t scaled, int decimals) {
  if (scaled < 0) out += '-';
  auto magnitude = scaled < 0 ? -static_cast<std::uint64_t>(scaled) : static_cast<std::uint64_t>(scaled);
  std::uint64_t unit = 1;
  for (int i = 0; i < decimals; ++i) unit *= 10;
  out += std::to_string(magnitude / unit);
  out += '.';
  if (magnitude % unit == 0) out += '0';
  while (magnitude % unit != 0) {
    unit /= 10;
    out += static_cast<char>('0' + magnitude / unit % 10);
  }
}

}  // namespace home_energy
