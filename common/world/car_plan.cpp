// What a car asks the planner, and when it asks again; the plan is made elsewhere.
#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "common/time/iso8601.hpp"
#include "common/world/car.hpp"

namespace home_energy {
namespace {

constexpr std::int64_t kSecondsPerQuarter = 900;
constexpr std::int64_t kSecondsPerHour = 3600;
constexpr int kMinutesPerQuarter = kMinutesPerHour / kQuartersPerHour;

Joules in_joules(Energy energy, int ticks_per_hour) {
  constexpr int kMilli = 1000;
  return Joules(
      static_cast<std::int64_t>(static_cast<Int128>(energy.count()) * kSecondsPerHour / kMilli / ticks_per_hour));
}

std::string quarter_text(int quarter) {
  return quarter == kQuartersPerDay ? "24:00" : time_text(std::int64_t{quarter} * kMinutesPerQuarter);
}

/// 00:00-01:00, 23:00-24:00
std::string spans_text(const Quarters& quarters) {
  std::string text;
  const auto is_in = [&](int quarter) {
    return quarter < kQuartersPerDay && quarters[static_cast<std::size_t>(quarter)];
  };
  for (int begin = 0; begin < kQuartersPerDay; ++begin) {
    if (!is_in(begin)) continue;
    int end = begin;
    while (is_in(end)) ++end;
    text += (text.empty() ? "" : ", ") + quarter_text(begin) + '-' + quarter_text(end);
    begin = end;
  }
  return text;
}

}  // namespace

/// What all else in the home is likely to draw in a quarter of an hour.
Watts Car::expected_load(const Surroundings& around, std::int64_t day, int quarter) {
  Watts load = around.loads.on(day).at_quarter(quarter);
  for (const Device& device : around.devices) load += expected_power(device, quarter);
  return load;
}

/// Where the clock is put back, the last quarter before is longer by those that are shown again after it.
std::vector<PlannerSlot> Car::slots(const Surroundings& around) const {
  std::vector<PlannerSlot> slots;
  const HomeTime& time = around.time;
  std::int64_t reached = time.moment();
  for (std::int64_t day = time.clock().day; reached < departure_; ++day) {
    for (int quarter = 0; quarter < kQuartersPerDay; ++quarter) {
      const std::int64_t begin = time.start_of(day, quarter);
      const std::int64_t end = time.start_of(day, quarter + 1);
      while (reached < std::min(end, departure_)) {
        const auto again = static_cast<int>((reached - begin) / kSecondsPerQuarter);
        const auto shown = static_cast<int>((end - begin) / kSecondsPerQuarter);
        const int as = again == 0 ? quarter : quarter + 1 - shown + again;
        const auto until = std::min({begin + (again + 1) * kSecondsPerQuarter, end, departure_});
        slots.push_back({std::chrono::seconds(until - reached), around.prices.on(day).at_quarter(as),
                         expected_load(around, day, as)});
        reached = until;
      }
    }
  }
  return slots;
}

/// What a plan until the departure has to say of the prices and loads that it is made from.
std::string Car::note_of_curves(const Surroundings& around) const {
  std::string note;
  const HomeTime& time = around.time;
  const std::int64_t today = time.clock().day;
  const std::int64_t last_day = time.moment_of(today, wish_.ready_by) == departure_ ? today : today + 1;
  const auto gaps = [&](const auto& curves, std::string_view none) {
    for (std::int64_t day = today; day <= last_day; ++day) {
      Quarters unknown = curves.unknown_on(day);
      for (int quarter = 0; unknown.any() && quarter < kQuartersPerDay; ++quarter) {
        const bool outside =
            time.start_of(day, quarter + 1) <= time.moment() || time.start_of(day, quarter) >= departure_;
        if (outside) unknown.reset(static_cast<std::size_t>(quarter));
      }
      if (unknown.none()) continue;
      const auto date = time.date_of(day);
      append_sentence(note, std::string(none) + (date ? *date + ' ' : "") + spans_text(unknown) +
                                ", those of an earlier day stand in");
    }
  };
  gaps(around.prices, "no prices have come for ");
  gaps(around.loads, "no base load has come for ");
  return note;
}

/// What the battery lacks of the target; less than a run is worth counts as nothing.
Joules Car::lacking() const {
  const int ticks_per_hour = settings_->pace.ticks_per_hour();
  const Joules lacking =
      in_joules(battery_.at(wish_.target), ticks_per_hour) - in_joules(battery_.stored(), ticks_per_hour);
  return lacking < kLeastRun ? Joules() : lacking;
}

/// A departure that passes below the target makes the car late, until the target is reached.
void Car::judge_departure(const HomeTime& time) {
  if (lacking() == Joules()) {
    late_since_.reset();
  } else if (!late_since_ && time.moment() >= departure_) {
    const std::int64_t today = time.clock().day;
    late_since_ = time.moment_of(today, wish_.ready_by) == departure_ ? today : today - 1;
  }
}

/// `2026-11-28 07:00`, or `07:00 of day 3` where days have no date.
std::string Car::late_text(const HomeTime& time) const {
  if (!late_since_) return {};
  const auto clock = time_text(wish_.ready_by);
  if (const auto date = time.date_of(*late_since_)) return *date + ' ' + clock;
  return clock + " of day " + std::to_string(*late_since_);
}

ChargingProblem Car::problem(const Surroundings& around) const {
  const int ticks_per_hour = settings_->pace.ticks_per_hour();
  const Joules target = in_joules(battery_.at(wish_.target), ticks_per_hour);
  Joules stored = in_joules(battery_.stored(), ticks_per_hour);
  if (lacking() == Joules()) stored = std::max(stored, target);
  const auto objective = late_since_                            ? Objective::time
                         : wish_.mode == ChargingMode::cheapest ? Objective::cost
                                                                : Objective::load;
  ChargingProblem problem{.slots = slots(around),
                          .objective = objective,
                          .least = settings_->charger_min.value_or(settings_->charger),
                          .most = settings_->charger,
                          .fuse = settings_->fuse,
                          .capacity = settings_->capacity,
                          .efficiency = settings_->charge_efficiency,
                          .stored = stored,
                          .target = target,
                          .taper = settings_->taper,
                          .start_cost = settings_->start_cost,
                          .min_run = settings_->min_run,
                          .max_price = settings_->max_price,
                          .running_for = std::nullopt};
  if (ticks_of_run_ > 0) problem.running_for = std::chrono::seconds(ticks_of_run_ * kSecondsPerHour / ticks_per_hour);
  return problem;
}

bool Car::is_plan_outdated(const HomeTime& time) const {
  return time.moment() >= departure_ || (late_since_ && lacking() == Joules()) ||
         follower_.behind() > in_one_hour(Watts(1), settings_->pace.ticks_per_hour());
}

std::int64_t Car::departure_after(const HomeTime& time) const {
  std::int64_t day = time.clock().day;
  std::int64_t departure = time.moment_of(day, wish_.ready_by);
  while (departure <= time.moment()) departure = time.moment_of(++day, wish_.ready_by);
  return departure;
}

void Car::renew_plan(const Surroundings& around) {
  ++revision_;
  plan_due_ = planned();
  if (plan_due_) {
    departure_ = departure_after(around.time);
  } else {
    plan_.reset();
    follower_ = {};
  }
  settle(around.load);
}

PlanRequest Car::plan_request(const Surroundings& around) const {
  return {.made_at = around.time.moment(),
          .ready_by = wish_.ready_by,
          .since = late_text(around.time),
          .note_of_curves = note_of_curves(around),
          .problem = problem(around)};
}

bool Car::adopt(std::shared_ptr<const HomePlan> plan, std::uint64_t revision, const Surroundings& around) {
  if (!plan_due_ || revision != revision_) return false;
  ++revision_;
  plan_due_ = false;
  plan_ = std::move(plan);
  assert(std::ranges::all_of(plan_->plan.blocks, [](const PlanBlock& block) { return block.energy >= kLeastRun; }));
  follower_ = PlanFollower(plan_->plan, settings_->pace.ticks_per_hour());
  settle(around.load);
  return true;
}

}  // namespace home_energy
