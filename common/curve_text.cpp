#include "common/curve_text.hpp"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "common/text.hpp"

namespace home_energy {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\"";  // and the quotes that some programs put around cells

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// The cells of one line. Only the last has to be a number where `last_only`.
std::vector<std::string_view> cells(std::string_view line) {
  std::vector<std::string_view> found;
  while (true) {
    const auto end = line.find_first_of(",;\t");
    found.push_back(trimmed(line.substr(0, end), kBlanks));
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
  }
  if (found.size() > 1 && found.back().empty()) found.pop_back();  // a comma at the end of a line
  return found;
}

bool is_day(std::size_t count) {
  return count == kHoursPerDay || count == kQuartersPerDay;
}

Result<std::vector<double>> parse_csv(std::string_view text, const std::string& field) {
  std::vector<std::vector<std::string_view>> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = trimmed(text.substr(0, end), kBlanks);
    if (!line.empty() && line.front() != '#') lines.push_back(cells(line));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  if (!lines.empty() && !number(lines.front().back())) lines.erase(lines.begin());  // a heading
  const bool last_column = is_day(lines.size());
  std::vector<double> values;
  for (std::size_t row = 0; row < lines.size(); ++row) {
    for (std::size_t column = last_column ? lines[row].size() - 1 : 0; column < lines[row].size(); ++column) {
      const auto value = number(lines[row][column]);
      if (!value) {
        return failure(ErrorCode::illegal, field,
                       field + " has something that is not a finite number in row " + std::to_string(row + 1));
      }
      values.push_back(*value);
    }
  }
  return values;
}

Result<std::vector<double>> parse_json(std::string_view text, const std::string& field) {
  return curve_numbers(nlohmann::json::parse(text, nullptr, false), field);
}

Result<std::vector<std::int64_t>> parse_curve(std::string_view text, const std::string& field,
                                              const CurveRange& range) {
  return curve_numbers(text, field).and_then([&](const auto& values) { return curve_counts(values, field, range); });
}

}  // namespace

Result<std::vector<double>> curve_numbers(std::string_view text, const std::string& field) {
  const auto content = trimmed(text, kBlanks);
  return content.starts_with('[') || content.starts_with('{') ? parse_json(content, field) : parse_csv(content, field);
}

Result<std::vector<double>> curve_numbers(const nlohmann::json& list, const std::string& field) {
  if (!list.is_array()) return failure(ErrorCode::malformed, field, field + " is not a JSON array of numbers");
  std::vector<double> values;
  for (const auto& item : list) {
    if (!item.is_number() || !std::isfinite(item.get<double>())) {
      return failure(
          ErrorCode::illegal, field,
          field + " has something that is not a finite number at place " + std::to_string(values.size() + 1));
    }
    values.push_back(item.get<double>());
  }
  return values;
}

Result<std::int64_t> curve_count(double value, const std::string& field, const CurveRange& range,
                                 const std::string& name) {
  if (value >= range.lowest && value <= range.highest) return std::llround(value * range.per_unit);
  return failure(ErrorCode::illegal, field,
                 field + " must hold numbers within " + std::to_string(static_cast<std::int64_t>(range.lowest)) + ".." +
                     std::to_string(static_cast<std::int64_t>(range.highest)) + " " + std::string(range.unit) + ", " +
                     name + " is not");
}

Result<std::vector<std::int64_t>> curve_counts(std::span<const double> values, const std::string& field,
                                               const CurveRange& range) {
  if (!is_day(values.size())) {
    return failure(ErrorCode::illegal, field,
                   field + " must hold 24 or 96 numbers, has " + std::to_string(values.size()));
  }
  std::vector<std::int64_t> counts;
  for (const double value : values) {
    const auto count = curve_count(value, field, range, "value " + std::to_string(counts.size() + 1));
    if (!count) return tl::unexpected(count.error());
    counts.push_back(*count);
  }
  return counts;
}

Result<LoadCurve> parse_load_curve(std::string_view text, const std::string& field) {
  return parse_curve(text, field, kLoadRange).map([](const auto& counts) { return curve_of<Watts>(counts); });
}

Result<PriceCurve> parse_price_curve(std::string_view text, const std::string& field) {
  return parse_curve(text, field, kPriceRange).map([](const auto& counts) { return curve_of<PricePerKwh>(counts); });
}

LoadCurve default_load_curve() {
  constexpr std::array<std::int64_t, kHoursPerDay> kWatts{880,  770,   2200, 1980, 2750, 3850, 4510, 3740,
                                                          3850, 4400,  4730, 6160, 4620, 3740, 3520, 3630,
                                                          5830, 11000, 8910, 6050, 4290, 2640, 1870, 990};
  return curve_of<Watts>(kWatts);
}

PriceCurve default_price_curve() {
  constexpr std::array<std::int64_t, kHoursPerDay> kMillionths{
      852'800,   708'600,   680'100,   679'500, 680'100, 850'400, 878'600, 1'002'600,
      1'184'500, 1'166'100, 1'059'300, 919'500, 905'100, 903'400, 908'000, 888'500,
      903'900,   990'300,   871'100,   829'000, 804'500, 764'800, 320'000, 342'900};
  return curve_of<PricePerKwh>(kMillionths);
}

}  // namespace home_energy
