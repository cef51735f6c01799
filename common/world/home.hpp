/// @file
/// A home with an electric car: its state, and how time and commands change it. No clock, no thread: whoever owns a
/// home tells it that a tick has passed. Not safe to use from two threads at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/units.hpp"
#include "common/planner/planner.hpp"
#include "common/time/day_curve.hpp"
#include "common/time/local_day.hpp"
#include "common/time/pace.hpp"
#include "common/world/battery.hpp"
#include "common/world/command.hpp"
#include "common/world/curve_schedule.hpp"
#include "common/world/plan_follower.hpp"

namespace home_energy {

/// How the clock of the home relates to the clock on the wall.
enum class ClockMode {
  simulated,  ///< starts at 00:00 and is set back there by a discharge
  local,      ///< follows the wall clock, whatever else happens
};

/// Whether charging is cut or stopped before the fuse is exceeded.
enum class LoadBalancing {
  automatic,  ///< where a plan charges; by hand an overload is only told
  on,
  off,
};

/// What a plan is to do.
struct ChargingWish {
  ChargingMode mode = ChargingMode::manual;
  Percent target{8'000};
  int ready_by = 7 * kMinutesPerHour;  ///< minutes past midnight

  friend bool operator==(const ChargingWish&, const ChargingWish&) = default;
};

/// A plan as a home keeps it.
struct HomePlan {
  ChargingPlan plan;
  std::int64_t made_at;              ///< the moment, as `Home::moment` counts
  std::vector<std::string> reasons;  ///< of each block, in a few words
  std::string note;                  ///< what the reader should know of the whole; empty where nothing
};

/// All that a plan is made from: a value, so that any thread may make it. Homes in the same state ask the same.
struct PlanRequest {
  std::int64_t made_at;        ///< the moment, as `Home::moment` counts
  int ready_by;                ///< minutes past midnight
  std::string since;           ///< when the departure was that was missed; empty where none was
  std::string note_of_curves;  ///< what stands in for prices and loads that have not come; empty where nothing does
  ChargingProblem problem;

  friend bool operator==(const PlanRequest&, const PlanRequest&) = default;
};

/// Makes the plan. A pure function; takes up to some hundred milliseconds.
HomePlan plan_home(const PlanRequest& request);

/// What does not change while a home runs, and what it starts with. Shared by all homes that are alike.
struct HomeSettings {
  Pace pace;
  LoadCurve baseload;
  PriceCurve price;
  WattHours capacity;
  Watts charger;
  Watts fuse;
  Percent start_soc;
  Percent charge_limit;
  ClockMode clock_mode;
  std::optional<Watts> charger_min{};  ///< none: the charger is on or off
  Percent charge_efficiency = kFull;
  std::vector<TaperStep> taper{};
  MoneyMicro start_cost{};
  std::chrono::seconds min_run{0};
  std::optional<PricePerKwh> max_price{};
  LoadBalancing load_balancing = LoadBalancing::automatic;
  ChargingWish wish{};
};

/// A moment of the simulated calendar.
struct Clock {
  std::int64_t day = 0;
  int quarter = 0;  ///< of the day, 0..95; stays at the hour's first where a slot is an hour
  int tick = 0;     ///< of the slot, 0..ticks_per_slot-1

  friend bool operator==(const Clock&, const Clock&) = default;
};

/// The ticks since 00:00 of day 0, by the clock's face.
inline std::int64_t tick_number(const Clock& clock, const Pace& pace) {
  const std::int64_t slots = (clock.day * kQuartersPerDay + clock.quarter) / pace.quarters_per_slot();
  return slots * pace.ticks_per_slot() + clock.tick;
}

/// What a home has counted since the start.
struct Counters {
  EnergyTotal base;     ///< never falls
  EnergyTotal charged;  ///< never falls
  Money cost;           ///< falls where prices are negative

  friend bool operator==(const Counters&, const Counters&) = default;
};

/// All that a home has to remember to go on where it stood, beside its settings and curves. A plan is made anew.
struct HomeState {
  int ticks_per_hour = 0;  ///< of the run that the energies were counted in
  Clock clock;             ///< its tick is counted from the quarter, in that run's ticks
  BatteryState battery;
  ChargingWish wish;
  Energy hour_energy;
  Counters counters;
  std::int64_t ticks_of_run = 0;
  std::optional<std::int64_t> late_since{};  ///< see Home

  friend bool operator==(const HomeState&, const HomeState&) = default;
};

/// The curves that were set while a home ran.
struct HomeCurves {
  CurveSchedule<LoadCurve>::Set baseload;
  CurveSchedule<PriceCurve>::Set price;
};

/// What can be seen of a home at one moment: exact, in the units of the world; `wire` rounds it.
struct Snapshot {
  int ticks_per_hour;
  std::int64_t day;
  int hour;
  int minute;
  Watts base_power;
  PricePerKwh price;
  Watts car_power;
  Watts fuse;
  Energy hour_energy;  ///< the hour's base load and what was charged in it
  Energy stored;
  Energy capacity;
  Charging charging;
  Percent limit;
  Counters counters;
};

class Home {
 public:
  explicit Home(std::shared_ptr<const HomeSettings> settings);

