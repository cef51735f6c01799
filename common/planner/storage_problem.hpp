/// @file
/// The problem of a home battery and its plan, as values; `planner.hpp` tells what they mean together.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "common/base/units.hpp"

namespace home_energy {

/// What is imported above a power costs more than its price.
struct ImportLimit {
  Watts power;         ///< at least 0
  PricePerKwh beyond;  ///< at least 0: what each kilowatt-hour above it costs besides

  friend bool operator==(const ImportLimit&, const ImportLimit&) = default;
};

/// A span in which prices and powers are constant.
struct StorageSlot {
  std::chrono::seconds length;  ///< 1..900
  PricePerKwh import;           ///< -1e12..1e12
  PricePerKwh exported;         ///< -1e12..1e12
  Watts net;                    ///< -2e6..2e6: what all but storage and car draw, less what is given
  Joules car;                   ///< at least 0: what the car draws in it
  std::optional<ImportLimit> import_limit{};

  friend bool operator==(const StorageSlot&, const StorageSlot&) = default;
};

/// What a slot leaves beside car and storage.
constexpr Watts surplus_of(const StorageSlot& slot) {
  return slot.net < Watts() ? Watts() - slot.net : Watts();
}

/// What is to be planned. The caller keeps to the ranges.
struct StorageProblem {
  std::vector<StorageSlot> slots;  ///< from now on without a gap
  Joules capacity;                 ///< at least 0; 0: there is no storage
  Joules stored;                   ///< 0..capacity
  Joules reserve;                  ///< 0..capacity: only what is above it is given
  Watts most_in;                   ///< 0..1e6, drawn at the terminals
  Watts most_out;                  ///< 0..1e6, given at the terminals
  Watts standby;                   ///< 0..1e6, taken from the store all the time
  Watts fuse;  ///< 0..2e6; charging and discharging beyond what the home itself lacks or leaves keep to it
  Percent efficiency_in = kFull;   ///< above 0..100 %
  Percent efficiency_out = kFull;  ///< above 0..100 %
  bool feeds_car = true;           ///< whether it may give what the car draws

  friend bool operator==(const StorageProblem&, const StorageProblem&) = default;
};

/// What a storage does in a slot.
enum class StorageAct {
  self_consumption,  ///< takes the surplus, gives what is lacking
  take_at_most,      ///< the same, but takes only up to a power: a part of the surplus is exported
  give_at_most,      ///< the same, but gives only up to a power: a part of what is lacking is imported
  charge,            ///< takes a power, from the grid too
  discharge,         ///< gives a power, to the grid too
};

struct StorageStep {
  StorageAct act = StorageAct::self_consumption;
  Watts power{};  ///< at least 0; of `self_consumption` 0

  friend bool operator==(const StorageStep&, const StorageStep&) = default;
};

struct StoragePlan {
  std::vector<StorageStep> steps;              ///< of each slot
  std::vector<Joules> drawn;                   ///< expected in each slot, at the terminals; below zero what is given
  std::vector<Joules> drawn_self_consumption;  ///< the same where the storage only follows the home
  MoneyMicro cost;                   ///< of what is imported less what is earned, and less what is left in the storage;
                                     ///< without what is beyond a limit
  MoneyMicro cost_self_consumption;  ///< the same where the storage only follows the home
};

}  // namespace home_energy
