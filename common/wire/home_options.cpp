#include "common/wire/home_options.hpp"

#include <algorithm>

#include "common/base/text.hpp"
#include "common/base/units.hpp"
#include "common/time/iso8601.hpp"
#include "common/wire/car_options.hpp"
#include "common/wire/curve_reader.hpp"
#include "common/wire/curve_text.hpp"
#include "common/wire/device_options.hpp"
#include "common/wire/names.hpp"
#include "common/wire/option_reader.hpp"
#include "common/wire/tariff_options.hpp"

namespace home_energy {
namespace {

/// A home put together from the texts of its options, one group after the other; the first that is wrong is told.
class HomeAssembly : OptionReader {
 public:
  HomeAssembly(const OptionValues& values, const Calendar& times, const ReadFile& read_file)
      : OptionReader(values), times_(times), read_file_(read_file) {}

  Result<HomeConfiguration> configuration() const;

 private:
  Result<void> curves(HomeSettings& home) const;
  Result<void> car(HomeSettings& home) const;
  Result<Pace> pace(const HomeSettings& home, double seconds_per_hour) const;
  std::chrono::milliseconds tick() const;

  const Calendar& times_;
  const ReadFile& read_file_;
};

Result<void> HomeAssembly::curves(HomeSettings& home) const {
  const auto take = [&](const std::string& option, const auto& parse, auto& every_day, auto& record) -> Result<void> {
    if (text(option).empty()) return {};
    const auto file = named_option(option, read_file_(text(option), option).and_then([&](const std::string& content) {
      return parse(content, CurveFileContext{text(option), text("currency"), &times_});
    }));
    if (!file) return tl::unexpected(file.error());
    if (file->every_day) every_day = *file->every_day;
    record = file->record;
    if (record) home.finest_record = std::max(home.finest_record, file->finest);
    return {};
  };
  return take("baseload", parse_load_file, home.baseload, home.recorded_loads).and_then([&] {
    return take("prices", parse_price_file, home.price, home.recorded_prices);
  });
}

Result<void> HomeAssembly::car(HomeSettings& home) const {
  home.load_balancing = text("load-balancing") == "on"    ? LoadBalancing::on
                        : text("load-balancing") == "off" ? LoadBalancing::off
                                                          : LoadBalancing::automatic;
  home.has_car = text("car") == "on";
  auto car = car_of(values());
  if (!car) return tl::unexpected(car.error());
  home.car = std::move(*car);
  if (!home.has_car) return {};
  return further_cars_of(values()).map([&](std::vector<CarSettings> cars) { home.further_cars = std::move(cars); });
}

Result<Pace> HomeAssembly::pace(const HomeSettings& home, double seconds_per_hour) const {
  const bool has_sun = number("solar-kwp") > 0;
  const auto finest = has_sun ? Resolution::quarter_hourly
                              : std::max({home.baseload.resolution(), home.price.resolution(), home.finest_record});
  return named_option("tick", Pace::make(seconds_per_hour, tick(), finest));
}

/// In real time a second's step would be a row a second in the database of whoever records it.
std::chrono::milliseconds HomeAssembly::tick() const {
  constexpr std::chrono::seconds kInRealTime(10);
  return text("realtime") == "true" && !given("tick") ? kInRealTime : *to_tick(text("tick"));
}

Result<HomeConfiguration> HomeAssembly::configuration() const {
  constexpr double kRealTime = 3600;
  const bool realtime = text("realtime") == "true";
  if (realtime && given("seconds-per-hour") && number("seconds-per-hour") != kRealTime) {
    return wrong_option("seconds-per-hour", "is 3600 with --realtime, leave one of them out");
  }
  for (const std::string simulated : {"start-date", "clock"})
    if (realtime && given(simulated)) return wrong_option(simulated, "is for a simulated clock, not for --realtime");
  const auto tariff = tariff_of(values());
  if (!tariff) return tl::unexpected(tariff.error());
  HomeSettings home{.pace = *Pace::make(4, std::chrono::seconds(1), Resolution::hourly),
                    .baseload = default_load_curve(),
                    .price = default_price_curve(),
                    .fuse = kilowatts("fuse-kw"),
                    .clock_mode = realtime ? ClockMode::local : ClockMode::simulated,
                    .tariff = *tariff,
                    .calendar = std::make_shared<const Calendar>(*to_date(text("start-date")))};
  for (const auto step : {&HomeAssembly::car, &HomeAssembly::curves})
    if (auto outcome = (this->*step)(home); !outcome) return tl::unexpected(outcome.error());
  const double seconds_per_hour = realtime ? kRealTime : number("seconds-per-hour");
  const auto pace_made = pace(home, seconds_per_hour);
  if (!pace_made) return tl::unexpected(pace_made.error());
  home.pace = *pace_made;
  auto devices = devices_of(values(), home, times_, read_file_);
  if (!devices) return tl::unexpected(devices.error());
  home.devices = std::move(*devices);
  return HomeConfiguration{
      .home = std::move(home), .tick = tick(), .seconds_per_hour = seconds_per_hour, .running = text("clock") == "run"};
}

}  // namespace

Result<HomeConfiguration> home_configuration(const OptionValues& values, const Calendar& times,
                                             const ReadFile& read_file) {
  return HomeAssembly(values, times, read_file).configuration();
}

// An empty default means that there is none.
const std::vector<OptionSpec>& home_option_specs() {
  static const std::vector<OptionSpec> kSpecs = [] {
    std::vector<OptionSpec> all;
    add_group(all, "Time",
              {{"seconds-per-hour", OptionKind::number, "4", "0.001..3600",
                [](const std::string& text) { return is_number_within(text, 0.001, 3600); },
                "real seconds that a simulated hour lasts"},
               {"tick", OptionKind::text, "1s", "10ms..60s",
                [](const std::string& text) { return to_tick(text).has_value(); },
                "real time between two steps of the world; with --realtime 10s where none is given"},
               {"clock", OptionKind::text, "run", "run or paused",
                [](const std::string& text) { return text == "run" || text == "paused"; },
                "whether simulated time goes on by itself from the start, or waits for clock/set"},
               {"start-date", OptionKind::text, "2026-01-01", "a date from 1970-01-01 to 9999-12-31",
                [](const std::string& text) { return to_date(text).has_value(); },
                "date of the first simulated day, which counts as day 0"},
               {"realtime", OptionKind::flag, "false", "true or false", is_truth,
                "an hour is an hour, in step with the local clock"}});
    add_group(all, "House",
              {{"home", OptionKind::text, "home",
                "1 to 64 of letters, digits, _ and -; a single home not fleet, clock, status, info, receipt or answers",
                is_home_id, "id of the home"},
               {"homes", OptionKind::number, "1", "1..100000", whole_within<1, 100'000>,
                "how many homes; more than one are called home-1, home-2 and so on"},
               {"fuse-kw", OptionKind::number, "11", "0..1000", within<0, 1000>,
                "main fuse; above it the grid topic says overload"},
               {"car", OptionKind::text, "on", "on or off",
                [](const std::string& text) { return text == "on" || text == "off"; }, "whether the home has a car"},
               {"heater-kw", OptionKind::number, "0", "0..1000", within<0, 1000>,
                "what an immersion heater draws; 0: there is none"},
               {"heater-hours", OptionKind::text, "", "from-to in full hours, 22-06",
                [](const std::string& text) { return to_hours(text).has_value(); },
                "when the heater heats by itself, every day; without it only when it is told to"},
               {"baseload", OptionKind::text, "", "a JSON or CSV file of 24, 48 or 96 numbers, or with dates",
                is_file_name, "base load, kW, of a day or of any span; without it a household of up to 11 kW"}});
    add_tariff_specs(all);
    add_device_specs(all);
    add_car_specs(all);
    return all;
  }();
  return kSpecs;
}

}  // namespace home_energy