  /// One tick passes: the car draws what it is offered; time moves on; a new hour's energy starts from its base load.
  /// The counters count the tick at the power and price of the moment it began. Not while a plan is due: time does not
  /// pass the moment of a plan until the plan is there.
  void advance();

  /// Carries out a command. @return what holds now, as the receipt tells it; or why it cannot be, and nothing changed
  Result<Receipt> apply(const Command& command);

  /// Whether a plan has to be made: the home keeps its former one until `adopt`. A home never makes a plan itself.
  bool plan_due() const { return plan_due_; }
  /// What the due plan is to be made from.
  PlanRequest plan_request() const;
  /// Whether what the command leaves behind depends on the plan that is due: such a command has to wait for it.
  bool needs_plan_for(const Command& command) const;
  /// Follows the plan from now on. @param revision the home's when it was asked for the request
  /// @return false where that request is no longer the present one: nothing changed
  bool adopt(std::shared_ptr<const HomePlan> plan, std::uint64_t revision);

  /// Puts the clock to another time of the local day without any energy flowing. A clock before the present one, or
  /// in another hour, begins that hour's energy anew.
  /// @param moment in real time: when that is, Unix seconds; it tells which of two showings of one time is meant
  void set_clock(const Clock& clock, std::optional<std::int64_t> moment = std::nullopt);

  /// Today and tomorrow as the clock on the wall counts them; without it every day has 24 hours.
  void set_calendar(std::shared_ptr<const std::vector<LocalDay>> days);

  const Clock& clock() const { return clock_; }
  /// Now: Unix seconds in real time, else seconds since 00:00 of day 0.
  std::int64_t moment() const;
  const HomeSettings& settings() const { return *settings_; }
  const LoadCurve& baseload() const { return loads_.on(clock_.day); }
  const PriceCurve& price() const { return prices_.on(clock_.day); }
  const ChargingWish& wish() const { return wish_; }
  /// None in manual mode, and before the first plan was adopted.
  const HomePlan* plan() const { return plan_.get(); }
  /// Another number whenever the plan, the wish or a curve has changed.
  std::uint64_t revision() const { return revision_; }
  Snapshot snapshot() const;
  const Counters& counters() const { return counters_; }

  /// What was paid until now counts no more: from here on it is paid in another currency.
  void begin_cost() { counters_.cost = Money(); }
  HomeState state() const;
  HomeCurves curves() const { return {loads_.what_was_set(), prices_.what_was_set()}; }
  /// Goes on where another home stood, at this home's pace.
  void restore(const HomeState& state, const HomeCurves& curves);

 private:
  struct Apply;

  Energy charge_for_a_tick();
  Energy follow_plan_for_a_tick();
  void move_clock();
  void enter_slot();
  void begin_hour();
  void reset();
  bool planned() const { return wish_.mode != ChargingMode::manual; }
  bool balances_load() const;
  Watts within_fuse(Watts wanted) const;
  Watts offered() const;
  void settle();

  // The plan: home_plan.cpp.
  const LocalDay* local_day(std::int64_t day) const;
  std::int64_t start_of(std::int64_t day, int quarter) const;
  std::int64_t first_shown_at() const;
  std::int64_t since_first_shown(std::int64_t moment) const;
  void follow_calendar(std::int64_t now);
  std::int64_t departure_on(std::int64_t day) const;
  std::vector<PlannerSlot> slots_until(std::int64_t departure) const;
  std::string note_of_curves(std::int64_t last_day) const;
  Joules lacking() const;
  std::string late_text() const;
  void judge_departure();
  ChargingProblem problem() const;
  bool is_plan_outdated() const;
  void renew_plan();

  std::shared_ptr<const HomeSettings> settings_;
  CurveSchedule<LoadCurve> loads_;
  CurveSchedule<PriceCurve> prices_;
  Battery battery_;
  ChargingWish wish_;
  Clock clock_;
  std::int64_t shown_before_ = 0;  ///< so many seconds ago the clock showed this already: it was put back
  int ticks_per_slot_;
  Watts base_power_;   ///< of the present slot
  PricePerKwh price_;  ///< of the present slot
  Energy hour_energy_;
  Counters counters_;
  std::shared_ptr<const std::vector<LocalDay>> calendar_;  ///< none where the clock is simulated
  std::shared_ptr<const HomePlan> plan_;
  PlanFollower follower_;
  bool plan_due_ = false;
  std::int64_t departure_ = 0;  ///< the moment that the plan is for
  /// The day of the departure that was missed: until the target is reached the car charges at once.
  std::optional<std::int64_t> late_since_;
  std::int64_t ticks_of_run_ = 0;  ///< since when the car has been charging without a break
  std::uint64_t revision_ = 0;
};

/// Makes the home's plan and has it adopted, where one is due: for who may wait for it.
void plan_now(Home& home);

}  // namespace home_energy
