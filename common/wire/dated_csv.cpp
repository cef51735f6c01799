#include "common/wire/dated_csv.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "common/base/text.hpp"
#include "common/time/iso8601.hpp"

namespace home_energy {
namespace {

constexpr std::size_t kDateLength = 10;

/// Days since 1970-01-01 of `2026-11-22`, `2026/11/22`, `22.11.2026` or `22/11/2026` at the start of a text.
std::optional<std::int64_t> date_in(std::string_view text) {
  const std::string date(text.substr(0, kDateLength));
  if (has_form(date, "dddd-dd-dd")) return parse_date(date);
  if (has_form(date, "dddd/dd/dd"))
    return parse_date(date.substr(0, 4) + '-' + date.substr(5, 2) + '-' + date.substr(8));
  if (has_form(date, "dd.dd.dddd") || has_form(date, "dd/dd/dddd"))
    return parse_date(date.substr(6) + '-' + date.substr(3, 2) + '-' + date.substr(0, 2));
  return std::nullopt;
}

/// A value that is missing at the end of a row is an empty cell.
void make_even(Sheet& sheet) {
  std::size_t most = 0;
  for (const SheetRow& row : sheet.rows) most = std::max(most, row.cells.size());
  for (SheetRow& row : sheet.rows) row.cells.resize(most);
}

/// What a clock showed, or a moment.
struct Face {
  std::int64_t date;
  std::int64_t second;             ///< of the day
  std::optional<std::int64_t> at;  ///< Unix seconds, where the text has an offset
};

/// The begin of `a - b`.
std::string_view begin_of_span(std::string_view text) {
  return trimmed(text.substr(0, text.find(" - ")));
}

std::optional<Face> face_of(std::string_view text) {
  text = begin_of_span(text);
  const auto date = date_in(text);
  if (!date) return std::nullopt;
  if (const auto at = parse_iso8601(text, "")) return Face{*date, 0, *at};
  const auto rest = trimmed(text.substr(std::min(kDateLength, text.size())), " T");
  const auto minute = rest.empty() ? std::optional(0) : clock_time(rest);
  if (!minute) return std::nullopt;
  return Face{*date, *minute * kSecondsPerMinute, std::nullopt};
}

/// The times of all rows, from one column or from a date beside a time; nothing where they are not all times.
std::optional<std::vector<Face>> faces_at(const Sheet& sheet, std::size_t column, bool with_next) {
  std::vector<Face> faces;
  faces.reserve(sheet.rows.size());
  for (const SheetRow& row : sheet.rows) {
    std::string text = row.cells[column].text;
    if (with_next)
      text +=
          ' ' + std::string(begin_of_span(row.cells[column + 1].text.substr(0, row.cells[column + 1].text.find('-'))));
    const auto face = face_of(text);
    if (!face) return std::nullopt;
    faces.push_back(*face);
  }
  return faces;
}

/// Where the times stand.
struct Times {
  std::vector<Face> faces;
  std::size_t first;
  std::size_t count;  ///< of columns
};

std::optional<Times> times_of(const Sheet& sheet) {
  const std::size_t columns = sheet.rows.front().cells.size();
  for (std::size_t column = 0; column < columns; ++column) {
    const bool is_date = sheet.rows.front().cells[column].text.size() == kDateLength;
    if (is_date && column + 1 < columns)
      if (auto faces = faces_at(sheet, column, true)) return Times{std::move(*faces), column, 2};
    if (auto faces = faces_at(sheet, column, false)) return Times{std::move(*faces), column, 1};
  }
  return std::nullopt;
}

bool are_of_one_day(const std::vector<Face>& faces) {
  return std::ranges::all_of(faces, [&](const Face& face) { return face.date == faces.front().date; });
}

/// The moments of rows in the order in which they stand: what a clock shows again is the second time.
Result<std::vector<std::int64_t>> moments_of(const Sheet& sheet, const std::vector<Face>& faces,
                                             const Calendar& calendar) {
  std::vector<std::int64_t> moments;
  moments.reserve(faces.size());
  std::map<std::int64_t, int> seen;  // of what the clock may show twice
  for (std::size_t row = 0; row < faces.size(); ++row) {
    const Face& face = faces[row];
    if (face.at) {
      moments.push_back(*face.at);
      continue;
    }
    const std::int64_t first = calendar.moment_of(face.date, face.second);
    if (calendar.at(first).second != face.second)
      return sheet.refusal("has a time that the clock leaves out, in " + sheet.text_of(sheet.rows[row]));
    constexpr std::int64_t kLongestChange = 2 * kSecondsPerHour;
    std::int64_t moment = first;
    if (seen[first]++ > 0) {
      for (std::int64_t later = kSecondsPerQuarter; later <= kLongestChange; later += kSecondsPerQuarter) {
        const auto shown = calendar.at(first + later);
        if (shown.day == face.date && shown.second == face.second) moment = first + later;
      }
      if (moment == first || seen[first] > 2)
        return sheet.refusal("has a time more often than the clock shows it, in " + sheet.text_of(sheet.rows[row]));
    }
    moments.push_back(moment);
  }
  return moments;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Whether a heading says that its column is the one.
bool is_named(const Sheet& sheet, std::size_t column) {
  constexpr std::array<std::string_view, 6> kNames{"price", "value", "mean", "kw", "state", "pris"};
  if (!sheet.heading || column >= sheet.heading->cells.size()) return false;
  const std::string heading = lower(sheet.heading->cells[column].text);
  return std::ranges::any_of(kNames, [&](std::string_view name) { return heading.find(name) != std::string::npos; });
}

/// The column of numbers.
Result<std::size_t> number_column(const Sheet& sheet, const Times& times) {
  std::vector<std::size_t> found;
  for (std::size_t column = 0; column < sheet.rows.front().cells.size(); ++column) {
    const bool is_time = column >= times.first && column < times.first + times.count;
    const auto is_number_or_empty = [&](const SheetRow& row) {
      return row.cells[column].text.empty() || sheet.has_number(row.cells[column]);
    };
    const auto is_number = [&](const SheetRow& row) { return sheet.has_number(row.cells[column]); };
    if (!is_time && std::ranges::all_of(sheet.rows, is_number_or_empty) && std::ranges::any_of(sheet.rows, is_number))
      found.push_back(column);
  }
  std::vector<std::size_t> named;
  std::ranges::copy_if(found, std::back_inserter(named), [&](std::size_t column) { return is_named(sheet, column); });
  if (found.size() == 1) return found.front();
  if (named.size() == 1) return named.front();
  if (found.empty()) return sheet.refusal("has no column of numbers beside its times");
  return sheet.refusal("has " + std::to_string(found.size()) +
                       " columns of numbers beside its times: keep one of them, or call one price, value, mean or kW");
}

/// How far apart most times are.
std::int64_t step_of(const std::vector<TimedNumber>& values) {
  std::map<std::int64_t, std::size_t> counts;
  for (std::size_t i = 1; i < values.size(); ++i) ++counts[values[i].begin - values[i - 1].begin];
  return std::ranges::max_element(counts, {}, [](const auto& count) { return count.second; })->first;
}

Result<DatedTable> table_of(const Sheet& sheet, const Times& times, const Calendar& calendar) {
  const auto column = number_column(sheet, times);
  if (!column) return tl::unexpected(column.error());
  const auto moments = moments_of(sheet, times.faces, calendar);
  if (!moments) return tl::unexpected(moments.error());
  DatedTable table{};
  for (std::size_t row = 0; row < sheet.rows.size(); ++row) {
    if (sheet.rows[row].cells[*column].text.empty()) continue;  // nothing is known for it
    const auto number = sheet.number_at(sheet.rows[row], *column);
    if (!number) return tl::unexpected(number.error());
    table.values.push_back({(*moments)[row], *number});
  }
  std::ranges::stable_sort(table.values, {}, &TimedNumber::begin);
  if (table.values.size() < 2) return sheet.refusal("must have values for two times at least");
  table.step = step_of(table.values);
  if (table.step < kSecondsPerMinute || table.step > kSecondsPerHour)
    return sheet.refusal("must have its times at most an hour apart");
  if (sheet.heading && *column < sheet.heading->cells.size()) table.heading = sheet.heading->cells[*column].text;
  return table;
}

}  // namespace

Result<std::optional<DatedTable>> parse_dated_csv(Sheet sheet, const Calendar& calendar) {
  constexpr std::size_t kMostColumns = 64;
  const auto is_wide = [](const SheetRow& row) { return row.cells.size() > kMostColumns; };
  if (sheet.rows.empty() || std::ranges::any_of(sheet.rows, is_wide)) return std::nullopt;
  make_even(sheet);
  const auto times = times_of(sheet);
  if (!times || are_of_one_day(times->faces)) return std::nullopt;
  return table_of(sheet, *times, calendar).map([](DatedTable table) { return std::optional(std::move(table)); });
}

}  // namespace home_energy
