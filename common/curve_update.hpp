/// @file
/// Reads prices and base loads that are set while a home runs: MQTT payloads and HTTP bodies both come through here.
///
/// What is read, whatever else it may hold:
/// - 24 or 96 numbers, as a JSON array or the CSV that `curve_text` reads: a curve for every day;
/// - `[{"start":"2026-11-22T00:00:00+01:00","end":"2026-11-22T01:00:00+01:00","value":0.85}, ...]`, at most 400 of them
/// in
///   any order: curves of today, of tomorrow or of both, each covered whole. A start without an `end` lasts until the
///   next start, the last as long as the one before. What is given as null counts as missing;
/// - an object with one of the two as `values`, or with such lists as `raw_today` and `raw_tomorrow` (the attributes of
///   Home Assistant's Nord Pool sensors), and a unit as `unit_of_measurement` or `unit`. The first of each counts.
/// Units: `curve_unit.hpp`; prices without one are refused where they cannot be per kWh. Ranges: `curve_text.hpp`,
/// after conversion.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/day_curve.hpp"
#include "common/local_day.hpp"
#include "common/result.hpp"

namespace home_energy {

/// What a curve may be read against.
struct CurveContext {
  std::string_view currency;       ///< ISO 4217; prices come in no other, there is no exchange rate here
  Resolution finest;               ///< the finest curve that the pace of the homes meets
  std::span<const LocalDay> days;  ///< today and tomorrow; none with a simulated clock, which no date can mean
};

/// Either a curve for every day or curves of single days.
template <class Curve>
struct CurveUpdate {
  std::optional<Curve> every_day;
  std::vector<std::pair<std::int64_t, Curve>> of_days;  ///< by LocalDay::day, ascending
  std::string unit;                                     ///< of the values as they are kept: `SEK/kWh`, `kW`
};
using PriceUpdate = CurveUpdate<PriceCurve>;
using LoadUpdate = CurveUpdate<LoadCurve>;

/// Reads prices from text that may be anything at all; the caller bounds its length (64 KiB). Errors have the field
/// `price`.
Result<PriceUpdate> parse_price_update(std::string_view text, const CurveContext& context);

/// Reads base loads likewise. Errors have the field `baseload`.
Result<LoadUpdate> parse_load_update(std::string_view text, const CurveContext& context);

}  // namespace home_energy
