#include <spdlog/spdlog.h>

#include "agent/homes/home_restore.hpp"
#include "common/wire/wire.hpp"
#include "common/wire/wire_history.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/homes.hpp"

namespace home_energy::fuzz {
namespace {

/// What is stored of a home, as it is read: lines of its state and curves.
HomeRecord record_of(std::string_view text) {
  const auto end = std::min(text.find('\n'), text.size());
  return {.state = std::string(text.substr(0, end)),
          .curves = std::string(text.substr(std::min(end + 1, text.size()))),
          .currency = "SEK"};
}

void hold_home(const Home& home, const HistoryMeter& meter) {
  const Snapshot seen = home.snapshot();
  hold(seen.car.stored >= Energy() && seen.car.stored <= seen.car.capacity, "what is stored is within the capacity");
  hold_json(wire::http::state(home, seen, {"SEK", ""}));
  HistoryRow row = meter.open_row(home);
  row.currency = currency_code("SEK");
  const std::vector rows{row};
  hold_json(wire::history_json("home", "SEK", HistoryStep::day, folded(rows, HistoryStep::day, test::kPlain),
                               test::start_text()));
  std::string text;
  append_state(text, {home.state(), meter.state()});
  hold(parse_state(text, test::kPlain).has_value(), "what is stored again can be read");
}

}  // namespace

/// One byte says how the homes tick now; then lines of state and curves.
void stored(Bytes bytes) {
  Input input(bytes);
  spdlog::set_level(spdlog::level::off);
  HomeSettings settings = test::reference_settings();
  constexpr std::array kSecondsPerHour{4, 1, 7, 3600};
  settings.pace =
      *Pace::make(kSecondsPerHour.at(input.below(kSecondsPerHour.size())), std::chrono::seconds(1), Resolution::hourly);
  Home home(std::make_shared<const HomeSettings>(settings));
  HistoryMeter meter(home);
  const auto row = restore_home(home, record_of(input.rest()), {}, "SEK");
  if (!row) return;
  meter.restore(*row);
  hold_home(home, meter);
  test::apply(home, ChargeCommand{Charging::on});  // the planner has a target of its own
  constexpr int kTicks = 70;
  for (int tick = 0; tick < kTicks; ++tick) {
    meter.before_tick(home);
    home.advance();
    if (meter.look(home)) hold_home(home, meter);
  }
  hold_home(home, meter);
}

}  // namespace home_energy::fuzz
