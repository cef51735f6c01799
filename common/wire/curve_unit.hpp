/// @file
/// The units in which prices and loads may come, and what makes them ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"

namespace home_energy {

/// What prices in `unit` are divided by to be in `currency` per kWh. Units are the currency per kWh or MWh, by its code
/// or its sign (`SEK/kWh`, `kr/kWh`, `€/MWh`), and hundredths per kWh: `öre`, `øre`, `ore` of the kronor SEK, DKK and
/// NOK; `p` of GBP; `cent`, `ct`, `c` and `c€` or `¢` of others. Upper and lower case are one, blanks around the `/`
/// and the whole are left off. Any other unit or currency is refused: there is no exchange rate here.
/// @param currency ISO 4217
/// @param field    how errors name the prices
Result<double> price_divisor(std::string_view unit, std::string_view currency, const std::string& field);

/// Whether `text` is the currency, by its code or its sign.
bool is_currency(std::string_view text, std::string_view currency);

/// Refuses prices that came without a unit and whose middle magnitude no tariff per kWh has: they are per MWh or in
/// hundredths. Currencies of which nothing is known pass.
/// @param prices millionths of the currency per kWh
Result<void> check_plausible(std::vector<std::int64_t> prices, std::string_view currency, const std::string& field);

/// Refuses prices of a source that means another unit than ours, and does not say which.
Error unit_is_missing(std::string_view currency, const std::string& field);

/// What a curve is of.
enum class CurveOf { price, load };

/// Whether a spreadsheet's heading says that its column holds it: by a word (price, pris, preis) or by a unit
/// as one of its words (`Whole house kW`).
bool names_its_curve(std::string_view heading, CurveOf of);
/// By value, mean or state.
bool names_value(std::string_view heading);

/// What prices below a spreadsheet's heading are divided by; none where it names no unit. A heading that names money or
/// energy, but no whole unit, is refused: `Pris (öre)`; so is one that names energy or power, but no price: `kWh`.
Result<std::optional<double>> price_divisor_in(std::string_view heading, std::string_view currency,
                                               const std::string& field);
/// Likewise, of power: `Last (W)`, `kWh/h`; one that names a price is refused.
Result<std::optional<double>> load_divisor_in(std::string_view heading, const std::string& field);
/// What a meter's energy below a heading is divided by to be in kWh: `kWh`, `Wh`, `MWh`; nothing where it names none.
std::optional<double> energy_divisor_in(std::string_view heading);

/// What loads in `unit` are divided by to be in kW: `kW`, `W`, `kWh/h` or `Wh/h`, likewise.
Result<double> load_divisor(std::string_view unit, const std::string& field);

}  // namespace home_energy
