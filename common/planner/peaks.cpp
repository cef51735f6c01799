#include "common/planner/peaks.hpp"

#include <algorithm>
#include <functional>

#include "common/base/decimal.hpp"

namespace home_energy::planner {
namespace {

constexpr std::int64_t kWhole = 1'000'000;  ///< of a share
constexpr std::int64_t kUnlimited = std::int64_t{1} << 60;

Joules counted(std::int64_t joules, std::int64_t share) {
  return Joules(rounded_quotient(Int128{joules} * share, kWhole, 0));
}

std::int64_t seconds_of(const StorageSlot& slot) {
  return slot.length.count();
}

/// What of a slot is imported where so much is drawn in it.
std::int64_t imported(const StorageSlot& slot, Joules drawn) {
  return std::max<std::int64_t>(0, slot.net.count() * seconds_of(slot) + drawn.count());
}

}  // namespace

std::vector<Joules> Peaks::of_hours(const Drawn& drawn) const {
  std::vector<Joules> all;
  std::size_t slot = 0;
  for (const PeakHour& hour : problem_.hours) {
    std::int64_t sum = hour.imported.count();
    for (const std::size_t end = slot + hour.slots; slot < end; ++slot) sum += imported(slots_[slot], drawn[slot]);
    all.push_back(counted(sum, hour.share));
  }
  return all;
}

Peaks::Limits Peaks::of_days(const Drawn& drawn) const {
  std::vector<Joules> all;
  for (const PeakDay& day : problem_.days) all.push_back(day.highest);
  const std::vector<Joules> hours = of_hours(drawn);
  for (std::size_t i = 0; i < hours.size(); ++i) {
    Joules& day = all[problem_.hours[i].day];
    day = std::max(day, hours[i]);
  }
  return all;
}

MoneyMicro Peaks::cost(const Drawn& drawn) const {
  std::vector<std::vector<Joules>> months = problem_.months;
  const std::vector<Joules> days = of_days(drawn);
  for (std::size_t day = 0; day < days.size(); ++day) months[problem_.days[day].month].push_back(days[day]);
  Int128 sum = 0;
  for (std::vector<Joules>& month : months) {
    std::ranges::sort(month, std::ranges::greater());
    const std::size_t counts = std::min(month.size(), static_cast<std::size_t>(problem_.count));
    for (std::size_t day = 0; day < counts; ++day) sum += month[day].count();
  }
  return MoneyMicro(rounded_quotient(sum * problem_.price.count(), Int128{kJoulesPerKwh} * problem_.count, 0));
}

/// The lowest of the month's hours that count, or what the day has already.
Joules Peaks::least_that_costs(const PeakDay& day) const {
  std::vector<Joules> others = problem_.months[day.month];
  for (const PeakDay& other : problem_.days)
    if (&other != &day && other.month == day.month && other.highest > Joules()) others.push_back(other.highest);
  if (others.size() < static_cast<std::size_t>(problem_.count)) return day.highest;
  std::ranges::sort(others, std::ranges::greater());
  return std::max(day.highest, others[static_cast<std::size_t>(problem_.count) - 1]);
}

std::vector<Joules> Peaks::thresholds(std::size_t day) const {
  return {of_days(Drawn(slots_.size()))[day], least_that_costs(problem_.days[day])};
}

std::int64_t Peaks::allowed(const PeakHour& hour, const Limits& limits) const {
  if (hour.share == 0) return kUnlimited;
  const Joules most = std::max(limits[hour.day], least_that_costs(problem_.days[hour.day]));
  const Int128 whole = Int128{most.count()} * kWhole / hour.share;
  return static_cast<std::int64_t>(std::clamp<Int128>(whole - hour.imported.count(), 0, kUnlimited));
}

std::int64_t Peaks::length(const PeakHour& hour, std::size_t first) const {
  std::int64_t sum = 0;
  for (std::size_t slot = first; slot < first + hour.slots; ++slot) sum += seconds_of(slots_[slot]);
  return sum;
}

std::vector<std::int64_t> Peaks::lasts(std::size_t slots) const {
  std::vector<std::int64_t> all(problem_.days.size());
  std::size_t slot = 0;
  for (const PeakHour& hour : problem_.hours)
    for (const std::size_t end = slot + hour.slots; slot < end; ++slot)
      if (slot < slots) all[hour.day] += seconds_of(slots_[slot]);
  return all;
}

ChargingProblem Peaks::limited(const ChargingProblem& charging, const Limits& limits) const {
  ChargingProblem limited = charging;
  std::size_t first = 0;
  for (std::size_t hour = 0; hour < problem_.hours.size() && first < charging.slots.size(); ++hour) {
    const PeakHour& each = problem_.hours[hour];
    const std::size_t end = std::min(first + each.slots, charging.slots.size());
    std::int64_t left = allowed(each, limits);
    std::int64_t lasts = 0;  // for the car: the departure may cut the hour
    for (std::size_t i = first; i < first + each.slots; ++i) {
      const std::int64_t of_car = i < end ? charging.slots[i].length.count() : 0;
      left -= std::max<std::int64_t>(0, slots_[i].net.count()) * (seconds_of(slots_[i]) - of_car);
      lasts += of_car;
    }
    limit_hour(limited, hour, first, Watts(std::max<std::int64_t>(0, left) / lasts));
    first += each.slots;
  }
  return limited;
}

/// @param power that the hour may import while the car is there
void Peaks::limit_hour(ChargingProblem& charging, std::size_t hour, std::size_t first, Watts power) const {
  const std::size_t end = std::min(first + problem_.hours[hour].slots, charging.slots.size());
  std::vector<std::size_t> narrow;  // slots where even the least power would be too much
  std::int64_t left = 0;            // what these slots may import together beside the home
  for (std::size_t i = first; i < end; ++i) {
    const Watts room = power - slots_[i].net;
    PlannerSlot& slot = charging.slots[i];
    if (room < charging.least) {
      narrow.push_back(i);
      left += (power - std::max(Watts(), slots_[i].net)).count() * slot.length.count();
    } else {
      slot.base_load = std::max(slot.base_load, charging.fuse - room);
    }
  }
  // The cheapest first; where they cost the same the hour's last ones and the next hour's first ones meet in a run.
  if (hour % 2 == 0) std::ranges::reverse(narrow);
  std::ranges::stable_sort(narrow, {}, [&](std::size_t i) { return charging.slots[i].price; });
  for (const std::size_t i : narrow) {
    PlannerSlot& slot = charging.slots[i];
    const Joules least(charging.least.count() * slot.length.count());
    const std::int64_t adds = imported(slots_[i], least) - imported(slots_[i], {});
    const bool fits = slot.base_load + charging.least <= charging.fuse;
    const bool may_draw = fits && charging.least > Watts() && adds <= left;
    if (may_draw) left -= adds;
    slot.base_load = std::max(slot.base_load, charging.fuse - (may_draw ? charging.least : Watts()));
  }
}

StorageProblem Peaks::limited(const StorageProblem& storage, const Limits& limits) const {
  StorageProblem limited = storage;
  std::size_t first = 0;
  for (const PeakHour& hour : problem_.hours) {
    limit_hour(limited, hour, first, allowed(hour, limits));
    first += hour.slots;
  }
  return limited;
}

/// What the hour may import is shared out as its slots import without the storage, and what is left of it evenly.
void Peaks::limit_hour(StorageProblem& storage, const PeakHour& hour, std::size_t first, std::int64_t allowed) const {
  const PricePerKwh price(
      rounded_quotient(Int128{problem_.price.count()} * hour.share, Int128{kWhole} * problem_.count, 0));
  const std::int64_t lasts = length(hour, first);
  std::int64_t bare = 0;
  for (std::size_t i = first; i < first + hour.slots; ++i) bare += imported(storage.slots[i], storage.slots[i].car);
  for (std::size_t i = first; i < first + hour.slots; ++i) {
    StorageSlot& slot = storage.slots[i];
    const std::int64_t own = imported(slot, slot.car);
    const std::int64_t joules =
        bare > allowed ? static_cast<std::int64_t>(Int128{own} * allowed / bare)
                       : own + static_cast<std::int64_t>(Int128{allowed - bare} * seconds_of(slot) / lasts);
    slot.import_limit = ImportLimit{Watts(joules / seconds_of(slot)), price};
  }
}

}  // namespace home_energy::planner
