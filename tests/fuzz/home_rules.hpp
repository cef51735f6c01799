/// @file
/// What must hold of a home after every tick, every command and every plan.
#pragma once

#include "tests/fuzz/home_settings.hpp"

namespace home_energy::fuzz {

/// A home at one moment.
struct Moment {
  explicit Moment(const Home& home);

  Snapshot seen;
  HomeState state;
  PricePerKwh exported;  ///< what is paid for a kilowatt-hour given to the grid
  bool plans;            ///< whether the car follows a plan

  const Storage* storage() const;
};

/// Energy is conserved, flows one way and is paid; what limits a device limits it.
void hold_tick(const FuzzedHome& home, const Moment& before, const Moment& after);
/// Counters do not fall, whatever happens, and what is stored is within the capacity.
void hold_counters(const Snapshot& before, const Snapshot& after);
/// Plans of car and storage keep the rules.
void hold_plan(const PlanRequest& request, const HomePlan& made);

}  // namespace home_energy::fuzz
