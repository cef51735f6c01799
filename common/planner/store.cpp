#include "common/planner/store.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace home_energy::planner {
namespace {

/// What another choice has to save in a slot to be preferred to following the home: a hundredth of a thousandth of the
/// currency. Forecasts err, and who follows the home errs least.
constexpr double kWorthwhile = 10;

double share(Percent percent) {
  return static_cast<double>(percent.count()) / static_cast<double>(kFull.count());
}

/// What it costs at least to put a joule there again, and no more than it saves at most.
double worth_of(const StorageProblem& problem, double in, double out) {
  double least = std::numeric_limits<double>::infinity();
  double most = 0;
  for (const StorageSlot& slot : problem.slots) {
    const PricePerKwh price = slot.net < Watts() ? slot.exported : slot.import;
    least = std::min(least, static_cast<double>(price.count()) / kJoulesPerKwh);
    most = std::max(most, static_cast<double>(slot.import.count()) / kJoulesPerKwh);
  }
  return problem.slots.empty() ? 0 : std::clamp(least / in, 0.0, most * out);
}

}  // namespace

Store::Store(const StorageProblem& problem, std::size_t levels)
    : problem_(problem),
      levels_(problem.capacity > Joules() ? levels : 1),
      capacity_(static_cast<double>(problem.capacity.count())),
      reserve_(static_cast<double>(problem.reserve.count())),
      in_(share(problem.efficiency_in)),
      out_(share(problem.efficiency_out)),
      step_(levels_ > 1 ? capacity_ / static_cast<double>(levels_ - 1) : 1),
      worth_(worth_of(problem, in_, out_)) {}

MeterSpan Store::span(const StorageSlot& slot, double car) const {
  const auto seconds = static_cast<double>(slot.length.count());
  const auto joules = [&](Watts power) { return static_cast<double>(power.count()) * seconds; };
  const double net = joules(slot.net) + car;
  const double fuse = joules(problem_.fuse);
  const double surplus = std::max(0.0, -net);
  const double lacking = std::max(0.0, problem_.feeds_car ? net : net - car);
  const double most_in = joules(problem_.most_in);
  const double most_out = joules(problem_.most_out);
  // A storage that must not feed the car gives no more than the rest of the home lacks while that one draws.
  const double may_give = problem_.feeds_car || car <= 0 ? std::max(lacking, fuse + net) : lacking;
  MeterSpan span{.import = static_cast<double>(slot.import.count()) / kJoulesPerKwh,
                 .exported = static_cast<double>(slot.exported.count()) / kJoulesPerKwh,
                 .net = net,
                 .self_drawn = surplus > 0 ? std::min(surplus, most_in) : -std::min(lacking, most_out),
                 .most_drawn = std::min(most_in, std::max(surplus, fuse - net)),
                 .least_drawn = -std::min(most_out, may_give),
                 .standby = joules(problem_.standby)};
  if (slot.import_limit) {
    span.limit = joules(slot.import_limit->power);
    span.beyond = static_cast<double>(slot.import_limit->beyond.count()) / kJoulesPerKwh;
  }
  return span;
}

double Store::least_drawn(const MeterSpan& span, double stored) const {
  return std::max(span.least_drawn, -std::max(0.0, stored - reserve_) * out_);
}
double Store::most_drawn(const MeterSpan& span, double stored) const {
  return std::min(span.most_drawn, (capacity_ - stored) / in_);
}
double Store::self_drawn(const MeterSpan& span, double stored) const {
  return std::clamp(span.self_drawn, -std::max(0.0, stored - reserve_) * out_, (capacity_ - stored) / in_);
}

/// What brings the import to its limit, or nearest to it.
double Store::drawn_to_limit(const MeterSpan& span, double stored) const {
  return std::clamp(span.limit - span.net, least_drawn(span, stored), most_drawn(span, stored));
}

double Store::after(const MeterSpan& span, double stored, double drawn) const {
  const double change = drawn > 0 ? drawn * in_ : drawn / out_;
  return std::clamp(stored + change - span.standby, 0.0, capacity_);
}

Store::Costs Store::costs_at_end() const {
  Costs costs(levels_);
  for (std::size_t level = 0; level < levels_; ++level) costs[level] = -static_cast<double>(level) * step_ * worth_;
  return costs;
}

double Store::interpolated(const Costs& costs, double stored) const {
  if (levels_ == 1) return costs.front();
  const double place = stored / step_;
  const auto below = std::min(static_cast<std::size_t>(place), levels_ - 2);
  return costs[below] + (costs[below + 1] - costs[below]) * (place - static_cast<double>(below));
}

void Store::lower(Costs& row, const MeterSpan& span, const Costs& next) const {
  lower_by_moves(row, span, next);
  for (std::size_t level = 0; level < levels_; ++level) {
    const double stored = static_cast<double>(level) * step_;
    for (const double drawn : {self_drawn(span, stored), most_drawn(span, stored), least_drawn(span, stored),
                               drawn_to_limit(span, stored)}) {
      const double cost = span.cost(drawn) + interpolated(next, after(span, stored, drawn));
      row[level] = std::min(row[level], cost);
    }
  }
}

/// From level to level: so many levels up or down cost the same wherever that begins.
void Store::lower_by_moves(Costs& row, const MeterSpan& span, const Costs& next) const {
  Costs after_standby(levels_);
  for (std::size_t level = 0; level < levels_; ++level)
    after_standby[level] = interpolated(next, std::max(0.0, static_cast<double>(level) * step_ - span.standby));
  for (std::size_t up = 0; up < levels_; ++up) {
    const double drawn = static_cast<double>(up) * step_ / in_;
    if (drawn > span.most_drawn) break;
    const double cost = span.cost(drawn);
    for (std::size_t level = 0; level + up < levels_; ++level)
      row[level] = std::min(row[level], after_standby[level + up] + cost);
  }
  const auto lowest = static_cast<std::size_t>(std::ceil(reserve_ / step_));
  for (std::size_t down = 1; down < levels_; ++down) {
    const double drawn = -static_cast<double>(down) * step_ * out_;
    if (drawn < span.least_drawn) break;
    const double cost = span.cost(drawn);
    for (std::size_t level = lowest + down; level < levels_; ++level)
      row[level] = std::min(row[level], after_standby[level - down] + cost);
  }
}

Store::Choice Store::best(const MeterSpan& span, const Costs& next, double stored) const {
  const auto choice = [&](double drawn, bool follows_home) {
    return Choice{drawn, span.cost(drawn) + interpolated(next, after(span, stored, drawn)), follows_home};
  };
  Choice best = choice(self_drawn(span, stored), true);
  if (levels_ == 1) return best;
  const auto try_out = [&](double drawn) {
    const Choice other = choice(drawn, false);
    if (other.cost < best.cost - (best.follows_home ? kWorthwhile : 0)) best = other;
  };
  const double least = least_drawn(span, stored);
  const double most = most_drawn(span, stored);
  try_out(0);
  try_out(least);
  try_out(most);
  try_out(drawn_to_limit(span, stored));
  const double lowest = std::max(0.0, std::ceil((stored + least / out_) / step_));
  for (auto level = static_cast<std::size_t>(lowest); level < levels_; ++level) {
    const double change = static_cast<double>(level) * step_ - stored;
    const double drawn = change > 0 ? change / in_ : change * out_;
    if (drawn > most) break;
    if (drawn >= least) try_out(drawn);
  }
  return best;
}

}  // namespace home_energy::planner
