#include "common/wire/curve_csv.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

#include "common/base/text.hpp"
#include "common/time/iso8601.hpp"
#include "common/time/pace.hpp"
#include "common/wire/curve_text.hpp"
#include "common/wire/sheet.hpp"

namespace home_energy {
namespace {

/// The numbers of a column, and where it stands.
struct Column {
  std::size_t at;
  std::vector<double> numbers;
};

bool has_digit(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// 2026-11-22 or 22.11.2026 or 22/11/2026, from the start of a text; empty where there is none.
std::string_view date_in(std::string_view text) {
  constexpr std::size_t kLength = 10;
  const auto date = text.substr(0, kLength);
  for (const std::string_view pattern : {"dddd-dd-dd", "dddd/dd/dd", "dd.dd.dddd", "dd/dd/dddd"}) {
    if (has_form(date, pattern)) return date;
  }
  return {};
}

/// 00:00, also after a date or before an end: 2026-11-22T00:00+01:00, 00:00-01:00
std::optional<int> minute_in(std::string_view text) {
  if (const auto date = date_in(text); !date.empty()) text.remove_prefix(std::min(text.size(), date.size() + 1));
  return clock_time(trimmed(text.substr(0, text.find_first_of("-+Zz"))));
}

/// The first number in a text: 7 of `kl 7` and of `07-08`
std::optional<std::size_t> first_number(std::string_view text) {
  const auto begin = text.find_first_of("0123456789");
  if (begin == std::string_view::npos) return std::nullopt;
  text.remove_prefix(begin);
  constexpr std::ptrdiff_t kLongest = 3;
  std::size_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr - text.data() > kLongest) return std::nullopt;
  return number;
}

/// 0, 1, 2, ... or 1, 2, 3, ...: the number of the row.
bool is_row_number(const std::vector<double>& numbers) {
  for (std::size_t row = 0; row < numbers.size(); ++row) {
    if (numbers[row] != numbers.front() + static_cast<double>(row)) return false;
  }
  return numbers.front() == 0 || numbers.front() == 1;
}

/// What stands beside the numbers: times have to run through one day, from 00:00 on; text tells nothing.
class Label {
 public:
  Label(const Sheet& sheet, std::size_t column) : sheet_(sheet), column_(column) {}

  Result<void> check() const {
    const auto of_day = [&](std::size_t row) { return minute_in(text(row)) == static_cast<int>(row) * step(); };
    const auto is_time = [&](std::size_t row) { return minute_in(text(row)).has_value(); };
    if (const auto row = first([&](std::size_t r) { return date_in(text(r)) != date_in(text(0)); })) {
      return sheet_.refusal("must be of one day, it has another date in " + sheet_.text_of(sheet_.rows[*row]));
    }
    if (first(is_time)) {
      const auto wrong = first([&](std::size_t row) { return !of_day(row); });
      return wrong ? out_of_order(*wrong) : Result<void>();
    }
    const auto other = first([&](std::size_t row) { return text(row) != text(0); });
    if (!other) return {};
    const auto changes = [&](std::size_t row) { return row % kHoursPerDay != 0 && text(row) != text(row - 1); };
    if (sheet_.rows.size() > kHoursPerDay && !first(changes)) {  // Sat, Sun
      return sheet_.refusal("must be of one day, it has another one in " + sheet_.text_of(sheet_.rows[*other]));
    }
    if (!date_in(text(0)).empty() || !first([&](std::size_t row) { return has_digit(text(row)); })) return {};
    return check_numbered();
  }

 private:
  std::string_view text(std::size_t row) const { return sheet_.rows[row].cells[column_].text; }
  int step() const { return kMinutesPerDay / static_cast<int>(sheet_.rows.size()); }

  template <class Holds>
  std::optional<std::size_t> first(const Holds& holds) const {
    for (std::size_t row = 0; row < sheet_.rows.size(); ++row)
      if (holds(row)) return row;
    return std::nullopt;
  }

