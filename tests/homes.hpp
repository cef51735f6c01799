/// @file
/// Homes for the tests.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/wire/command_reader.hpp"
#include "common/wire/curve_text.hpp"
#include "common/wire/wire.hpp"
#include "common/wire/wire_history.hpp"
#include "common/world/home.hpp"

namespace home_energy::test {

constexpr int kTicksPerHour = 4;  // of most homes of the tests
constexpr int kTicksOfDay = kTicksPerHour * kHoursPerDay;
constexpr std::int64_t kWattHour = 1000;  // milliwatt-ticks, times the ticks of an hour

/// The contract's reference home at its default pace.
inline HomeSettings reference_settings() {
  return {.pace = *Pace::make(4, std::chrono::seconds(1), Resolution::hourly),
          .baseload = default_load_curve(),
          .price = default_price_curve(),
          .car = {.capacity = WattHours(46'300),
                  .charger = Watts(7'400),
                  .start_soc = Percent(2'000),
                  .charge_limit = Percent(10'000)},
          .fuse = Watts(11'000),
          .clock_mode = ClockMode::simulated,
          .calendar = std::make_shared<const Calendar>(20'454)};  // 2026-01-01
}

// Plans are made at once here.

inline Home home_of(const HomeSettings& settings) {
  Home home(std::make_shared<const HomeSettings>(settings));
  plan_now(home);
  return home;
}

inline Result<Receipt> apply(Home& home, const Command& command, std::size_t car = 0) {
  auto receipt = home.apply(command, car);
  plan_now(home);
  return receipt;
}

/// The command's result as JSON, or why it is illegal.
inline std::string tell(Home& home, std::string_view name, std::string_view text) {
  const auto parsed = parse_command(name, text, TextForm::bare);
  if (!parsed.command) return parsed.command.error().reason;
  const auto receipt = apply(home, *parsed.command, parsed.car);
  return receipt ? wire::http::result(*receipt) : receipt.error().reason;
}

inline void advance(Home& home, int ticks = 1) {
  for (int i = 0; i < ticks; ++i) {
    home.advance();
    plan_now(home);
  }
}

/// To what the clock shows then.
inline void set_clock(Home& home, const Clock& clock) {
  const auto ticks = clock.tick * kSecondsPerHour / home.settings().pace.ticks_per_hour();
  home.move_to(home.calendar().moment_of(clock.day, clock.quarter * kSecondsPerQuarter) + ticks);
  plan_now(home);
}

/// Days of 24 hours.
inline const Calendar kPlain;

/// How rows of history say when they begin, on such days.
inline wire::QuarterText start_text() {
  return wire::QuarterText(std::make_shared<const Calendar>(kPlain));
}

}  // namespace home_energy::test
