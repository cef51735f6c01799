/// @file
/// A home: its devices behind one meter, and how time and commands change them. No clock, no thread: whoever owns a
/// home tells it that a tick has passed. Not safe to use from two threads at once.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "common/base/decimal.hpp"
#include "common/base/units.hpp"
#include "common/time/series.hpp"
#include "common/world/cars.hpp"
#include "common/world/command.hpp"
#include "common/world/home_settings.hpp"
#include "common/world/home_time.hpp"
#include "common/world/meter.hpp"
#include "common/world/peak_meter.hpp"

namespace home_energy {

/// All that a home has to remember to go on where it stood, beside its settings and curves. A plan is made anew.
struct HomeState {
  int ticks_per_hour = 0;   ///< of the run that the energies were counted in
  std::int64_t moment = 0;  ///< at which the present slot began
  int tick = 0;             ///< of the slot, in that run's ticks
  CarState car;
  Energy hour_energy;
  Counters counters;
  DeviceStates devices{};
  std::optional<PeakState> peak{};  ///< where the tariff has a price of power
  std::vector<CarState> further_cars{};

  friend bool operator==(const HomeState&, const HomeState&) = default;
};

/// The curves that were set while a home ran.
struct HomeCurves {
  LoadSeries::Set baseload;
  PriceSeries::Set price;
};

/// Whether the fuse is exceeded, whichever way it goes.
constexpr bool is_overload(Watts power, Watts fuse) {
  return power > fuse || Watts() - power > fuse;
}

/// What can be seen of a car's comings and goings.
struct CarTravel {
  bool plugged;
  bool away;
  std::optional<Journey> journey;  ///< the one under way or the next
  std::string departure;           ///< ISO 8601; empty where there is none
  std::int64_t odometer_m;
  EnergyTotal stranded;
  bool pending;  ///< charging by hand waits for it to be plugged in
};

/// What can be seen of a car and its charger.
struct CarSnapshot {
  Watts power;
  Energy stored;
  Energy capacity;
  Charging charging;
  Percent limit;
  std::optional<CarTravel> travel{};  ///< of a car that leaves
  /// What the charger may draw at most: where it modulates, or was told to draw less than it can.
  std::optional<Watts> charge_power{};

  /// Its state of charge; 0 where there is no car.
  Percent soc() const {
    return capacity == Energy() ? Percent()
                                : Percent(rounded_quotient(Int128{100} * stored.count(), capacity.count(), 2));
  }
};

/// What can be seen of a home at one moment: exact, in the units of the world; `wire` rounds it.
struct Snapshot {
  int ticks_per_hour;
  std::int64_t day;
  std::int64_t date;  ///< days since 1970-01-01
  int hour;
  int minute;
  Watts base_power;
  PricePerKwh price;
  Watts fuse;
  Energy hour_energy;  ///< the hour's base load and what was charged in it
  CarSnapshot car;
  Counters counters;
  bool has_car = true;            ///< without one nothing is stored, and it holds nothing
  Watts device_power{};           ///< of the further devices together: what they draw less what they give
  std::vector<Device> devices{};  ///< the further devices
  Balance<Watts> balance{};       ///< what all but a storage leave to it
  bool can_export = false;        ///< whether anything in the home gives
  std::optional<Watts> peak{};    ///< the mean of the month's highest hours, where the tariff has a price of power
  std::vector<CarSnapshot> further_cars{};

  /// @param number 0 is the first
  const CarSnapshot& car_at(std::size_t number) const { return number == 0 ? car : further_cars[number - 1]; }
  /// What the home draws from the grid; below zero what it gives to it.
  Watts power() const {
    Watts sum = base_power + device_power + car.power;
    for (const CarSnapshot& further : further_cars) sum += further.power;
    return sum;
  }
  bool is_overload() const { return home_energy::is_overload(power(), fuse); }
};

class Home {
 public:
  explicit Home(std::shared_ptr<const HomeSettings> settings);

  /// One tick passes: the devices draw; time moves on; a new hour's energy starts from its base load. The counters
  /// count the tick at the power and price of the moment it began. Not while a plan is due: time does not pass the
  /// moment of a plan until the plan is there.
  void advance();

  /// Carries out a command. @param car its place, of a command for a car: 0 is the first
  /// @return what holds now, as the receipt tells it; or why it cannot be, and nothing changed
  Result<Receipt> apply(const Command& command, std::size_t car = 0);

  /// Whether a plan has to be made: the home keeps its former one until `adopt`. A home never makes a plan itself.
  bool plan_due() const { return cars_.plan_due() || storage_plan_due_; }
  /// What the due plan is to be made from.
  PlanRequest plan_request() const;
  /// Whether what the command leaves behind depends on the plan that is due: such a command has to wait for it.
  bool needs_plan_for(const Command& command, std::size_t car = 0) const;
  /// Follows the plan from now on. @param revision the home's when it was asked for the request
  /// @return false where that request is no longer the present one: nothing changed
  bool adopt(const std::shared_ptr<const HomePlan>& plan, std::uint64_t revision);

  /// To another moment, to the tick before it and so many ticks further, without any energy flowing: what lies between
  /// is left out, or lies ahead once more. In another hour that hour's energy begins anew, and the one that is left
  /// counts with what was imported in it.
  void move_to(std::int64_t moment, int further_ticks = 0);

