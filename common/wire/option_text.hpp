/// @file
/// What the text of an option of the simulated world may be: checks, and readers for what has passed them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/planner/planner.hpp"
#include "common/world/command.hpp"
#include "common/world/heater.hpp"

namespace home_energy {

/// A finite decimal number; nothing else in the text.
bool is_number_within(const std::string& text, double lowest, double highest);
double to_number(const std::string& checked);

/// `10ms`, `1s`, `1.5s`: 10 ms to 60 s in whole milliseconds.
std::optional<std::chrono::milliseconds> to_tick(const std::string& text);

/// `80:5,90:2.5`: percent and kW, the percents rising. Empty: none.
std::optional<std::vector<TaperStep>> to_taper(const std::string& text);

/// `2026-01-01` as days since 1970-01-01, from that day on.
std::optional<std::int64_t> to_date(const std::string& text);

/// Places in `kWeekdays`, both of the span; it may go over Sunday.
struct WeekdaySpan {
  std::size_t from;
  std::size_t to;
};
/// `mon`, `mon-fri`, `sat-mon`
std::optional<WeekdaySpan> to_weekdays(std::string_view text);

/// `22-06`: hours of the day, 0..24, that differ.
std::optional<Heater::Hours> to_hours(const std::string& text);

/// As `text` of a mode writes it.
std::optional<ChargingMode> to_mode(const std::string& text);

template <int Lowest, int Highest>
bool within(const std::string& text) {
  return is_number_within(text, Lowest, Highest);
}
/// Digits and nothing else.
bool is_whole(const std::string& text);
template <int Lowest, int Highest>
bool whole_within(const std::string& text) {
  return within<Lowest, Highest>(text) && is_whole(text);
}

inline bool is_anything(const std::string&) {
  return true;
}
inline bool is_truth(const std::string& text) {
  return text == "true" || text == "false";
}
/// What may name a file.
inline bool is_file_name(const std::string& text) {
  return !text.empty() && text.find('\0') == std::string::npos;
}

}  // namespace home_energy
