#include "common/wire/tariff_options.hpp"

#include <algorithm>
#include <cmath>

#include "common/base/text.hpp"
#include "common/wire/curve_text.hpp"
#include "common/wire/names.hpp"
#include "common/wire/option_text.hpp"

namespace home_energy {
namespace {

constexpr double kMillionths = 1e6;

PricePerKwh price_of(const std::string& number) {
  return PricePerKwh(std::llround(to_number(number) * kMillionths));
}

/// On which days and in which hours of each a fee is paid; both ends of the days, not the last hour.
struct FeeRule {
  WeekdaySpan days{0, kDaysPerWeek - 1};
  Heater::Hours hours{0, kHoursPerDay};
  PricePerKwh fee;

  bool holds_always() const {
    return days.from == 0 && days.to == kDaysPerWeek - 1 && hours.from == 0 && hours.to == kHoursPerDay;
  }
  bool holds(std::size_t day, int hour) const {
    const bool on_day = days.from <= days.to ? day >= days.from && day <= days.to : day >= days.from || day <= days.to;
    return on_day && hours.hold(hour);
  }
};

/// `mon-fri 06-22 0.76`
std::optional<FeeRule> to_rule(std::string_view text) {
  FeeRule rule;
  auto words = words_of(text);
  if (words.empty() || !within<-kMaxPricePerKwh, kMaxPricePerKwh>(words.back())) return std::nullopt;
  rule.fee = price_of(words.back());
  words.pop_back();
  if (!words.empty()) {
    if (const auto hours = to_hours(words.back())) {
      rule.hours = *hours;
      words.pop_back();
    }
  }
  if (!words.empty()) {
    const auto days = to_weekdays(words.back());
    if (!days) return std::nullopt;
    rule.days = *days;
    words.pop_back();
  }
  return words.empty() ? std::optional(rule) : std::nullopt;
}

std::optional<std::vector<FeeRule>> to_rules(std::string_view text) {
  std::vector<FeeRule> rules;
  for (const std::string& part : parts_of(text, ',')) {
    const auto rule = to_rule(part);
    const bool is_unreachable = !rules.empty() && rules.back().holds_always();  // as after a decimal comma: 0,76
    if (!rule || is_unreachable) return std::nullopt;
    rules.push_back(*rule);
  }
  return rules;
}

}  // namespace

std::optional<Fees> to_fees(std::string_view text) {
  const auto rules = to_rules(text);
  if (!rules || rules->empty()) return std::nullopt;
  Fees fees{};
  for (std::size_t day = 0; day < fees.size(); ++day) {
    for (int hour = 0; hour < kHoursPerDay; ++hour) {
      const auto rule = std::ranges::find_if(*rules, [&](const FeeRule& each) { return each.holds(day, hour); });
      if (rule != rules->end()) fees.at(day).at(static_cast<std::size_t>(hour)) = rule->fee;
    }
  }
  return fees;
}

std::optional<ExportPrice> to_export_price(const std::string& with_blanks) {
  std::string text = with_blanks;
  std::erase(text, ' ');
  constexpr std::string_view kPrice = "price";
  constexpr double kMost = kMaxPricePerKwh;
  const auto at = text.find(kPrice);
  if (at == std::string::npos) {
    if (!is_number_within(text, -kMost, kMost)) return std::nullopt;
    return ExportPrice{.share = 0, .more = price_of(text)};
  }
  std::string share = text.substr(0, at);
  std::string more = text.substr(at + kPrice.size());
  if (!share.empty() && share.back() != '*') return std::nullopt;
  share = share.empty() ? "1" : share.substr(0, share.size() - 1);
  if (more.empty()) more = "+0";
  if (more.front() != '+' && more.front() != '-') return std::nullopt;
  if (more.front() == '+') more.erase(0, 1);
  constexpr double kMostShare = 10;
  if (!is_number_within(share, 0, kMostShare) || !is_number_within(more, -kMost, kMost)) return std::nullopt;
  return ExportPrice{.share = std::llround(to_number(share) * kMillionths), .more = price_of(more)};
}

std::optional<Fees> to_peak_prices(std::string_view text) {
  const auto prices = to_fees(text);
  const auto is_below_zero = [](PricePerKwh price) { return price < PricePerKwh(); };
  const auto has_one = [&](const auto& day) { return std::ranges::any_of(day, is_below_zero); };
  return !prices || std::ranges::any_of(*prices, has_one) ? std::nullopt : prices;
}

namespace {

/// Nothing where power costs nothing in any hour.
std::optional<PeakPrice> peak_price_of(const OptionValues& values) {
  const auto prices = to_peak_prices(values.at("peak-price").text);
  if (!prices) return std::nullopt;
  PricePerKwh highest;
  for (const auto& day : *prices) highest = std::max(highest, std::ranges::max(day));
  if (highest == PricePerKwh()) return std::nullopt;
  return PeakPrice{.by_hour = *prices, .highest = highest, .hours = std::stoi(values.at("peak-hours").text)};
}

}  // namespace

Result<Tariff> tariff_of(const OptionValues& values) {
  constexpr double kPercent = 100;
  const auto text = [&](const char* name) -> const std::string& { return values.at(name).text; };
  Tariff tariff{.vat = std::llround(to_number(text("price-vat")) * kMillionths / kPercent)};
  tariff.fees = to_fees(text("price-fee"));
  tariff.peak = peak_price_of(values);
  if (text("peak-price").empty() && values.at("peak-hours").is_said())
    return wrong_option("peak-hours", "needs --peak-price");
  if (!text("export-price").empty()) {
    tariff.exported = *to_export_price(text("export-price"));
  } else if (tariff.vat > 0) {
    tariff.exported = *to_export_price("price");
  }
  return tariff;
}

void add_tariff_specs(std::vector<OptionSpec>& all) {
  add_group(
      all, "Tariff",
      {{"currency", OptionKind::text, "SEK", "three capital letters (ISO 4217)", is_currency, "currency of the prices"},
       {"prices", OptionKind::text, "", "a JSON or CSV file of 24, 48 or 96 numbers, or with dates", is_file_name,
        "prices, currency per kWh, of a day or of any span; without it a day in Stockholm"},
       {"price-vat", OptionKind::number, "0", "0..100", within<0, 100>,
        "VAT that comes on top of each of these prices, percent"},
       {"price-fee", OptionKind::text, "",
        "a price per kWh, or by days and hours, the first that fits: mon-fri 06-22 0.76, 0.3",
        [](const std::string& text) { return to_fees(text).has_value(); },
        "what is paid for a kWh besides, its VAT included: network, energy tax, the supplier's share"},
       {"peak-price", OptionKind::text, "",
        "a price per kW, 0..1000000, or by days and hours, the first that fits: 06-22 81.25, 40.6",
        [](const std::string& text) { return to_peak_prices(text).has_value(); },
        "what the network is paid a month for each kW of the mean of the month's highest hours, its VAT included; an "
        "hour counts by the share that its price has of the highest one"},
       {"peak-hours", OptionKind::number, "3", "1..10 whole", whole_within<1, kMostPeakHours>,
        "how many highest hours that mean is of, each of another day"},
       {"export-price", OptionKind::text, "", "a price per kWh, or share*price+more: 0.8*price-0.05",
        [](const std::string& text) { return to_export_price(text).has_value(); },
        "what the grid pays for a kWh, where the home has sun or a battery, price being the one before VAT and "
        "fees; without it 0.8*price, or price where there is --price-vat"}});
}

}  // namespace home_energy
