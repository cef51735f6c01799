/// @file
/// An immersion heater: draws its power or nothing. The smallest device, and the example for who adds the next.
#pragma once

#include <optional>
#include <string_view>

#include "common/base/units.hpp"
#include "common/world/device_state.hpp"

namespace home_energy {

/// Heats in its hours and when it is told to. What it is told holds until its hours begin or end next; without hours
/// for ever.
class Heater {
 public:
  static constexpr std::string_view kName = "heater";
  static constexpr DeviceRole kRole = DeviceRole::load;

  /// Full hours of the day, 0..24, that `from` is part of and `to` is not; past midnight where `to` is not after
  /// `from`.
  struct Hours {
    int from;
    int to;

    bool hold(int hour) const { return from < to ? hour >= from && hour < to : hour >= from || hour < to; }

    friend bool operator==(const Hours&, const Hours&) = default;
  };

  Heater(Watts power, std::optional<Hours> hours) : power_(power), hours_(hours) {}

  Switch heating() const { return heating_; }
  /// What it draws now.
  Watts power() const { return heating_ == Switch::on ? power_ : Watts(); }
  Flow advance() const { return {in_one_tick(power()), Energy()}; }
  /// What it is likely to draw in a quarter of an hour of a day, 0..95.
  Watts expected_power(int quarter) const;

  /// A quarter of an hour of the day, 0..95, has begun.
  void begin_quarter(int quarter);
  void carry_out(Switch heating) { heating_ = heating; }

  DeviceState state() const { return {{"heating", heating_ == Switch::on}, {"in_hours", in_hours_}}; }
  void restore(const DeviceState& state);

 private:
  bool is_in_hours(int quarter) const;

  Watts power_;
  std::optional<Hours> hours_;
  Switch heating_ = Switch::off;
  bool in_hours_ = false;
};

}  // namespace home_energy
