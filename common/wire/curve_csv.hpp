/// @file
/// Reads a day's numbers from a spreadsheet's text: what Excel, LibreOffice and scripts write in any country.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"

namespace home_energy {

struct CurveTable {
  std::vector<double> values;  ///< finite, of any count
  std::string heading;         ///< of the column of numbers; empty where there is none
};

/// Cells and their numbers are read as `sheet.hpp` says. The numbers stand
/// - in 24, 48 or 96 rows of one column, beside which columns of times, of text and of the row's number may stand;
/// - in 24 rows of four: the quarters of each hour, which a heading must not deny;
/// - or in rows of any length that hold nothing else.
/// Refused with what is ambiguous: several columns, whole numbers that may be halves of decimals, times that do not run
/// through one day from 00:00 on.
Result<CurveTable> parse_curve_csv(std::string_view text, const std::string& field);

}  // namespace home_energy
