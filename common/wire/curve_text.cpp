#include "common/wire/curve_text.hpp"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "common/base/text.hpp"

namespace home_energy {

bool is_curve_size(std::size_t count) {
  return count == kHoursPerDay || count == kHalfHoursPerDay || count == kQuartersPerDay;
}

std::optional<double> curve_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<double> curve_number(const nlohmann::json& value) {
  if (value.is_string()) return curve_number(trimmed(value.get_ref<const std::string&>()));
  if (!value.is_number() || !std::isfinite(value.get<double>())) return std::nullopt;
  return value.get<double>();
}

Result<std::vector<double>> curve_numbers(const nlohmann::json& list, const std::string& field) {
  if (!list.is_array()) return failure(ErrorCode::malformed, field, field + " is not a JSON array of numbers");
  std::vector<double> values;
  for (const auto& item : list) {
    const auto value = curve_number(item);
    if (!value) {
      return failure(ErrorCode::illegal, field,
                     field + " has " +
                         (item.is_string() ? excerpt(item.get_ref<const std::string&>()) : item.type_name()) +
                         " where a finite number must be, at place " + std::to_string(values.size() + 1));
    }
    values.push_back(*value);
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
  if (!is_curve_size(values.size())) {
    return failure(ErrorCode::illegal, field,
                   field + " must hold 24, 48 or 96 numbers, has " + std::to_string(values.size()));
  }
  std::vector<std::int64_t> counts;
  for (const double value : values) {
    const auto count = curve_count(value, field, range, "value " + std::to_string(counts.size() + 1));
    if (!count) return tl::unexpected(count.error());
    counts.push_back(*count);
    if (values.size() == kHalfHoursPerDay) counts.push_back(*count);
  }
  return counts;
}

LoadCurve default_load_curve() {
  constexpr std::array<std::int64_t, kHoursPerDay> kWatts{880,  770,   2200, 1980, 2750, 3850, 4510, 3740,
                                                          3850, 4400,  4730, 6160, 4620, 3740, 3520, 3630,
                                                          5830, 11000, 8910, 6050, 4290, 2640, 1870, 990};
  return curve_of<Watts>(kWatts);
}

PriceCurve default_price_curve() {
  constexpr std::array<std::int64_t, kHoursPerDay> kMicro{852'800, 708'600,   680'100,   679'500,   680'100,   850'400,
                                                          878'600, 1'002'600, 1'184'500, 1'166'100, 1'059'300, 919'500,
                                                          905'100, 903'400,   908'000,   888'500,   903'900,   990'300,
                                                          871'100, 829'000,   804'500,   764'800,   320'000,   342'900};
  return curve_of<PricePerKwh>(kMicro);
}

}  // namespace home_energy
