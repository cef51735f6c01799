/// @file
/// The car's battery and its charger: how much is in it, and what it takes in a tick.
#pragma once

#include "common/units.hpp"

namespace home_energy {

enum class Charging { off, on };

/// Stays within 0..capacity whatever is asked of it.
class Battery {
 public:
  /// @param capacity  usable energy of the full battery
  /// @param charger   what the charger moves in one tick at full power
  Battery(Energy capacity, Energy charger, Percent soc, Percent limit);

  Energy stored() const { return stored_; }
  Energy capacity() const { return capacity_; }
  Charging charging() const { return charging_; }
  Percent limit() const { return limit_; }

  /// What the charger draws at this moment, as the energy of one tick at that power; nothing at the limit.
  Energy draw() const { return charging_ == Charging::on && stored_ < ceiling_ ? charger_ : Energy(); }

  void set_charging(Charging charging) { charging_ = charging; }

  /// A limit below what is stored stops charging and takes nothing away.
  void set_limit(Percent limit);

  /// To a state of charge at once, charging off.
  void reset_to(Percent soc);

  /// One tick: takes what the charger gives and what still fits below the limit, and goes off when nothing more does.
  /// @return what it took
  Energy charge_for_a_tick();

 private:
  Energy at(Percent soc) const;

  Energy capacity_;
  Energy charger_;
  Energy stored_;
  Energy ceiling_;  ///< what is stored at the limit
  Percent limit_;
  Charging charging_ = Charging::off;
};

}  // namespace home_energy
