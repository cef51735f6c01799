/// @file
/// Reads values of any span from a spreadsheet's text with a column of times: exports of smart meters, of markets and
/// of Home Assistant.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/time/calendar.hpp"
#include "common/wire/curve_unit.hpp"
#include "common/wire/sheet.hpp"

namespace home_energy {

/// A number and when it holds, Unix seconds.
struct TimedNumber {
  std::int64_t begin;
  std::int64_t end;
  double value;
};

struct DatedTable {
  std::vector<TimedNumber> values;  ///< by begin
  std::string heading;              ///< of the column of numbers; empty where there is none
};

/// Nothing where no column has times with dates of more than one day. Times are ISO 8601 with an offset, or what a
/// clock showed: `2026-11-22 00:00`, `22.11.2026 00:00`, `22/11/2026 00:00`, also as a span `... - ...` or as a column
/// of dates beside one of times. Rows may be newest first. Of what a clock shows twice the rows come one after the
/// other in time; what it leaves out is refused.
///
/// The column of numbers is the one whose heading names what is read; where there is none the one called value, mean or
/// state; else there has to be one column of numbers. A cell that is empty, `n/a`, `na`, `n/e`, `-`, `null`, `none`,
/// `nan`, `unknown` or `unavailable` is a value that is not known; any other that is no number is refused.
/// @param calendar whose moments are Unix seconds
Result<std::optional<DatedTable>> parse_dated_csv(Sheet sheet, const Calendar& calendar, CurveOf of);

}  // namespace home_energy
