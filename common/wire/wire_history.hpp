/// @file
/// History on the wire: the query that asks for it, and what it is answered with. Part of `wire`.
#pragma once

#include <bitset>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/world/history.hpp"

namespace home_energy::wire {

enum class HistoryFormat { json, csv };

struct HistoryQuery {
  std::int64_t from = 0;  ///< quarter numbers: the first,
  std::int64_t to = 0;    ///< and the one after the last
  HistoryStep step = HistoryStep::quarter;
  std::optional<HistoryFormat> format;  ///< none: as the request's Accept header says
};

/// What a query is read against.
struct HistoryContext {
  std::int64_t today;                      ///< as Clock::day counts
  std::optional<std::int64_t> first_date;  ///< of day 0, days since 1970-01-01; none where the clock is simulated
};

/// Reads `from=3&to=5T12:00&step=1h&format=csv`: all may be left out, `from` is then today and `to` the end of days.
/// Where the clock follows the wall, days are dates: `2026-11-22`. Other fields are passed over.
/// Fails with the field that is wrong.
Result<HistoryQuery> parse_history_query(std::string_view query, const HistoryContext& context);

/// How the start of a row is written.
using QuarterText = std::function<std::string(std::int64_t quarter)>;
/// `3T07:15`, where the clock is simulated.
std::string simulated_quarter_text(std::int64_t quarter);

/// The kinds of further devices that have a column.
using HistoryDevices = std::bitset<kDeviceKinds>;

/// @param devices  those of the home; what one of earlier used has its column, too
/// @param currency the present one. The answer's is that of its rows; where they are of several, each row tells its own
std::string history_json(std::string_view home, std::string_view currency, HistoryStep step,
                         std::span<const HistoryRow> rows, const QuarterText& start_text, HistoryDevices devices = {});
/// RFC 4180: a heading line, lines ended by CR LF. A last column tells the currency where the rows are of several.
std::string history_csv(std::string_view currency, std::span<const HistoryRow> rows, const QuarterText& start_text,
                        HistoryDevices devices = {});

}  // namespace home_energy::wire
