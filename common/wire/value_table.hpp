/// @file
/// The values that a home reports, each declared once: topic, key, how it is written, and what it is in Home Assistant.
/// Telemetry, `/state`, events and discovery are read from this table; a plan and the curves of a day are documents of
/// their own. Those of further devices are in `device_table`.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/wire/home_assistant_entity.hpp"
#include "common/wire/wire.hpp"

namespace home_energy::wire {

/// What a value is read from.
struct Reported {
  const Snapshot& home;
  const Labels& labels;
  const Device* device = nullptr;  ///< the one that reports, of the further devices
  std::size_t car_number = 0;      ///< of the one that reports; 0 is the first

  const CarSnapshot& car() const { return home.car_at(car_number); }
};

/// In which homes a value is there.
enum class Presence {
  always,
  with_export,        ///< where something in the home gives
  with_peak_price,    ///< where the tariff has a price of power
  with_charge_power,  ///< where the charger's power can be told and is shown
};

/// What a home has of that.
struct Offers {
  bool exports;
  bool peak_price;
  bool charge_power;
};

/// What a value is, whatever its unit.
enum class Kind {
  amount,       ///< a number that adds up over homes: a power, an energy that is stored, money
  counter,      ///< the same of one that never falls
  level,        ///< a number that does not add up: a percentage, a price
  truth,        ///< `true` or `false`
  position,     ///< `"on"` or `"off"`
  word,         ///< one of a few words
  time_of_day,  ///< `HH:MM`
  date,         ///< `2026-12-01`
  moment,       ///< a time with date and zone; `null` where there is none
};

/// One value.
struct ValueRow {
  std::string_view key;
  Kind kind;
  std::string_view help;  ///< what it is, in a sentence without its full stop
  /// As JSON.
  void (*append)(std::string& out, const Reported& of);
  /// In Home Assistant; their topic and key are the row's.
  std::span<const home_assistant::Entity> entities{};
  Presence presence = Presence::always;
};

/// Those of a topic, in the order in which they are written; none where it holds another kind of document.
std::span<const ValueRow> rows_of(HomeTopic topic);

/// Whether a value of such a presence is there in a home.
bool is_there(Presence presence, const Offers& offers);
/// What there is of that where this is read.
Offers offers_of(const Reported& of);

/// An object of these values.
void append_rows(std::string& out, std::span<const ValueRow> rows, const Reported& of);

}  // namespace home_energy::wire
