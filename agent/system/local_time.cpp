#include "agent/system/local_time.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <string_view>

namespace home_energy::local_time {
namespace {

using Clock = std::chrono::system_clock;

std::tm broken_down(Time time) {
  const std::time_t seconds = Clock::to_time_t(time);
  std::tm local{};
  localtime_r(&seconds, &local);
  return local;
}

/// The moment at which the day's clock shows so many minutes past midnight.
Time at_minute(const std::tm& day, int minutes) {
  std::tm local{};
  local.tm_year = day.tm_year;
  local.tm_mon = day.tm_mon;
  local.tm_mday = day.tm_mday;
  local.tm_min = minutes;
  local.tm_isdst = -1;
  return Clock::from_time_t(std::mktime(&local));
}

/// When the day's clock first shows so many minutes past midnight; nothing where it leaves that out. `mktime` takes
/// either of the two moments at which it shows a time of the hour that autumn repeats.
std::optional<Time> first_shown(const std::tm& day, int minutes) {
  const auto shows_it = [&](Time time) {
    const std::tm local = broken_down(time);
    return local.tm_hour * 60 + local.tm_min == minutes && local.tm_mday == day.tm_mday;
  };
  const Time time = at_minute(day, minutes);
  for (const auto earlier : {std::chrono::minutes(60), std::chrono::minutes(30)})
    if (shows_it(time - earlier)) return time - earlier;
  return shows_it(time) ? std::optional(time) : std::nullopt;
}

constexpr int kMinutesPerDay = 24 * 60;
constexpr std::size_t kDateLength = 10;      // 2026-11-22
constexpr std::int64_t kMostDate = 100'000;  // of the years 1696 to 2243: a clock that counts nanoseconds has 292 years

}  // namespace

std::string iso8601(Time time) {
  const std::tm local = broken_down(time);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S%z", &local);
  const std::string_view written(text.data(), size);
  constexpr std::size_t kMinutesOfZone = 2;  // +0100 becomes +01:00
  return std::string(written.substr(0, size - kMinutesOfZone))
      .append(":")
      .append(written.substr(size - kMinutesOfZone));
}

Day day_of(Time time) {
  const std::tm local = broken_down(time);
  return {at_minute(local, 0), at_minute(local, kMinutesPerDay)};
}

LocalDay quarters_of(Time within_the_day, std::int64_t day) {
  const std::tm local = broken_down(within_the_day);
  LocalDay quarters{.day = day, .date = iso8601(at_minute(local, 0)).substr(0, kDateLength), .starts = {}};
  quarters.starts.back() = Clock::to_time_t(at_minute(local, kMinutesPerDay));
  for (std::size_t quarter = kQuartersPerDay; quarter-- > 0;) {
    const auto shown = first_shown(local, static_cast<int>(quarter) * kMinutesPerDay / kQuartersPerDay);
    quarters.starts[quarter] = shown ? Clock::to_time_t(*shown) : quarters.starts[quarter + 1];
  }
  return quarters;
}

Time noon_of(std::int64_t date) {
  const auto held = std::clamp(date, -kMostDate, kMostDate);
  const std::chrono::year_month_day day{std::chrono::sys_days(std::chrono::days(held))};
  std::tm local{};
  local.tm_year = static_cast<int>(day.year()) - 1900;
  local.tm_mon = static_cast<int>(static_cast<unsigned>(day.month())) - 1;
  local.tm_mday = static_cast<int>(static_cast<unsigned>(day.day()));
  return at_minute(local, kMinutesPerDay / 2);
}

std::string QuarterText::operator()(std::int64_t quarter) {
  const std::int64_t day = quarter >= 0 ? quarter / kQuartersPerDay : -((-quarter - 1) / kQuartersPerDay) - 1;
  const auto of_day = static_cast<std::size_t>(quarter - day * kQuartersPerDay);
  if (day_ != day) {
    day_ = day;
    const Time noon = noon_of(first_date_ + day);
    const Day bounds = day_of(noon);
    const std::string begin = iso8601(bounds.begin);
    date_ = begin.substr(0, kDateLength);
    zone_ = begin.substr(kDateLength + std::string_view("T00:00:00").size());
    if (bounds.end - bounds.begin != std::chrono::hours(24)) {
      zone_.clear();
      quarters_ = quarters_of(noon, day);
    }
  }
  if (zone_.empty()) return iso8601(Clock::from_time_t(quarters_.starts[of_day]));
  const std::size_t minutes = of_day * kMinutesPerDay / kQuartersPerDay;
  std::string text = date_ + "T00:00:00" + zone_;
  const auto put = [&](std::size_t place, std::size_t value) {
    text[place] = static_cast<char>('0' + value / 10);
    text[place + 1] = static_cast<char>('0' + value % 10);
  };
  put(kDateLength + 1, minutes / 60);
  put(kDateLength + 4, minutes % 60);
  return text;
}

std::chrono::nanoseconds since_boot() {
  timespec time{};
  clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

Reading read(Time time) {
  const std::tm local = broken_down(time);
  const std::chrono::year_month_day date{std::chrono::year(local.tm_year + 1900),
                                         std::chrono::month(static_cast<unsigned>(local.tm_mon + 1)),
                                         std::chrono::day(static_cast<unsigned>(local.tm_mday))};
  const auto of_second =
      std::chrono::duration_cast<std::chrono::milliseconds>(time - std::chrono::floor<std::chrono::seconds>(time));
  return {std::chrono::sys_days(date).time_since_epoch().count(), std::chrono::hours(local.tm_hour) +
                                                                      std::chrono::minutes(local.tm_min) +
                                                                      std::chrono::seconds(local.tm_sec) + of_second};
}

}  // namespace home_energy::local_time
