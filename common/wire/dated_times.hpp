/// @file
/// The column of times of a spreadsheet whose rows have dates, and the moments that its rows mean.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/base/result.hpp"
#include "common/time/calendar.hpp"
#include "common/wire/sheet.hpp"

namespace home_energy {

/// What a clock showed, or a moment.
struct ClockFace {
  std::int64_t date;               ///< days since 1970-01-01
  std::int64_t second;             ///< of the day
  std::optional<std::int64_t> at;  ///< Unix seconds, where the text has an offset
  bool has_clock;                  ///< false: a date alone
};

/// Where the times stand, one for each row.
struct SheetTimes {
  std::vector<ClockFace> faces;
  std::size_t first;  ///< column
  std::size_t count;  ///< of columns, 2 where a date stands beside a time

  bool holds(std::size_t column) const { return column >= first && column < first + count; }
  bool are_of_one_day() const;
};

/// Whether a text is a time with a date, as `dated_csv.hpp` says.
bool is_dated_time(std::string_view text);

/// The first column of times with a time of day, else the first of dates; nothing where there is none. In a column
/// whose heading says UTC times without an offset are those.
/// @param sheet whose rows have equally many cells
std::optional<SheetTimes> times_of(const Sheet& sheet);

/// Refuses a column that has dates in a form that is not read, with its first such cell and the legal forms.
/// @param sheet without `times_of`
Result<void> check_date_forms(const Sheet& sheet);

/// Puts rows that are newest first in the order of time.
void put_in_order(Sheet& sheet, SheetTimes& times);

/// Unix seconds of each row, in the order in which they stand: what a clock shows again is the second time.
Result<std::vector<std::int64_t>> moments_of(const Sheet& sheet, const std::vector<ClockFace>& faces,
                                             const Calendar& calendar);

}  // namespace home_energy
