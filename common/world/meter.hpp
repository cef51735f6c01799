/// @file
/// The meter of a home: adds up what its devices draw and give, parts import from export, and prices both.
#pragma once

#include <algorithm>
#include <array>

#include "common/base/boxed.hpp"
#include "common/base/units.hpp"
#include "common/world/car_array.hpp"
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
  EnergyTotal base;                                       ///< never falls
  EnergyTotal charged;                                    ///< by the first car; never falls
  Money cost;                                             ///< of what was imported and of power, less `earned`
  EnergyTotal exported;                                   ///< never falls
  Money earned;                                           ///< by what was exported
  std::array<FlowTotal, kDeviceKinds> devices{};          ///< of the further devices, by kind
  Boxed<FurtherCarArray<EnergyTotal>> further_charged{};  ///< by further cars; never falling. None where all are 0

  /// By one car.
  EnergyTotal charged_by(std::size_t car) const {
    if (car == 0) return charged;
    return further_charged ? further_charged->at(car - 1) : EnergyTotal();
  }
  /// By all cars.
  EnergyTotal charged_together() const {
    EnergyTotal sum = charged;
    for (std::size_t car = 1; further_charged && car < kMostCars; ++car) sum += charged_by(car);
    return sum;
  }
  /// A further car has drawn so much more.
  void add_charged(std::size_t car, EnergyTotal drawn) {
    if (drawn == EnergyTotal()) return;
    if (!further_charged) further_charged.emplace();
    further_charged->at(car - 1) += drawn;
  }
  /// What came from the grid; never falls. Nothing is lost at the meter, so it follows from the rest.
  EnergyTotal imported() const {
    EnergyTotal sum = base + charged_together() + exported;
    for (const FlowTotal& device : devices) sum = sum + device.drawn - device.given;
    return sum;
  }

  friend bool operator==(const Counters&, const Counters&) = default;
};

using Flows = std::array<Flow, kDeviceKinds>;

class Meter {
 public:
  const Counters& counters() const { return counters_; }
  /// The present hour's base load and what the first car and other loads drew in it.
  Energy hour_energy() const { return hour_energy_; }

  /// The month's highest hours; there where the tariff has a price of power.
  Boxed<PeakMeter>& peaks() { return peaks_; }
  const Boxed<PeakMeter>& peaks() const { return peaks_; }

  /// What such a tick imports.
  static Energy imported(Energy house, Energy cars, const Flows& flows) {
    Energy net = house + cars;
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
  /// The same of a home with further cars. @param cars what each drew
  void count(const Prices& prices, Energy house, const CarArray<Energy>& cars, const Flows& flows) {
    Energy further;
    for (std::size_t car = 1; car < kMostCars; ++car) {
      counters_.add_charged(car, EnergyTotal(cars[car].count()));
      further += cars[car];
    }
    count(prices, house, cars.front(), flows, further);
  }
  /// The same of a home with further devices. @param further what further cars drew, which is counted already
  void count(const Prices& prices, Energy house, Energy car, const Flows& flows, Energy further = {}) {
    counters_.base += house;
    counters_.charged += car;
    hour_energy_ += car;
    Energy net = house + car + further;
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
