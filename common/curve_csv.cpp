#include "common/curve_csv.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>
#include <utility>

#include "common/curve_text.hpp"
#include "common/iso8601.hpp"
#include "common/pace.hpp"
#include "common/text.hpp"

namespace home_energy {
namespace {

struct Cell {
  std::string text;
  bool quoted = false;
};

using Cells = std::vector<Cell>;
using Column = std::vector<double>;

constexpr std::size_t kHalfHoursPerDay = 48;
constexpr int kMinutesPerDay = kHoursPerDay * kMinutesPerHour;

/// The cells that hold the numbers, and how the file writes them.
struct Sheet {
  std::string field;
  char separator;
  Cells heading{};
  std::vector<Cells> rows{};

  tl::unexpected<Error> refusal(const std::string& predicate) const {
    return failure(ErrorCode::illegal, field, field + " " + predicate);
  }
  std::string row_text(std::size_t row) const {
    std::string text;
    for (const auto& cell : rows[row])
      text += (&cell == &rows[row].front() ? "" : std::string(1, separator)) + cell.text;
    return "row " + std::to_string(row + 1) + ", " + excerpt(text);
  }
};

bool is_whole(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// Outside of quotes.
bool holds(std::string_view text, char wanted) {
  bool quoted = false;
  return std::ranges::any_of(text, [&](char c) {
    quoted = quoted != (c == '"');
    return !quoted && c == wanted;
  });
}

/// One cell from the start of `line`, which loses it, but not the separator after it.
Cell take_cell(std::string_view& line, char separator) {
  line = trimmed(line, " \r");
  Cell cell{.text = {}, .quoted = line.starts_with('"')};
  bool quoted = false;
  std::size_t at = 0;
  for (; at < line.size() && (quoted || line[at] != separator); ++at) {
    if (line[at] != '"') cell.text += line[at];
    quoted = quoted != (line[at] == '"');
  }
  line.remove_prefix(at);
  cell.text = trimmed(cell.text);
  return cell;
}

Cells cells_of(std::string_view line, char separator) {
  Cells cells{take_cell(line, separator)};
  while (!line.empty()) {
    line.remove_prefix(1);
    cells.push_back(take_cell(line, separator));
  }
  return cells;
}

std::optional<double> number_in(const Cell& cell, char separator) {
  auto text = cell.text;
  const auto comma = text.find(',');
  if (comma != std::string::npos && (cell.quoted || separator != ',') && text.find('.') == std::string::npos &&
      text.find(',', comma + 1) == std::string::npos) {
    text[comma] = '.';
  }
  return curve_number(std::string_view(text));
}

std::vector<std::string_view> lines_of(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end), " \r");
    if (!line.empty() && line.front() != '#') lines.push_back(line);
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return lines;
}

Sheet read_sheet(std::string_view text, const std::string& field) {
  const char separator = holds(text, ';') ? ';' : holds(text, '\t') ? '\t' : ',';
  Sheet sheet{.field = field, .separator = separator};
  const auto is_number = [&](const Cell& cell) { return number_in(cell, separator).has_value(); };
  for (const auto line : lines_of(text)) sheet.rows.push_back(cells_of(line, separator));
  if (sheet.rows.size() > 1 && std::ranges::none_of(sheet.rows.front(), is_number)) {
    sheet.heading = std::move(sheet.rows.front());
    sheet.rows.erase(sheet.rows.begin());
  }
  return sheet;
}

Result<double> number_at(const Sheet& sheet, std::size_t row, std::size_t column) {
  const auto& cell = sheet.rows[row][column];
  const auto number = number_in(cell, sheet.separator);
  if (number) return *number;
  const bool both = cell.text.find(',') != std::string::npos && cell.text.find('.') != std::string::npos;
  return sheet.refusal(both ? "has a comma and a point in one number in " + sheet.row_text(row)
                            : "has something that is not a finite number in row " + std::to_string(row + 1));
}

/// 00:00, or the time of 2026-11-22 00:00
std::optional<int> minute_in(std::string_view text) {
  const auto blank = text.find_last_of(" T");
  if (blank != std::string_view::npos) text.remove_prefix(blank + 1);
  return clock_time(text.substr(0, text.find_first_of("-+Zz")));
}

/// A column that tells the time, if it does, has to begin at 00:00 and go on in equal steps.
Result<void> check_times(const Sheet& sheet, std::size_t column) {
  const auto step = kMinutesPerDay / static_cast<int>(sheet.rows.size());
  for (std::size_t row = 0; row < sheet.rows.size(); ++row) {
    const auto minute = minute_in(sheet.rows[row][column].text);
    if (!minute || *minute == static_cast<int>(row) * step) continue;
    return sheet.refusal("must have its times in order from 00:00 on, which they are not in " + sheet.row_text(row));
  }
  return {};
}

/// 0, 1, 2, ... or 1, 2, 3, ...: the number of the row.
bool is_row_number(const Column& column) {
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (column[row] != column.front() + static_cast<double>(row)) return false;
  }
  return column.front() == 0 || column.front() == 1;
}

bool is_of_whole_numbers(const Sheet& sheet) {
  return sheet.separator == ',' && sheet.heading.size() < 2 && std::ranges::all_of(sheet.rows, [](const Cells& row) {
           return std::ranges::all_of(row, [](const Cell& cell) { return !cell.quoted && is_whole(cell.text); });
         });
}

