#include "common/wire/trip_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "common/base/text.hpp"
#include "common/base/units.hpp"
#include "common/time/iso8601.hpp"
#include "common/wire/command_text.hpp"
#include "common/wire/option_text.hpp"
#include "common/wire/wire_numbers.hpp"

namespace home_energy {
namespace {

using nlohmann::json;

constexpr double kMostKwh = 1000;

/// `mon-fri 07:30-17:15 9.5`
bool add_entry(WeekOfTrips& week, std::string_view entry) {
  const auto words = words_of(entry);
  if (words.size() != 3) return false;
  const std::string& days = words[0];
  const std::string& times = words[1];
  const std::string& energy = words[2];
  const auto span = to_weekdays(days);
  const auto dash = times.find('-');
  if (!span || dash == std::string::npos) return false;
  const auto leave = minute_of_day(times.substr(0, dash));
  const auto back = minute_of_day(times.substr(dash + 1));
  if (!leave || !back || !is_number_within(energy, 0, kMostKwh)) return false;
  const Trip trip{*leave, *back, WattHours(std::llround(to_number(energy) * kMilli))};
  for (std::size_t day = span->from;; day = (day + 1) % kDaysPerWeek) {
    week.at(day).push_back(trip);
    if (day == span->to) return true;
  }
}

std::optional<WeekOfTrips> legal(WeekOfTrips week) {
  for (auto& day : week) std::ranges::stable_sort(day, {}, &Trip::leave);
  return is_legal(week) ? std::optional(std::move(week)) : std::nullopt;
}

std::optional<int> minute_in(const json& object, std::string_view key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return clock_time(trimmed(found->get_ref<const std::string&>()));
}

std::optional<WattHours> energy_in(const json& object) {
  const auto found = object.find("kwh");
  if (found == object.end()) return std::nullopt;
  const double kwh = number_of(*found);
  if (!(kwh >= 0 && kwh <= kMostKwh)) return std::nullopt;
  return WattHours(std::llround(kwh * kMilli));
}

std::optional<Trip> whole_trip(const json& value) {
  if (!value.is_object()) return std::nullopt;
  const auto leave = minute_in(value, "leave");
  const auto back = minute_in(value, "back");
  const auto energy = energy_in(value);
  if (!leave || !back || !energy) return std::nullopt;
  return Trip{*leave, *back, *energy};
}

void append_trip(std::string& out, const Trip& trip) {
  out += R"({"leave":")" + time_text(trip.leave) + R"(","back":")" + time_text(trip.back) + R"(","kwh":)";
  append_decimal(out, trip.energy.count(), 3);
  out += '}';
}

}  // namespace

std::optional<WeekOfTrips> to_week(const std::string& text) {
  WeekOfTrips week{};
  if (text == "none") return week;
  for (const std::string& entry : parts_of(text, ','))
    if (!add_entry(week, entry)) return std::nullopt;
  return legal(std::move(week));
}

std::optional<TripCommand> read_trip(const json& value) {
  if (!value.is_object()) return std::nullopt;
  if (const auto trip = whole_trip(value)) return TripCommand{trip->leave, trip->back, trip->energy};
  const auto back = minute_in(value, "back");
  if (!back || value.contains("leave") || value.contains("kwh")) return std::nullopt;
  return TripCommand{std::nullopt, *back, {}};
}

std::optional<TripsCommand> read_trips(const json& value) {
  if (!value.is_object()) return std::nullopt;
  WeekOfTrips week{};
  for (const auto& [name, list] : value.items()) {
    if (name == "id") continue;  // the sender's
    const auto day = to_weekdays(name);
    if (!day || day->from != day->to || !list.is_array()) return std::nullopt;
    for (const json& each : list) {
      const auto trip = whole_trip(each);
      if (!trip) return std::nullopt;
      week.at(day->from).push_back(*trip);
    }
  }
  const auto checked = legal(std::move(week));
  return checked ? std::optional(TripsCommand{*checked}) : std::nullopt;
}

std::string trip_json(const TripCommand& trip) {
  if (!trip.leave) return R"({"back":")" + time_text(trip.back) + "\"}";
  std::string out;
  append_trip(out, {*trip.leave, trip.back, trip.energy});
  return out;
}

std::string week_json(const WeekOfTrips& week) {
  std::string out = "{";
  for (std::size_t day = 0; day < week.size(); ++day) {
    if (week.at(day).empty()) continue;
    if (out.size() > 1) out += ',';
    out += '"';
    out += kWeekdays.at(day);
    out += "\":[";
    for (const Trip& trip : week.at(day)) {
      if (out.back() != '[') out += ',';
      append_trip(out, trip);
    }
    out += ']';
  }
  return out + '}';
}

}  // namespace home_energy
