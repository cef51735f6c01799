#include "common/wire/curve_unit.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

#include "common/base/decimal.hpp"
#include "common/base/text.hpp"

namespace home_energy {
namespace {

constexpr double kHundredths = 100;
constexpr double kKwhPerMwh = 1000;
constexpr double kWattsPerKw = 1000;
constexpr std::int64_t kMillionths = 1'000'000;
constexpr int kDecimals = 6;

/// A currency's sign, and its hundredths as tariffs write them; in lower case.
struct Money {
  std::string_view code;  ///< ISO 4217
  std::string_view sign;
  std::span<const std::string_view> hundredths;
};

constexpr std::array<std::string_view, 3> kOre{"öre", "øre", "ore"};
constexpr std::array<std::string_view, 1> kPence{"p"};
constexpr std::array<std::string_view, 4> kEuroCents{"cent", "ct", "c", "c€"};
constexpr std::array<std::string_view, 4> kCents{"cent", "ct", "c", "¢"};
constexpr std::array kMoneys{Money{"eur", "€", kEuroCents}, Money{"gbp", "£", kPence},  Money{"sek", "kr", kOre},
                             Money{"nok", "kr", kOre},      Money{"dkk", "kr", kOre},   Money{"usd", "$", kCents},
                             Money{"cad", "$", kCents},     Money{"aud", "$", kCents},  Money{"nzd", "$", kCents},
                             Money{"czk", "kč", kCents},    Money{"pln", "zł", kCents}, Money{"isk", "kr", kCents}};

Money money_of(std::string_view currency) {
  const auto* const found = std::ranges::find(kMoneys, currency, &Money::code);
  return found == kMoneys.end() ? Money{currency, currency, kCents} : *found;
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
  std::string lower(text);
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if (lower[i] >= 'A' && lower[i] <= 'Z') lower[i] = static_cast<char>(lower[i] - 'A' + 'a');
    // Of Latin letters with two bytes, the second has another bit in lower case: Ö is C3 96, ö is C3 B6.
    const bool second = i > 0 && lower[i - 1] == '\xC3';
    if (second && (lower[i] == '\x96' || lower[i] == '\x98')) lower[i] = static_cast<char>(lower[i] + 0x20);
  }
  return lower;
}

/// The words of a heading, a unit as one of them: `Pris`, `öre/kWh`.
std::vector<std::string> words_of(std::string_view heading) {
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

Error unclear(std::string_view heading, const std::string& field, const std::string& legal) {
  return {ErrorCode::illegal, field,
          field + " has the heading " + excerpt(heading) + ", which names no whole unit: write " + legal};
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
  for (const auto part : money_of(folded(currency)).hundredths) units.push_back(std::string(part) + "/kWh");
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
  const auto [code, sign, hundredths] = money_of(own);
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
  return folded(trimmed(text)) == own || folded(trimmed(text)) == money_of(own).sign;
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
  if (*middle <= known->highest * kMillionths) return {};
  std::string around;
  append_decimal(around, *middle, kDecimals);
  return failure(ErrorCode::illegal, field,
                 field + " is around " + around + ' ' + std::string(currency) + " per kWh: are these per MWh, or " +
                     std::string(money_of(own).hundredths.front()) + "? send the unit, " + legal_prices(currency));
}

Result<std::optional<double>> price_divisor_in(std::string_view heading, std::string_view currency,
                                               const std::string& field) {
  constexpr std::array<std::string_view, 28> kUnitWords{
      "öre", "øre", "ore", "cent", "cents", "ct", "c€",  "€ct", "snt", "eur",   "euro", "€",  "nok", "dkk",
      "sek", "kr",  "gbp", "£",    "pence", "p",  "usd", "$",   "chf", "pound", "mwh",  "kč", "zł",  "czk"};
  const auto words = words_of(heading);
  for (const auto& word : words) {
    if (word.find('/') != std::string::npos && folded(word).ends_with("wh"))
      return price_divisor(word, currency, field);
  }
  const auto own = money_of(folded(currency));
  const auto is_unclear = [&](const std::string& written) {
    const auto word = folded(written);
    return std::ranges::find(kUnitWords, word) != kUnitWords.end() && word != own.sign && word != folded(currency);
  };
  if (words.size() > 1 && std::ranges::any_of(words, is_unclear)) {
    return tl::unexpected(unclear(heading, field, legal_prices(currency)));
  }
  return std::nullopt;
}

Result<std::optional<double>> load_divisor_in(std::string_view heading, const std::string& field) {
  constexpr std::array<std::string_view, 4> kUnitWords{"kwh", "wh", "mw", "mwh"};
  for (const auto& written : words_of(heading)) {
    const auto word = folded(written);
    if (word == "kw" || word == "w") return load_divisor(word, field);
    if (std::ranges::find(kUnitWords, word) != kUnitWords.end()) {
      return tl::unexpected(unclear(heading, field, "kW or W"));
    }
  }
  return std::nullopt;
}

Result<double> load_divisor(std::string_view unit, const std::string& field) {
  const auto asked = folded(trimmed(unit));
  if (asked == "kw") return 1;
  if (asked == "w") return kWattsPerKw;
  return failure(ErrorCode::illegal, field, field + " has the unit " + excerpt(unit) + ", it must be kW or W");
}

}  // namespace home_energy
