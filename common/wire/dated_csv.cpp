#include "common/wire/dated_csv.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "common/base/text.hpp"
#include "common/wire/curve_unit.hpp"
#include "common/wire/dated_times.hpp"

namespace home_energy {
namespace {

/// A value that is missing at the end of a row is an empty cell.
void make_even(Sheet& sheet) {
  std::size_t most = 0;
  for (const SheetRow& row : sheet.rows) most = std::max(most, row.cells.size());
  for (SheetRow& row : sheet.rows) row.cells.resize(most);
}

/// A first row without a number is no heading where it has a time: its value is not known, or cannot be read.
void take_back_heading(Sheet& sheet) {
  if (!sheet.heading) return;
  const auto is_time = [](const Cell& cell) { return is_dated_time(cell.text); };
  if (std::ranges::none_of(sheet.heading->cells, is_time)) return;
  sheet.rows.insert(sheet.rows.begin(), std::move(*sheet.heading));
  sheet.heading.reset();
}

/// A value that is not known, as spreadsheets, markets and Home Assistant write it.
bool is_hole(const Cell& cell) {
  constexpr std::array<std::string_view, 10> kHoles{"",     "n/a",  "na",      "n/e",         "-",
                                                    "null", "none", "unknown", "unavailable", "nan"};
  return std::ranges::find(kHoles, lower_case(cell.text)) != kHoles.end();
}

std::string heading_of(const Sheet& sheet, std::size_t column) {
  if (!sheet.heading || column >= sheet.heading->cells.size()) return {};
  return sheet.heading->cells[column].text;
}

/// How much of a column is numbers.
struct ColumnCount {
  std::size_t column;
  std::size_t numbers = 0;
  std::size_t others = 0;  ///< neither number nor hole
};

ColumnCount count_at(const Sheet& sheet, std::size_t column) {
  ColumnCount count{column};
  for (const SheetRow& row : sheet.rows) {
    const Cell& cell = row.cells[column];
    if (sheet.has_number(cell))
      ++count.numbers;
    else if (!is_hole(cell))
      ++count.others;
  }
  return count;
}

using Columns = std::vector<ColumnCount>;

template <class Holds>
Columns those(const Columns& columns, const Holds& holds) {
  Columns found;
  std::ranges::copy_if(columns, std::back_inserter(found), holds);
  return found;
}

bool has_numbers(const ColumnCount& count) {
  return count.numbers > 0;
}

/// Those that their heading names: what is read, else by any value's name.
Columns named_columns(const Sheet& sheet, const Columns& columns, CurveOf of) {
  const auto is_own = [&](const ColumnCount& each) { return names_its_curve(heading_of(sheet, each.column), of); };
  const auto is_any = [&](const ColumnCount& each) { return names_value(heading_of(sheet, each.column)); };
  auto own = those(columns, is_own);
  return own.empty() ? those(columns, is_any) : own;
}

/// The column of numbers. Which one it is does not depend on whether all its cells can be read.
Result<std::size_t> number_column(const Sheet& sheet, const SheetTimes& times, CurveOf of) {
  Columns columns;
  for (std::size_t column = 0; column < sheet.rows.front().cells.size(); ++column)
    if (!times.holds(column)) columns.push_back(count_at(sheet, column));
  const auto named = named_columns(sheet, columns, of);
  auto found = those(named, has_numbers);
  if (found.empty()) found = named;
  if (found.empty()) found = those(columns, [](const auto& each) { return each.numbers > each.others; });
  if (found.empty()) found = those(columns, has_numbers);
  if (found.empty()) return sheet.refusal("has no column of numbers beside its times");
  if (found.size() == 1) return found.front().column;
  return sheet.refusal("has " + std::to_string(found.size()) +
                       " columns of numbers beside its times: keep one of them, or call one price, value, mean or kW");
}

/// A row of the file, with its value where that is known.
struct DatedRow {
  std::int64_t begin;
  std::optional<double> value;
};

Result<std::vector<DatedRow>> rows_by_time(const Sheet& sheet, const std::vector<std::int64_t>& moments,
                                           std::size_t column) {
  std::vector<DatedRow> rows;
  rows.reserve(sheet.rows.size());
  for (std::size_t row = 0; row < sheet.rows.size(); ++row) {
    rows.push_back({moments[row], std::nullopt});
    if (is_hole(sheet.rows[row].cells[column])) continue;
    const auto number = sheet.number_at(sheet.rows[row], column);
    if (!number) return tl::unexpected(number.error());
    rows.back().value = *number;
  }
  std::ranges::stable_sort(rows, {}, &DatedRow::begin);
  return rows;
}

/// How far apart most times are; 0 where all are the same.
std::int64_t step_of(const std::vector<std::int64_t>& begins) {
  std::map<std::int64_t, std::size_t> counts;
  for (std::size_t i = 1; i < begins.size(); ++i) ++counts[begins[i] - begins[i - 1]];
  const auto most = std::ranges::max_element(counts, {}, [](const auto& count) { return count.second; });
  return most == counts.end() ? 0 : most->first;
}

/// How long what begins at each time holds, seconds. Up to the next time; where that is further than the step, only if
/// the time before or after is as far from its own next one, for then the file has changed its step. Else rows are
/// missing, and it holds for the step: of 0:00, 0:15, 0:45, 1:00 the second one holds for 15 minutes. The last one
/// holds as long as the one before.
std::vector<std::int64_t> spans_of(const std::vector<std::int64_t>& begins, std::int64_t step) {
  std::vector<std::int64_t> gaps;
  for (std::size_t i = 1; i < begins.size(); ++i) gaps.push_back(begins[i] - begins[i - 1]);
  std::vector<std::int64_t> spans;
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    const bool is_change = (i > 0 && gaps[i - 1] == gaps[i]) || (i + 1 < gaps.size() && gaps[i + 1] == gaps[i]);
    const bool is_own = gaps[i] <= step || (gaps[i] <= kSecondsPerHour && is_change);
    spans.push_back(is_own ? gaps[i] : step);
  }
  spans.push_back(spans.empty() ? step : spans.back());
  return spans;
}

/// @param rows by time
Result<std::vector<TimedNumber>> with_spans(const Sheet& sheet, const std::vector<DatedRow>& rows) {
  std::vector<std::int64_t> begins;
  begins.reserve(rows.size());
  for (const DatedRow& row : rows)
    if (begins.empty() || begins.back() != row.begin) begins.push_back(row.begin);
  const std::int64_t step = step_of(begins);
  if (step < kSecondsPerMinute || step > kSecondsPerHour)
    return sheet.refusal("must have its times at most an hour apart");
  const auto spans = spans_of(begins, step);
  std::vector<TimedNumber> values;
  values.reserve(rows.size());
  std::size_t at = 0;
  for (const DatedRow& row : rows) {
    while (begins[at] != row.begin) ++at;
    if (row.value) values.push_back({row.begin, row.begin + spans[at], *row.value});
  }
  return values;
}

/// Of dates alone, what would be told is that they come too often.
Result<void> check_clock(const Sheet& sheet, const SheetTimes& times) {
  const auto again = std::ranges::adjacent_find(times.faces, [](const ClockFace& face, const ClockFace& next) {
    return !face.has_clock && !next.has_clock && face.date == next.date;
  });
  if (again == times.faces.end()) return {};
  const auto row = static_cast<std::size_t>(again - times.faces.begin());
  return sheet.refusal("has dates without a time of day, as in " + sheet.text_of(sheet.rows[row]) +
                       ": write 2026-11-29 00:00, or 00:00 in the column after the date");
}

Result<DatedTable> table_of(Sheet& sheet, SheetTimes& times, const Calendar& calendar, CurveOf of) {
  if (auto clock = check_clock(sheet, times); !clock) return tl::unexpected(clock.error());
  const auto column = number_column(sheet, times, of);
  if (!column) return tl::unexpected(column.error());
  put_in_order(sheet, times);
  return moments_of(sheet, times.faces, calendar)
      .and_then([&](const auto& moments) { return rows_by_time(sheet, moments, *column); })
      .and_then([&](const auto& rows) -> Result<std::vector<TimedNumber>> {
        if (std::ranges::count_if(rows, [](const DatedRow& row) { return row.value.has_value(); }) < 2)
          return sheet.refusal("must have values for two times at least");
        return with_spans(sheet, rows);
      })
      .map([&](auto values) {
        return DatedTable{std::move(values), heading_of(sheet, *column)};
      });
}

}  // namespace

Result<std::optional<DatedTable>> parse_dated_csv(Sheet sheet, const Calendar& calendar, CurveOf of) {
  constexpr std::size_t kMostColumns = 64;
  const auto is_wide = [](const SheetRow& row) { return row.cells.size() > kMostColumns; };
  if (sheet.rows.empty() || std::ranges::any_of(sheet.rows, is_wide)) return std::nullopt;
  take_back_heading(sheet);
  make_even(sheet);
  auto times = times_of(sheet);
  if (!times) return check_date_forms(sheet).map([] { return std::optional<DatedTable>(); });
  if (times->are_of_one_day()) return std::nullopt;
  return table_of(sheet, *times, calendar, of).map([](DatedTable table) { return std::optional(std::move(table)); });
}

}  // namespace home_energy
