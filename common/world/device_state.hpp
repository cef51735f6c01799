/// @file
/// What a further device is made of that others read: a switch, and what it remembers.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace home_energy {

enum class Switch { off, on };

/// What a device remembers beyond the end of the process: whole numbers by name. A name that is not there has its
/// default, so that a later version may have more of them.
using DeviceState = std::map<std::string, std::int64_t, std::less<>>;

inline std::int64_t value_in(const DeviceState& state, std::string_view name, std::int64_t otherwise) {
  const auto found = state.find(name);
  return found == state.end() ? otherwise : found->second;
}

}  // namespace home_energy
