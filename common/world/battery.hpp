/// @file
/// The car's battery: how much is in it, and what it takes of what a charger offers.
#pragma once

#include <span>

#include "common/base/units.hpp"
#include "common/planner/planner.hpp"

namespace home_energy {

enum class Charging { off, on };

/// What a battery is made like. The taper is a view: it outlives the battery.
struct BatteryDesign {
  Energy capacity;                     ///< usable
  Percent efficiency = kFull;          ///< what is stored of what is drawn, above 0
  std::span<const TaperStep> taper{};  ///< ascending
};

/// What a charger offers for a part of a tick, or a whole one.
struct Offer {
  Watts power;
  Energy window;   ///< what this power moves in the time of the offer: the longest that it may last
  Energy at_most;  ///< the offer ends when so much has been drawn
};

/// What a battery has to remember.
struct BatteryState {
  Energy stored;
  std::int64_t fraction = 0;  ///< stored besides, in ten-thousandths of a unit: what the efficiency leaves over
  Percent limit = kFull;
  Charging charging = Charging::off;

  friend bool operator==(const BatteryState&, const BatteryState&) = default;
};

/// Stays within 0..capacity whatever is asked of it.
class Battery {
 public:
  Battery(const BatteryDesign& design, Percent soc, Percent limit);

  BatteryState state() const { return {stored_, fraction_, limit_, charging_}; }
  /// Takes up where another stood. Of more than fits here the rest is gone.
  void restore(const BatteryState& state);

  Energy stored() const { return stored_; }
  Energy capacity() const { return design_.capacity; }
  Charging charging() const { return charging_; }
  Percent limit() const { return limit_; }

  /// What is stored at a state of charge.
  Energy at(Percent soc) const;

  /// What it takes at this moment of a charger that offers so much; nothing at the limit.
  Watts accepted(Watts offered) const;

  void set_charging(Charging charging) { charging_ = charging; }

  /// A limit below what is stored stops charging and takes nothing away.
  void set_limit(Percent limit);

  /// To a state of charge at once, charging off.
  void reset_to(Percent soc);

  /// Gives so much to the road, or what it has. @return what it gave
  Energy drain(Energy energy);

  /// What must be drawn to come to a state of charge.
  Energy lacking(Percent soc) const { return stored_ < at(soc) ? drawn_for(at(soc) - stored_) : Energy(); }

  /// Takes of the offer what fits below the limit. @return what it drew
  Energy charge(const Offer& offer);

  bool at_limit() const { return stored_ >= ceiling_; }

 private:
  Watts tapered(Watts offered) const;
  Energy next_bend() const;
  Energy drawn_for(Energy stored) const;
  void store(Energy drawn, Energy no_further_than);

  BatteryDesign design_;
  Energy stored_;
  Energy ceiling_;  ///< what is stored at the limit
  Percent limit_;
  std::int64_t fraction_ = 0;  ///< stored besides, in ten-thousandths of a unit: what the efficiency leaves over
  Charging charging_ = Charging::off;
};

}  // namespace home_energy
