#include <array>
#include <limits>

#include "common/base/text.hpp"
#include "common/wire/curve_reader.hpp"
#include "common/wire/curve_text.hpp"
#include "common/wire/curve_unit.hpp"
#include "common/wire/home_state.hpp"
#include "common/wire/stored_curves.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/stockholm_days.hpp"

namespace home_energy::fuzz {
namespace {

template <class Value>
void hold_range(const DayCurve<Value>& curve, const CurveRange& range) {
  for (int quarter = 0; quarter < kQuartersPerDay; ++quarter) {
    const auto count = static_cast<double>(curve.at_quarter(quarter).count());
    hold(count >= range.lowest * range.per_unit && count <= range.highest * range.per_unit, "a value in range");
  }
}

template <class Value>
void hold_update(const Result<CurveUpdate<Value>>& update, const CurveRange& range, Resolution finest) {
  if (!update) {
    hold(update.error().reason.size() < 400 && is_utf8(update.error().reason), "a reason");
    return;
  }
  hold(update->every_day.has_value() == update->dated.empty(), "for every day, or for some");
  const auto hold_curve = [&](const DayCurve<Value>& curve) {
    hold_range(curve, range);
    hold(curve.resolution() <= finest, "no finer than the pace");
  };
  if (update->every_day) hold_curve(*update->every_day);
  std::int64_t end = std::numeric_limits<std::int64_t>::min();
  for (const auto& dated : update->dated) {
    const auto count = static_cast<double>(dated.value.count());
    hold(count >= range.lowest * range.per_unit && count <= range.highest * range.per_unit, "a value in range");
    hold(dated.begin >= end && dated.end > dated.begin, "one after another");
    end = dated.end;
  }
}

/// What was set is stored and read back.
void hold_stored(const Result<PriceUpdate>& prices, const Result<LoadUpdate>& loads) {
  HomeCurves curves;
  PriceSeries price(std::make_shared<const PriceCurve>(default_price_curve()));
  LoadSeries load(std::make_shared<const LoadCurve>(default_load_curve()));
  if (prices) set(price, *prices);
  if (loads) set(load, *loads);
  curves.price = price.what_was_set();
  curves.baseload = load.what_was_set();
  const std::string text = curves_text(curves);
  const auto again = parse_curves(text, Resolution::quarter_hourly, stockholm());
  hold(again.has_value() && curves_text(*again) == text, "curves that come back");
}

/// Of a file: values of every day or of a span, one after another.
template <class Value>
void hold_file(const Result<CurveFile<Value>>& file, const CurveRange& range) {
  if (!file) {
    hold(file.error().reason.size() < 400 && is_utf8(file.error().reason), "a reason");
    return;
  }
  hold(file->every_day.has_value() == (file->record == nullptr), "for every day, or for some");
  if (file->every_day) return hold_range(*file->every_day, range);
  hold(!file->record->empty(), "a record that holds something");
  std::int64_t end = std::numeric_limits<std::int64_t>::min();
  for (const auto& [begin, until, value] : *file->record) {
    const auto count = static_cast<double>(value.count());
    hold(count >= range.lowest * range.per_unit && count <= range.highest * range.per_unit, "a value in range");
    hold(begin >= end && until > begin, "one after another");
    hold(begin % kSecondsPerQuarter == 0 && until % kSecondsPerQuarter == 0, "whole quarters of an hour");
    end = until;
  }
}

/// Stockholm, whose moments are Unix seconds, or UTC.
const Calendar& calendar_of_files(const std::string& currency) {
  static const Calendar kZone(
      0, 0, {{0, 3600}, {unix_time("2026-03-29T01:00Z"), 7200}, {unix_time("2026-10-25T01:00Z"), 3600}});
  static const Calendar kUtc;
  return currency == "SEK" ? kZone : kUtc;
}

void files(const std::string& text, const std::string& currency) {
  const Calendar& calendar = calendar_of_files(currency);
  hold_file(parse_price_file(text, {"prices.csv", currency, &calendar}), kPriceRange);
  hold_file(parse_load_file(text, {"load.csv", {}, &calendar}), kLoadRange);
}

}  // namespace

void curve(Bytes bytes) {
  Input input(bytes);
  const Resolution finest = input.flag() ? Resolution::hourly : Resolution::quarter_hourly;
  constexpr std::array<std::int64_t, 3> kDays{7, -21, 133};  // a plain one, autumn's, spring's
  const CurveContext context{input.flag() ? "SEK" : "EUR", finest, input.flag() ? &stockholm() : nullptr,
                             kDays.at(input.below(kDays.size()))};
  const std::string text = input.rest();
  const auto prices = parse_price_update(text, context);
  const auto loads = parse_load_update(text, context);
  hold_update(prices, kPriceRange, finest);
  hold_update(loads, kLoadRange, finest);
  hold_stored(prices, loads);
  if (const auto curve = parse_price_curve(text, context.currency, "prices")) hold_range(*curve, kPriceRange);
  if (const auto curve = parse_load_curve(text, "baseload")) hold_range(*curve, kLoadRange);
  if (const auto divisor = price_divisor(text, context.currency, "price")) hold(*divisor > 0, "a divisor");
  if (const auto divisor = load_divisor(text, "baseload")) hold(*divisor > 0, "a divisor");
  files(text, std::string(context.currency));
}

}  // namespace home_energy::fuzz
