/// @file
/// The cells of a spreadsheet's text, and the numbers in them, however a country writes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"

namespace home_energy {

struct Cell {
  std::string text;  ///< without quotes and the blanks at both ends
  bool quoted = false;
};

struct SheetRow {
  std::size_t line;  ///< in the file, from 1 on
  std::vector<Cell> cells;
};

/// Rows of cells. Left out are rows without text, lines that begin with #, `sep=;`, and a separator at the ends of
/// lines.
struct Sheet {
  std::string field;                  ///< how errors name the sheet
  char separator;                     ///< `;`, a tab where there is none, else a comma
  std::optional<SheetRow> heading{};  ///< the first row, where it has no number
  std::vector<SheetRow> rows{};

  /// Whether all rows have equally many cells.
  bool is_even() const;
  tl::unexpected<Error> refusal(const std::string& predicate) const;
  /// `row 7, "06:00;0,85"`
  std::string text_of(const SheetRow& row) const;
  /// What is not a finite number is refused with the cell.
  Result<double> number_at(const SheetRow& row, std::size_t column) const;
  bool has_number(const Cell& cell) const;
};

/// A comma is a decimal comma where it does not separate cells.
/// At most 200,000 rows, and at most 4,000,000 cells, where the widest row counts for all.
/// Refused are numbers whose points or commas may be decimals or thousands.
Result<Sheet> read_sheet(std::string_view text, const std::string& field);

bool is_whole_number(std::string_view text);

}  // namespace home_energy
