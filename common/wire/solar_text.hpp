/// @file
/// The texts of the options of the sun: places and clearness.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/world/sun.hpp"

namespace home_energy {

/// A place under the sun, and how clear its sky is as a rule.
struct NamedPlace {
  std::string_view name;
  SolarPlace place;
  Clearness clearness;
};

/// `stockholm`, or `59.33,18.07` with the clearness of the named place whose latitude is nearest.
std::optional<NamedPlace> to_place(const std::string& text);
/// `stockholm, berlin, ...`
std::string place_names();

/// `05-08 80, 17-21 50`: hours and the percent of the direct radiation that is kept off, 0..100; the first that fits
/// counts.
std::optional<Shade> to_shade(std::string_view text);

/// Twelve shares, January first: `0.6,0.65,...`
std::optional<Clearness> to_clearness(const std::string& text);

}  // namespace home_energy
