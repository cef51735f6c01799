/// @file
/// What a home pays for a kilowatt-hour and is paid for one, made of the price that the market has.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "common/base/decimal.hpp"
#include "common/base/units.hpp"
#include "common/time/iso8601.hpp"
#include "common/time/series.hpp"

namespace home_energy {

/// What is paid for a kilowatt-hour given to the grid: a share of the market's price, and a sum besides.
struct ExportPrice {
  std::int64_t share = 800'000;  ///< millionths: 0.8, a price without its VAT of 25 %
  PricePerKwh more{};

  PricePerKwh at(PricePerKwh market) const {
    constexpr Int128 kWhole = 1'000'000;
    return PricePerKwh(rounded_quotient(Int128{market.count()} * share, kWhole, 0)) + more;
  }

  friend bool operator==(const ExportPrice&, const ExportPrice&) = default;
};

/// By weekday, Monday first, and by hour of the day.
template <class Value>
using ByHour = std::array<std::array<Value, kHoursPerDay>, kDaysPerWeek>;

/// Of a kilowatt-hour.
using Fees = ByHour<PricePerKwh>;
using ExportPrices = ByHour<ExportPrice>;

/// What the network is paid for power: a price per kilowatt of the mean of a month's highest hours, each of another
/// day. An hour counts by the share that its price has of the highest one.
struct PeakPrice {
  Fees by_hour;         ///< of a kilowatt and a month; none below 0. What an hour draws in kWh is its power in kW
  PricePerKwh highest;  ///< of them; above 0
  int hours;            ///< 1..kMostPeakHours
};
constexpr int kMostPeakHours = 10;

/// The prices of one moment.
struct Prices {
  PricePerKwh import;
  PricePerKwh exported;
};

/// The terms of a home's contracts.
struct Tariff {
  std::int64_t vat = 0;        ///< 0..1,000,000 millionths of the market's price
  std::optional<Fees> fees{};  ///< with their VAT
  ExportPrice export_price{};
  std::optional<ExportPrices> export_prices{};  ///< in place of the one, where it is not the same at all hours
  std::optional<PeakPrice> peak{};

  /// Whether a home pays the market's price and nothing besides.
  bool is_plain() const { return vat == 0 && !fees; }

  /// What a home pays in a quarter of an hour: the market's price with VAT, and the fee.
  /// At most a million for a kilowatt-hour, as everywhere.
  PricePerKwh imported(PricePerKwh market, const Quarter& quarter, const Calendar& calendar) const {
    return is_plain() ? market : with_vat_and_fee(market, quarter, calendar);
  }
  /// The same of a whole day.
  PriceCurve imported(const PriceCurve& market, std::int64_t day, const Calendar& calendar) const;

  /// What a home is paid for what it gives in a quarter of an hour.
  PricePerKwh exported(PricePerKwh market, const Quarter& quarter, const Calendar& calendar) const {
    return (export_prices ? of_hour(*export_prices, quarter, calendar) : export_price).at(market);
  }

 private:
  template <class Value>
  static const Value& of_hour(const ByHour<Value>& values, const Quarter& quarter, const Calendar& calendar) {
    return values.at(weekday_of(calendar.date_of(quarter.day)))
        .at(static_cast<std::size_t>(quarter.of_day / kQuartersPerHour));
  }
  PricePerKwh with_vat_and_fee(PricePerKwh market, const Quarter& quarter, const Calendar& calendar) const;
};

}  // namespace home_energy