  /// `Hour 7`, `07-08`: as good as the row's number where it is that.
  Result<void> check_numbered() const {
    const auto begin = first_number(text(0));
    const auto wrong =
        first([&](std::size_t row) { return !begin || *begin > 1 || first_number(text(row)) != *begin + row; });
    return wrong ? out_of_order(*wrong) : Result<void>();
  }

  tl::unexpected<Error> out_of_order(std::size_t row) const {
    return sheet_.refusal("must have its times in order from 00:00 on, which they are not in " +
                          sheet_.text_of(sheet_.rows[row]));
  }

  const Sheet& sheet_;
  std::size_t column_;
};

tl::unexpected<Error> ambiguous_commas(const Sheet& sheet) {
  return sheet.refusal("is ambiguous, its commas may separate numbers or stand before decimals, as in " +
                       sheet.text_of(sheet.rows.front()) + ": end each number with ; or write a decimal point");
}

bool is_whole_at(const Sheet& sheet, std::size_t column) {
  return std::ranges::all_of(sheet.rows, [&](const SheetRow& row) {
    return !row.cells[column].quoted && is_whole_number(row.cells[column].text);
  });
}

/// `00:00 0,85`: what follows the comma is taken for the number, what stands before it for text.
bool may_be_cut(const Sheet& sheet, std::size_t column) {
  if (sheet.separator != ',' || column == 0 || !is_whole_at(sheet, column)) return false;
  return std::ranges::all_of(sheet.rows, [&](const SheetRow& row) {
    const auto& before = row.cells[column - 1].text;
    return !before.empty() && has_digit(before.substr(before.size() - 1)) && !minute_in(before) &&
           date_in(before) != std::string_view(before) && !is_whole_number(before);
  });
}

/// The columns of numbers but the number of the row.
Result<std::vector<Column>> columns_of(const Sheet& sheet) {
  std::vector<Column> columns;
  for (std::size_t at = 0; at < sheet.rows.front().cells.size(); ++at) {
    const auto is_number = [&](const SheetRow& row) { return sheet.has_number(row.cells[at]); };
    const bool alone = sheet.rows.front().cells.size() == 1;
    if (!alone && std::ranges::none_of(sheet.rows, is_number)) {
      if (auto label = Label(sheet, at).check(); !label) return tl::unexpected(label.error());
      continue;
    }
    Column column{at, {}};
    for (const auto& row : sheet.rows) {
      const auto number = sheet.number_at(row, at);
      if (!number) return tl::unexpected(number.error());
      column.numbers.push_back(*number);
    }
    columns.push_back(std::move(column));
  }
  const bool beside_others = sheet.rows.front().cells.size() > 1;
  if (!columns.empty() && beside_others && is_row_number(columns.front().numbers)) columns.erase(columns.begin());
  return columns;
}

/// q1, kvart 2, :15: the name of a quarter of an hour.
bool names_quarter(const Cell& cell, std::size_t quarter) {
  constexpr std::array<std::string_view, 4> kMinutes{"00", "15", "30", "45"};
  constexpr std::array<std::string_view, 8> kWords{"", "q", "k", "kv", "kvart", "quarter", "viertel", "v"};
  std::string word;
  std::string digits;
  for (const char c : cell.text) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isdigit(letter) != 0) digits += c;
    if (std::isalpha(letter) != 0) word += static_cast<char>(std::tolower(letter));
  }
  if (digits.ends_with(kMinutes.at(quarter))) return true;
  return digits == std::to_string(quarter + 1) && std::ranges::find(kWords, word) != kWords.end();
}

/// Whether four columns are the quarters of 24 hours, which their heading may deny.
bool are_quarters(const Sheet& sheet, const std::vector<Column>& columns) {
  if (columns.size() != kQuartersPerHour || sheet.rows.size() != kHoursPerDay) return false;
  if (!sheet.heading) return true;
  for (std::size_t quarter = 0; quarter < columns.size(); ++quarter) {
    const auto at = columns[quarter].at;
    if (at >= sheet.heading->cells.size() || !names_quarter(sheet.heading->cells[at], quarter)) return false;
  }
  return true;
}

