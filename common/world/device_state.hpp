/// @file
/// What a further device is made of that others read: its part behind the meter, what went through it, a switch, and
/// what it remembers.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "common/base/units.hpp"

namespace home_energy {

enum class Switch { off, on };

/// What a device is to the meter.
enum class DeviceRole {
  load,       ///< only draws
  generator,  ///< only gives
  storage,    ///< balances what all others leave: asked last
};

/// What went through a device in a tick; at most one of the two is above 0.
struct Flow {
  Energy drawn;
  Energy given;

  Energy net() const { return drawn - given; }
};

/// What all other devices leave to a storage.
template <class Amount>
struct Balance {
  Amount net;  ///< drawn less given; negative where there is a surplus
  Amount car;  ///< what of it the car draws
};

/// What a device remembers beyond the end of the process: whole numbers by name. A name that is not there has its
/// default, so that a later version may have more of them.
using DeviceState = std::map<std::string, std::int64_t, std::less<>>;

inline std::int64_t value_in(const DeviceState& state, std::string_view name, std::int64_t otherwise) {
  const auto found = state.find(name);
  return found == state.end() ? otherwise : found->second;
}

}  // namespace home_energy
