/// @file
/// History on the wire: the query that asks for it, and what it is answered with. Part of `wire`.
#pragma once

#include <bitset>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

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
  std::int64_t today;  ///< as Clock::day counts
  const Calendar& calendar;
};

/// Reads `from=3&to=5T12:00&step=1h&format=csv`: all may be left out, `from` is then today and `to` the end of days.
/// Where the calendar is of a zone, days are dates: `2026-11-22`, and a time may say which of two it is as the rows do:
/// `2026-10-25T02:15:00+01:00`. Other fields are passed over.
/// Fails with the field that is wrong.
Result<HistoryQuery> parse_history_query(std::string_view query, const HistoryContext& context);

/// Writes the starts of rows: `3T07:15`, in a zone `2026-11-22T07:15:00+01:00`. Quick for those of one day after
/// another.
class QuarterText {
 public:
  explicit QuarterText(std::shared_ptr<const Calendar> calendar) : calendar_(std::move(calendar)) {}
  /// @param quarter with which a row begins
  std::string operator()(std::int64_t quarter);

 private:
  std::shared_ptr<const Calendar> calendar_;
  // What the last one was read from holds for those in between, too.
  std::int64_t from_ = 0;
  std::int64_t until_ = 0;
  std::int64_t second_ = 0;  ///< of the day, at `from_`
  std::string before_;       ///< the time of day
  std::string after_;
};

/// What of a home has columns beside those of every home.
struct HistoryDevices {
  std::bitset<kDeviceKinds> kinds{};  ///< of its further devices
  bool car = true;

  bool any_of(DeviceRole role) const {
    for (std::size_t kind = 0; kind < kDeviceKinds; ++kind)
      if (kinds[kind] && kDeviceRoles[kind] == role) return true;
    return false;
  }
};

/// @param devices  those of the home; what one of earlier used has its column, too
/// @param currency the present one. The answer's is that of its rows; where they are of several, each row tells its own
std::string history_json(std::string_view home, std::string_view currency, HistoryStep step,
                         std::span<const HistoryRow> rows, QuarterText start_text, HistoryDevices devices = {});
/// RFC 4180: a heading line, lines ended by CR LF. A last column tells the currency where the rows are of several.
std::string history_csv(std::string_view currency, std::span<const HistoryRow> rows, QuarterText start_text,
                        HistoryDevices devices = {});

}  // namespace home_energy::wire
