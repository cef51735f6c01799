// What a home asks the planner, and when it asks again; the plan is made elsewhere.
#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "common/base/decimal.hpp"
#include "common/time/iso8601.hpp"
#include "common/world/home.hpp"
#include "common/world/plan_reasons.hpp"

namespace home_energy {
namespace {

constexpr std::int64_t kSecondsPerMinute = 60;
constexpr std::int64_t kSecondsPerQuarter = 900;
constexpr std::int64_t kSecondsPerHour = 3600;
constexpr std::int64_t kSecondsPerDay = kSecondsPerQuarter * kQuartersPerDay;
constexpr std::int64_t kMinutesPerQuarter = kMinutesPerHour / kQuartersPerHour;

Joules in_joules(Energy energy, int ticks_per_hour) {
  constexpr int kMilli = 1000;
  return Joules(
      static_cast<std::int64_t>(static_cast<Int128>(energy.count()) * kSecondsPerHour / kMilli / ticks_per_hour));
}

void append_sentence(std::string& note, std::string_view sentence) {
  if (sentence.empty()) return;
  note += note.empty() ? "" : "; ";
  note += sentence;
}

std::string note_on(const ChargingPlan& plan, const PlanRequest& request) {
  std::string note;
  if (!request.since.empty()) note = "late since " + request.since + ", charging goes on until the target is reached";
  if (plan.shortfall >= kLeastRun) {
    std::string shortfall;
    append_decimal(shortfall, rounded_quotient(plan.shortfall.count(), Int128{1000} * kSecondsPerHour, 2), 2);
    append_sentence(note, shortfall + " kWh of the target are out of reach: " + obstacles_text(plan.obstacles));
  }
  append_sentence(note, request.note_of_curves);
  return note;
}

std::string quarter_text(int quarter) {
  const int minute = quarter * static_cast<int>(kMinutesPerQuarter);
  return quarter == kQuartersPerDay ? "24:00" : time_text(minute);
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

const LocalDay* Home::local_day(std::int64_t day) const {
  if (!calendar_) return nullptr;
  const auto found = std::ranges::find(*calendar_, day, &LocalDay::day);
  return found == calendar_->end() ? nullptr : &*found;
}

/// The moment at which a quarter of an hour begins; of quarter 96, at which the day ends. A day that the calendar does
/// not have is taken to be one of 24 hours.
std::int64_t Home::start_of(std::int64_t day, int quarter) const {
  if (const LocalDay* const local = local_day(day)) return local->starts[static_cast<std::size_t>(quarter)];
  const std::int64_t known = calendar_ ? calendar_->back().day + 1 : 0;
  const std::int64_t begin = calendar_ ? calendar_->back().starts.back() : 0;
  return begin + (day - known) * kSecondsPerDay + quarter * kSecondsPerQuarter;
}

/// When the clock shows its time, for the first time where it does so twice.
std::int64_t Home::first_shown_at() const {
  return start_of(clock_.day, clock_.quarter) + clock_.tick * kSecondsPerHour / settings_->pace.ticks_per_hour();
}

std::int64_t Home::moment() const {
  return first_shown_at() + shown_before_;
}

/// At the beginning of a slot: goes back to quarters that the wall clock shows again, and passes over those that it
/// leaves out.
void Home::follow_calendar(std::int64_t now) {
  const int slot = settings_->pace.quarters_per_slot();
  const std::int64_t slot_seconds = slot * kSecondsPerQuarter;
  const auto begins = [this](int quarter) { return start_of(clock_.day, quarter); };
  const auto again = static_cast<int>((begins(clock_.quarter) - now) / slot_seconds);
  clock_.quarter = std::max(0, clock_.quarter - std::max(0, again) * slot);
  while (clock_.quarter < kQuartersPerDay && begins(clock_.quarter + slot) == begins(clock_.quarter))
    clock_.quarter += slot;
  shown_before_ = now - begins(clock_.quarter);
}

/// How long before that moment the clock showed the same already, in whole quarters.
std::int64_t Home::since_first_shown(std::int64_t moment) const {
  return std::max<std::int64_t>(0, (moment - first_shown_at() + kSecondsPerQuarter / 2) / kSecondsPerQuarter) *
         kSecondsPerQuarter;
}

/// When the clock shows `ready_by`. Where it leaves that out in spring: when it jumps over it.
std::int64_t Home::departure_on(std::int64_t day) const {
  const int quarter = wish_.ready_by / static_cast<int>(kMinutesPerQuarter);
  return std::min(start_of(day, quarter) + wish_.ready_by % kMinutesPerQuarter * kSecondsPerMinute,
                  start_of(day, quarter + 1));
}

/// Where the clock is put back, the last quarter before is longer by those that are shown again after it.
std::vector<PlannerSlot> Home::slots_until(std::int64_t departure) const {
  std::vector<PlannerSlot> slots;
  std::int64_t reached = moment();
  for (std::int64_t day = clock_.day; reached < departure; ++day) {
    for (int quarter = 0; quarter < kQuartersPerDay; ++quarter) {
      const std::int64_t begin = start_of(day, quarter);
      const std::int64_t end = start_of(day, quarter + 1);
      while (reached < std::min(end, departure)) {
        const auto again = static_cast<int>((reached - begin) / kSecondsPerQuarter);
        const auto shown = static_cast<int>((end - begin) / kSecondsPerQuarter);
        const int as = again == 0 ? quarter : quarter + 1 - shown + again;
        const auto until = std::min({begin + (again + 1) * kSecondsPerQuarter, end, departure});
        slots.push_back(
            {std::chrono::seconds(until - reached), prices_.on(day).at_quarter(as), loads_.on(day).at_quarter(as)});
        reached = until;
      }
    }
  }
  return slots;
}

/// What a plan until the departure has to say of the prices and loads that it is made from.
std::string Home::note_of_curves(std::int64_t last_day) const {
  std::string note;
  const auto gaps = [&](const auto& curves, std::string_view none) {
    for (std::int64_t day = clock_.day; day <= last_day; ++day) {
      Quarters unknown = curves.unknown_on(day);
      for (int quarter = 0; unknown.any() && quarter < kQuartersPerDay; ++quarter) {
        const bool outside = start_of(day, quarter + 1) <= moment() || start_of(day, quarter) >= departure_;
        if (outside) unknown.reset(static_cast<std::size_t>(quarter));
      }
      if (unknown.none()) continue;
      const LocalDay* const local = local_day(day);
      append_sentence(note, std::string(none) + (local == nullptr ? "" : local->date + ' ') + spans_text(unknown) +
                                ", those of an earlier day stand in");
    }
  };
  gaps(prices_, "no prices have come for ");
  gaps(loads_, "no base load has come for ");
  return note;
}

/// What the battery lacks of the target; less than a run is worth counts as nothing.
Joules Home::lacking() const {
  const int ticks_per_hour = settings_->pace.ticks_per_hour();
  const Joules lacking =
      in_joules(battery_.at(wish_.target), ticks_per_hour) - in_joules(battery_.stored(), ticks_per_hour);
  return lacking < kLeastRun ? Joules() : lacking;
}

/// A departure that passes below the target makes the car late, until the target is reached.
void Home::judge_departure() {
  if (lacking() == Joules()) {
    late_since_.reset();
  } else if (!late_since_ && moment() >= departure_) {
    late_since_ = departure_on(clock_.day) == departure_ ? clock_.day : clock_.day - 1;
  }
}

/// `2026-11-28 07:00`, or `07:00 of day 3` where days have no date.
std::string Home::late_text() const {
  if (!late_since_) return {};
  const auto time = time_text(wish_.ready_by);
  if (!calendar_) return time + " of day " + std::to_string(*late_since_);
  const LocalDay& known = calendar_->front();
  const auto midnight = parse_iso8601(known.date + "T00:00Z", "date").value_or(0);
  const auto date = iso8601_utc(midnight + (*late_since_ - known.day) * kSecondsPerDay);
  return date.substr(0, known.date.size()) + ' ' + time;
}

ChargingProblem Home::problem() const {
  const int ticks_per_hour = settings_->pace.ticks_per_hour();
  const Joules target = in_joules(battery_.at(wish_.target), ticks_per_hour);
  Joules stored = in_joules(battery_.stored(), ticks_per_hour);
  if (lacking() == Joules()) stored = std::max(stored, target);
  const auto objective = late_since_                            ? Objective::time
                         : wish_.mode == ChargingMode::cheapest ? Objective::cost
                                                                : Objective::load;
  ChargingProblem problem{.slots = slots_until(departure_),
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

bool Home::is_plan_outdated() const {
  return moment() >= departure_ || (late_since_ && lacking() == Joules()) ||
         follower_.behind() > in_one_hour(Watts(1), settings_->pace.ticks_per_hour());
}

void Home::renew_plan() {
  ++revision_;
  plan_due_ = planned();
  if (!plan_due_) {
    plan_.reset();
    follower_ = {};
    return;
  }
  departure_ = departure_on(clock_.day);
  for (std::int64_t day = clock_.day + 1; departure_ <= moment(); ++day) departure_ = departure_on(day);
}

PlanRequest Home::plan_request() const {
  const auto last_day = departure_on(clock_.day) == departure_ ? clock_.day : clock_.day + 1;
  return {.made_at = moment(),
          .ready_by = wish_.ready_by,
          .since = late_text(),
          .note_of_curves = note_of_curves(last_day),
          .problem = problem()};
}

/// Back to charging by hand the car goes on as the plan has it at this moment.
bool Home::needs_plan_for(const Command& command) const {
  const auto* const mode = std::get_if<ModeCommand>(&command);
  return plan_due_ && mode != nullptr && mode->mode == ChargingMode::manual;
}

bool Home::adopt(std::shared_ptr<const HomePlan> plan, std::uint64_t revision) {
  if (!plan_due_ || revision != revision_) return false;
  ++revision_;
  plan_due_ = false;
  plan_ = std::move(plan);
  assert(std::ranges::all_of(plan_->plan.blocks, [](const PlanBlock& block) { return block.energy >= kLeastRun; }));
  follower_ = PlanFollower(plan_->plan, settings_->pace.ticks_per_hour());
  settle();
  return true;
}

HomePlan plan_home(const PlanRequest& request) {
  ChargingPlan plan = plan_charging(request.problem);
  auto reasons = plan_reasons(request.problem, plan, time_text(request.ready_by));
  auto note = note_on(plan, request);
  return {std::move(plan), request.made_at, std::move(reasons), std::move(note)};
}

void plan_now(Home& home) {
  if (home.plan_due()) home.adopt(std::make_shared<const HomePlan>(plan_home(home.plan_request())), home.revision());
}

}  // namespace home_energy
