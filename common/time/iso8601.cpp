#include "common/time/iso8601.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdlib>

#include "common/base/text.hpp"

namespace home_energy {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// What is still to be read of a text.
class Rest {
 public:
  explicit Rest(std::string_view text) : text_(text) {}

  bool empty() const { return text_.empty(); }

  /// Passes over the next character where it is one of `wanted`.
  std::optional<char> take(std::string_view wanted) {
    if (text_.empty() || wanted.find(text_.front()) == std::string_view::npos) return std::nullopt;
    const char taken = text_.front();
    text_.remove_prefix(1);
    return taken;
  }

  /// A number of so many digits, 0..highest.
  std::optional<int> number(std::size_t digits, int highest) {
    if (text_.size() < digits) return std::nullopt;
    int value = 0;
    for (const char c : text_.substr(0, digits)) {
      if (!is_digit(c)) return std::nullopt;
      value = value * 10 + (c - '0');
    }
    if (value > highest) return std::nullopt;
    text_.remove_prefix(digits);
    return value;
  }

  /// The digits of a fraction, at least one, rounded to 0 or 1.
  std::optional<int> fraction() {
    if (text_.empty() || !is_digit(text_.front())) return std::nullopt;
    const int rounded = text_.front() >= '5' ? 1 : 0;
    while (!text_.empty() && is_digit(text_.front())) text_.remove_prefix(1);
    return rounded;
  }

 private:
  std::string_view text_;
};

constexpr int kHighestHour = 23;
constexpr int kHighestMinute = 59;

std::optional<sys_days> read_date(Rest& rest) {
  const auto year = rest.number(4, 9999);
  if (!year || !rest.take("-")) return std::nullopt;
  const auto month = rest.number(2, 12);
  if (!month || !rest.take("-")) return std::nullopt;
  const auto day = rest.number(2, 31);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return sys_days(date);
}

std::optional<seconds> read_time_of_day(Rest& rest) {
  const auto hour = rest.number(2, kHighestHour);
  if (!hour || !rest.take(":")) return std::nullopt;
  const auto minute = rest.number(2, kHighestMinute);
  if (!minute) return std::nullopt;
  const auto whole = hours(*hour) + minutes(*minute);
  if (!rest.take(":")) return whole;
  const auto second = rest.number(2, 59);
  if (!second) return std::nullopt;
  if (!rest.take(".,")) return whole + seconds(*second);
  const auto fraction = rest.fraction();
  if (!fraction) return std::nullopt;
  return whole + seconds(*second + *fraction);
}

/// How far the clock of the zone is ahead of UTC.
std::optional<seconds> read_zone(Rest& rest) {
  if (rest.take("Zz")) return seconds(0);
  const auto sign = rest.take("+-");
  if (!sign) return std::nullopt;
  const auto hour = rest.number(2, kHighestHour);
  if (!hour) return std::nullopt;
  seconds ahead = hours(*hour);
  if (!rest.empty()) {
    rest.take(":");
    const auto minute = rest.number(2, kHighestMinute);
    if (!minute) return std::nullopt;
    ahead += minutes(*minute);
  }
  return *sign == '-' ? -ahead : ahead;
}

void append_padded(std::string& out, std::int64_t number, std::size_t digits) {
  const auto text = std::to_string(number);
  if (text.size() < digits) out.append(digits - text.size(), '0');
  out += text;
}

void append_two_digits(std::string& out, std::int64_t value) {
  out += static_cast<char>('0' + value / 10);
  out += static_cast<char>('0' + value % 10);
}

}  // namespace

Result<std::int64_t> parse_iso8601(std::string_view text, const std::string& field) {
  Rest rest(text);
  const auto date = read_date(rest);
  const auto time_of_day = date && rest.take("Tt ") ? read_time_of_day(rest) : std::nullopt;
  if (time_of_day && rest.empty()) {
    return failure(ErrorCode::illegal, field,
                   field + " has the time " + excerpt(text) + " without a time zone, it must end in Z or as in +01:00");
  }
  const auto zone = time_of_day ? read_zone(rest) : std::nullopt;
  if (!zone || !rest.empty()) {
    return failure(ErrorCode::illegal, field,
                   field + " has " + excerpt(text) + " where a time must be, as in 2026-11-22T00:00:00+01:00");
  }
  return (sys_seconds(*date) + *time_of_day - *zone).time_since_epoch().count();
}

