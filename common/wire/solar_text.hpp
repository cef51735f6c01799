/// @file
/// The texts of the options of sun and tariff: places, clearness, prices of what is exported.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/world/sun.hpp"
#include "common/world/tariff.hpp"

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

/// Twelve shares, January first: `0.6,0.65,...`
std::optional<Clearness> to_clearness(const std::string& text);

/// `0.4` in the currency, `price`, `0.8*price`, `0.8 * price - 0.05`, `price+0.02`.
std::optional<ExportPrice> to_export_price(const std::string& with_blanks);

}  // namespace home_energy
