#include "common/curve_unit.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "common/text.hpp"

namespace home_energy {
namespace {

constexpr double kHundredths = 100;
constexpr double kKwhPerMwh = 1000;
constexpr double kWattsPerKw = 1000;

constexpr std::array<std::string_view, 3> kKronor{"sek", "dkk", "nok"};
constexpr std::array<std::string_view, 3> kOre{"öre", "øre", "ore"};
constexpr std::array<std::string_view, 1> kPence{"p"};
constexpr std::array<std::string_view, 3> kCents{"cent", "ct", "c"};

std::span<const std::string_view> hundredths_of(std::string_view currency) {
  if (std::ranges::find(kKronor, currency) != kKronor.end()) return kOre;
  if (currency == "gbp") return kPence;
  return kCents;
}

/// In lower case: ASCII, and the Ö and Ø of the öre (Home Assistant's Nord Pool sensors write `Öre/kWh`).
std::string folded(std::string_view text) {
  std::string lower(text);
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if (lower[i] >= 'A' && lower[i] <= 'Z') lower[i] = static_cast<char>(lower[i] - 'A' + 'a');
    // Of Latin letters with two bytes, the second has another bit in lower case: Ö is C3 96, ö is C3 B6.
    const bool second = i > 0 && lower[i - 1] == '\xC3';
    if (second && (lower[i] == '\x96' || lower[i] == '\x98')) lower[i] = static_cast<char>(lower[i] + 0x20);
  }
  return lower;
}

std::string listed(std::span<const std::string> units) {
  std::string list;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (i > 0) list += i + 1 == units.size() ? " or " : ", ";
    list += units[i];
  }
  return list;
}

std::string legal_prices(std::string_view currency) {
  std::vector<std::string> units{std::string(currency) + "/kWh", std::string(currency) + "/MWh"};
  for (const auto part : hundredths_of(folded(currency))) units.push_back(std::string(part) + "/kWh");
  return listed(units);
}

}  // namespace

Result<double> price_divisor(std::string_view unit, std::string_view currency, const std::string& field) {
  const auto own = folded(currency);
  const auto asked = folded(trimmed(unit));
  const auto slash = asked.find('/');
  const auto money = trimmed(std::string_view(asked).substr(0, slash));
  const auto energy =
      slash == std::string::npos ? std::string_view{} : trimmed(std::string_view(asked).substr(slash + 1));
  if (asked.empty() || (money == own && energy == "kwh")) return 1;
  if (money == own && energy == "mwh") return kKwhPerMwh;
  const auto hundredths = hundredths_of(own);
  if (energy == "kwh" && std::ranges::find(hundredths, money) != hundredths.end()) return kHundredths;
  return failure(ErrorCode::illegal, field,
                 field + " has the unit " + excerpt(unit) + ", it must be " + legal_prices(currency) +
                     " (no currency is converted)");
}

Result<double> load_divisor(std::string_view unit, const std::string& field) {
  const auto asked = folded(trimmed(unit));
  if (asked.empty() || asked == "kw") return 1;
  if (asked == "w") return kWattsPerKw;
  return failure(ErrorCode::illegal, field, field + " has the unit " + excerpt(unit) + ", it must be kW or W");
}

}  // namespace home_energy
