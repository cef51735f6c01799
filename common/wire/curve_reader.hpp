/// @file
/// Reads prices and base loads that are set while a home runs: MQTT payloads and HTTP bodies both come through here.
///
/// What is read, whatever else it may hold:
/// - 24, 48 or 96 numbers, as a JSON array or the CSV of `curve_csv.hpp`: a curve for every day;
/// - lists of dated values in any of the shapes of `curve_shapes.hpp`, at most 400 entries in any order: what they tell
///   of today and of tomorrow. An entry without an end lasts until the next start, the last as long as the one before.
///   What is given as null counts as missing; a hole of at most an hour between two values has the value before it.
///   Where two values hold at once, they have to be the same;
/// - an object with one of the two as `values`, or with such lists anywhere, and a unit as `unit_of_measurement` or
///   `unit`. The first of each counts.
/// Units: `curve_unit.hpp`; prices without one are refused where they cannot be per kWh. Ranges: `curve_text.hpp`,
/// after conversion.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/wire/curve_context.hpp"
#include "common/world/curve_update.hpp"

namespace home_energy {

/// Reads prices from text that may be anything at all; the caller bounds its length (64 KiB). Errors have the field
/// `price`.
Result<PriceUpdate> parse_price_update(std::string_view text, const CurveContext& context);

/// Reads base loads likewise. Errors have the field `baseload`.
Result<LoadUpdate> parse_load_update(std::string_view text, const CurveContext& context);

/// What a file holds: a curve for every day, or values of any span.
template <class Value>
struct CurveFile {
  std::optional<DayCurve<Value>> every_day{};
  Record<Value> record{};  ///< by quarters of an hour
  Resolution finest{};     ///< of what it holds
};

/// How a file is read.
struct CurveFileContext {
  std::string field;          ///< how errors name it
  std::string_view currency;  ///< ISO 4217, of prices
  const Calendar* calendar;   ///< in which times without an offset are meant: one whose moments are Unix seconds
};

/// Reads a file likewise, with at most 200,000 dated values of any span; also CSV with a column of times
/// (`dated_csv.hpp`).
Result<CurveFile<PricePerKwh>> parse_price_file(std::string_view text, const CurveFileContext& context);
Result<CurveFile<Watts>> parse_load_file(std::string_view text, const CurveFileContext& context);
/// The same, a curve for every day; dates are refused.
Result<PriceCurve> parse_price_curve(std::string_view text, std::string_view currency, const std::string& field);
Result<LoadCurve> parse_load_curve(std::string_view text, const std::string& field);

}  // namespace home_energy
