#include "common/world/home.hpp"

#include <algorithm>
#include <cassert>
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
[[maybe_unused]] bool is_balance(const Counters& before, const Counters& now, Energy house, Energy car,
                                 const Flows& flows) {
  const EnergyTotal imported = now.imported() - before.imported();
  const EnergyTotal exported = now.exported - before.exported;
  EnergyTotal net(house.count() + car.count());
  for (const Flow& flow : flows) {
    if (flow.drawn < Energy() || flow.given < Energy()) return false;
    net += flow.net();
  }
  const bool one_way = imported == EnergyTotal() || exported == EnergyTotal();
  return imported - exported == net && imported >= EnergyTotal() && exported >= EnergyTotal() && one_way &&
         house >= Energy() && car >= Energy();
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
      car_(settings_),
      devices_(settings_->devices) {
  if (settings_->tariff.peak) meter_.peaks().emplace();
  enter_slot();
  begin_hour();
  restore_peak({});
  car_.move_to(surroundings());
  renew_storage_plan();
}

void Home::advance() {
  devices_.empty() ? tick<false>() : tick<true>();
}

/// One for homes without further devices: to ask for them took a tenth of their tick.
template <bool HasDevices>
void Home::tick() {
  const Energy house = in_one_tick(base_power_);
  const Prices prices{price_, export_price_};
  [[maybe_unused]] const Counters before = meter_.counters();
  const Watts beside = HasDevices ? load() : base_power_;
  const Energy car = car_.advance(beside);
  [[maybe_unused]] Flows flows{};
  if constexpr (HasDevices) {
    flows = advance_devices(house, car);
    car_.count_cost(car, in_one_tick(std::max(Watts(), Watts() - beside)), prices);
  }
  const auto begun = time_.advance();
  if (begun.day()) begin_day();
  if (begun.slot()) read_curves();
  if constexpr (HasDevices)
    if (begun.slot()) begin_quarter_of_devices();
  if (begun.hour()) {
    begin_hour();
    if (meter_.peaks()) turn_peak_hour(HasDevices ? Meter::imported(house, car, flows) : house + car);
  }
  if constexpr (HasDevices) {
    meter_.count(prices, house, car, flows);
  } else {
    meter_.count(prices.import, house, car);
  }
  assert(is_balance(before, meter_.counters(), house, car, flows));
  const std::uint64_t revision = car_.revision();
  if (car_.follows_time()) car_.follow_time(surroundings());
  if constexpr (HasDevices)
    if (begun.slot() && car_.planned()) car_.judge_forecast(surroundings());
  if constexpr (HasDevices)
    if (begun.hour() || car_.revision() != revision) renew_storage_plan();
}

/// In a tick: those that do not look at the others at the power with which it begins, then a storage.
Flows Home::advance_devices(Energy house, Energy car) {
  Flows flows{};
  Energy net = house + car;
  for (Device& device : devices_) {
    Flow& flow = flows[kind_of(device)];
    flow = home_energy::advance(device, {net, car});
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
  const Watts car = car_.power(load());
  return {load() + car, car};
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
  if (calendar().has_zone() || !loads_.is_daily() || !prices_.is_daily() || !settings_->tariff.is_plain()) car_.touch();
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
  car_.move_to(surroundings());
  renew_storage_plan();
}

HomeState Home::state() const {
  return {.ticks_per_hour = time_.ticks_per_hour(),
          .moment = slot_begin(),
          .tick = clock().tick,
          .car = car_.state(),
          .hour_energy = meter_.hour_energy(),
          .counters = meter_.counters(),
          .devices = states_of(devices_),
          .peak = peak_state()};
}

void Home::restore(const HomeState& state, const HomeCurves& curves) {
  loads_.restore(curves.baseload);
  prices_.restore(curves.price);
  time_.set(state.moment, state.tick);
  if (settings_->has_car) car_.restore(state.car, time_);
  meter_.restore(state.counters, state.hour_energy);
  for (Device& device : devices_) {
    const auto found = state.devices.find(name_of(device));
    if (found != state.devices.end()) home_energy::restore(device, found->second);
  }
  restore_peak(state.peak);
  enter_slot();
  car_.renew_plan(surroundings());
  renew_storage_plan();
}

/// Carries out one command. Where there is something to plan anew, that is done afterwards.
struct Home::Apply {
  Home& home;
  bool changed = true;  ///< whether there is something to plan anew

  Result<Receipt> operator()(const ChargeCommand& charge) {
    changed = home.car_.set_charging(charge.charging);
    return Receipt{charge, changed, home.car_.pending()};
  }
  Result<Receipt> operator()(const PlugCommand& plug) { return receipt(plug, home.car_.set_plugged(plug.position)); }
  Result<Receipt> operator()(const TripCommand& trip) { return receipt(trip, home.car_.set_trip(trip, home.time_)); }
  Result<Receipt> operator()(const TripsCommand& trips) {
    return receipt(trips, home.car_.set_week(trips.week, home.time_));
  }
  Result<Receipt> receipt(const Command& command, const Result<bool>& is_another) {
    return is_another.map([&](bool is_now_another) {
      changed = is_now_another;
      return Receipt{command};
    });
  }
  Result<Receipt> operator()(const ResetCommand& reset) const {
    home.car_.reset();
    const bool is_simulated = home.settings_->clock_mode == ClockMode::simulated;
    if (is_simulated) home.time_.set(home.calendar().begin_of(home.clock().day + 1));
    home.enter_slot();
    home.begin_hour();
    if (is_simulated) home.turn_peak_hour(Energy());
    if (is_simulated) home.car_.move_to(home.surroundings());
    return Receipt{reset};
  }
  Result<Receipt> operator()(const ChargeLimitCommand& limit) {
    changed = home.car_.set_limit(limit.limit);
    return Receipt{limit};
  }
  Result<Receipt> operator()(const ChargePowerCommand& told) {
    return receipt(told, home.car_.set_charge_power(told.power));
  }
  Result<Receipt> operator()(const ModeCommand& mode) {
    changed = home.car_.set_mode(mode.mode);
    return Receipt{mode};
  }
  Result<Receipt> operator()(const TargetCommand& target) {
    return receipt(target, home.car_.set_target(target.target));
  }
  Result<Receipt> operator()(const ReadyByCommand& ready_by) {
    changed = home.car_.set_ready_by(ready_by.minute);
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
    changed = home.car_.follows_time() && home.steady_power_ != before;
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

Result<Receipt> Home::apply(const Command& command) {
  if (!settings_->has_car && is_for_car(command)) return is_absent("car");
  Apply apply{*this};
  const bool planned_storage = plans_storage();
  auto outcome = std::visit(apply, command);
  if (outcome && apply.changed) car_.renew_plan(surroundings());
  if (outcome && (apply.changed || std::holds_alternative<DeviceCommand>(command))) renew_storage_plan();
  if (planned_storage && !plans_storage()) car_.touch();  // its plan is no longer shown
  return outcome;
}

Snapshot Home::snapshot() const {
  const Battery& battery = car_.battery();
  return {.ticks_per_hour = time_.ticks_per_hour(),
          .day = clock().day,
          .date = calendar().date_of(clock().day),
          .hour = time_.hour(),
          .minute = time_.minute(),
          .base_power = base_power_,
          .price = price_,
          .car_power = car_.power(load()),
          .fuse = settings_->fuse,
          .hour_energy = meter_.hour_energy(),
          .stored = settings_->has_car ? battery.stored() : Energy(),
          .capacity = settings_->has_car ? battery.capacity() : Energy(),
          .charging = battery.charging(),
          .limit = battery.limit(),
          .counters = meter_.counters(),
          .has_car = settings_->has_car,
          .device_power = device_power(),
          .devices = devices_,
          .balance = balance(),
          .can_export = can_export(devices_),
          .travel = travel(),
          .charge_power = charge_power(),
          .peak = peak()};
}

std::optional<Watts> Home::charge_power() const {
  const auto& told = car_.charge_power();
  return told || !settings_->charger_min ? told : settings_->charger;
}

std::optional<CarTravel> Home::travel() const {
  const Travel* const travel = car_.travel();
  if (travel == nullptr) return std::nullopt;
  const auto& journey = travel->journey();
  return CarTravel{.plugged = travel->plugged(),
                   .away = travel->away(),
                   .journey = journey,
                   .departure = journey ? calendar().text(journey->leave) : std::string(),
                   .odometer_m = travel->odometer(time_.ticks_per_hour()),
                   .stranded = travel->stranded(),
                   .pending = car_.pending()};
}

}  // namespace home_energy
