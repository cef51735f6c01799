#include "common/world/peak_meter.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "common/base/decimal.hpp"
#include "common/time/iso8601.hpp"

namespace home_energy {

Money PeakMeter::end_hour(EnergyTotal imported, const PeakPrice& price) {
  const PricePerKwh of_hour = price.by_hour.at(weekday_of(date_)).at(static_cast<std::size_t>(hour_));
  const Int128 in_hour = (imported - began_).count();
  const Energy weighted(rounded_quotient(in_hour * of_hour.count(), price.highest.count(), 0));
  if (weighted == Energy()) return {};
  const Money before = cost(price);
  count(weighted, price.hours);
  return cost(price) - before;
}

void PeakMeter::begin_hour(std::int64_t date, int hour, EnergyTotal imported) {
  date_ = date;
  hour_ = hour;
  began_ = imported;
  enter_month(month_number(date));
}

void PeakMeter::enter_month(std::int64_t number) {
  if (month_.number == number) return;
  std::swap(month_, other_);
  if (month_.number != number) month_ = {number, {}};
}

void PeakMeter::count(Energy weighted, int hours) {
  const auto same_day = std::ranges::find(month_.days, date_, &DayPeak::date);
  if (same_day == month_.days.end()) {
    month_.days.push_back({date_, weighted});
  } else {
    same_day->imported = std::max(same_day->imported, weighted);
  }
  std::ranges::sort(month_.days, std::ranges::greater(), &DayPeak::imported);
  if (month_.days.size() > static_cast<std::size_t>(hours)) month_.days.resize(static_cast<std::size_t>(hours));
}

Int128 PeakMeter::sum(const PeakPrice& price) const {
  Int128 sum = 0;
  const std::size_t counted = std::min(month_.days.size(), static_cast<std::size_t>(price.hours));
  for (std::size_t day = 0; day < counted; ++day) sum += month_.days[day].imported.count();
  return sum;
}

Money PeakMeter::cost(const PeakPrice& price) const {
  return Money(sum(price) * price.highest.count() / price.hours);
}

Watts PeakMeter::mean(const PeakPrice& price, int ticks_per_hour) const {
  const Int128 one_watt = in_one_hour(Watts(1), ticks_per_hour).count();
  return Watts(rounded_quotient(sum(price), one_watt * price.hours, 0));
}

PeakState PeakMeter::state(EnergyTotal imported) const {
  PeakState state{Energy(static_cast<std::int64_t>((imported - began_).count())), month_.days};
  state.days.insert(state.days.end(), other_.days.begin(), other_.days.end());
  return state;
}

void PeakMeter::restore(const PeakState& state, std::int64_t date, int hour, EnergyTotal imported) {
  *this = PeakMeter();
  begin_hour(date, hour, imported - EnergyTotal(state.imported.count()));
  for (const DayPeak& day : state.days) {
    const std::int64_t number = month_number(day.date);
    if (number != month_.number) other_.number = number;
    (number == month_.number ? month_ : other_).days.push_back(day);
  }
}

PeakForecast::PeakForecast(const PeakPrice& price, const PeakState& state, int ticks_per_hour)
    : price_(price), state_(state), ticks_per_hour_(ticks_per_hour) {
  problem_.price = price.highest;
  problem_.count = price.hours;
}

void PeakForecast::add(std::int64_t date, int quarter) {
  const bool is_first = problem_.hours.empty();
  if (dates_.empty() || dates_.back() != date) dates_.push_back(date);
  const int hour = quarter / kQuartersPerHour;  // a clock that jumps by half an hour leaves one in its middle
  const bool begins = is_first || quarter % kQuartersPerHour == 0 || hour != hour_;
  hour_ = hour;
  if (!begins) {
    ++problem_.hours.back().slots;
    return;
  }
  const PricePerKwh of_hour = price_.by_hour.at(weekday_of(date)).at(static_cast<std::size_t>(hour));
  problem_.hours.push_back({.slots = 1,
                            .day = dates_.size() - 1,
                            .share = rounded_quotient(kMicroPerUnit * of_hour.count(), price_.highest.count(), 0),
                            .imported = is_first ? in_joules(state_.imported, ticks_per_hour_) : Joules()});
}

PeakProblem PeakForecast::problem() const {
  PeakProblem problem = problem_;
  std::vector<std::int64_t> months;
  const auto index_of = [&](std::int64_t month) {
    const auto found = std::ranges::find(months, month);
    if (found == months.end()) months.push_back(month);
    return static_cast<std::size_t>(std::ranges::find(months, month) - months.begin());
  };
  for (const std::int64_t date : dates_) problem.days.push_back({.month = index_of(month_number(date))});
  problem.months.resize(months.size());
  for (const DayPeak& peak : state_.days) {
    const Joules counted = in_joules(peak.imported, ticks_per_hour_);
    const auto day = std::ranges::find(dates_, peak.date);
    const auto month = std::ranges::find(months, month_number(peak.date));
    if (day != dates_.end()) {
      problem.days[static_cast<std::size_t>(day - dates_.begin())].highest = counted;
    } else if (month != months.end()) {
      problem.months[static_cast<std::size_t>(month - months.begin())].push_back(counted);
    }
  }
  return problem;
}

}  // namespace home_energy
