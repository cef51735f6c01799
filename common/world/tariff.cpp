#include "common/world/tariff.hpp"

#include <algorithm>

namespace home_energy {

PricePerKwh Tariff::with_vat_and_fee(PricePerKwh market, const Quarter& quarter, const Calendar& calendar) const {
  constexpr Int128 kWhole = 1'000'000;
  constexpr PricePerKwh kDearest(1'000'000'000'000);
  const PricePerKwh with_vat(rounded_quotient(Int128{market.count()} * (kWhole + vat), kWhole, 0));
  const PricePerKwh fee = fees ? of_hour(*fees, quarter, calendar) : PricePerKwh();
  return std::clamp(with_vat + fee, PricePerKwh() - kDearest, kDearest);
}

PriceCurve Tariff::imported(const PriceCurve& market, std::int64_t day, const Calendar& calendar) const {
  if (is_plain()) return market;
  std::array<PricePerKwh, kQuartersPerDay> quarters;
  for (int of_day = 0; of_day < kQuartersPerDay; ++of_day)
    quarters.at(static_cast<std::size_t>(of_day)) = imported(market.at_quarter(of_day), {0, day, of_day}, calendar);
  return PriceCurve::of_quarters(quarters);
}

}  // namespace home_energy
