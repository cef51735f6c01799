/// @file
/// How objects are put together and how each quantity is rounded on the wire: kW, kWh 3 decimals, percent 2, money 4,
/// prices 6. Part of `wire`.
#pragma once

#include <string>
#include <string_view>

#include "common/base/decimal.hpp"
#include "common/world/home.hpp"

namespace home_energy::wire {

/// The first member of an object, up to its value.
inline void begin(std::string& out, std::string_view key) {
  out += "{\"";
  out += key;
  out += "\":";
}

/// A further member of an object, up to its value.
inline void next(std::string& out, std::string_view key) {
  out += ",\"";
  out += key;
  out += "\":";
}

/// Milliwatt-ticks as kWh.
inline void append_kwh(std::string& out, Int128 energy, int ticks_per_hour, int decimals = 3) {
  append_decimal(out, rounded_quotient(energy, kMilliwattsPerKw * ticks_per_hour, decimals), decimals);
}

inline void append_kw(std::string& out, Watts power) {
  append_decimal(out, power.count(), 3);
}

inline void append_price_value(std::string& out, PricePerKwh price) {
  append_decimal(out, price.count(), 6);
}

inline void append_percent(std::string& out, Percent percent) {
  append_decimal(out, percent.count(), 2);
}

inline void append_money(std::string& out, Money money, int ticks_per_hour) {
  append_decimal(out, rounded_quotient(money.count(), kMicroPerUnit * kMilliwattsPerKw * ticks_per_hour, 4), 4);
}

}  // namespace home_energy::wire
