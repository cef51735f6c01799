#include "common/world/home.hpp"

#include <algorithm>
#include <cassert>
#include <span>
#include <utility>

namespace home_energy {
namespace {

DeviceStates states_of(const std::vector<Device>& devices) {
  DeviceStates states;
  for (const Device& device : devices) states.emplace(name_of(device), state_of(device));
  return states;
}

/// Whether what came through the meter is what was drawn behind it, and nothing flowed backwards.
[[maybe_unused]] bool is_balance(EnergyTotal metered, Energy house, Energy car, std::span<const Energy> devices) {
  for (const Energy drawn : devices) metered = metered - EnergyTotal(drawn.count());
  return metered == EnergyTotal(house.count() + car.count()) && house >= Energy() && car >= Energy();
}

}  // namespace

Home::Home(std::shared_ptr<const HomeSettings> settings)
    : settings_(std::move(settings)),
      time_(settings_->pace, settings_->calendar),
      loads_(std::shared_ptr<const LoadCurve>(settings_, &settings_->baseload)),
      prices_(std::shared_ptr<const PriceCurve>(settings_, &settings_->price)),
      car_(settings_),
      devices_(settings_->devices) {
  enter_slot();
  begin_hour();
  if (car_.planned()) car_.renew_plan(surroundings());
}

void Home::advance() {
  devices_.empty() ? tick<false>() : tick<true>();
}

/// One for homes without further devices: to ask for them took a tenth of their tick.
template <bool HasDevices>
void Home::tick() {
  const Energy house = in_one_tick(base_power_);
  const PricePerKwh price = price_;
  [[maybe_unused]] const EnergyTotal before = meter_.counters().total();
  const Energy car = car_.advance(HasDevices ? load() : base_power_);
  [[maybe_unused]] DeviceEnergies drawn{};
  if constexpr (HasDevices) drawn = drawn_by_devices();
  const auto begun = time_.advance();
  if (begun.day()) begin_day();
  if (begun.slot()) read_curves();
  if constexpr (HasDevices)
    if (begun.slot()) begin_quarter_of_devices();
  if (begun.hour()) begin_hour();
  meter_.count(price, house, car);
  if constexpr (HasDevices) count(price, drawn);
  assert(is_balance(meter_.counters().total() - before, house, car, drawn));
  if (car_.planned()) car_.follow_time(surroundings());
}

/// In a tick, at the power with which it begins.
Home::DeviceEnergies Home::drawn_by_devices() const {
  DeviceEnergies drawn{};
  for (const Device& device : devices_) drawn.at(kind_of(device)) = in_one_tick(power_of(device));
  return drawn;
}

void Home::count(PricePerKwh price, const DeviceEnergies& drawn) {
  for (const Device& device : devices_) meter_.count(price, kind_of(device), drawn.at(kind_of(device)));
}

void Home::begin_quarter_of_devices() {
  for (Device& device : devices_) begin_quarter(device, clock().quarter);
  read_device_power();
}

void Home::read_device_power() {
  device_power_ = Watts();
  for (const Device& device : devices_) device_power_ += power_of(device);
}

Device* Home::device(std::size_t kind) {
  const auto found = std::ranges::find(devices_, kind, kind_of);
  return found == devices_.end() ? nullptr : &*found;
}

/// What is shown of today's curves is another.
void Home::begin_day() {
  if (calendar().has_zone()) car_.touch();
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
  time_.set(moment, further_ticks);
  if (clock().day != before.day) begin_day();
  enter_slot();
  if (clock().day != before.day || time_.hour() != hour) begin_hour();
  if (car_.planned()) car_.renew_plan(surroundings());
}

HomeState Home::state() const {
  return {.ticks_per_hour = time_.ticks_per_hour(),
          .moment = slot_begin(),
          .tick = clock().tick,
          .car = car_.state(),
          .hour_energy = meter_.hour_energy(),
          .counters = meter_.counters(),
          .devices = states_of(devices_)};
}

void Home::restore(const HomeState& state, const HomeCurves& curves) {
  loads_.restore(curves.baseload);
  prices_.restore(curves.price);
  car_.restore(state.car);
  time_.set(state.moment, state.tick);
  meter_.restore(state.counters, state.hour_energy);
  for (Device& device : devices_) {
    const auto found = state.devices.find(name_of(device));
    if (found != state.devices.end()) home_energy::restore(device, found->second);
  }
  enter_slot();
  car_.renew_plan(surroundings());
}

/// Carries out one command. Where there is something to plan anew, that is done afterwards.
struct Home::Apply {
  Home& home;
  bool changed = true;  ///< whether there is something to plan anew

  Result<Receipt> operator()(const ChargeCommand& charge) {
    changed = home.car_.set_charging(charge.charging);
    return Receipt{charge, changed};
  }
  Result<Receipt> operator()(const ResetCommand& reset) const {
    home.car_.reset();
    if (home.settings_->clock_mode == ClockMode::simulated)
      home.time_.set(home.calendar().begin_of(home.clock().day + 1));
    home.enter_slot();
    home.begin_hour();
    return Receipt{reset};
  }
  Result<Receipt> operator()(const ChargeLimitCommand& limit) {
    changed = home.car_.set_limit(limit.limit);
    return Receipt{limit};
  }
  Result<Receipt> operator()(const ModeCommand& mode) {
    changed = home.car_.set_mode(mode.mode);
    return Receipt{mode};
  }
  Result<Receipt> operator()(const TargetCommand& target) {
    return home.car_.set_target(target.target).map([&](bool is_another) {
      changed = is_another;
      return Receipt{target};
    });
  }
  Result<Receipt> operator()(const ReadyByCommand& ready_by) {
    changed = home.car_.set_ready_by(ready_by.minute);
    return Receipt{ready_by};
  }
  Result<Receipt> operator()(const SwitchCommand& command) {
    Device* const device = home.device(command.kind);
    if (device == nullptr) {
      const std::string name(kDeviceNames.at(command.kind));
      return failure(ErrorCode::illegal, name, name + " is not there: the home was started without one");
    }
    const Watts before = home.device_power_;
    switch_to(*device, command.position);
    home.read_device_power();
    changed = home.car_.planned() && home.device_power_ != before;
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
  Apply apply{*this};
  auto outcome = std::visit(apply, command);
  if (outcome && apply.changed) car_.renew_plan(surroundings());
  return outcome;
}

/// Back to charging by hand the car goes on as the plan has it at this moment.
bool Home::needs_plan_for(const Command& command) const {
  const auto* const mode = std::get_if<ModeCommand>(&command);
  return plan_due() && mode != nullptr && mode->mode == ChargingMode::manual;
}

bool Home::adopt(std::shared_ptr<const HomePlan> plan, std::uint64_t revision) {
  return car_.adopt(std::move(plan), revision, surroundings());
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
          .stored = battery.stored(),
          .capacity = battery.capacity(),
          .charging = battery.charging(),
          .limit = battery.limit(),
          .counters = meter_.counters(),
          .device_power = device_power_,
          .devices = devices_};
}

void plan_now(Home& home) {
  if (home.plan_due()) home.adopt(std::make_shared<const HomePlan>(plan_home(home.plan_request())), home.revision());
}

}  // namespace home_energy
