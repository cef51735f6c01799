#include "common/wire/home_state.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "common/base/text.hpp"
#include "common/wire/curve_text.hpp"
#include "common/wire/device_table.hpp"
#include "common/wire/home_topics.hpp"
#include "common/wire/numbers_writer.hpp"
#include "common/wire/stored_json.hpp"
#include "common/wire/stored_peak.hpp"
#include "common/wire/trip_text.hpp"

namespace home_energy {

namespace {

using stored::Json;
using stored::kMostMoment;
using stored::refuse;
using stored::refuse_value;
using stored::text_of;
using stored::whole;

Int128 scaled(Int128 value, int to, int from) {
  return value / from * to + value % from * to / from;
}
Energy scaled(Energy value, int to, int from) {
  return Energy(static_cast<std::int64_t>(scaled(Int128{value.count()}, to, from)));
}
/// Up, so that no counter is seen to fall.
EnergyTotal scaled(EnergyTotal total, int to, int from) {
  return EnergyTotal(-scaled(-total.count(), to, from) + (total.count() % from != 0 ? 1 : 0));
}
void scale(Counters& counters, int to, int from) {
  counters.base = scaled(counters.base, to, from);
  counters.charged = scaled(counters.charged, to, from);
  counters.cost = Money(scaled(counters.cost.count(), to, from));
  counters.earned = Money(scaled(counters.earned.count(), to, from));
  for (FlowTotal& device : counters.devices) device = {scaled(device.drawn, to, from), scaled(device.given, to, from)};
  if (auto& further = counters.further_charged)
    for (EnergyTotal& charged : *further) charged = scaled(charged, to, from);
  counters.exported = scaled(counters.exported, to, from);
}
void scale(CarState& car, int to, int from) {
  car.battery.stored = scaled(car.battery.stored, to, from);
  car.ticks_of_run = static_cast<std::int64_t>(scaled(Int128{car.ticks_of_run}, to, from));
  if (auto& travel = car.travel) {
    travel->used = scaled(travel->used, to, from);
    travel->driven = scaled(travel->driven, to, from);
    travel->stranded = scaled(travel->stranded, to, from);
  }
}
void scale(DeviceStates& devices, int to, int from) {
  for (std::size_t kind = 0; kind < kDeviceKinds; ++kind) {
    const auto device = devices.find(kDeviceNames.at(kind));
    if (device == devices.end()) continue;
    for (const std::string_view name : kDeviceEnergies.at(kind))
      if (const auto found = device->second.find(name); found != device->second.end())
        found->second = scaled(Energy(found->second), to, from).count();
  }
}

/// Of a number that is written as text, for it may be longer than JSON's readers take.
Int128 wide(const Json& object, const std::string& key, Int128 lowest, Int128 highest) {
  constexpr std::size_t kLongest = 37;  // digits that cannot overflow
  const Json& got = object.at(key);
  if (!got.is_string()) refuse_value(key, lowest, highest, got);
  const auto& text = got.get_ref<const std::string&>();
  const bool negative = text.starts_with('-');
  const auto digits = std::string_view(text).substr(negative ? 1 : 0);
  Int128 value = 0;
  const bool is_number =
      !digits.empty() && digits.size() <= kLongest && digits.find_first_not_of("0123456789") == std::string_view::npos;
  if (!is_number) refuse_value(key, lowest, highest, got);
  for (const char c : digits) value = value * 10 + (c - '0');
  if (negative) value = -value;
  if (value < lowest || value > highest) refuse_value(key, lowest, highest, got);
  return value;
}

// What may be read back: far more than a home can come to with the options at their ends, and little enough that
// nothing overflows, whatever the pace is that it goes on at and however it is rendered.

/// Counted up when a value gets another meaning. A further field needs none: it has a default, and who does not know it
/// passes over it.
constexpr std::int64_t kStateVersion = 2;
constexpr std::int64_t kByTheFace = 1;  ///< in which a row's quarter was counted by what the clock shows
constexpr int kMostTicksPerHour = 360'000;
// Those below are of one tick an hour: milliwatt-hours, hours, millionths of the currency times milliwatts.
constexpr std::int64_t kMostStored = 1'000'000'000;  ///< 1,000 kWh, the largest battery
constexpr std::int64_t kMostInAnHour =
    10 * kMostStored;                            ///< load and charger of 1 MW each, in an hour that is repeated
constexpr std::int64_t kMostHours = 10'000'000;  ///< of a run of charging, or of a row: 1,141 years
constexpr Int128 kMostCounted = Int128{1'000'000'000'000} * 1'000'000'000;  ///< 10^15 kWh: 2 MW since the last ice age
constexpr Int128 kMostPaid = kMostCounted * 10'000'000;                     ///< 10^16 of the currency
constexpr std::int64_t kMostOfADevice = std::int64_t{1} << 53;              ///< any number that a device remembers
constexpr int kLastMinute = kHoursPerDay * kMinutesPerHour - 1;
constexpr std::int64_t kMostTripWh = 1'000'000;
constexpr std::int64_t kMostCharger = 1'000'000;
constexpr std::int64_t kLongestTrip = 4 * kSecondsPerDay;
/// Within one row.
constexpr Int128 kMostInARow = Int128{1'000'000} * kMostStored;
constexpr Int128 kMostPaidInARow = kMostInARow * 1'000'000'000;

/// A counter that is not there, as those of devices in a file of an earlier version, is 0.
Counters read_counters(const Json& object, int ticks) {
  Counters counters{EnergyTotal(wide(object, "base", 0, kMostCounted * ticks)),
                    EnergyTotal(wide(object, "charged", 0, kMostCounted * ticks)),
                    Money(wide(object, "cost", -kMostPaid * ticks, kMostPaid * ticks))};
  const auto energy = [&](const std::string& name) {
    return object.contains(name) ? EnergyTotal(wide(object, name, 0, kMostCounted * ticks)) : EnergyTotal();
  };
  counters.exported = energy("exported");
  if (object.contains("earned")) counters.earned = Money(wide(object, "earned", -kMostPaid * ticks, kMostPaid * ticks));
  for (std::size_t car = 1; car < kMostCars; ++car) counters.add_charged(car, energy(charged_key(car)));
  for (const auto& kind : wire::device_kinds()) {
    const std::string name(kind.name);
    counters.devices.at(wire::number_of(kind)) = {energy(name), energy(name + std::string(kGiven))};
  }
  return counters;
}

/// Those of kinds that this program does not know are left out.
DeviceStates read_devices(const Json& json) {
  DeviceStates devices;
  if (!json.contains("devices")) return devices;
  const Json& all = json.at("devices");
  if (!all.is_object()) refuse("devices must be an object");
  for (const auto& kind : wire::device_kinds()) {
    const std::string name(kind.name);
    if (!all.contains(name)) continue;
    if (!all.at(name).is_object()) refuse("devices." + name + " must be an object");
    for (const auto& [key, value] : all.at(name).items())
      devices[name][key] = whole(all.at(name), key, -kMostOfADevice, kMostOfADevice);
  }
  return devices;
}

/// The same, or what holds where a file of another version does not have it.
std::int64_t whole_or(std::int64_t otherwise, const Json& object, const std::string& key, std::int64_t lowest,
                      std::int64_t highest) {
  return object.contains(key) ? whole(object, key, lowest, highest) : otherwise;
}

/// What trips of the week there are was checked when it was set; a file that somebody changed is refused.
std::optional<WeekOfTrips> read_week(const Json& travel) {
  if (!travel.contains("week")) return std::nullopt;
  const auto week = read_trips(travel.at("week"));
  if (!week) refuse("travel.week must be trips by weekday");
  return week->week;
}

std::optional<TravelState> read_travel(const Json& json, int ticks) {
  if (!json.contains("travel")) return std::nullopt;
  const Json& travel = json.at("travel");
  if (!travel.is_object()) refuse("travel must be an object");
  const auto energy = [&](const std::string& key) { return WattHours(whole(travel, key, 0, kMostTripWh)); };
  const auto minute = [&](const std::string& key) { return static_cast<int>(whole(travel, key, 0, kLastMinute)); };
  TravelState state{.plugged = travel.value("plugged", true), .away = travel.value("away", false)};
  if (travel.contains("leave")) {
    const auto leave = whole(travel, "leave", -kMostMoment, kMostMoment);
    state.journey = {leave, whole(travel, "back", leave + 1, leave + kLongestTrip), energy("energy")};
  }
  if (travel.contains("single_leave"))
    state.single = {minute("single_leave"), minute("single_back"), energy("single_energy")};
  state.since = whole_or(TravelState::kEver, travel, "since", TravelState::kEver, kMostMoment);
  state.used = Energy(whole_or(0, travel, "used", 0, kMostStored * ticks));
  state.driven = EnergyTotal(wide(travel, "driven", 0, kMostCounted * ticks));
  state.stranded = EnergyTotal(wide(travel, "stranded", 0, kMostCounted * ticks));
  state.week = read_week(travel);
  return state;
}

std::optional<Watts> stored_charge_power(const Json& json) {
  if (!json.contains("charge_power")) return std::nullopt;
  return Watts(whole(json, "charge_power", 0, kMostCharger));
}

/// @param latest the last day on which a departure may have been missed
CarState read_car(const Json& json, int ticks, std::int64_t latest) {
  const CarState fresh;
  std::optional<std::int64_t> late_since;
  // Of a day to come where the clock was put back over midnight, or was wrong for a while.
  if (json.contains("late_since")) late_since = std::min(whole(json, "late_since", -kMostDays, kMostDays), latest);
  const auto mode = whole_or(static_cast<std::int64_t>(fresh.wish.mode), json, "mode", 0, kChargingModes.size() - 1);
  return {.battery = {.stored = Energy(whole(json, "stored", 0, kMostStored * ticks)),
                      .fraction = whole_or(0, json, "fraction", 0, kFull.count() - 1),
                      .limit = Percent(whole_or(kFull.count(), json, "limit", 0, kFull.count())),
                      .charging = json.value("charging", false) ? Charging::on : Charging::off},
          .wish = {.mode = kChargingModes.at(static_cast<std::size_t>(mode)),
                   .target = Percent(whole_or(fresh.wish.target.count(), json, "target", 0, kFull.count())),
                   .ready_by = static_cast<int>(whole_or(fresh.wish.ready_by, json, "ready_by", 0, kLastMinute))},
          .ticks_of_run = whole_or(0, json, "ticks_of_run", 0, kMostHours * ticks),
          .late_since = late_since,
          .pending = json.value("pending", false),
          .travel = read_travel(json, ticks),
          .charge_power = stored_charge_power(json)};
}

/// Older files say what the clock showed: of what it shows twice they mean the first.
std::int64_t read_moment(const Json& json, const Calendar& calendar) {
  if (json.contains("moment")) return whole(json, "moment", -kMostMoment, kMostMoment);
  const auto day = whole(json, "day", -kMostDays, kMostDays);
  return calendar.moment_of(day, whole(json, "quarter", 0, kQuartersPerDay - 1) * kSecondsPerQuarter);
}

HomeState read_home(const Json& json, const Calendar& calendar) {
  HomeState home;
  home.ticks_per_hour = static_cast<int>(whole(json, "ticks_per_hour", 1, kMostTicksPerHour));
  home.moment = read_moment(json, calendar);
  home.tick = static_cast<int>(whole(json, "tick", 0, home.ticks_per_hour - 1));
  const std::int64_t latest = calendar.at(home.moment).day + 1;
  home.car = read_car(json, home.ticks_per_hour, latest);
  for (std::size_t car = 1; car < kMostCars; ++car) {
    const std::string key(wire::kCarNames.at(car));
    if (!json.contains(key)) break;
    const Json& further = json.at(key);
    if (!further.is_object()) refuse(key + " must be an object");
    home.further_cars.push_back(read_car(further, home.ticks_per_hour, latest));
  }
  home.hour_energy = Energy(whole_or(0, json, "hour_energy", 0, kMostInAnHour * home.ticks_per_hour));
  home.counters = read_counters(json.at("counters"), home.ticks_per_hour);
  home.devices = read_devices(json);
  home.peak = stored::read_peak(json, home.ticks_per_hour);
  return home;
}

/// A row is a difference of counters: where it began lies a row's worth before where they are now.
void check_row(const Counters& began, const Counters& now, int ticks) {
  const auto check = [&](const std::string& key, Int128 difference, Int128 lowest, Int128 highest) {
    if (difference < lowest || difference > highest) {
      refuse("counters less those of row.began: " + key + " must be within " + text_of(lowest) + ".." +
             text_of(highest) + ", got " + text_of(difference));
    }
  };
  check("base", (now.base - began.base).count(), 0, kMostInARow * ticks);
  check("charged", (now.charged - began.charged).count(), 0, kMostInARow * ticks);
  for (std::size_t car = 1; car < kMostCars; ++car)
    check(charged_key(car), (now.charged_by(car) - began.charged_by(car)).count(), 0, kMostInARow * ticks);
  for (const auto& kind : wire::device_kinds()) {
    const std::size_t number = wire::number_of(kind);
    const FlowTotal& from = began.devices.at(number);
    const FlowTotal& to = now.devices.at(number);
    check(std::string(kind.name), (to.drawn - from.drawn).count(), 0, kMostInARow * ticks);
    check(std::string(kind.name) + std::string(kGiven), (to.given - from.given).count(), 0, kMostInARow * ticks);
  }
  check("exported", (now.exported - began.exported).count(), 0, kMostInARow * ticks);
  check("earned", (now.earned - began.earned).count(), -kMostPaidInARow * ticks, kMostPaidInARow * ticks);
  check("cost", (now.cost - began.cost).count(), -kMostPaidInARow * ticks, kMostPaidInARow * ticks);
}

/// Files of the first version counted the quarters by the clock's face.
std::int64_t read_quarter(const Json& row, std::int64_t version, const Calendar& calendar) {
  const auto quarter = whole(row, "quarter", -kMostQuarters, kMostQuarters);
  return version > kByTheFace ? quarter : quarter_by_the_face(quarter, calendar);
}

HistoryMeter::State read_row(const Json& row, const HomeState& home, std::int64_t version, const Calendar& calendar) {
  const auto highest_price = static_cast<std::int64_t>(kPriceRange.highest * kPriceRange.per_unit);
  const int ticks = home.ticks_per_hour;
  const HistoryMeter::State state{.number = whole(row, "number", 0, kMostRows),
                                  .quarter = read_quarter(row, version, calendar),
                                  .began = read_counters(row.at("began"), ticks),
                                  .price = PricePerKwh(whole(row, "price", -highest_price, highest_price)),
                                  .ticks = whole(row, "ticks", 0, kMostHours * ticks),
                                  .overload_ticks = whole(row, "overload_ticks", 0, kMostHours * ticks)};
  if (state.number > 0) check_row(state.began, home.counters, ticks);  // 0: it has no history
  return state;
}

RememberedHome read_state(const Json& json, const Calendar& calendar) {
  const auto version = whole_or(1, json, "version", 1, kStateVersion);
  RememberedHome state{.home = read_home(json, calendar), .row = {}};
  if (json.contains("row")) state.row = read_row(json.at("row"), state.home, version, calendar);
  return state;
}

}  // namespace

std::int64_t quarter_by_the_face(std::int64_t number, const Calendar& calendar) {
  const auto day = floored_quotient(number, kQuartersPerDay);
  return quarter_number(calendar.moment_of(day, (number - day * kQuartersPerDay) * kSecondsPerQuarter));
}

RememberedHome at_pace(RememberedHome state, const Pace& pace) {
  HomeState& home = state.home;
  const int from = home.ticks_per_hour;
  const int to = pace.ticks_per_hour();
  if (from == to) return state;
  home.moment += home.tick * kSecondsPerHour / from;
  home.tick = 0;
  home.ticks_per_hour = to;
  home.hour_energy = scaled(home.hour_energy, to, from);
  scale(home.car, to, from);
  for (CarState& car : home.further_cars) scale(car, to, from);
  if (auto& peak = home.peak) {
    peak->imported = scaled(peak->imported, to, from);
    for (DayPeak& day : peak->days) day.imported = scaled(day.imported, to, from);
  }
  scale(home.devices, to, from);
  scale(home.counters, to, from);
  scale(state.row.began, to, from);
  state.row.overload_ticks = static_cast<std::int64_t>(scaled(Int128{state.row.overload_ticks}, to, from));
  return state;
}

void append_state(std::string& out, const RememberedHome& state) {
  const HomeState& home = state.home;
  NumbersWriter writer(out);
  writer.add("version", kStateVersion)
      .add("ticks_per_hour", std::int64_t{home.ticks_per_hour})
      .add("moment", home.moment)
      .add("tick", std::int64_t{home.tick})
      .add(home.car)
      .add("hour_energy", home.hour_energy.count())
      .add("counters", home.counters);
  for (std::size_t car = 0; car < home.further_cars.size(); ++car) {
    writer.name(wire::kCarNames.at(car + 1));
    NumbersWriter(out).add(home.further_cars[car]).end();
  }
  if (home.peak) writer.add("peak", *home.peak);
  writer.add(home.devices);
  writer.name("row");
  NumbersWriter(out)
      .add("number", state.row.number)
      .add("quarter", state.row.quarter)
      .add("began", state.row.began)
      .add("price", state.row.price.count())
      .add("ticks", state.row.ticks)
      .add("overload_ticks", state.row.overload_ticks)
      .end();
  writer.end();
}

Result<RememberedHome> parse_state(std::string_view text, const Calendar& calendar) {
  return stored::read_safely<RememberedHome>(text, "state",
                                             [&](const Json& json) { return read_state(json, calendar); });
}

}  // namespace home_energy
