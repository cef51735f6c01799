#include "common/world/home.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <span>
#include <utility>

namespace home_energy {
namespace {

DeviceStates states_of(const std::vector<Device>& devices) {
  DeviceStates states;
  for (const Device& device : devices)
    if (DeviceState state = state_of(device); !state.empty()) states.emplace(name_of(device), std::move(state));
  return states;
}

bool can_export(std::span<const Device> devices) {
  return std::ranges::any_of(devices, [](const Device& device) { return role_of(device) != DeviceRole::load; });
}

/// Whether what came through the meter is what was drawn behind it less what was given, and one way only.
[[maybe_unused]] bool is_balance(const Counters& before, const Counters& now, Energy house, Energy cars,
                                 const Flows& flows) {
  const EnergyTotal imported = now.imported() - before.imported();
  const EnergyTotal exported = now.exported - before.exported;
  EnergyTotal net(house.count() + cars.count());
  for (const Flow& flow : flows) {
    if (flow.drawn < Energy() || flow.given < Energy()) return false;
    net += flow.net();
  }
  const bool one_way = imported == EnergyTotal() || exported == EnergyTotal();
  return imported - exported == net && imported >= EnergyTotal() && exported >= EnergyTotal() && one_way &&
         house >= Energy() && cars >= Energy();
}

std::optional<CarTravel> travel_of(const Car& car, const HomeTime& time) {
  const Travel* const travel = car.travel();
  if (travel == nullptr) return std::nullopt;
  const auto& journey = travel->journey();
  return CarTravel{.plugged = travel->plugged(),
                   .away = travel->away(),
                   .journey = journey,
                   .departure = journey ? time.calendar().text(journey->leave) : std::string(),
                   .odometer_m = travel->odometer(time.ticks_per_hour()),
                   .stranded = travel->stranded(),
                   .pending = car.pending()};
}

tl::unexpected<Error> is_absent(const std::string& name) {
  return failure(ErrorCode::absent, name, name + " is not there: the home was started without one");
}

}  // namespace

Home::Home(std::shared_ptr<const HomeSettings> settings)
    : settings_(std::move(settings)),
      time_(settings_->pace, settings_->calendar),
      loads_(std::shared_ptr<const LoadCurve>(settings_, &settings_->baseload), settings_->recorded_loads),
      prices_(std::shared_ptr<const PriceCurve>(settings_, &settings_->price), settings_->recorded_prices),
      cars_(settings_),
      devices_(settings_->devices) {
  if (settings_->tariff.peak) meter_.peaks().emplace();
  enter_slot();
  begin_hour();
  restore_peak({});
  move_cars();
  renew_storage_plan();
}

void Home::advance() {
  if (!cars_.is_one()) return tick<true, true>();
  devices_.empty() ? tick<false, false>() : tick<true, false>();
}

/// One for homes without further devices, one for those with one car: to ask for more took a tenth of their tick.
template <bool HasDevices, bool HasCars>
void Home::tick() {
  const Energy house = in_one_tick(base_power_);
  const Prices prices{price_, export_price_};
  [[maybe_unused]] const Counters before = meter_.counters();
  CarArray<Energy> drawn{};
  [[maybe_unused]] Flows flows{};
  if constexpr (HasCars) {
    drawn = cars_.advance(load(), prices);
  } else if constexpr (HasDevices) {
    drawn.front() = cars_.first().advance({load()}, prices);
  } else {
    drawn.front() = cars_.first().advance({base_power_});
  }
  const Energy cars = HasCars ? std::accumulate(drawn.begin(), drawn.end(), Energy()) : drawn.front();
  if constexpr (HasDevices) flows = advance_devices(house, cars);
  const auto begun = time_.advance();
  if (begun.day()) begin_day();
  if (begun.slot()) read_curves();
  if constexpr (HasDevices)
    if (begun.slot()) begin_quarter_of_devices();
  if (begun.hour()) {
    begin_hour();
    if (meter_.peaks()) turn_peak_hour(HasDevices ? Meter::imported(house, cars, flows) : house + cars);
  }
  if constexpr (HasCars) {
    meter_.count(prices, house, drawn, flows);
  } else if constexpr (HasDevices) {
    meter_.count(prices, house, cars, flows);
  } else {
    meter_.count(prices.import, house, cars);
  }
  assert(is_balance(before, meter_.counters(), house, cars, flows));
  if constexpr (HasDevices) {
    const std::uint64_t revision = cars_.revision();
    if (cars_.follows_time()) follow_time_of_cars(begun.slot());
    if (begun.hour() || cars_.revision() != revision) renew_storage_plan();
  } else if (cars_.first().follows_time()) {
    cars_.first().follow_time(surroundings(0));
  }
}

void Home::follow_time_of_cars(bool is_new_slot) {
  for (std::size_t car = 0; car < cars_.size(); ++car)
    if (cars_.at(car).follows_time()) cars_.at(car).follow_time(surroundings(car));
  for (std::size_t car = 0; is_new_slot && car < cars_.size(); ++car)
    if (cars_.at(car).planned()) cars_.at(car).judge_forecast(surroundings_of_plan(car));
}

/// In a tick: those that do not look at the others at the power with which it begins, then a storage.
Flows Home::advance_devices(Energy house, Energy cars) {
  Flows flows{};
  Energy net = house + cars;
  for (Device& device : devices_) {
    Flow& flow = flows[kind_of(device)];
    flow = home_energy::advance(device, {net, cars});
    net += flow.net();
  }
  return flows;
}

void Home::begin_quarter_of_devices() {
  for (Device& device : devices_) begin_quarter(device, time_.slot(), calendar());
  read_steady_power();
}

void Home::read_steady_power() {
  steady_power_ = Watts();
  for (const Device& device : devices_)
    if (role_of(device) != DeviceRole::storage) steady_power_ += power_of(device, {});
}

Balance<Watts> Home::balance() const {
  const Watts cars = cars_.power(load());
  return {load() + cars, cars};
}

Watts Home::device_power() const {
  if (devices_.empty() || role_of(devices_.back()) != DeviceRole::storage) return steady_power_;
  return steady_power_ + power_of(devices_.back(), balance());
}

const Storage* Home::storage() const {
  return devices_.empty() ? nullptr : std::get_if<Storage>(&devices_.back());
}

Device* Home::device(std::size_t kind) {
  const auto found = std::ranges::find(devices_, kind, kind_of);
  return found == devices_.end() ? nullptr : &*found;
}

/// What is shown of today's curves is another.
void Home::begin_day() {
  if (calendar().has_zone() || !loads_.is_daily() || !prices_.is_daily() || !settings_->tariff.is_plain())
    cars_.first().touch();
}

void Home::enter_slot() {
  read_curves();
  if (!devices_.empty()) begin_quarter_of_devices();
}

void Home::begin_hour() {
  const Watts quarters = loads_.is_daily() ? loads_.daily().hour_sum(time_.hour()) : dated_load_of_hour();
  meter_.begin_hour(Energy(in_one_hour(quarters, time_.ticks_per_hour()).count() / kQuartersPerHour));
}

/// Its quarters added up.
Watts Home::dated_load_of_hour() const {
  const std::int64_t begin = calendar().hour_begin(moment());
  Watts sum;
  for (std::int64_t at = begin; calendar().hour_begin(at) == begin; at += kSecondsPerQuarter)
    sum += loads_.at(quarter_at(at, calendar()), calendar());
  return sum;
}

void Home::move_to(std::int64_t moment, int further_ticks) {
  const Clock before = time_.clock();
  const int hour = time_.hour();
  const std::int64_t hour_begin = calendar().hour_begin(this->moment());
  time_.set(moment, further_ticks);
  if (clock().day != before.day) begin_day();
  enter_slot();
  if (clock().day != before.day || time_.hour() != hour) begin_hour();
  if (calendar().hour_begin(this->moment()) != hour_begin) turn_peak_hour(Energy());
  move_cars();
  renew_storage_plan();
}

void Home::move_cars() {
  for (std::size_t car = 0; car < cars_.size(); ++car) cars_.at(car).move_to(surroundings(car));
}

void Home::renew_plans() {
  for (std::size_t car = 0; car < cars_.size(); ++car) cars_.at(car).renew_plan(surroundings(car));
}

HomeState Home::state() const {
  std::vector<CarState> further;
  for (std::size_t car = 1; car < cars_.size(); ++car) further.push_back(cars_.at(car).state());
  return {.ticks_per_hour = time_.ticks_per_hour(),
          .moment = slot_begin(),
          .tick = clock().tick,
          .car = cars_.first().state(),
          .hour_energy = meter_.hour_energy(),
          .counters = meter_.counters(),
          .devices = states_of(devices_),
          .peak = peak_state(),
          .further_cars = std::move(further)};
}

/// A further car that was not there begins anew.
void Home::restore_cars(const HomeState& state) {
  if (settings_->has_car) cars_.first().restore(state.car, time_);
  for (std::size_t car = 1; car < cars_.size(); ++car) {
    const bool is_known = car <= state.further_cars.size();
    CarState each = is_known ? state.further_cars[car - 1] : cars_.at(car).state();
    if (!is_known) each.travel.reset();
    cars_.at(car).restore(each, time_);
  }
}

void Home::restore(const HomeState& state, const HomeCurves& curves) {
  loads_.restore(curves.baseload);
  prices_.restore(curves.price);
  time_.set(state.moment, state.tick);
  restore_cars(state);
  meter_.restore(state.counters, state.hour_energy);
  for (Device& device : devices_) {
    const auto found = state.devices.find(name_of(device));
    if (found != state.devices.end()) home_energy::restore(device, found->second);
  }
  restore_peak(state.peak);
  enter_slot();
  renew_plans();
  renew_storage_plan();
}

/// Carries out one command. Where there is something to plan anew, that is done afterwards.
struct Home::Apply {
  Home& home;
  std::size_t number;  ///< of the car that it is for
  Car& car;
  bool changed = true;  ///< whether there is something to plan anew

