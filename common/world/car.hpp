/// @file
/// The car: its battery, its charger and the plan by which it charges. Draws power behind the meter; knows the rest of
/// the home only as its surroundings. Not safe to use from two threads at once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/boxed.hpp"
#include "common/world/battery.hpp"
#include "common/world/charging_plan.hpp"
#include "common/world/home_settings.hpp"
#include "common/world/home_time.hpp"
#include "common/world/plan_follower.hpp"
#include "common/world/travel.hpp"

namespace home_energy {

/// What all but car and storage are likely to draw and to give.
struct Expected {
  Watts load;
  Watts supply;
};

/// What a car charges beside now.
struct Beside {
  Watts load;  ///< what all else in the home draws that does not come after it
  Watts kept;  ///< what of the fuse is left to cars that do
};

/// What a car charges beside.
struct Surroundings {
  const HomeTime& time;
  const PriceSeries& prices;
  const LoadSeries& loads;
  const std::vector<Device>& devices;
  Beside now;
  /// What the other cars are likely to draw, in this quarter of an hour and those after it; beyond the end nothing.
  std::vector<Watts> others{};

  /// @param slot so many quarters after the present one
  Expected expected(const Quarter& quarter, std::size_t slot) const;
};

/// All that a car has to remember, beside its settings. A plan is made anew.
struct CarState {
  BatteryState battery;
  ChargingWish wish;
  std::int64_t ticks_of_run = 0;
  std::optional<std::int64_t> late_since{};  ///< see Car
  bool pending = false;                      ///< see Car
  std::optional<TravelState> travel{};       ///< of a car that leaves
  std::optional<Watts> charge_power{};       ///< see Car

  friend bool operator==(const CarState&, const CarState&) = default;
};

class Car {
 public:
  /// @param own of the home's settings
  Car(std::shared_ptr<const HomeSettings> settings, const CarSettings& own);

  const Battery& battery() const { return battery_; }
  const ChargingWish& wish() const { return wish_; }
  /// What it draws at this moment.
  Watts power(Beside beside) const { return battery_.accepted(offered(beside)); }
  /// What it may draw in the tick to come, where the fuse leaves it that. @param load what all else in the home draws
  Watts asks_for(Watts load) const;
  /// What of that the fuse leaves it.
  Watts gets(Beside beside) const { return within_fuse(asks_for(beside.load), beside); }
  /// Whether it is cut before the fuse is exceeded.
  bool balances_load() const;
  /// What of the fuse it leaves to cars that leave when it leaves.
  /// @param used   what of the fuse is taken by what comes before
  /// @param rivals how many they are with it
  Watts kept_for_others(Watts used, std::int64_t rivals) const;
  /// The moment of the departure that counts; the end of all time where there is none.
  std::int64_t leaves_at() const;

  /// Its comings and goings; null where it never leaves.
  const Travel* travel() const { return travel_ ? &*travel_ : nullptr; }
  /// Whether the charger reaches it.
  bool connected() const { return !travel_ || travel_->connected(); }

  /// One tick passes. Not while a plan is due. @return what it drew
  Energy advance(Beside beside) {
    if (planned() || battery_.charging() == Charging::on) return draw(beside);
    ticks_of_run_ = 0;
    return {};
  }
  /// The same, and counts what it drew towards what its plan was to cost.
  Energy advance(Beside beside, const Prices& prices) {
    const Energy drawn = advance(beside);
    count_cost(drawn, in_one_tick(std::max(Watts(), Watts() - beside.load)), prices);
    return drawn;
  }
  /// Whether it does anything by itself as time goes on.
  bool follows_time() const { return wish_.mode != ChargingMode::manual || static_cast<bool>(travel_); }
  /// After the home's time has gone on: it leaves and comes back, a plan that no longer fits falls due, and charging
  /// follows the mode.
  void follow_time(const Surroundings& around);
  /// After the time was set, also for the first time.
  void move_to(const Surroundings& around);

  // Commands. Each says whether there is something to plan anew, which is then asked for by `renew_plan`.
  bool set_charging(Charging charging);
  /// Whether charging waits for the car to be plugged in.
  bool pending() const { return pending_; }
  bool set_limit(Percent limit);
  /// Fails above the charger's power.
  Result<bool> set_charge_power(Watts power);
  /// What the charger may draw at most: where it modulates, or was told to draw less than it can.
  std::optional<Watts> shown_charge_power() const;
  bool set_mode(ChargingMode mode);
  /// Fails above the charge limit.
  Result<bool> set_target(Percent target);
  bool set_ready_by(int minute);
  /// The battery to 20 % at once, charging off; a departure that was missed counts no more.
  void reset();

