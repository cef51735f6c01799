/// @file
/// Reads values of any span from a spreadsheet's text with a column of times: exports of smart meters, of markets and
/// of Home Assistant.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/time/calendar.hpp"
#include "common/wire/sheet.hpp"

namespace home_energy {

/// A number and when it begins to hold, Unix seconds.
struct TimedNumber {
  std::int64_t begin;
  double value;
};

struct DatedTable {
  std::vector<TimedNumber> values;  ///< by time
  std::int64_t step;                ///< how long each holds, seconds: at most an hour
  std::string heading;              ///< of the column of numbers; empty where there is none
};

/// Nothing where no column has times with dates of more than one day. Times are ISO 8601 with an offset, or what a
/// clock showed: `2026-11-22 00:00`, `22.11.2026 00:00`, `22/11/2026 00:00`, also as a span `... - ...` or as a column
/// of dates beside one of times. Of what a clock shows twice the rows come one after the other; what it leaves out is
/// refused. Beside the times there is one column of numbers, or one whose heading says price, value, mean, kW or kWh.
/// @param calendar whose moments are Unix seconds
Result<std::optional<DatedTable>> parse_dated_csv(Sheet sheet, const Calendar& calendar);

}  // namespace home_energy
