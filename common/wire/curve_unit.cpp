#include "common/wire/curve_unit.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

#include "common/base/decimal.hpp"
#include "common/base/text.hpp"
#include "common/base/units.hpp"

namespace home_energy {
namespace {

constexpr double kKwhPerMwh = 1000;
constexpr double kWattsPerKw = 1000;
constexpr int kDecimals = 6;

/// A currency's sign, and its hundredths as tariffs write them; in lower case.
struct CurrencySigns {
  std::string_view code;  ///< ISO 4217
  std::string_view sign;
  std::span<const std::string_view> hundredths;
};

constexpr std::array<std::string_view, 3> kOre{"öre", "øre", "ore"};
constexpr std::array<std::string_view, 1> kPence{"p"};
constexpr std::array<std::string_view, 4> kEuroCents{"cent", "ct", "c", "c€"};
constexpr std::array<std::string_view, 4> kCents{"cent", "ct", "c", "¢"};
constexpr std::array kCurrencySigns{
    CurrencySigns{"eur", "€", kEuroCents}, CurrencySigns{"gbp", "£", kPence},  CurrencySigns{"sek", "kr", kOre},
    CurrencySigns{"nok", "kr", kOre},      CurrencySigns{"dkk", "kr", kOre},   CurrencySigns{"usd", "$", kCents},
    CurrencySigns{"cad", "$", kCents},     CurrencySigns{"aud", "$", kCents},  CurrencySigns{"nzd", "$", kCents},
    CurrencySigns{"czk", "kč", kCents},    CurrencySigns{"pln", "zł", kCents}, CurrencySigns{"isk", "kr", kCents}};

CurrencySigns signs_of(std::string_view currency) {
  const auto* const found = std::ranges::find(kCurrencySigns, currency, &CurrencySigns::code);
  return found == kCurrencySigns.end() ? CurrencySigns{currency, currency, kCents} : *found;
}

/// The most that the middle one of a day's prices can be per kWh, far above any tariff and far below the same tariff
/// in hundredths or per MWh. Nothing is known of other currencies.
struct Plausible {
  std::int64_t highest;
  std::span<const std::string_view> currencies;
};
constexpr std::array<std::string_view, 4> kStrong{"eur", "usd", "gbp", "chf"};
constexpr std::array<std::string_view, 4> kDollars{"cad", "aud", "nzd", "sgd"};
constexpr std::array<std::string_view, 4> kEastern{"pln", "ron", "bgn", "ils"};
constexpr std::array<std::string_view, 4> kCrowns{"sek", "nok", "dkk", "czk"};
constexpr std::array<std::string_view, 4> kSmall{"huf", "jpy", "isk", "inr"};
constexpr std::array kPlausible{Plausible{2, kStrong}, Plausible{3, kDollars}, Plausible{10, kEastern},
                                Plausible{20, kCrowns}, Plausible{500, kSmall}};

/// In lower case: ASCII, and the Ö and Ø of the öre (Home Assistant's Nord Pool sensors write `Öre/kWh`).
std::string folded(std::string_view text) {
  std::string lower = lower_case(std::string(text));
  for (std::size_t i = 0; i < lower.size(); ++i) {
    // Of Latin letters with two bytes, the second has another bit in lower case: Ö is C3 96, ö is C3 B6.
    const bool second = i > 0 && lower[i - 1] == '\xC3';
    if (second && (lower[i] == '\x96' || lower[i] == '\x98')) lower[i] = static_cast<char>(lower[i] + 0x20);
  }
  return lower;
}

/// The words of a heading, a unit as one of them: `Pris`, `öre/kWh`.
std::vector<std::string> words_of_heading(std::string_view heading) {
  constexpr std::string_view kBetween = " \t()[],;:_";
  std::vector<std::string> words;
  std::string word;
  for (std::size_t at = 0; at < heading.size(); ++at) {
    const bool beside_slash = (at > 0 && heading[at - 1] == '/') || heading.substr(at + 1).starts_with('/');
    if (kBetween.find(heading[at]) == std::string_view::npos) {
      word += heading[at];
    } else if (!beside_slash && !word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

std::vector<std::string> folded_words_of(std::string_view heading) {
  return words_of_heading(folded(heading));
}

/// A unit of loads, and what makes it kW or, of energy, kWh; in lower case.
struct LoadUnit {
  std::string_view name;
  double divisor;
};
constexpr std::array kPowerUnits{LoadUnit{"kw", 1}, LoadUnit{"w", kWattsPerKw}, LoadUnit{"kwh/h", 1},
                                 LoadUnit{"wh/h", kWattsPerKw}};
constexpr std::array kEnergyUnits{LoadUnit{"kwh", 1}, LoadUnit{"wh", kWattsPerKw}, LoadUnit{"mwh", 1 / kKwhPerMwh}};

const LoadUnit* find_unit(std::span<const LoadUnit> units, std::string_view name) {
  const auto found = std::ranges::find(units, name, &LoadUnit::name);
  return found == units.end() ? nullptr : &*found;
}

bool is_load_unit(std::string_view word) {
  return find_unit(kPowerUnits, word) != nullptr || find_unit(kEnergyUnits, word) != nullptr;
}

/// `eur/kwh`, `kwh/15min`: what is none of the units, but made of one.
bool has_unit_beside_slash(std::string_view word) {
  const auto slash = word.find('/');
  return slash != std::string_view::npos && !is_load_unit(word) &&
         (is_load_unit(word.substr(0, slash)) || is_load_unit(word.substr(slash + 1)));
}

/// `eur/kwh`
bool is_per_energy(std::string_view word) {
  return word.find('/') != std::string_view::npos && word.ends_with("wh");
}

bool is_price_word(std::string_view word) {
  constexpr std::array<std::string_view, 3> kWords{"price", "pris", "preis"};
  return std::ranges::any_of(kWords, [&](auto part) { return word.find(part) != std::string_view::npos; });
}

bool is_money_word(std::string_view word) {
  constexpr std::array<std::string_view, 27> kWords{
      "öre", "øre", "ore", "cent", "cents", "ct", "c€",  "€ct", "snt", "eur",   "euro", "€",  "nok", "dkk",
      "sek", "kr",  "gbp", "£",    "pence", "p",  "usd", "$",   "chf", "pound", "kč",   "zł", "czk"};
  return std::ranges::find(kWords, word) != kWords.end();
}

/// @param names what it names
Error unclear(std::string_view heading, const std::string& field, const std::string& names, const std::string& legal) {
  return {ErrorCode::illegal, field,
          field + " has the heading " + excerpt(heading) + ", which names " + names + ": write " + legal};
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
  for (const auto part : signs_of(folded(currency)).hundredths) units.push_back(std::string(part) + "/kWh");
  return listed(units);
}

}  // namespace

Result<double> price_divisor(std::string_view unit, std::string_view currency, const std::string& field) {
  const auto own = folded(currency);
  // Of all units this one is told by its case: GBp are pence.
  const bool is_pence = trimmed(unit).starts_with("GBp");
  const auto asked = folded(is_pence ? trimmed(unit).substr(2) : trimmed(unit));
  const auto slash = asked.find('/');
  const auto money = trimmed(std::string_view(asked).substr(0, slash));
  const auto energy =
      slash == std::string::npos ? std::string_view{} : trimmed(std::string_view(asked).substr(slash + 1));
  const auto [code, sign, hundredths] = signs_of(own);
  const bool whole = money == code || money == sign;
  if (whole && energy == "kwh") return 1;
  if (whole && energy == "mwh") return kKwhPerMwh;
  if (energy == "kwh" && std::ranges::find(hundredths, money) != hundredths.end()) return kHundredths;
  return failure(ErrorCode::illegal, field,
                 field + " has the unit " + excerpt(unit) + ", it must be " + legal_prices(currency) +
                     " (no currency is converted)");
}

bool is_currency(std::string_view text, std::string_view currency) {
  const auto own = folded(currency);
  return folded(trimmed(text)) == own || folded(trimmed(text)) == signs_of(own).sign;
}

Error unit_is_missing(std::string_view currency, const std::string& field) {
  return {ErrorCode::missing, field,
          field + " comes without a unit: are these per MWh? send the unit as unit_of_measurement, " +
              legal_prices(currency)};
}

Result<void> check_plausible(std::vector<std::int64_t> prices, std::string_view currency, const std::string& field) {
  const auto own = folded(currency);
  const auto* const known = std::ranges::find_if(
      kPlausible, [&](const auto& row) { return std::ranges::find(row.currencies, own) != row.currencies.end(); });
  if (known == kPlausible.end() || prices.empty()) return {};
  for (auto& price : prices) price = std::abs(price);
  const auto middle = prices.begin() + std::ssize(prices) / 2;
  std::ranges::nth_element(prices, middle);
  if (*middle <= known->highest * kMicroPerUnit) return {};
  std::string around;
  append_decimal(around, *middle, kDecimals);
  return failure(ErrorCode::illegal, field,
                 field + " is around " + around + ' ' + std::string(currency) + " per kWh: are these per MWh, or " +
                     std::string(signs_of(own).hundredths.front()) + "? send the unit, " + legal_prices(currency));
}

bool names_its_curve(std::string_view heading, CurveOf of) {
  const auto words = folded_words_of(heading);
  if (of == CurveOf::load) return std::ranges::any_of(words, is_load_unit);
  return std::ranges::any_of(words, [](const auto& word) { return is_price_word(word) || is_per_energy(word); });
}

bool names_value(std::string_view heading) {
  constexpr std::array<std::string_view, 3> kNames{"value", "mean", "state"};
  return std::ranges::any_of(folded_words_of(heading),
                             [&](const std::string& word) { return std::ranges::find(kNames, word) != kNames.end(); });
}

Result<std::optional<double>> price_divisor_in(std::string_view heading, std::string_view currency,
                                               const std::string& field) {
  const auto words = words_of_heading(heading);
  const auto with_unit = std::ranges::find_if(words, [](const auto& word) { return is_per_energy(folded(word)); });
  if (with_unit != words.end()) return price_divisor(*with_unit, currency, field);
  const auto own = signs_of(folded(currency));
  const auto is_own = [&](const std::string& word) { return word == own.sign || word == folded(currency); };
  const auto is_unclear = [&](const std::string& word) {
    return (is_money_word(word) || word == "mwh") && !is_own(word);
  };
  const auto lower = folded_words_of(heading);
  if (words.size() > 1 && std::ranges::any_of(lower, is_unclear)) {
    return tl::unexpected(unclear(heading, field, "no whole unit", legal_prices(currency)));
  }
  const auto is_price = [&](const std::string& word) {
    return word == "per" || is_price_word(word) || is_money_word(word) || is_own(word);
  };
  if (std::ranges::any_of(lower, is_load_unit) && std::ranges::none_of(lower, is_price))
    return tl::unexpected(unclear(heading, field, "energy or power and no price", legal_prices(currency)));
  return std::nullopt;
}

Result<std::optional<double>> load_divisor_in(std::string_view heading, const std::string& field) {
  for (const auto& word : folded_words_of(heading)) {
    const bool is_power = find_unit(kPowerUnits, word) != nullptr;
    if (is_power) return load_divisor(word, field);
    if (is_price_word(word)) return tl::unexpected(unclear(heading, field, "a price", "kW or W"));
    if (is_load_unit(word) || word == "mw" || has_unit_beside_slash(word))
      return tl::unexpected(unclear(heading, field, "no whole unit", "kW or W"));
  }
  return std::nullopt;
}

std::optional<double> energy_divisor_in(std::string_view heading) {
  const auto words = folded_words_of(heading);
  const auto first = std::ranges::find_if(words, is_load_unit);
  const auto* const unit = first == words.end() ? nullptr : find_unit(kEnergyUnits, *first);
  return unit == nullptr ? std::nullopt : std::optional(unit->divisor);
}

Result<double> load_divisor(std::string_view unit, const std::string& field) {
  if (const auto* const known = find_unit(kPowerUnits, folded(trimmed(unit)))) return known->divisor;
  return failure(ErrorCode::illegal, field, field + " has the unit " + excerpt(unit) + ", it must be kW or W");
}

}  // namespace home_energy