  const Clock& clock() const { return time_.clock(); }
  const Calendar& calendar() const { return time_.calendar(); }
  /// Now: seconds since 00:00 of day 0.
  std::int64_t moment() const { return time_.moment(); }
  /// When the present slot began.
  std::int64_t slot_begin() const { return time_.slot().moment; }
  /// The ticks since 00:00 of day 0.
  std::int64_t ticks() const { return time_.ticks(); }
  const HomeSettings& settings() const { return *settings_; }
  /// The further ones.
  std::span<const Device> devices() const { return devices_; }
  /// The home battery; null where there is none.
  const Storage* storage() const;
  const LoadSeries& loads() const { return loads_; }
  /// Those of the market.
  const PriceSeries& prices() const { return prices_; }
  /// Today by the clock's face.
  LoadCurve baseload() const { return loads_.on(clock().day, calendar()); }
  /// What is paid, as everywhere but in `prices`.
  PriceCurve price() const {
    return settings_->tariff.imported(prices_.on(clock().day, calendar()), clock().day, calendar());
  }
  PricePerKwh price_at(const Quarter& quarter) const {
    return settings_->tariff.imported(prices_.at(quarter, calendar()), quarter, calendar());
  }
  /// A home without a car has one that is never told to do anything.
  std::size_t cars() const { return cars_.size(); }
  const ChargingWish& wish(std::size_t car = 0) const { return cars_.at(car).wish(); }
  /// None in manual mode, and before the first plan was adopted.
  const HomePlan* plan(std::size_t car = 0) const { return cars_.at(car).plan(); }
  /// Whether the car leaves: it has trips.
  bool travels(std::size_t car) const { return cars_.at(car).travel() != nullptr; }
  const std::vector<LaterPlan>& later_plans(std::size_t car = 0) const { return cars_.at(car).later_plans(); }
  /// Another number whenever a plan, a wish or a curve has changed.
  std::uint64_t revision() const { return cars_.revision(); }
  Snapshot snapshot() const;
  /// What it draws from the grid now; below zero what it gives to it.
  Watts power() const { return base_power_ + cars_.power(load()) + device_power(); }
  PricePerKwh present_price() const { return price_; }
  const Counters& counters() const { return meter_.counters(); }

  /// What was paid until now counts no more: from here on it is paid in another currency. The month's highest hours
  /// stay.
  void begin_cost() { meter_.begin_cost(); }
  HomeState state() const;
  HomeCurves curves() const { return {loads_.what_was_set(), prices_.what_was_set()}; }
  /// Goes on where another home stood, at this home's pace.
  void restore(const HomeState& state, const HomeCurves& curves);

 private:
  struct Apply;
  void restore_cars(const HomeState& state);

  /// What all but the cars draw, less what is given; a storage looks at the cars and so does not count.
  Watts load() const { return base_power_ + steady_power_; }
  Balance<Watts> balance() const;
  Watts device_power() const;
  Surroundings surroundings(std::size_t car) const {
    return {time_, prices_, loads_, devices_, cars_.beside(load(), car)};
  }
  Surroundings surroundings_of_plan(std::size_t car) const;
  void foresee_cars(std::vector<StorageSlot>& slots, std::optional<std::size_t> but) const;
  void move_cars();
  void follow_time_of_cars(bool is_new_slot);
  void renew_plans();
  CarSnapshot car_snapshot(std::size_t car, Beside beside) const;
  Device* device(std::size_t kind);
  bool plans_storage() const { return storage() != nullptr && storage()->mode() == StorageMode::plan; }
  void renew_storage_plan();
  StorageProblem meter_problem(const Surroundings& around) const;
  template <bool HasDevices, bool HasCars>
  void tick();
  Flows advance_devices(Energy house, Energy cars);
  void begin_quarter_of_devices();
  void read_steady_power();
  void begin_day();
  Watts dated_load_of_hour() const;
  void read_curves() {
    base_power_ = loads_.at(time_.slot(), calendar());
    const PricePerKwh market = prices_.at(time_.slot(), calendar());
    price_ = settings_->tariff.imported(market, time_.slot(), calendar());
    if (!devices_.empty()) export_price_ = settings_->tariff.exported(market, time_.slot(), calendar());
  }
  void enter_slot();
  void begin_hour();
  /// An hour is over, or was left for another moment: the tariff may have a price of power.
  /// @param of_tick what was imported in it besides, not yet counted
  void turn_peak_hour(Energy of_tick);
  void restore_peak(const std::optional<PeakState>& state);
  std::optional<PeakState> peak_state() const;
  /// What a plan of so many slots has to know; none where the tariff has no price of power.
  std::optional<PeakProblem> peak_problem(std::size_t slots) const;
  std::optional<Watts> peak() const;

  std::shared_ptr<const HomeSettings> settings_;
  HomeTime time_;
  LoadSeries loads_;
  PriceSeries prices_;
  Watts base_power_;          ///< of the present slot
  PricePerKwh price_;         ///< of the present slot
  PricePerKwh export_price_;  ///< of the present slot, where it has further devices
  Cars cars_;
  std::vector<Device> devices_;  ///< further ones
  Watts steady_power_;           ///< of them together, less what they give, but for a storage
  bool storage_plan_due_ = false;
  Meter meter_;
};

/// Makes the home's plan and has it adopted, where one is due: for who may wait for it.
void plan_now(Home& home);

}  // namespace home_energy
