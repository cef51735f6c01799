/// @file
/// Times as text, ISO 8601, to and from Unix seconds. Arithmetic only: no time zone is looked up.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/time/pace.hpp"

namespace home_energy {

/// Reads a date of the years 0000..9999, a time of day and a zone: `2026-11-22T00:00:00+01:00`. A blank may stand for
/// the T; seconds may be left out and may have a fraction, which is rounded to the second; the zone is `Z`, `+01:00`,
/// `+0100` or `+01`.
/// @param field how errors name what the time belongs to; without a zone or of another form, a text is refused
/// @return seconds since 1970-01-01T00:00:00Z
Result<std::int64_t> parse_iso8601(std::string_view text, const std::string& field);

/// `2026-11-21T23:00:00Z`
/// @param unix_seconds of the years 0000..9999
std::string iso8601_utc(std::int64_t unix_seconds);

/// `2026-11-22T00:00:00+01:00`
/// @param ahead seconds that the clock shown is ahead of UTC, less than a day
std::string iso8601(std::int64_t unix_seconds, std::int64_t ahead);

/// `2026-01-01` of so many days since 1970-01-01; what is beyond the years 0000..9999 is their first or last day.
std::string date_text(std::int64_t days);
/// The same read back: days since 1970-01-01; nothing where it is anything else.
std::optional<std::int64_t> parse_date(std::string_view text);
inline constexpr std::array<std::string_view, kDaysPerWeek> kWeekdays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
/// Of so many days since 1970-01-01: its place in `kWeekdays`.
std::size_t weekday_of(std::int64_t days);
/// The months since January 1970, of so many days since 1970-01-01.
std::int64_t month_number(std::int64_t days);
/// `mon`, `tue`, ... of so many days since 1970-01-01.
std::string_view weekday_text(std::int64_t days);

/// `HH:MM` of so many minutes past midnight.
std::string time_text(std::int64_t minute);
/// `HH:MM` as minutes past midnight; nothing where it is anything else.
std::optional<int> minute_of_day(std::string_view text);
/// The same, also written as `7:00` and `07:00:00`; seconds other than 00 are nothing.
std::optional<int> clock_time(std::string_view text);

}  // namespace home_energy