std::string iso8601(std::int64_t unix_seconds, std::int64_t ahead) {
  std::string out = iso8601_utc(unix_seconds + ahead);
  out.back() = ahead < 0 ? '-' : '+';
  const std::chrono::hh_mm_ss offset{seconds(std::abs(ahead))};
  append_padded(out, offset.hours().count(), 2);
  append_padded(out += ':', offset.minutes().count(), 2);
  return out;
}

std::string date_text(std::int64_t count) {
  constexpr std::int64_t kFirst = -719'528;  // 0000-01-01
  constexpr std::int64_t kLast = 2'932'896;  // 9999-12-31
  const auto day = static_cast<std::int32_t>(std::clamp(count, kFirst, kLast));
  const std::chrono::year_month_day date{sys_days(days(day))};
  std::string out;
  append_padded(out, static_cast<int>(date.year()), 4);
  append_padded(out += '-', static_cast<unsigned>(date.month()), 2);
  append_padded(out += '-', static_cast<unsigned>(date.day()), 2);
  return out;
}

std::optional<std::int64_t> parse_date(std::string_view text) {
  Rest rest(text);
  const auto date = read_date(rest);
  return date && rest.empty() ? std::optional<std::int64_t>(date->time_since_epoch().count()) : std::nullopt;
}

std::size_t weekday_of(std::int64_t count) {
  constexpr std::int64_t kSinceMonday = 3;  // 1970-01-01 was a Thursday
  return static_cast<std::size_t>(((count + kSinceMonday) % kDaysPerWeek + kDaysPerWeek) % kDaysPerWeek);
}

std::int64_t month_number(std::int64_t count) {
  constexpr std::int64_t kDaysPerCycle = 146'097;  // after 400 years all dates come again
  constexpr std::int64_t kMonthsPerCycle = 4'800;
  constexpr std::int64_t kMonths = 12;
  const std::int64_t cycle = count / kDaysPerCycle - (count % kDaysPerCycle < 0 ? 1 : 0);
  const std::chrono::year_month_day date{sys_days(days(static_cast<std::int32_t>(count - cycle * kDaysPerCycle)))};
  const int years = static_cast<int>(date.year()) - 1970;
  return cycle * kMonthsPerCycle + years * kMonths + static_cast<unsigned>(date.month()) - 1;
}

std::string_view weekday_text(std::int64_t count) {
  return kWeekdays.at(weekday_of(count));
}

std::string iso8601_utc(std::int64_t unix_seconds) {
  const sys_seconds time{seconds(unix_seconds)};
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::hh_mm_ss time_of_day(time - day);
  std::string out = date_text(day.time_since_epoch().count());
  append_padded(out += 'T', time_of_day.hours().count(), 2);
  append_padded(out += ':', time_of_day.minutes().count(), 2);
  append_padded(out += ':', time_of_day.seconds().count(), 2);
  return out += 'Z';
}

std::optional<int> minute_of_day(std::string_view text) {
  constexpr std::size_t kLength = 5;
  if (text.size() != kLength || text[2] != ':') return std::nullopt;
  return clock_time(text);
}

std::optional<int> clock_time(std::string_view text) {
  constexpr std::string_view kNoSeconds = ":00";
  constexpr std::size_t kShortest = 4;
  constexpr std::size_t kWithSeconds = 7;
  if (text.size() >= kWithSeconds && text.ends_with(kNoSeconds)) text.remove_suffix(kNoSeconds.size());
  std::string padded(text.size() == kShortest ? "0" : "");
  padded += text;
  if (!has_form(padded, "dd:dd")) return std::nullopt;
  constexpr int kTen = 10;
  const auto number = [&](std::size_t place) { return (padded[place] - '0') * kTen + padded[place + 1] - '0'; };
  if (number(0) >= kHoursPerDay || number(3) >= kMinutesPerHour) return std::nullopt;
  return number(0) * kMinutesPerHour + number(3);
}

std::string time_text(std::int64_t minute) {
  std::string out;
  append_two_digits(out, minute / kMinutesPerHour);
  out += ':';
  append_two_digits(out, minute % kMinutesPerHour);
  return out;
}

}  // namespace home_energy
