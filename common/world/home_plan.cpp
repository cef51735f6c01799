// What a home's plans are made from, and how it takes them over: its car's, and that of a home battery that plans.
#include <algorithm>
#include <utility>

#include "common/world/home.hpp"

namespace home_energy {

/// Back to charging by hand the car goes on as the plan has it at this moment.
bool Home::needs_plan_for(const Command& command) const {
  const auto* const mode = std::get_if<ModeCommand>(&command);
  return plan_due() && mode != nullptr && mode->mode == ChargingMode::manual;
}

PlanRequest Home::plan_request() const {
  const bool is_for_storage_alone = storage_plan_due_ && !car_.plan_due();
  PlanRequest request = is_for_storage_alone ? PlanRequest{.made_at = moment()} : car_.plan_request(surroundings());
  const bool has_sun =
      std::ranges::any_of(devices_, [](const Device& device) { return role_of(device) == DeviceRole::generator; });
  const bool has_meter_a_say = has_sun || settings_->tariff.peak;
  if (storage_plan_due_ || (has_meter_a_say && request.problem.objective == Objective::cost))
    request.meter = meter_problem();
  if (request.meter) request.peak = peak_problem(request.meter->slots.size());
  if (is_for_storage_alone) car_.foresee(request.meter->slots, surroundings());
  return request;
}

/// Of the next 48 hours.
StorageProblem Home::meter_problem() const {
  StorageProblem problem = plans_storage() ? storage()->problem(time_.ticks_per_hour()) : StorageProblem{};
  problem.fuse = settings_->fuse;
  const Surroundings around = surroundings();
  std::int64_t begin = moment();
  for (std::size_t i = 0; i < kMaxPlannerSlots; ++i) {
    const Quarter quarter = quarter_at(begin, calendar());
    const std::int64_t end = quarter.moment + kSecondsPerQuarter;
    const Expected expected = around.expected(quarter);
    const PricePerKwh market = prices_.at(quarter, calendar());
    problem.slots.push_back({.length = std::chrono::seconds(end - begin),
                             .import = settings_->tariff.imported(market, quarter, calendar()),
                             .exported = settings_->tariff.exported(market, quarter, calendar()),
                             .net = expected.load - expected.supply,
                             .car = {}});
    begin = end;
  }
  return problem;
}

bool Home::adopt(const std::shared_ptr<const HomePlan>& plan, std::uint64_t revision) {
  if (!plan_due() || revision != car_.revision()) return false;
  if (car_.plan_due()) {
    car_.adopt(plan, revision, surroundings());
  } else {
    car_.touch();
  }
  if (std::exchange(storage_plan_due_, false)) std::get<Storage>(devices_.back()).follow(plan->storage, plan->made_at);
  return true;
}

/// A plan that is being made is no longer the one that is wanted.
void Home::renew_storage_plan() {
  storage_plan_due_ = plans_storage();
  if (storage_plan_due_) car_.touch();
}

void plan_now(Home& home) {
  if (home.plan_due()) home.adopt(std::make_shared<const HomePlan>(plan_home(home.plan_request())), home.revision());
}

}  // namespace home_energy