Result<CurveTable> from_columns(const Sheet& sheet) {
  return columns_of(sheet).and_then([&](const std::vector<Column>& columns) -> Result<CurveTable> {
    const auto is_whole = [&](const Column& column) { return is_whole_at(sheet, column.at); };
    const bool no_names = !sheet.heading || sheet.heading->cells.size() < sheet.rows.front().cells.size();
    const bool halves = columns.size() > 1 && columns.size() % 2 == 0;
    if (sheet.separator == ',' && no_names && halves && std::ranges::all_of(columns, is_whole))
      return ambiguous_commas(sheet);
    const bool quarters = are_quarters(sheet, columns);
    if (columns.empty())
      return sheet.refusal("has no column of numbers beside the row's, as in " + sheet.text_of(sheet.rows.front()));
    if (columns.size() != 1 && !quarters) {
      return sheet.refusal(
          "has " + std::to_string(columns.size()) +
          " columns of numbers: keep one of them, or four called q1, q2, q3, q4 for the quarters of 24 "
          "hours");
    }
    if (!quarters && may_be_cut(sheet, columns.front().at)) return ambiguous_commas(sheet);
    CurveTable table;
    for (std::size_t row = 0; row < sheet.rows.size(); ++row) {
      for (const auto& column : columns) table.values.push_back(column.numbers[row]);
    }
    const auto at = columns.front().at;
    if (sheet.heading && at < sheet.heading->cells.size()) table.heading = sheet.heading->cells[at].text;
    return table;
  });
}

/// Rows of nothing but numbers.
Result<CurveTable> from_all_cells(const Sheet& sheet) {
  CurveTable table;
  bool any_decimal = false;
  bool all_whole = sheet.separator == ',';
  for (const auto& row : sheet.rows) {
    if (sheet.rows.size() > 1 && is_curve_size(row.cells.size())) {
      return sheet.refusal("has " + std::to_string(sheet.rows.size()) + " rows of " + std::to_string(row.cells.size()) +
                           " numbers: keep one of them");
    }
    for (std::size_t at = 0; at < row.cells.size(); ++at) {
      const auto number = sheet.number_at(row, at);
      if (!number) return tl::unexpected(number.error());
      table.values.push_back(*number);
      const auto& cell = row.cells[at];
      any_decimal = any_decimal || (cell.text.size() > 1 && cell.text.starts_with('0'));
      all_whole = all_whole && !cell.quoted && is_whole_number(cell.text);
    }
  }
  if (all_whole && (any_decimal || table.values.size() == kHalfHoursPerDay)) return ambiguous_commas(sheet);
  if (sheet.heading) table.heading = sheet.heading->cells.back().text;
  return table;
}

Result<CurveTable> from_sheet(const Sheet& sheet) {
  if (is_curve_size(sheet.rows.size()) && sheet.is_even()) return from_columns(sheet);
  const auto text = std::ranges::find_if(sheet.rows, [&](const SheetRow& row) {
    return std::ranges::any_of(row.cells, [&](const Cell& cell) { return !sheet.has_number(cell); });
  });
  if (text == sheet.rows.end() || sheet.rows.size() == 1) return from_all_cells(sheet);
  return sheet.refusal("must have 24, 48 or 96 rows of equally many cells, or hold nothing but numbers, it has " +
                       std::to_string(sheet.rows.size()) + " rows, and text in " + sheet.text_of(*text));
}

}  // namespace

Result<CurveTable> parse_curve_csv(std::string_view text, const std::string& field) {
  return read_sheet(text, field).and_then([](const Sheet& sheet) { return from_sheet(sheet); });
}

}  // namespace home_energy