  Result<Receipt> operator()(const ChargeCommand& charge) {
    changed = car.set_charging(charge.charging);
    return Receipt{charge, changed, car.pending()};
  }
  Result<Receipt> operator()(const PlugCommand& plug) { return receipt(plug, car.set_plugged(plug.position)); }
  Result<Receipt> operator()(const TripCommand& trip) { return receipt(trip, car.set_trip(trip, home.time_)); }
  Result<Receipt> operator()(const TripsCommand& trips) { return receipt(trips, car.set_week(trips.week, home.time_)); }
  Result<Receipt> receipt(const Command& command, const Result<bool>& is_another) {
    return is_another.map([&](bool is_now_another) {
      changed = is_now_another;
      return Receipt{command};
    });
  }
  Result<Receipt> operator()(const ResetCommand& reset) const {
    car.reset();
    if (number != 0) return Receipt{reset};
    const bool is_simulated = home.settings_->clock_mode == ClockMode::simulated;
    if (is_simulated) home.time_.set(home.calendar().begin_of(home.clock().day + 1));
    home.enter_slot();
    home.begin_hour();
    if (is_simulated) home.turn_peak_hour(Energy());
    if (is_simulated) home.move_cars();
    return Receipt{reset};
  }
  Result<Receipt> operator()(const ChargeLimitCommand& limit) {
    changed = car.set_limit(limit.limit);
    return Receipt{limit};
  }
  Result<Receipt> operator()(const ChargePowerCommand& told) { return receipt(told, car.set_charge_power(told.power)); }
  Result<Receipt> operator()(const ModeCommand& mode) {
    changed = car.set_mode(mode.mode);
    return Receipt{mode};
  }
  Result<Receipt> operator()(const TargetCommand& target) { return receipt(target, car.set_target(target.target)); }
  Result<Receipt> operator()(const ReadyByCommand& ready_by) {
    changed = car.set_ready_by(ready_by.minute);
    return Receipt{ready_by};
  }
  Result<Receipt> operator()(const DeviceCommand& command) {
    Device* const device = home.device(command.kind);
    const std::string name(kDeviceNames.at(command.kind));
    if (device == nullptr) return is_absent(name);
    const Watts before = home.steady_power_;
    if (!carry_out(*device, command.order))
      return failure(ErrorCode::illegal, name, name + " does not take such a command");
    home.read_steady_power();
    changed = home.cars_.follows_time() && home.steady_power_ != before;
    return Receipt{command};
  }
  Result<Receipt> operator()(const PriceCommand& price) const {
    set(home.prices_, price.prices);
    home.enter_slot();
    return Receipt{price};
  }
  Result<Receipt> operator()(const BaseloadCommand& baseload) const {
    set(home.loads_, baseload.loads);
    home.enter_slot();
    return Receipt{baseload};
  }
};

Result<Receipt> Home::apply(const Command& command, std::size_t car) {
  const bool is_of_car = is_for_car(command);
  if (!settings_->has_car && is_of_car) return is_absent("car");
  if (car >= cars_.size()) return is_absent("car-" + std::to_string(car + 1));
  Apply apply{*this, car, cars_.at(car)};
  const bool planned_storage = plans_storage();
  auto outcome = std::visit(apply, command);
  if (outcome && apply.changed && is_of_car) cars_.at(car).renew_plan(surroundings(car));
  if (outcome && apply.changed && !is_of_car) renew_plans();
  if (outcome && (apply.changed || std::holds_alternative<DeviceCommand>(command))) renew_storage_plan();
  if (planned_storage && !plans_storage()) cars_.first().touch();  // its plan is no longer shown
  return outcome;
}

Snapshot Home::snapshot() const {
  const auto beside = cars_.beside(load());
  std::vector<CarSnapshot> further;
  for (std::size_t car = 1; car < cars_.size(); ++car) further.push_back(car_snapshot(car, beside.at(car)));
  return {.ticks_per_hour = time_.ticks_per_hour(),
          .day = clock().day,
          .date = calendar().date_of(clock().day),
          .hour = time_.hour(),
          .minute = time_.minute(),
          .base_power = base_power_,
          .price = price_,
          .fuse = settings_->fuse,
          .hour_energy = meter_.hour_energy(),
          .car = car_snapshot(0, beside.front()),
          .counters = meter_.counters(),
          .has_car = settings_->has_car,
          .device_power = device_power(),
          .devices = devices_,
          .balance = balance(),
          .can_export = can_export(devices_),
          .peak = peak(),
          .further_cars = std::move(further)};
}

CarSnapshot Home::car_snapshot(std::size_t number, Beside beside) const {
  const Car& car = cars_.at(number);
  const Battery& battery = car.battery();
  return {.power = car.power(beside),
          .stored = settings_->has_car ? battery.stored() : Energy(),
          .capacity = settings_->has_car ? battery.capacity() : Energy(),
          .charging = battery.charging(),
          .limit = battery.limit(),
          .travel = travel_of(car, time_),
          .charge_power = car.shown_charge_power()};
}

}  // namespace home_energy
