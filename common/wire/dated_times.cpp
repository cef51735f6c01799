#include "common/wire/dated_times.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "common/base/text.hpp"
#include "common/time/iso8601.hpp"
#include "common/wire/curve_text.hpp"

namespace home_energy {
namespace {

constexpr std::size_t kDateLength = 10;

/// Days since 1970-01-01 of `2026-11-22`, `2026/11/22`, `22.11.2026` or `22/11/2026` at the start of a text.
std::optional<std::int64_t> day_of(std::string_view text) {
  const std::string date(text.substr(0, kDateLength));
  if (has_form(date, "dddd-dd-dd")) return parse_date(date);
  if (has_form(date, "dddd/dd/dd"))
    return parse_date(date.substr(0, 4) + '-' + date.substr(5, 2) + '-' + date.substr(8));
  if (has_form(date, "dd.dd.dddd") || has_form(date, "dd/dd/dddd"))
    return parse_date(date.substr(6) + '-' + date.substr(3, 2) + '-' + date.substr(0, 2));
  return std::nullopt;
}

/// The begin of `a - b`.
std::string_view begin_of_span(std::string_view text) {
  return trimmed(text.substr(0, text.find(" - ")));
}

std::optional<ClockFace> face_of(std::string_view text) {
  text = begin_of_span(text);
  const auto date = day_of(text);
  if (!date) return std::nullopt;
  if (const auto at = parse_iso8601(text, "")) return ClockFace{*date, 0, *at, true};
  const auto rest = trimmed(text.substr(std::min(kDateLength, text.size())), " T");
  const auto minute = rest.empty() ? std::optional(0) : clock_time(rest);
  if (!minute) return std::nullopt;
  return ClockFace{*date, *minute * kSecondsPerMinute, std::nullopt, !rest.empty()};
}

/// A date and the begin of `00:00-01:00` beside it.
std::string joined(std::string_view date, std::string_view clock) {
  return std::string(date) + ' ' + std::string(trimmed(clock.substr(0, clock.find('-'))));
}

/// The times of all rows, from one column or from a date beside a time; nothing where they are not all times.
std::optional<std::vector<ClockFace>> faces_at(const Sheet& sheet, std::size_t column, std::size_t count) {
  std::vector<ClockFace> faces;
  faces.reserve(sheet.rows.size());
  for (const SheetRow& row : sheet.rows) {
    const std::string& text = row.cells[column].text;
    const auto face = count == 2 ? face_of(joined(text, row.cells[column + 1].text)) : face_of(text);
    if (!face) return std::nullopt;
    faces.push_back(*face);
  }
  return faces;
}

/// `MTU (UTC)`, `HourUTC`, but not `UTC+1`.
bool says_utc(const std::string& heading_as_written) {
  const std::string heading = lower_case(heading_as_written);
  constexpr std::string_view kUtc = "utc";
  const auto at = heading.find(kUtc);
  if (at == std::string::npos) return false;
  const auto after = trimmed(std::string_view(heading).substr(at + kUtc.size()));
  return !after.starts_with('+') && !after.starts_with('-');
}

/// Gives times without an offset that of UTC where the heading says so.
void take_utc(SheetTimes& times, const Sheet& sheet) {
  if (!sheet.heading) return;
  const auto& cells = sheet.heading->cells;
  bool is_utc = false;
  for (std::size_t column = times.first; column < std::min(cells.size(), times.first + times.count); ++column)
    is_utc = is_utc || says_utc(cells[column].text);
  for (ClockFace& face : times.faces)
    if (is_utc && !face.at) face.at = face.date * kSecondsPerDay + face.second;
}

/// `11/29/2026`, `29 Nov 2026 10:00`: a date to a reader, in any form.
bool looks_like_date(const Sheet& sheet, const Cell& cell) {
  constexpr std::ptrdiff_t kFewestDigits = 6;
  const std::string& text = cell.text;
  const auto digits = std::ranges::count_if(text, [](unsigned char c) { return std::isdigit(c) != 0; });
  if (digits < kFewestDigits || sheet.has_number(cell)) return false;
  const auto twice = [&](char mark) { return std::ranges::count(text, mark) >= 2; };
  const bool names_month = std::isalpha(static_cast<unsigned char>(text.front())) != 0 || text.find(' ') < 3;
  return twice('/') || twice('-') || twice('.') || (names_month && text.find(' ') != std::string::npos);
}

/// Of 24, 48 or 96 rows that begin with the same date: a day that repeats.
bool may_be_one_day(const Sheet& sheet, std::size_t column) {
  const auto date = [&](const SheetRow& row) {
    return std::string_view(row.cells[column].text).substr(0, kDateLength);
  };
  return is_curve_size(sheet.rows.size()) &&
         std::ranges::all_of(sheet.rows, [&](const SheetRow& row) { return date(row) == date(sheet.rows.front()); });
}

/// The second moment at which the clock shows a time; the first where it does not.
std::int64_t shown_again(std::int64_t first, const ClockFace& face, const Calendar& calendar) {
  constexpr std::int64_t kLongestChange = 2 * kSecondsPerHour;
  std::int64_t moment = first;
  for (std::int64_t later = kSecondsPerQuarter; later <= kLongestChange; later += kSecondsPerQuarter) {
    const auto shown = calendar.at(first + later);
    if (shown.day == face.date && shown.second == face.second) moment = first + later;
  }
  return moment;
}

}  // namespace

bool is_dated_time(std::string_view text) {
  return face_of(text).has_value();
}

bool SheetTimes::are_of_one_day() const {
  return std::ranges::all_of(faces, [&](const ClockFace& face) { return face.date == faces.front().date; });
}

std::optional<SheetTimes> times_of(const Sheet& sheet) {
  const std::size_t columns = sheet.rows.front().cells.size();
  std::optional<SheetTimes> dates;
  for (std::size_t column = 0; column < columns; ++column) {
    const bool is_date = sheet.rows.front().cells[column].text.size() == kDateLength && column + 1 < columns;
    for (const std::size_t count : {is_date ? std::size_t{2} : std::size_t{1}, std::size_t{1}}) {
      auto faces = faces_at(sheet, column, count);
      if (!faces) continue;
      SheetTimes times{std::move(*faces), column, count};
      take_utc(times, sheet);
      if (std::ranges::any_of(times.faces, &ClockFace::has_clock)) return times;
      if (!dates) dates = std::move(times);
    }
  }
  return dates;
}

Result<void> check_date_forms(const Sheet& sheet) {
  for (std::size_t column = 0; column < sheet.rows.front().cells.size(); ++column) {
    if (!looks_like_date(sheet, sheet.rows.front().cells[column]) || may_be_one_day(sheet, column)) continue;
    const auto wrong =
        std::ranges::find_if(sheet.rows, [&](const SheetRow& row) { return !is_dated_time(row.cells[column].text); });
    if (wrong == sheet.rows.end()) continue;
    return sheet.refusal("has " + excerpt(wrong->cells[column].text) + " where a time must be, in row " +
                         std::to_string(wrong->line) +
                         ": write 2026-11-29 00:00, 29.11.2026 00:00 or 29/11/2026 00:00 (the day before the month), "
                         "or with an offset 2026-11-29T00:00:00+01:00");
  }
  return {};
}

void put_in_order(Sheet& sheet, SheetTimes& times) {
  const auto& faces = times.faces;
  const auto shown = [](const ClockFace& face) { return std::tuple(face.date, face.second); };
  std::size_t forwards = 0;
  std::size_t backwards = 0;
  for (std::size_t row = 1; row < faces.size(); ++row) {
    if (shown(faces[row - 1]) < shown(faces[row])) ++forwards;
    if (shown(faces[row]) < shown(faces[row - 1])) ++backwards;
  }
  if (backwards <= forwards) return;
  std::ranges::reverse(sheet.rows);
  std::ranges::reverse(times.faces);
}

Result<std::vector<std::int64_t>> moments_of(const Sheet& sheet, const std::vector<ClockFace>& faces,
                                             const Calendar& calendar) {
  std::vector<std::int64_t> moments;
  moments.reserve(faces.size());
  std::map<std::int64_t, int> seen;  // of what the clock may show twice
  for (std::size_t row = 0; row < faces.size(); ++row) {
    const ClockFace& face = faces[row];
    if (face.at) {
      moments.push_back(*face.at);
      continue;
    }
    const std::int64_t first = calendar.moment_of(face.date, face.second);
    if (calendar.at(first).second != face.second)
      return sheet.refusal("has a time that the clock leaves out, in " + sheet.text_of(sheet.rows[row]));
    const int times = ++seen[first];
    const std::int64_t moment = times == 1 ? first : shown_again(first, face, calendar);
    if (times > 2 || (times == 2 && moment == first))
      return sheet.refusal("has a time more often than the clock shows it, in " + sheet.text_of(sheet.rows[row]) +
                           (calendar.has_zone() ? "" : ": where these are local times, say in which --zone"));
    moments.push_back(moment);
  }
  return moments;
}

}  // namespace home_energy
