#include "common/wire/sheet.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "common/base/text.hpp"
#include "common/wire/curve_text.hpp"

namespace home_energy {
namespace {

bool is_digits(std::string_view text) {
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

std::vector<Cell> cells_of(std::string_view line, char separator) {
  std::vector<Cell> cells{take_cell(line, separator)};
  while (!line.empty()) {
    line.remove_prefix(1);
    cells.push_back(take_cell(line, separator));
  }
  return cells;
}

bool is_left_out(const SheetRow& row) {
  return row.cells.front().text.starts_with('#') || row.cells.front().text.starts_with("sep=") ||
         std::ranges::all_of(row.cells, [](const Cell& cell) { return cell.text.empty(); });
}

constexpr std::size_t kMostCells = 4'000'000;  // 20 columns of 200,000 rows; a cell takes 40 bytes

/// Refuses a file that would take all memory. The widest row counts for all, as they may be made equally wide.
Result<void> check_size(const Sheet& sheet, std::size_t widest) {
  const bool is_long = sheet.rows.size() > kMaxFileEntries + 1;  // and a heading
  if (!is_long && (sheet.rows.size() + 1) * widest <= kMostCells) return {};
  const std::string most = is_long ? std::to_string(kMaxFileEntries) + " rows" : std::to_string(kMostCells) + " cells";
  return failure(ErrorCode::too_large, sheet.field, sheet.field + " must have at most " + most);
}

Result<Sheet> with_rows(Sheet sheet, std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::size_t widest = 0;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const auto end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view content = text.substr(0, end);
    widest = std::max(widest, static_cast<std::size_t>(std::ranges::count(content, sheet.separator)) + 1);
    if (auto size = check_size(sheet, widest); !size) return tl::unexpected(size.error());
    SheetRow row{line, cells_of(content, sheet.separator)};
    if (!is_left_out(row)) sheet.rows.push_back(std::move(row));
    const bool two = text.substr(end).starts_with("\r\n");
    text.remove_prefix(std::min(text.size(), end + (two ? 2 : 1)));
  }
  return check_size(sheet, widest).map([&] { return std::move(sheet); });
}

/// A separator at the end of a line begins no cell, unless that is one of a column.
void drop_ends(std::vector<SheetRow>& rows) {
  const auto ends_empty = [](const SheetRow& row) { return row.cells.size() > 1 && row.cells.back().text.empty(); };
  while (std::ranges::any_of(rows, ends_empty)) {
    if (is_curve_size(rows.size()) && !std::ranges::all_of(rows, ends_empty)) return;
    for (auto& row : rows)
      if (ends_empty(row)) row.cells.pop_back();
  }
}

/// 1.185, where .185 may be decimals, or thousands: not 0.185, 1.18 or 1185
bool may_be_thousands(std::string_view text, char mark) {
  constexpr std::size_t kGroup = 3;
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto at = text.find(mark);
  if (at == std::string_view::npos || at == 0 || at > kGroup || text.front() == '0') return false;
  return is_digits(text.substr(0, at)) && text.size() == at + 1 + kGroup && is_digits(text.substr(at + 1));
}

/// A mark that is the decimal one in no number for sure, and may separate thousands in all.
Result<void> check_thousands(const Sheet& sheet, char mark) {
  const SheetRow* doubtful = nullptr;
  for (const auto& row : sheet.rows) {
    for (const auto& cell : row.cells) {
      if (!sheet.has_number(cell) || cell.text.find(mark) == std::string::npos) continue;
      if (!may_be_thousands(cell.text, mark)) return {};
      doubtful = &row;
    }
  }
  if (doubtful == nullptr) return {};
  std::string reason = "is ambiguous, a ";
  reason += mark == ',' ? "comma" : "point";
  reason += " may stand before decimals or thousands, as in " + sheet.text_of(*doubtful);
  return sheet.refusal(reason + ": leave thousands unmarked, and give two or four decimals");
}

/// `1.234` of a file that also has `0,85` may be a thousand.
Result<void> check_marks(const Sheet& sheet) {
  const auto any = [&](char mark) {
    return std::ranges::any_of(sheet.rows, [&](const SheetRow& row) {
      return std::ranges::any_of(row.cells, [&](const Cell& cell) {
        return cell.text.find(mark) != std::string::npos && sheet.has_number(cell);
      });
    });
  };
  if (any('.') && any(',')) return sheet.refusal("mixes decimal points and decimal commas");
  if (sheet.separator != ';') {
    if (auto commas = check_thousands(sheet, ','); !commas) return commas;
  }
  return sheet.separator == ',' ? Result<void>() : check_thousands(sheet, '.');
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

}  // namespace

bool is_whole_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return is_digits(text);
}

bool Sheet::is_even() const {
  return std::ranges::all_of(rows, [&](const SheetRow& row) { return row.cells.size() == rows.front().cells.size(); });
}

tl::unexpected<Error> Sheet::refusal(const std::string& predicate) const {
  return failure(ErrorCode::illegal, field, field + " " + predicate);
}

std::string Sheet::text_of(const SheetRow& row) const {
  std::string text;
  for (const auto& cell : row.cells) {
    if (&cell != &row.cells.front()) text += separator;
    text += cell.text;
  }
  return "row " + std::to_string(row.line) + ", " + excerpt(text);
}

bool Sheet::has_number(const Cell& cell) const {
  return number_in(cell, separator).has_value();
}

Result<double> Sheet::number_at(const SheetRow& row, std::size_t column) const {
  const auto& cell = row.cells[column];
  if (const auto number = number_in(cell, separator)) return *number;
  return refusal("has " + excerpt(cell.text) + " where a finite number must be, in row " + std::to_string(row.line));
}

Result<Sheet> read_sheet(std::string_view text, const std::string& field) {
  const char separator = holds(text, ';') ? ';' : holds(text, '\t') ? '\t' : ',';
  auto read = with_rows({.field = field, .separator = separator}, text);
  if (!read) return read;
  Sheet& sheet = *read;
  if (sheet.rows.size() > 1 &&
      std::ranges::none_of(sheet.rows.front().cells, [&](const Cell& cell) { return sheet.has_number(cell); })) {
    sheet.heading = std::move(sheet.rows.front());
    sheet.rows.erase(sheet.rows.begin());
  }
  drop_ends(sheet.rows);
  if (auto marks = check_marks(sheet); !marks) return tl::unexpected(marks.error());
  return read;
}

}  // namespace home_energy
