/// @file
/// The state of a home as text that outlives the process: JSON, whole numbers in the units of the world. What is read
/// back is checked as if it came from a stranger: a file can be damaged.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/world/history.hpp"
#include "common/world/home.hpp"

namespace home_energy {

/// What is remembered of a home, beside its curves.
struct RememberedHome {
  HomeState home;
  HistoryMeter::State row;  ///< of its history, the one that is not over
};

/// The same state where an hour has another number of ticks: energies are scaled, the moment is the same.
RememberedHome at_pace(RememberedHome state, const Pace& pace);

void append_state(std::string& out, const RememberedHome& state);
/// Fails with the field `state`. @param calendar says when it was what files of before tell as day and time
Result<RememberedHome> parse_state(std::string_view text, const Calendar& calendar);

/// A quarter of an hour that was counted by the clock's face, 96 a day, as those of history are: of what the clock
/// shows twice the first.
std::int64_t quarter_by_the_face(std::int64_t number, const Calendar& calendar);

}  // namespace home_energy
