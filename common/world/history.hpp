/// @file
/// The history of a home: what the house and the car used in each simulated quarter of an hour, and what it cost. Rows
/// are differences of the counters, so that their sum is what the counters rose by.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "common/world/home.hpp"

namespace home_energy {

/// Days before or after day 0 that a home may come to. The fastest simulation, a day in 0.24 s, needs 70 years for so
/// many.
constexpr std::int64_t kMostDays = 10'000'000'000;
/// The same in quarters of an hour.
constexpr std::int64_t kMostQuarters = kMostDays * kQuartersPerDay;
/// Rows of a home.
constexpr std::int64_t kMostRows = std::int64_t{1} << 50;

/// ISO 4217; zeros where it is not known.
using CurrencyCode = std::array<char, 3>;
/// Zeros where the text is none.
CurrencyCode currency_code(std::string_view text);
std::string_view text(const CurrencyCode& currency);

/// A quarter of an hour (an hour, where both curves are hourly and a tick is longer), or a sum of some.
struct HistoryRow {
  std::int64_t number = 0;   ///< counts the rows of a home
  std::int64_t quarter = 0;  ///< with which it begins: so many have passed since 00:00 of day 0
  int minutes = 0;           ///< how long it is
  std::int64_t base_mwh = 0;
  std::int64_t car_mwh = 0;
  std::int64_t cost_micro = 0;
  std::int64_t price_micro = 0;                        ///< per kWh; of a sum the mean over its time
  int soc = 0;                                         ///< at the end, hundredths of a percent
  std::int64_t overload_s = 0;                         ///< how long the fuse was exceeded, simulated seconds
  CurrencyCode currency{};                             ///< of cost and price
  std::array<std::int64_t, kDeviceKinds> drawn_mwh{};  ///< by the further devices, by kind
  std::array<std::int64_t, kDeviceKinds> given_mwh{};  ///< by them
  std::int64_t export_mwh = 0;
  std::int64_t earned_micro = 0;

  friend bool operator==(const HistoryRow&, const HistoryRow&) = default;
};

/// What came from the grid: it follows from the rest.
std::int64_t import_mwh(const HistoryRow& row);

constexpr std::int64_t quarter_number(std::int64_t moment) {
  return floored_quotient(moment, kSecondsPerQuarter);
}

/// How rows are put together.
enum class HistoryStep { quarter = 15, hour = 60, day = 1440 };

/// The first and the last of the quarters of an hour, less one, of a step: a local day can have 23 or 25 hours.
struct StepBounds {
  std::int64_t begin;
  std::int64_t end;
};
/// Of the step that a quarter is in; also before day 0.
StepBounds step_bounds(std::int64_t quarter, HistoryStep step, const Calendar& calendar);

/// Rows of one step each. Rows that follow each other within it become one where they are of one currency; a row that
/// is longer stays as it is.
/// @param rows ordered by quarter, then by number
std::vector<HistoryRow> folded(std::span<const HistoryRow> rows, HistoryStep step, const Calendar& calendar);

/// Watches one home and says when a row is full.
class HistoryMeter {
 public:
  /// What it has to remember, in the ticks of the run.
  struct State {
    std::int64_t number = 0;
    std::int64_t quarter = 0;
    Counters began;  ///< when the row began
    PricePerKwh price;
    std::int64_t ticks = 0;
    std::int64_t overload_ticks = 0;

    friend bool operator==(const State&, const State&) = default;
  };

  explicit HistoryMeter(const Home& home);

  /// To be called before each tick.
  void before_tick(const Home& home);
  /// To be called after whatever may have moved the clock. @return the row that is over, where another has begun
  std::optional<HistoryRow> look(const Home& home);

  /// The row as it is now.
  HistoryRow open_row(const Home& home) const;

  const State& state() const { return state_; }
  void restore(const State& state) { state_ = state; }
  /// Another row begins here, within the quarter.
  void begin_row(const Home& home);

 private:
  State state_;
};

}  // namespace home_energy
