#include "common/wire/tariff_options.hpp"

#include <algorithm>
#include <cmath>

#include "common/base/text.hpp"
#include "common/base/units.hpp"
#include "common/wire/curve_text.hpp"
#include "common/wire/names.hpp"
#include "common/wire/option_text.hpp"

namespace home_energy {
namespace {

PricePerKwh price_of(const std::string& number) {
  return PricePerKwh(std::llround(to_number(number) * kMillionths));
}

/// On which days and in which hours of each something counts; both ends of the days, not the last hour.
template <class Value>
struct HourRule {
  WeekdaySpan days{0, kDaysPerWeek - 1};
  Heater::Hours hours{0, kHoursPerDay};
  Value value{};

  bool holds_always() const {
    return days.from == 0 && days.to == kDaysPerWeek - 1 && hours.from == 0 && hours.to == kHoursPerDay;
  }
  bool holds(std::size_t day, int hour) const {
    const bool on_day = days.from <= days.to ? day >= days.from && day <= days.to : day >= days.from || day <= days.to;
    return on_day && hours.hold(hour);
  }
};

/// `mon-fri 06-22 0.76`. @param read makes a value of the words after days and hours, or nothing
template <class Value, class Read>
std::optional<HourRule<Value>> to_rule(std::string_view text, const Read& read) {
  HourRule<Value> rule;
  const auto words = words_of(text);
  auto next = words.begin();
  const auto take = [&](auto& into, const auto& parsed) {
    if (!parsed) return;
    into = *parsed;
    ++next;
  };
  if (next != words.end()) take(rule.days, to_weekdays(*next));
  if (next != words.end()) take(rule.hours, to_hours(*next));
  const std::optional<Value> value = read(std::vector<std::string>(next, words.end()));
  if (!value) return std::nullopt;
  rule.value = *value;
  return rule;
}

/// A list of rules, the first that fits counts; where none does the value is the default one.
template <class Value, class Read>
std::optional<ByHour<Value>> by_hour(std::string_view text, const Value& otherwise, const Read& read) {
  std::vector<HourRule<Value>> rules;
  for (const std::string& part : parts_of(text, ',')) {
    const auto rule = to_rule<Value>(part, read);
    const bool is_unreachable = !rules.empty() && rules.back().holds_always();  // as after a decimal comma: 0,76
    if (!rule || is_unreachable) return std::nullopt;
    rules.push_back(*rule);
  }
  if (rules.empty()) return std::nullopt;
  ByHour<Value> values;
  for (std::size_t day = 0; day < values.size(); ++day) {
    for (int hour = 0; hour < kHoursPerDay; ++hour) {
      const auto rule = std::ranges::find_if(rules, [&](const auto& each) { return each.holds(day, hour); });
      values.at(day).at(static_cast<std::size_t>(hour)) = rule == rules.end() ? otherwise : rule->value;
    }
  }
  return values;
}

}  // namespace

std::optional<Fees> to_fees(std::string_view text) {
  return by_hour<PricePerKwh>(text, PricePerKwh(), [](const std::vector<std::string>& words) {
    const bool legal = words.size() == 1 && within<-kMaxPricePerKwh, kMaxPricePerKwh>(words.front());
    return legal ? std::optional(price_of(words.front())) : std::nullopt;
  });
}

std::optional<ExportPrices> to_export_prices(std::string_view text) {
  return by_hour<ExportPrice>(text, ExportPrice{.share = 0}, [](const std::vector<std::string>& words) {
    std::string formula;
    for (const std::string& word : words) formula += word;
    return to_export_price(formula);
  });
}

std::optional<ExportPrice> to_export_price(std::string_view with_blanks) {
  std::string text(with_blanks);
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
  if (const auto always = to_export_price(text("export-price"))) {
    tariff.export_price = *always;
  } else if (!text("export-price").empty()) {
    tariff.export_prices = to_export_prices(text("export-price"));
  } else if (tariff.vat > 0) {
    tariff.export_price = *to_export_price("price");
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
       {"export-price", OptionKind::text, "",
        "a price per kWh, or share*price+more: 0.8*price-0.05; also by days and hours: 06-22 0.9*price, 0.3",
        [](const std::string& text) { return to_export_prices(text).has_value(); },
        "what the grid pays for a kWh, where the home has sun or a battery, price being the one before VAT and "
        "fees; without it 0.8*price, or price where there is --price-vat"}});
}

}  // namespace home_energy
