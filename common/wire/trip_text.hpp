/// @file
/// Trips as text: the option's, and the JSON of commands and their receipts.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "common/world/command.hpp"

namespace home_energy {

inline constexpr std::string_view kLegalTrip =
    R"({"leave":"07:30","back":"17:15","kwh":9.5}, or while it is away {"back":"17:15"})";
inline constexpr std::string_view kLegalTrips =
    R"({"mon":[{"leave":"07:30","back":"17:15","kwh":9.5}],...}: at most 8 a day that do not overlap)";

/// `mon-fri 07:30-17:15 9.5, sat 10:00-14:00 4`: days, from and to, kWh; `none` for no trips.
std::optional<WeekOfTrips> to_week(const std::string& text);

/// Of an object with `leave`, `back` and `kwh`, or with `back` alone.
std::optional<TripCommand> read_trip(const nlohmann::json& value);
/// Of an object of lists of trips by weekday; a day that is not there has none.
std::optional<TripsCommand> read_trips(const nlohmann::json& value);

std::string trip_json(const TripCommand& trip);
std::string week_json(const WeekOfTrips& week);

}  // namespace home_energy
