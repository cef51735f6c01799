#include "common/world/charging_plan.hpp"

#include <algorithm>

#include "common/base/decimal.hpp"
#include "common/base/units.hpp"
#include "common/time/iso8601.hpp"
#include "common/world/plan_reasons.hpp"

namespace home_energy {
namespace {

/// @param since when the departure was that was missed; empty where none was
std::string note_on(const ChargingPlan& plan, const ChargingProblem& problem, const std::string& since,
                    const std::string& note_of_curves) {
  std::string note;
  if (!since.empty()) note = "late since " + since + ", charging goes on until the target is reached";
  if (plan.shortfall >= kLeastRun) {
    std::string shortfall;
    append_decimal(shortfall, rounded_quotient(plan.shortfall.count(), kJoulesPerKwh, 2), 2);
    const bool has_power = problem.most > Watts();
    append_sentence(note, shortfall + " kWh of the target are out of reach: " +
                              (has_power ? obstacles_text(plan.obstacles) : "the charger gives no power"));
  }
  append_sentence(note, note_of_curves);
  return note;
}

std::string note_on(const ChargingPlan& plan, const PlanRequest& request) {
  return note_on(plan, request.problem, request.since, request.note_of_curves);
}

/// "the sun's forecast has changed: 1.2 more than planned at first"; empty where it makes no difference.
std::string note_of_loss(MoneyMicro loss) {
  constexpr std::int64_t kHundredth = 10'000;
  const std::int64_t hundredths = rounded_quotient(loss.count(), kHundredth, 0);
  if (hundredths == 0) return {};
  std::string note = "the sun's forecast has changed: ";
  append_decimal(note, hundredths < 0 ? -hundredths : hundredths, 2);
  return note + (hundredths < 0 ? " less" : " more") + " than planned at first";
}

std::vector<Watts> surplus_of(const StorageProblem& meter, std::size_t slots) {
  std::vector<Watts> surplus;
  for (std::size_t i = 0; i < slots; ++i) surplus.push_back(surplus_of(meter.slots[i]));
  return surplus;
}

/// In the battery at the end of a stay that is left as late as can be.
Joules stored_after(const ChargingProblem& problem) {
  const Int128 stored = Int128{reachable(problem).count()} * problem.efficiency.count() / kFull.count();
  return problem.stored + Joules(static_cast<std::int64_t>(stored));
}

/// Each stay ends with the target, or all that can be drawn: so the best plan of all is the best of each.
std::vector<LaterPlan> plan_later(const PlanRequest& request) {
  std::vector<LaterPlan> all;
  Joules stored = request.problem.slots.empty() ? request.problem.stored : stored_after(request.problem);
  for (const LaterStay& stay : request.later) {
    const ChargingProblem problem = problem_of(stay, request.problem, stored);
    ChargingPlan plan = plan_charging(problem);
    auto reasons = plan_reasons(problem, plan, time_text(stay.ready_by));
    auto note = note_on(plan, problem, {}, stay.note_of_curves);
    all.push_back(
        {stay.begin, stay.departure, stay.trip, problem.stored, std::move(plan), std::move(reasons), std::move(note)});
    stored = stored_after(problem);
  }
  return all;
}

HomePlan plan_beside(const StorageProblem& meter, const PlanRequest& request) {
  JointPlan joint = plan_jointly(request.problem, meter, request.peak ? &*request.peak : nullptr);
  ChargingProblem seen = request.problem;
  for (std::size_t i = 0; i < seen.slots.size(); ++i) seen.slots[i].price = joint.slots[i].price;
  auto reasons = plan_reasons(seen, joint.charging, time_text(request.ready_by), joint.keeps_peak_low);
  auto note = note_on(joint.charging, request);
  auto storage = meter.capacity > Joules() ? std::make_shared<const StoragePlan>(std::move(joint.storage)) : nullptr;
  HomePlan made{std::move(joint.charging), request.made_at, std::move(reasons), std::move(note), std::move(storage)};
  if (request.problem.objective != Objective::cost) return made;
  if (request.peak) made.peak_cost = PlanCost{joint.peak_cost, joint.peak_cost_at_once};
  made.surplus = surplus_of(meter, request.problem.slots.size());
  if (request.first)
    append_sentence(made.note, note_of_loss(request.first->paid + made.plan.cost - request.first->cost));
  return made;
}

HomePlan plan_alone(const PlanRequest& request) {
  ChargingPlan plan = plan_charging(request.problem);
  auto reasons = plan_reasons(request.problem, plan, time_text(request.ready_by));
  auto note = note_on(plan, request);
  return {std::move(plan), request.made_at, std::move(reasons), std::move(note), nullptr};
}

}  // namespace

void append_sentence(std::string& note, std::string_view sentence) {
  if (sentence.empty()) return;
  note += note.empty() ? "" : "; ";
  note += sentence;
}

ChargingProblem problem_of(const LaterStay& stay, const ChargingProblem& now, Joules stored) {
  ChargingProblem problem = now;
  problem.slots = stay.slots;
  problem.objective = stay.objective;
  problem.stored = std::max(Joules(), stored - stay.trip_before);
  problem.running_for.reset();
  return problem;
}

Joules drawn_between(const ChargingPlan& plan, std::int64_t made_at, std::int64_t begin, std::int64_t end) {
  Joules sum;
  for (const PlanStep& step : plan.steps) {
    const std::int64_t at = made_at + step.begin.count();
    if (at >= begin && at < end) sum += step.energy;
  }
  return sum;
}

StorageProblem meter_beside(const PlanRequest& request, const std::vector<LaterPlan>& later) {
  StorageProblem meter = *request.meter;
  if (request.peak) return meter;
  std::int64_t begin = request.made_at;
  for (std::size_t i = 0; i < meter.slots.size(); ++i) {
    const std::int64_t end = begin + meter.slots[i].length.count();
    for (const LaterPlan& each : later)
      if (i >= request.problem.slots.size()) meter.slots[i].car += drawn_between(each.plan, each.begin, begin, end);
    begin = end;
  }
  return meter;
}

HomePlan plan_home(const PlanRequest& request) {
  std::vector<LaterPlan> later = plan_later(request);
  const bool has_choice = !request.problem.slots.empty() || (request.meter && request.meter->capacity > Joules());
  HomePlan made =
      request.meter && has_choice ? plan_beside(meter_beside(request, later), request) : plan_alone(request);
  made.later = std::move(later);
  made.looks_further = request.looks_further;
  return made;
}

}  // namespace home_energy
