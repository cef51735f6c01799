/// @file
/// The meter of a home: adds up what its devices draw, and what that costs.
#pragma once

#include <array>
#include <numeric>

#include "common/base/units.hpp"
#include "common/world/devices.hpp"

namespace home_energy {

/// What a home has counted since the start.
struct Counters {
  EnergyTotal base;                                 ///< never falls
  EnergyTotal charged;                              ///< never falls
  Money cost;                                       ///< falls where prices are negative
  std::array<EnergyTotal, kDeviceKinds> devices{};  ///< of the further devices, by kind; never falling

  /// What came from the grid.
  EnergyTotal total() const { return std::accumulate(devices.begin(), devices.end(), base + charged); }

  friend bool operator==(const Counters&, const Counters&) = default;
};

class Meter {
 public:
  const Counters& counters() const { return counters_; }
  /// The present hour's base load and what else was drawn in it.
  Energy hour_energy() const { return hour_energy_; }

  /// Counts a tick at the price of the moment at which it began.
  void count(PricePerKwh price, Energy house, Energy car) {
    counters_.base += house;
    counters_.charged += car;
    counters_.cost += price * (house + car);
    hour_energy_ += car;
  }
  /// The same of a further device.
  void count(PricePerKwh price, std::size_t kind, Energy drawn) {
    counters_.devices.at(kind) += drawn;
    counters_.cost += price * drawn;
    hour_energy_ += drawn;
  }
  /// A new hour begins: its energy starts from its whole base load.
  void begin_hour(Energy base_load) { hour_energy_ = base_load; }
  /// What was paid until now counts no more.
  void begin_cost() { counters_.cost = Money(); }
  void restore(const Counters& counters, Energy hour_energy) {
    counters_ = counters;
    hour_energy_ = hour_energy;
  }

 private:
  Counters counters_;
  Energy hour_energy_;
};

}  // namespace home_energy
