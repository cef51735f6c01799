/// @file
/// A home battery: takes what the home leaves over and gives it back, or does what it is told.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "common/base/units.hpp"
#include "common/planner/planner.hpp"
#include "common/time/series.hpp"
#include "common/world/device_state.hpp"

namespace home_energy {

/// What a storage does.
enum class StorageMode {
  self_consumption,  ///< takes surplus, gives what is lacking; nothing from or to the grid
  hold,              ///< neither takes nor gives
  charge,            ///< takes its power, from the grid too, as far as the fuse allows
  discharge,         ///< gives its power, to the grid too
  plan,              ///< what its plan says: the least cost of import less what export earns
};

/// All of them. Files hold a mode by its place here: new ones go to the end.
inline constexpr std::array kStorageModes{StorageMode::self_consumption, StorageMode::hold, StorageMode::charge,
                                          StorageMode::discharge, StorageMode::plan};

/// What `charge` and `discharge` take and give, up to what the storage can; at least 0.
struct StoragePower {
  Watts power;
};

/// What stays in the storage whatever is asked of it, 0..100 %.
struct StorageReserve {
  Percent reserve;
};

struct StorageDesign {
  Energy capacity;
  Watts most_in;           ///< drawn, at its terminals
  Watts most_out;          ///< given, at its terminals
  Percent efficiency_in;   ///< stored of what is drawn, 10..100 %
  Percent efficiency_out;  ///< given of what is taken from the store, 10..100 %
  Watts standby;           ///< taken from the store all the time
  Watts fuse;              ///< of the home
  bool feeds_car;          ///< whether in self-consumption it gives what the car draws
};

/// Stays within 0..capacity, and above its reserve but for its standby, whatever is asked of it.
class Storage {
 public:
  static constexpr std::string_view kName = "storage";
  static constexpr DeviceRole kRole = DeviceRole::storage;
  /// Of what it remembers, what is counted in ticks.
  static constexpr std::array<std::string_view, 1> kEnergies{"stored"};

  Storage(const StorageDesign& design, Percent soc, Percent reserve, StorageMode mode = StorageMode::self_consumption);

  StorageMode mode() const { return mode_; }
  Percent reserve() const { return reserve_; }
  Energy stored() const { return stored_; }
  Energy capacity() const { return design_.capacity; }

  /// What it draws now, in the mean of a tick; below zero what it gives.
  Watts power(const Balance<Watts>& others) const;
  /// A tick passes.
  Flow advance(const Balance<Energy>& others);

  void carry_out(StorageMode mode) { mode_ = mode; }
  void carry_out(StoragePower power) { power_ = power.power; }
  void carry_out(StorageReserve reserve) { reserve_ = reserve.reserve; }

  /// A quarter of an hour has begun.
  void begin_quarter(const Quarter& quarter, const Calendar& calendar);
  /// What a plan is to be made from, but for its slots.
  StorageProblem problem(int ticks_per_hour) const;
  /// Follows a plan whenever the mode is `plan`; before the first one and beyond its end it does as in
  /// self-consumption. @param plan may be null @param made_at the moment at which its first slot begins
  void follow(std::shared_ptr<const StoragePlan> plan, std::int64_t made_at);
  /// Null in other modes, and before the first one.
  const StoragePlan* plan() const { return mode_ == StorageMode::plan ? plan_.get() : nullptr; }
  /// The moment at which the first slot of its plan begins.
  std::int64_t plan_made_at() const { return plan_made_at_; }

  DeviceState state() const;
  void restore(const DeviceState& state);

 private:
  StorageStep planned() const;
  /// What it would draw where it could: below zero what it would give. In watts or in a tick's energy.
  Int128 wanted(Int128 net, Int128 car, Int128 per_watt) const;
  Int128 parts() const;
  Int128 parts_above_reserve() const;
  Energy room() const;
  Energy available() const;
  void set_parts(Int128 parts);

  StorageDesign design_;
  Energy stored_;
  std::int64_t fraction_ = 0;  ///< stored besides, in ten-thousandths: what the efficiency leaves over
  StorageMode mode_;
  Watts power_;
  Percent reserve_;
  std::int64_t quarter_ = 0;  ///< the moment at which the present one began
  std::shared_ptr<const StoragePlan> plan_;
  std::int64_t plan_made_at_ = 0;
};

}  // namespace home_energy
