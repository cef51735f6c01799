// Ticks a second of the core alone, on one core: one home, and 100,000 in turn. Each home is discharged and charged
// again once a day, each on its own tick of the day, so that it goes through all that a tick can do.
#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/wire/home_options.hpp"
#include "common/world/home.hpp"

namespace {

using namespace home_energy;

constexpr int kTicksPerHour = 4;
constexpr std::size_t kTicksPerDay = kTicksPerHour * kHoursPerDay;

std::shared_ptr<const HomeSettings> settings() {
  constexpr std::array kLoads{0.88, 0.77, 2.20, 1.98, 2.75, 3.85,  4.51, 3.74, 3.85, 4.40, 4.73, 6.16,
                              4.62, 3.74, 3.52, 3.63, 5.83, 11.00, 8.91, 6.05, 4.29, 2.64, 1.87, 0.99};
  constexpr std::array kPrices{85.28, 70.86, 68.01, 67.95, 68.01, 85.04, 87.86, 100.26, 118.45, 116.61, 105.93, 91.95,
                               90.51, 90.34, 90.80, 88.85, 90.39, 99.03, 87.11, 82.90,  80.45,  76.48,  32.00,  34.29};
  std::vector<Watts> loads;
  for (const double kilowatts : kLoads) loads.emplace_back(static_cast<std::int64_t>(kilowatts * 1000 + 0.5));
  std::vector<PricePerKwh> prices;
  for (const double ore : kPrices) prices.emplace_back(static_cast<std::int64_t>(ore * 10'000 + 0.5));
  const auto pace = Pace::make(4.0, std::chrono::milliseconds(1000), Resolution::hourly);
  return std::make_shared<HomeSettings>(HomeSettings{.pace = *pace,
                                                     .baseload = LoadCurve(loads),
                                                     .price = PriceCurve(prices),
                                                     .car = {.capacity = WattHours(46'300),
                                                             .charger = Watts(7'400),
                                                             .start_soc = Percent(2'000),
                                                             .charge_limit = kFull},
                                                     .fuse = Watts(11'000),
                                                     .clock_mode = ClockMode::simulated});
}

void discharge_and_charge(Home& home) {
  home.apply(ResetCommand{});
  home.apply(ChargeCommand{Charging::on});
}

void one_home(benchmark::State& state) {
  Home home(settings());
  for (auto _ : state) {
    discharge_and_charge(home);
    for (std::size_t tick = 0; tick < kTicksPerDay; ++tick) home.advance();
    benchmark::DoNotOptimize(home);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kTicksPerDay));
}

void many_homes(benchmark::State& state) {
  std::vector<Home> homes(static_cast<std::size_t>(state.range(0)), Home(settings()));
  std::size_t tick = 0;
  for (auto _ : state) {
    for (std::size_t i = tick % kTicksPerDay; i < homes.size(); i += kTicksPerDay) discharge_and_charge(homes[i]);
    for (Home& home : homes) home.advance();
    benchmark::ClobberMemory();
    ++tick;
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

/// House, sun, storage and a commuting car, all seeded, through the year.
void villa(benchmark::State& state) {
  OptionValues values;
  for (const OptionSpec& spec : home_option_specs()) values[spec.name] = {spec.default_text, false};
  for (const auto& [name, text] :
       {std::pair{"solar-kwp", "8"}, std::pair{"storage-kwh", "10"},
        std::pair{"trips", "mon-fri 07:30-17:15 9.5,sat 10:00-14:00 6"}, std::pair{"trip-spread-min", "12"},
        std::pair{"trip-spread-energy", "0.15"}, std::pair{"trip-day-off", "0.1"}, std::pair{"mode", "immediate"}})
    values[name] = {text, true};
  const auto made =
      home_configuration(values, Calendar(), [](const std::string& text, const std::string&) { return text; });
  Home home(std::make_shared<const HomeSettings>(made.value().home));
  for (auto _ : state) {
    for (std::size_t tick = 0; tick < kTicksPerDay; ++tick) home.advance();
    benchmark::DoNotOptimize(home);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kTicksPerDay));
}

}  // namespace

BENCHMARK(one_home);
BENCHMARK(villa);
BENCHMARK(many_homes)->Arg(100'000)->MinWarmUpTime(0.2);  // each home in another hour of its charge
BENCHMARK_MAIN();
