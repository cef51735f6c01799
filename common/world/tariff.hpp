/// @file
/// What the grid is paid, and what it pays.
#pragma once

#include "common/base/decimal.hpp"
#include "common/base/units.hpp"

namespace home_energy {

/// What is paid for a kilowatt-hour given to the grid: a share of the price of one taken from it, and a sum besides.
struct ExportPrice {
  std::int64_t share = 800'000;  ///< millionths: 0.8, a price without its VAT of 25 %
  PricePerKwh more{};

  PricePerKwh at(PricePerKwh price) const {
    constexpr Int128 kWhole = 1'000'000;
    return PricePerKwh(rounded_quotient(Int128{price.count()} * share, kWhole, 0)) + more;
  }

  friend bool operator==(const ExportPrice&, const ExportPrice&) = default;
};

/// The prices of one moment.
struct Prices {
  PricePerKwh import;
  PricePerKwh exported;
};

}  // namespace home_energy
