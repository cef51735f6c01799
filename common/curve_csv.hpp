/// @file
/// Reads a day's numbers from a spreadsheet's text: what Excel, LibreOffice and scripts write in any country.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/result.hpp"

namespace home_energy {

struct CurveTable {
  std::vector<double> values;  ///< finite, of any count
  std::string unit;            ///< as the heading has it in brackets: `Pris (SEK/kWh)`; empty where there is none
};

/// Cells are separated by `;`, by tabs where there is no `;`, else by commas, and may be quoted. A comma is a decimal
/// comma where cells are not separated by it. A byte order mark, lines that begin with # and one heading are passed
/// over. The numbers stand
/// - in 24, 48 or 96 rows of one column, beside which columns of times, of text and of the row's number may stand;
/// - in 24 rows of four: the quarters of each hour;
/// - or in rows of any length that hold nothing else.
/// Refused with what is ambiguous: several columns, whole numbers that may be halves of decimals, points and commas
/// mixed, times that do not run through a day from 00:00 on.
Result<CurveTable> parse_curve_csv(std::string_view text, const std::string& field);

}  // namespace home_energy
