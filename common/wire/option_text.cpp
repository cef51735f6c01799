#include "common/wire/option_text.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "common/base/text.hpp"
#include "common/base/units.hpp"
#include "common/time/iso8601.hpp"
#include "common/wire/wire.hpp"

namespace home_energy {

bool is_number_within(const std::string& text, double lowest, double highest) {
  const double number = to_number(text);
  return number >= lowest && number <= highest;  // false for what is no number
}

double to_number(const std::string& checked) {
  double number = NAN;
  const auto [end, error] = std::from_chars(checked.data(), checked.data() + checked.size(), number);
  return error == std::errc() && end == checked.data() + checked.size() ? number : NAN;
}

std::optional<std::chrono::milliseconds> to_tick(const std::string& text) {
  constexpr double kShortest = 10;
  constexpr double kLongest = 60'000;
  const bool milli = text.ends_with("ms");
  if (!text.ends_with('s')) return std::nullopt;
  const double milliseconds = to_number(text.substr(0, text.size() - (milli ? 2 : 1))) * (milli ? 1 : 1000);
  if (!(milliseconds >= kShortest && milliseconds <= kLongest)) return std::nullopt;
  const double whole = std::round(milliseconds);
  constexpr double kTolerance = 1e-6;
  if (std::abs(milliseconds - whole) > kTolerance) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(whole));
}

std::optional<std::vector<TaperStep>> to_taper(const std::string& text) {
  constexpr double kWattsPerKw = 1000;
  std::vector<TaperStep> steps;
  if (text.empty()) return steps;
  for (const std::string& pair : parts_of(text, ',')) {
    const auto colon = pair.find(':');
    if (colon == std::string::npos) return std::nullopt;
    const std::string percent = pair.substr(0, colon);
    const std::string power = pair.substr(colon + 1);
    if (!is_number_within(percent, 0, 100) || !is_number_within(power, 0, 1000)) return std::nullopt;
    const TaperStep step{Percent(std::llround(to_number(percent) * kHundredths)),
                         Watts(std::llround(to_number(power) * kWattsPerKw))};
    if (!steps.empty() && steps.back().from >= step.from) return std::nullopt;
    steps.push_back(step);
  }
  return steps;
}

std::optional<std::int64_t> to_date(const std::string& text) {
  const auto date = parse_date(text);
  return date && *date >= 0 ? date : std::nullopt;
}

std::optional<WeekdaySpan> to_weekdays(std::string_view text) {
  const auto day_of = [](std::string_view name) {
    const auto* const found = std::ranges::find(kWeekdays, name);
    return found == kWeekdays.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - kWeekdays.begin()));
  };
  const auto dash = text.find('-');
  const auto from = day_of(text.substr(0, dash));
  const auto to = dash == std::string_view::npos ? from : day_of(text.substr(dash + 1));
  return from && to ? std::optional(WeekdaySpan{*from, *to}) : std::nullopt;
}

std::optional<Heater::Hours> to_hours(const std::string& text) {
  if (!has_form(text, "dd-dd")) return std::nullopt;
  const auto number = [&](std::size_t place) { return static_cast<int>(to_number(text.substr(place, 2))); };
  const Heater::Hours hours{number(0), number(3)};
  const bool legal =
      hours.from <= kHoursPerDay && hours.to <= kHoursPerDay && hours.from % kHoursPerDay != hours.to % kHoursPerDay;
  return legal ? std::optional(hours) : std::nullopt;
}

std::optional<ChargingMode> to_mode(const std::string& text) {
  for (const auto mode : kChargingModes)
    if (text == wire::text(mode)) return mode;
  return std::nullopt;
}

bool is_whole(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace home_energy
