/// @file
/// Writes what is stored of a home. Part of `home_state`.
#pragma once

#include <string>
#include <string_view>

#include "common/wire/device_table.hpp"
#include "common/wire/stored_json.hpp"
#include "common/wire/trip_text.hpp"
#include "common/world/home.hpp"

namespace home_energy {

/// Behind a device's name: what it has given.
inline constexpr std::string_view kGiven = "_given";

/// What a further car has charged: `charged-2`. @param car its place; 0 is the first
inline std::string charged_key(std::size_t car) {
  return "charged-" + std::to_string(car + 1);
}

/// An object of numbers, written as the homes tick: thousands of them, each second.
class NumbersWriter {
 public:
  explicit NumbersWriter(std::string& out) : out_(out) { out_ += '{'; }

  NumbersWriter& add(std::string_view key, std::int64_t value) {
    name(key);
    out_ += std::to_string(value);
    return *this;
  }
  NumbersWriter& add(std::string_view key, bool value) {
    name(key);
    out_ += value ? "true" : "false";
    return *this;
  }
  /// Beyond what JSON's readers take for a number: as text.
  NumbersWriter& add(std::string_view key, Int128 value) {
    name(key);
    out_ += '"';
    out_ += stored::text_of(value);
    out_ += '"';
    return *this;
  }
  NumbersWriter& add(std::string_view key, const Counters& counters) {
    name(key);
    NumbersWriter(out_)
        .add("base", counters.base.count())
        .add("charged", counters.charged.count())
        .add("cost", counters.cost.count())
        .add_if_any("exported", counters.exported.count())
        .add_if_any("earned", counters.earned.count())
        .add(counters.devices)
        .add(counters.further_charged)
        .end();
    return *this;
  }
  /// Of the further cars, where they have counted anything.
  NumbersWriter& add(const Boxed<FurtherCarArray<EnergyTotal>>& charged) {
    for (std::size_t car = 1; charged && car < kMostCars; ++car)
      add_if_any(charged_key(car), charged->at(car - 1).count());
    return *this;
  }
  /// Of the further devices, where they have counted anything.
  NumbersWriter& add(const std::array<FlowTotal, kDeviceKinds>& devices) {
    for (const auto& kind : wire::device_kinds()) {
      const FlowTotal& counted = devices.at(wire::number_of(kind));
      add_if_any(kind.name, counted.drawn.count());
      add_if_any(std::string(kind.name) + std::string(kGiven), counted.given.count());
    }
    return *this;
  }
  NumbersWriter& add_if_any(std::string_view key, Int128 value) { return value == 0 ? *this : add(key, value); }
  NumbersWriter& add(const DeviceStates& devices) {
    if (devices.empty()) return *this;
    name("devices");
    NumbersWriter all(out_);
    for (const auto& [kind, state] : devices) {
      all.name(kind);
      NumbersWriter one(out_);
      for (const auto& [key, value] : state) one.add(key, value);
      one.end();
    }
    all.end();
    return *this;
  }
  NumbersWriter& add(const CarState& car) {
    add("stored", car.battery.stored.count());
    add("fraction", car.battery.fraction);
    add("limit", car.battery.limit.count());
    add("charging", car.battery.charging == Charging::on);
    add("mode", static_cast<std::int64_t>(car.wish.mode));
    add("target", car.wish.target.count());
    add("ready_by", std::int64_t{car.wish.ready_by});
    add("ticks_of_run", car.ticks_of_run);
    if (car.late_since) add("late_since", *car.late_since);
    if (car.pending) add("pending", true);
    if (car.charge_power) add("charge_power", car.charge_power->count());
    if (car.travel) add("travel", *car.travel);
    return *this;
  }
  NumbersWriter& add(std::string_view key, const PeakState& peak) {
    name(key);
    NumbersWriter writer(out_);
    writer.add("imported", peak.imported.count()).name("days");
    for (std::size_t i = 0; i < peak.days.size(); ++i) {
      out_ += i == 0 ? '[' : ',';
      NumbersWriter(out_).add("date", peak.days[i].date).add("imported", peak.days[i].imported.count()).end();
    }
    out_ += peak.days.empty() ? "[]" : "]";
    writer.end();
    return *this;
  }
  NumbersWriter& add(std::string_view key, const TravelState& travel) {
    name(key);
    NumbersWriter writer(out_);
    writer.add("plugged", travel.plugged).add("away", travel.away);
    if (const auto& journey = travel.journey)
      writer.add("leave", journey->leave).add("back", journey->back).add("energy", journey->energy.count());
    if (const auto& single = travel.single)
      writer.add("single_leave", std::int64_t{single->leave})
          .add("single_back", std::int64_t{single->back})
          .add("single_energy", single->energy.count());
    writer.add("since", travel.since)
        .add("used", travel.used.count())
        .add("driven", travel.driven.count())
        .add("stranded", travel.stranded.count());
    if (travel.week) {
      writer.name("week");
      out_ += week_json(*travel.week);
    }
    writer.end();
    return *this;
  }
  void end() { out_ += '}'; }

  void name(std::string_view key) {
    if (out_.back() != '{') out_ += ',';
    out_ += '"';
    out_ += key;
    out_ += "\":";
  }

 private:
  std::string& out_;
};

}  // namespace home_energy
