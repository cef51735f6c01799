/// @file
/// The options of what electricity costs, and the tariff that their texts make. Part of `home_options`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/wire/option_spec.hpp"
#include "common/world/tariff.hpp"

namespace home_energy {

void add_tariff_specs(std::vector<OptionSpec>& all);

/// @param values of all options, each legal by itself
Result<Tariff> tariff_of(const OptionValues& values);

/// `0.4` in the currency, `price`, `0.8*price`, `0.8 * price - 0.05`, `price+0.02`.
std::optional<ExportPrice> to_export_price(std::string_view text);

/// The same by days and hours, as fees have them: `mon-fri 06-22 0.9*price, 0.3`.
std::optional<ExportPrices> to_export_prices(std::string_view text);

/// `0.45`; `mon-fri 06-22 0.76, sat 08-20 0.5, 0.3`: days and hours may each be left out, the first that fits counts,
/// and where none does there is no fee.
std::optional<Fees> to_fees(std::string_view text);

/// The same of prices of power, none below 0.
std::optional<Fees> to_peak_prices(std::string_view text);

}  // namespace home_energy
