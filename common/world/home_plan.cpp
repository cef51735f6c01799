// What a home's plans are made from, and how it takes them over: its car's, and that of a home battery that plans.
#include <algorithm>
#include <utility>

#include "common/world/home.hpp"

namespace home_energy {

/// Back to charging by hand the car goes on as the plan has it at this moment.
bool Home::needs_plan_for(const Command& command, std::size_t car) const {
  const auto* const mode = std::get_if<ModeCommand>(&command);
  return car < cars_.size() && plan_due() && mode != nullptr && mode->mode == ChargingMode::manual;
}

PlanRequest Home::plan_request() const {
  const bool is_for_storage_alone = storage_plan_due_ && !cars_.plan_due();
  const std::size_t car = cars_.due().value_or(0);
  const Surroundings around = is_for_storage_alone ? surroundings(0) : surroundings_of_plan(car);
  PlanRequest request = is_for_storage_alone ? PlanRequest{.made_at = moment()} : cars_.at(car).plan_request(around);
  const bool has_sun =
      std::ranges::any_of(devices_, [](const Device& device) { return role_of(device) == DeviceRole::generator; });
  const bool has_meter_a_say = has_sun || settings_->tariff.peak;
  if (storage_plan_due_ || (has_meter_a_say && request.problem.objective == Objective::cost))
    request.meter = meter_problem(around);
  if (request.meter) request.peak = peak_problem(request.meter->slots.size());
  if (is_for_storage_alone) foresee_cars(request.meter->slots, std::nullopt);
  return request;
}

/// What a car's plan is made beside: the other cars draw as far as it is known.
Surroundings Home::surroundings_of_plan(std::size_t car) const {
  Surroundings around = surroundings(car);
  if (cars_.is_one()) return around;
  std::vector<StorageSlot> slots = meter_problem(around).slots;
  foresee_cars(slots, car);
  for (const StorageSlot& slot : slots) around.others.emplace_back(slot.car.count() / slot.length.count());
  return around;
}

/// @param but left out
void Home::foresee_cars(std::vector<StorageSlot>& slots, std::optional<std::size_t> but) const {
  for (std::size_t car = 0; car < cars_.size(); ++car)
    if (car != but) cars_.at(car).foresee(slots, surroundings(car));
}

/// Of the next 48 hours.
StorageProblem Home::meter_problem(const Surroundings& around) const {
  StorageProblem problem = plans_storage() ? storage()->problem(time_.ticks_per_hour()) : StorageProblem{};
  problem.fuse = settings_->fuse;
  std::int64_t begin = moment();
  for (std::size_t i = 0; i < kMaxPlannerSlots; ++i) {
    const Quarter quarter = quarter_at(begin, calendar());
    const std::int64_t end = quarter.moment + kSecondsPerQuarter;
    const Expected expected = around.expected(quarter, i);
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

/// The home battery follows the plan of the car that was planned last.
bool Home::adopt(const std::shared_ptr<const HomePlan>& plan, std::uint64_t revision) {
  if (!plan_due() || revision != this->revision()) return false;
  if (const auto due = cars_.due()) {
    Car& car = cars_.at(*due);
    car.adopt(plan, car.revision(), surroundings(*due));
  } else {
    cars_.first().touch();
  }
  if (cars_.plan_due()) return true;
  if (std::exchange(storage_plan_due_, false)) std::get<Storage>(devices_.back()).follow(plan->storage, plan->made_at);
  return true;
}

/// A plan that is being made is no longer the one that is wanted.
void Home::renew_storage_plan() {
  storage_plan_due_ = plans_storage();
  if (storage_plan_due_) cars_.first().touch();
}

void plan_now(Home& home) {
  while (home.plan_due()) home.adopt(std::make_shared<const HomePlan>(plan_home(home.plan_request())), home.revision());
}

}  // namespace home_energy
