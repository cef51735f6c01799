/// @file
/// The units of the simulated world: whole numbers of a small unit, each a type of its own with only the operators
/// that make sense. All arithmetic of the world is integer arithmetic, so energy is conserved to the last unit and the
/// same configuration and commands give the same bytes on every machine.
///
/// Energy is counted in milliwatt-ticks: what one milliwatt moves in one tick. The number of ticks an hour is a
/// constant of a run (see `Pace`), so nothing is ever rounded while the world moves; only what is shown is rounded.
#pragma once

#include <compare>
#include <cstdint>

namespace home_energy {

__extension__ using Int128 = __int128;

/// A count of the unit that `Tag` names.
template <class Tag, class Rep = std::int64_t>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(Rep count) : count_(count) {}

  constexpr Rep count() const { return count_; }

  constexpr Quantity& operator+=(Quantity other) {
    count_ += other.count_;
    return *this;
  }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity(a.count_ + b.count_); }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity(a.count_ - b.count_); }
  friend constexpr auto operator<=>(Quantity a, Quantity b) = default;

 private:
  Rep count_ = 0;
};

using Watts = Quantity<struct WattsTag>;
using WattHours = Quantity<struct WattHoursTag>;
/// Watt-seconds: what the planner counts energy in.
using Joules = Quantity<struct JoulesTag>;
/// Hundredths of a percent: 20 % is `Percent(2000)`.
using Percent = Quantity<struct PercentTag>;
/// Millionths of the currency for a kilowatt-hour.
using PricePerKwh = Quantity<struct PriceTag>;
/// Millionths of the currency.
using MoneyMicro = Quantity<struct MoneyMicroTag>;
/// Milliwatt-ticks: what is moved in a few ticks, or fits in a battery.
using Energy = Quantity<struct EnergyTag>;
/// Milliwatt-ticks in a counter that runs for years: wide enough never to overflow.
using EnergyTotal = Quantity<struct EnergyTotalTag, Int128>;
/// A price in millionths times an energy in milliwatt-ticks.
using Money = Quantity<struct MoneyTag, Int128>;

constexpr Percent kFull{10'000};

constexpr std::int64_t kMilliwattsPerWatt = 1'000;
constexpr std::int64_t kJoulesPerKwh = 3'600'000;
constexpr Int128 kMilliwattsPerKw = 1'000'000;
constexpr Int128 kMicroPerUnit = 1'000'000;  ///< of the currency

// Between the numbers that people write, in per cent, kW and the currency, and counts of the units above.
constexpr double kHundredths = 100;
constexpr double kMilli = 1'000;
constexpr double kMillionths = 1e6;

/// The energy that `power` moves in one tick.
constexpr Energy in_one_tick(Watts power) {
  return Energy(power.count() * kMilliwattsPerWatt);
}

/// The energy that `power` moves in an hour of `ticks_per_hour`.
constexpr Energy in_one_hour(Watts power, int ticks_per_hour) {
  return Energy(power.count() * kMilliwattsPerWatt * ticks_per_hour);
}

/// Rounded down.
constexpr Joules in_joules(Energy energy, int ticks_per_hour) {
  constexpr Int128 kSecondsOfHour = 3600;
  return Joules(static_cast<std::int64_t>(energy.count() * kSecondsOfHour / kMilliwattsPerWatt / ticks_per_hour));
}

constexpr EnergyTotal& operator+=(EnergyTotal& total, Energy amount) {
  return total += EnergyTotal(amount.count());
}

constexpr Money operator*(PricePerKwh price, Energy energy) {
  return Money(static_cast<Int128>(price.count()) * energy.count());
}

}  // namespace home_energy
