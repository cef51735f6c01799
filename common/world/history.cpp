#include "common/world/history.hpp"

#include <algorithm>

#include "common/base/decimal.hpp"

namespace home_energy {
namespace {

std::int64_t milliwatt_hours(EnergyTotal energy, int ticks_per_hour) {
  return rounded_quotient(energy.count(), ticks_per_hour, 0);
}

/// Millionths of the currency.
std::int64_t micro(Money money, int ticks_per_hour) {
  return rounded_quotient(money.count(), kMilliwattsPerKw * ticks_per_hour, 0);
}

/// The sum, or the end of what 64 bits hold: rows may come from a file that somebody else wrote.
std::int64_t saturated_sum(std::int64_t a, std::int64_t b) {
  return rounded_quotient(Int128{a} + b, 1, 0);
}

void add(HistoryRow& sum, const HistoryRow& row) {
  const Int128 minutes = sum.minutes + row.minutes;
  const Int128 price = Int128{sum.price_micro} * sum.minutes + Int128{row.price_micro} * row.minutes;
  if (minutes > 0) sum.price_micro = rounded_quotient(price, minutes, 0);
  sum.number = row.number;
  sum.minutes += row.minutes;
  sum.base_mwh = saturated_sum(sum.base_mwh, row.base_mwh);
  sum.car_mwh = saturated_sum(sum.car_mwh, row.car_mwh);
  sum.cost_micro = saturated_sum(sum.cost_micro, row.cost_micro);
  for (std::size_t kind = 0; kind < kDeviceKinds; ++kind) {
    sum.drawn_mwh.at(kind) = saturated_sum(sum.drawn_mwh.at(kind), row.drawn_mwh.at(kind));
    sum.given_mwh.at(kind) = saturated_sum(sum.given_mwh.at(kind), row.given_mwh.at(kind));
  }
  sum.export_mwh = saturated_sum(sum.export_mwh, row.export_mwh);
  sum.earned_micro = saturated_sum(sum.earned_micro, row.earned_micro);
  sum.soc = row.soc;
  sum.overload_s = saturated_sum(sum.overload_s, row.overload_s);
}

}  // namespace

CurrencyCode currency_code(std::string_view text) {
  CurrencyCode code{};
  if (text.size() == code.size()) std::ranges::copy(text, code.begin());
  return code;
}

std::string_view text(const CurrencyCode& currency) {
  return {currency.data(), currency.front() == 0 ? 0 : currency.size()};
}

std::int64_t import_mwh(const HistoryRow& row) {
  Int128 sum = Int128{row.base_mwh} + row.car_mwh + row.export_mwh;
  for (std::size_t kind = 0; kind < kDeviceKinds; ++kind)
    sum += Int128{row.drawn_mwh.at(kind)} - row.given_mwh.at(kind);
  return rounded_quotient(sum, 1, 0);
}

StepBounds step_bounds(std::int64_t quarter, HistoryStep step, const Calendar& calendar) {
  if (step == HistoryStep::quarter) return {quarter, quarter + 1};
  const std::int64_t moment = quarter * kSecondsPerQuarter;
  if (step == HistoryStep::hour) {
    const std::int64_t begin = calendar.hour_begin(moment);
    std::int64_t end = quarter + 1;
    while (calendar.hour_begin(end * kSecondsPerQuarter) == begin) ++end;
    return {quarter_number(begin), end};
  }
  const std::int64_t day = calendar.at(moment).day;
  return {quarter_number(calendar.begin_of(day)), quarter_number(calendar.begin_of(day + 1))};
}

std::vector<HistoryRow> folded(std::span<const HistoryRow> rows, HistoryStep step, const Calendar& calendar) {
  std::vector<HistoryRow> sums;
  StepBounds bounds{};
  for (const HistoryRow& row : rows) {
    if (sums.empty() || row.quarter < bounds.begin || row.quarter >= bounds.end)
      bounds = step_bounds(row.quarter, step, calendar);
    if (!sums.empty() && sums.back().quarter == bounds.begin && sums.back().currency == row.currency) {
      // A quarter that was simulated twice, as when a clock is put back, is no longer than a quarter.
      const int before = sums.back().minutes;
      const auto longest = static_cast<int>((bounds.end - bounds.begin) * kMinutesPerQuarter);
      add(sums.back(), row);
      sums.back().minutes = std::min(sums.back().minutes, std::max(before, longest));
    } else {
      sums.push_back(row);
      sums.back().quarter = bounds.begin;
    }
  }
  return sums;
}

HistoryMeter::HistoryMeter(const Home& home) {
  begin_row(home);
}

void HistoryMeter::begin_row(const Home& home) {
  ++state_.number;
  state_.quarter = quarter_number(home.slot_begin());
  state_.began = home.counters();
  state_.price = home.present_price();
  state_.ticks = 0;
  state_.overload_ticks = 0;
}

void HistoryMeter::before_tick(const Home& home) {
  ++state_.ticks;
  state_.price = home.present_price();
  if (is_overload(home.power(), home.settings().fuse)) ++state_.overload_ticks;
}

std::optional<HistoryRow> HistoryMeter::look(const Home& home) {
  if (quarter_number(home.slot_begin()) == state_.quarter) return std::nullopt;
  const std::optional<HistoryRow> over = state_.ticks > 0 ? std::optional(open_row(home)) : std::nullopt;
  if (!over) --state_.number;
  begin_row(home);
  return over;
}

HistoryRow HistoryMeter::open_row(const Home& home) const {
  const int ticks_per_hour = home.settings().pace.ticks_per_hour();
  const Counters& now = home.counters();
  const Snapshot seen = home.snapshot();
  HistoryRow row{.number = state_.number,
                 .quarter = state_.quarter,
                 .minutes = home.settings().pace.quarters_per_slot() * kMinutesPerQuarter,
                 .base_mwh = milliwatt_hours(now.base - state_.began.base, ticks_per_hour),
                 .car_mwh = milliwatt_hours(now.charged_together() - state_.began.charged_together(), ticks_per_hour),
                 .cost_micro = micro(now.cost - state_.began.cost, ticks_per_hour),
                 .price_micro = state_.price.count(),
                 .soc = static_cast<int>(seen.car.soc().count()),
                 .overload_s = state_.overload_ticks * kSecondsPerHour / ticks_per_hour};
  for (std::size_t kind = 0; kind < kDeviceKinds; ++kind) {
    const FlowTotal& began = state_.began.devices.at(kind);
    row.drawn_mwh.at(kind) = milliwatt_hours(now.devices.at(kind).drawn - began.drawn, ticks_per_hour);
    row.given_mwh.at(kind) = milliwatt_hours(now.devices.at(kind).given - began.given, ticks_per_hour);
  }
  row.export_mwh = milliwatt_hours(now.exported - state_.began.exported, ticks_per_hour);
  row.earned_micro = micro(now.earned - state_.began.earned, ticks_per_hour);
  return row;
}

}  // namespace home_energy