  /// Fail where the car never leaves, or is not where the command wants it.
  Result<bool> set_plugged(Switch position);
  Result<bool> set_trip(const TripCommand& trip, const HomeTime& time);
  Result<bool> set_week(const WeekOfTrips& week, const HomeTime& time);

  /// Whether a plan decides.
  bool planned() const { return wish_.mode == ChargingMode::cheapest || wish_.mode == ChargingMode::lowest_load; }
  /// None in other modes, and before the first plan was adopted.
  const HomePlan* plan() const { return connected() ? plan_.get() : nullptr; }
  /// What is planned for its stays at home after the departure.
  const std::vector<LaterPlan>& later_plans() const;
  bool plan_due() const { return plan_due_; }
  /// A plan falls due, where one is wanted: what it was made from has changed.
  void renew_plan(const Surroundings& around);
  PlanRequest plan_request(const Surroundings& around) const;
  /// A plan falls due at a quarter's begin, where the sun is now expected to leave so much more or less until the
  /// departure that another plan may be better.
  void judge_forecast(const Surroundings& around);
  /// Adds to the slots of a storage's plan, the first of which begins now, what the car is likely to draw.
  void foresee(std::vector<StorageSlot>& slots, const Surroundings& around) const;
  /// Follows the plan from now on. @param revision the car's when it was asked for the request
  /// @return false where that request is no longer the present one: nothing changed
  bool adopt(std::shared_ptr<const HomePlan> plan, std::uint64_t revision, const Surroundings& around);
  /// Another number whenever the plan, the wish or what it is made from has changed.
  std::uint64_t revision() const { return revision_; }
  /// What is shown beside the plan has changed.
  void touch() { ++revision_; }

  CarState state() const;
  void restore(const CarState& state, const HomeTime& time);

 private:
  /// Counts a tick towards what the plan was to cost. @param surplus what the sun left beside the car
  void count_cost(Energy drawn, Energy surplus, const Prices& prices);
  /// What the charger offers when it charges. Both are 0 where it was told less than its minimum: then it pauses.
  Watts most() const;
  Watts least() const;
  std::optional<Watts> below_charger(const std::optional<Watts>& power) const;
  Energy draw(Beside beside);
  Energy charge_for_a_tick(Beside beside);
  Watts wanted(Watts load) const;
  Watts surplus_taken(Watts load) const;
  void plug(bool plugged);
  void follow_travel(const Surroundings& around);
  Energy follow_plan_for_a_tick(Beside beside);
  Watts within_fuse(Watts wanted, Beside beside) const;
  Watts offered(Beside beside) const;
  void settle(Beside beside);

  // The plan: car_plan.cpp.
  std::int64_t moment_of_departure(std::int64_t day, const Calendar& calendar) const;
  std::int64_t departure_after(std::int64_t moment, const Journey* journey, const Calendar& calendar) const;
  Joules still_planned(std::int64_t begin, std::int64_t end) const;
  void promise(const HomePlan& plan);
  std::optional<FirstPlan> first_plan() const;
  std::vector<PlannerSlot> slots(const Surroundings& around, std::int64_t begin, std::int64_t end) const;
  void foresee_stays(PlanRequest& request, const Surroundings& around) const;
  void renew_plan_kept(const Surroundings& around);
  static std::string note_of_curves(const Surroundings& around, std::int64_t begin, std::int64_t end);
  std::string note_of_trip() const;
  std::string note_of_power() const;
  Joules lacking() const;
  Objective objective_of_mode() const;
  std::string late_text(const HomeTime& time) const;
  void judge_departure(const HomeTime& time);
  ChargingProblem problem(const Surroundings& around) const;
  bool is_plan_outdated(const HomeTime& time) const;

  std::shared_ptr<const HomeSettings> settings_;  ///< the home's
  const CarSettings* own_;                        ///< of those
  Battery battery_;
  ChargingWish wish_;
  Boxed<Travel> travel_;  ///< none where it never leaves
  std::shared_ptr<const HomePlan> plan_;
  PlanFollower follower_;
  std::optional<Watts> charge_power_;  ///< what the charger was told to draw at most, below its own power
  bool pending_ = false;               ///< told to charge by hand while it was not plugged in
  bool plan_due_ = false;
  bool is_for_forecast_ = false;  ///< whether the due plan, or the last one, is for another forecast
  struct Promise {
    std::int64_t departure;
    MoneyMicro cost;  ///< of the first plan's energy
    Money paid;       ///< since then
  };
  Boxed<Promise> promise_;      ///< of a plan beside a sun
  std::int64_t departure_ = 0;  ///< the moment that the plan is for
  /// The day of the departure that was missed: until the target is reached the car charges at once.
  std::optional<std::int64_t> late_since_;
  std::int64_t ticks_of_run_ = 0;  ///< since when it has been charging without a break
  std::uint64_t revision_ = 0;
};

}  // namespace home_energy