tl::unexpected<Error> ambiguous_commas(const Sheet& sheet) {
  return sheet.refusal("is ambiguous, its commas may separate numbers or stand before decimals, as in " +
                       sheet.row_text(0) + ": separate numbers with ; or write a decimal point");
}

/// The columns of numbers but the number of the row; their places in the sheet beside them.
Result<std::vector<std::pair<std::size_t, Column>>> columns_of(const Sheet& sheet) {
  std::vector<std::pair<std::size_t, Column>> columns;
  for (std::size_t at = 0; at < sheet.rows.front().size(); ++at) {
    const auto is_number = [&](const Cells& row) { return number_in(row[at], sheet.separator).has_value(); };
    const auto numbers = std::ranges::count_if(sheet.rows, is_number);
    const bool is_last = at + 1 == sheet.rows.front().size();
    if (numbers == 0 && !is_last) {
      if (auto ordered = check_times(sheet, at); !ordered) return tl::unexpected(ordered.error());
      continue;
    }
    Column column;
    for (std::size_t row = 0; row < sheet.rows.size(); ++row) {
      const auto number = number_at(sheet, row, at);
      if (!number) return tl::unexpected(number.error());
      column.push_back(*number);
    }
    columns.emplace_back(at, std::move(column));
  }
  if (columns.size() > 1 && is_row_number(columns.front().second)) columns.erase(columns.begin());
  return columns;
}

/// A unit in brackets, or the whole where it is one.
std::string unit_in(std::string_view heading) {
  const auto open = heading.find_last_of("([");
  if (open != std::string_view::npos) heading = heading.substr(open + 1, heading.find_first_of(")]", open) - open - 1);
  std::string lower(trimmed(heading));
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool is_price = lower.find('/') != std::string::npos && lower.ends_with("wh");
  return is_price || lower == "kw" || lower == "w" ? std::string(trimmed(heading)) : std::string();
}

Result<CurveTable> from_columns(const Sheet& sheet) {
  return columns_of(sheet).and_then([&](const auto& columns) -> Result<CurveTable> {
    const bool quarters = columns.size() == kQuartersPerHour && sheet.rows.size() == kHoursPerDay;
    if (columns.size() == 2 && is_of_whole_numbers(sheet)) return ambiguous_commas(sheet);
    if (columns.size() != 1 && !quarters) {
      return sheet.refusal("has " + std::to_string(columns.size()) +
                           " columns of numbers: keep one of them, or the four quarters of each of 24 hours");
    }
    CurveTable table;
    for (std::size_t row = 0; row < sheet.rows.size(); ++row) {
      for (const auto& [at, column] : columns) table.values.push_back(column[row]);
    }
    if (columns.front().first < sheet.heading.size()) table.unit = unit_in(sheet.heading[columns.front().first].text);
    return table;
  });
}

Result<CurveTable> from_all_cells(const Sheet& sheet) {
  CurveTable table;
  for (std::size_t row = 0; row < sheet.rows.size(); ++row) {
    for (std::size_t at = 0; at < sheet.rows[row].size(); ++at) {
      const auto number = number_at(sheet, row, at);
      if (!number) return tl::unexpected(number.error());
      table.values.push_back(*number);
    }
  }
  const auto is_decimal = [](const Cell& cell) { return cell.text.size() > 1 && cell.text.starts_with('0'); };
  const auto any_decimal = [&](const Cells& row) { return std::ranges::any_of(row, is_decimal); };
  const bool halves = table.values.size() == kHalfHoursPerDay || std::ranges::any_of(sheet.rows, any_decimal);
  if (halves && is_of_whole_numbers(sheet)) return ambiguous_commas(sheet);
  if (!sheet.heading.empty()) table.unit = unit_in(sheet.heading.back().text);
  return table;
}

/// A separator at the end of a line begins no cell, unless that is one of a column.
void drop_ends(Sheet& sheet) {
  const auto ends_empty = [](const Cells& row) { return row.size() > 1 && row.back().text.empty(); };
  if (is_curve_size(sheet.rows.size()) && !std::ranges::all_of(sheet.rows, ends_empty)) return;
  for (auto& row : sheet.rows)
    if (ends_empty(row)) row.pop_back();
}

bool is_table(const Sheet& sheet) {
  if (!is_curve_size(sheet.rows.size())) return false;
  const auto width = sheet.rows.front().size();
  return std::ranges::all_of(sheet.rows, [&](const Cells& row) { return row.size() == width; });
}

/// `1.234` of a file that also has `0,85` may be a thousand.
Result<void> check_decimals(const Sheet& sheet) {
  const auto any = [&](char point) {
    return std::ranges::any_of(sheet.rows, [&](const Cells& row) {
      return std::ranges::any_of(row, [&](const Cell& cell) {
        return cell.text.find(point) != std::string::npos && number_in(cell, sheet.separator).has_value();
      });
    });
  };
  if (any('.') && any(',')) return sheet.refusal("mixes decimal points and decimal commas");
  return {};
}

}  // namespace

Result<CurveTable> parse_curve_csv(std::string_view text, const std::string& field) {
  Sheet sheet = read_sheet(text, field);
  drop_ends(sheet);
  return check_decimals(sheet).and_then([&] { return is_table(sheet) ? from_columns(sheet) : from_all_cells(sheet); });
}

}  // namespace home_energy
