/// @file
/// The meter of a home: adds up what its devices draw and give, parts import from export, and prices both.
#pragma once

#include <algorithm>
#include <array>

#include "common/base/boxed.hpp"
#include "common/base/units.hpp"
#include "common/world/devices.hpp"
#include "common/world/peak_meter.hpp"
#include "common/world/tariff.hpp"

namespace home_energy {

/// What went through a device since the start; never falling.
struct FlowTotal {
  EnergyTotal drawn;
  EnergyTotal given;

  friend bool operator==(const FlowTotal&, const FlowTotal&) = default;
};

/// What a home has counted since the start.
struct Counters {
  EnergyTotal base;                               ///< never falls
  EnergyTotal charged;                            ///< never falls
  Money cost;                                     ///< of what was imported and of power, less `earned`
  EnergyTotal exported;                           ///< never falls
  Money earned;                                   ///< by what was exported
  std::array<FlowTotal, kDeviceKinds> devices{};  ///< of the further devices, by kind

  /// What came from the grid; never falls. Nothing is lost at the meter, so it follows from the rest.
  EnergyTotal imported() const {
    EnergyTotal sum = base + charged + exported;
    for (const FlowTotal& device : devices) sum = sum + device.drawn - device.given;
    return sum;
  }

  friend bool operator==(const Counters&, const Counters&) = default;
};

using Flows = std::array<Flow, kDeviceKinds>;

class Meter {
 public:
  const Counters& counters() const { return counters_; }
  /// The present hour's base load and what car and other loads drew in it.
  Energy hour_energy() const { return hour_energy_; }

  /// The month's highest hours; there where the tariff has a price of power.
  Boxed<PeakMeter>& peaks() { return peaks_; }
  const Boxed<PeakMeter>& peaks() const { return peaks_; }

  /// What such a tick imports.
  static Energy imported(Energy house, Energy car, const Flows& flows) {
    Energy net = house + car;
    for (const Flow& flow : flows) net += flow.net();
    return std::max(net, Energy());
  }
  /// Counts a tick of a home without further devices, at the price of the moment at which it began.
  void count(PricePerKwh price, Energy house, Energy car) {
    counters_.base += house;
    counters_.charged += car;
    counters_.cost += price * (house + car);
    hour_energy_ += car;
  }
  /// The same of a home with further devices.
  void count(const Prices& prices, Energy house, Energy car, const Flows& flows) {
    counters_.base += house;
    counters_.charged += car;
    hour_energy_ += car;
    Energy net = house + car;
    for (std::size_t kind = 0; kind < kDeviceKinds; ++kind) {
      const Flow& flow = flows[kind];
      counters_.devices[kind].drawn += flow.drawn;
      counters_.devices[kind].given += flow.given;
      net += flow.net();
      if (kDeviceRoles[kind] == DeviceRole::load) hour_energy_ += flow.drawn;
    }
    if (net >= Energy()) {
      counters_.cost += prices.import * net;
    } else {
      const Energy surplus = Energy() - net;
      const Money earned = prices.exported * surplus;
      counters_.exported += surplus;
      counters_.earned += earned;
      counters_.cost += Money() - earned;
    }
  }
  /// What is paid beside the energy.
  void add_cost(Money cost) { counters_.cost += cost; }
  /// A new hour begins: its energy starts from its whole base load.
  void begin_hour(Energy base_load) { hour_energy_ = base_load; }
  /// What was paid and earned until now counts no more.
  void begin_cost() {
    counters_.cost = Money();
    counters_.earned = Money();
  }
  void restore(const Counters& counters, Energy hour_energy) {
    counters_ = counters;
    hour_energy_ = hour_energy;
  }

 private:
  Energy hour_energy_;  ///< beside what each tick counts
  Boxed<PeakMeter> peaks_;
  Counters counters_;
};

}  // namespace home_energy
