#include "common/wire/home_options.hpp"

#include <algorithm>
#include <cmath>

#include "common/base/text.hpp"
#include "common/base/units.hpp"
#include "common/time/iso8601.hpp"
#include "common/wire/curve_reader.hpp"
#include "common/wire/curve_text.hpp"
#include "common/wire/device_options.hpp"
#include "common/wire/names.hpp"
#include "common/wire/option_text.hpp"
#include "common/wire/tariff_options.hpp"
#include "common/wire/trip_text.hpp"

namespace home_energy {
namespace {

std::int64_t in_parts(const std::string& number, double per_unit) {
  return std::llround(to_number(number) * per_unit);
}

/// A home put together from the texts of its options, one group after the other; the first that is wrong is told.
class HomeAssembly {
 public:
  HomeAssembly(const OptionValues& values, const Calendar& times, const ReadFile& read_file)
      : values_(values), times_(times), read_file_(read_file) {}

  Result<HomeConfiguration> configuration() const;

 private:
  const std::string& text(const std::string& name) const { return values_.at(name).text; }
  bool given(const std::string& name) const { return values_.at(name).given; }
  Result<void> curves(HomeSettings& home) const;
  Result<void> car(HomeSettings& home) const;
  Result<void> charging(HomeSettings& home) const;
  Result<void> trips(HomeSettings& home) const;
  Result<Pace> pace(const HomeSettings& home, double seconds_per_hour) const;
  std::chrono::milliseconds tick() const;

  const OptionValues& values_;
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

/// What is said of a car that is not there is a mistake, unless it was switched off from what a house says of it.
Result<void> HomeAssembly::car(HomeSettings& home) const {
  home.has_car = text("car") == "on";
  if (home.has_car) return charging(home);
  for (const OptionSpec& spec : home_option_specs()) {
    const OptionValue& value = values_.at(spec.name);
    const bool is_said = given("car") ? value.given : value.is_said();
    const bool is_of_car = (spec.group == "Car" || spec.group == "Planning") && spec.name != "load-balancing";
    if (is_said && is_of_car) return wrong_option(spec.name, "needs a car: --car on");
  }
  home.charger = Watts();
  return {};
}

/// Of a car that leaves.
Result<void> HomeAssembly::trips(HomeSettings& home) const {
  if (text("trips").empty()) {
    for (const auto& [name, value] : values_)
      if (value.is_said() && (name.starts_with("trip-") || name.starts_with("car-")))
        return wrong_option(name, "needs --trips");
    return {};
  }
  home.trips = std::make_shared<const TripSettings>(
      TripSettings{.week = *to_week(text("trips")),
                   .chance = {.seed = static_cast<std::uint64_t>(to_number(text("trip-seed"))),
                              .minutes = std::stoi(text("trip-spread-min")),
                              .energy = to_number(text("trip-spread-energy")),
                              .day_off = to_number(text("trip-day-off"))},
                   .per_100km = WattHours(in_parts(text("car-kwh-per-100km"), kMilli)),
                   .odometer_m = in_parts(text("car-odometer-km"), kMilli)});
  return {};
}

/// What plans are made of.
Result<void> HomeAssembly::charging(HomeSettings& home) const {
  if (text("charger-min-kw") != "full") {
    home.charger_min = Watts(in_parts(text("charger-min-kw"), kMilli));
    if (*home.charger_min > home.charger) {
      if (given("charger-min-kw")) return wrong_option("charger-min-kw", "must be at most --charger-kw");
      home.charger_min = home.charger;
    }
  }
  home.charge_efficiency = Percent(in_parts(text("charge-efficiency"), kHundredths * kHundredths));
  home.taper = *to_taper(text("taper"));
  home.start_cost = MoneyMicro(in_parts(text("start-cost"), kMillionths));
  home.min_run = std::chrono::minutes(std::stoi(text("min-run")));
  if (text("max-price") != "off") home.max_price = PricePerKwh(in_parts(text("max-price"), kMillionths));
  home.load_balancing = text("load-balancing") == "on"    ? LoadBalancing::on
                        : text("load-balancing") == "off" ? LoadBalancing::off
                                                          : LoadBalancing::automatic;
  home.wish = {.mode = *to_mode(text("mode")),
               .target = Percent(in_parts(text("target"), kHundredths)),
               .ready_by = *minute_of_day(text("ready-by"))};
  home.solar_min = Watts(in_parts(text("solar-min-kw"), kMilli));
  if (auto outcome = trips(home); !outcome) return outcome;
  if (home.wish.target > home.charge_limit) {
    if (given("target")) return wrong_option("target", "must be at most --charge-limit");
    home.wish.target = home.charge_limit;
  }
  return {};
}

Result<Pace> HomeAssembly::pace(const HomeSettings& home, double seconds_per_hour) const {
  const bool has_sun = to_number(text("solar-kwp")) > 0;
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
  if (realtime && given("seconds-per-hour") && to_number(text("seconds-per-hour")) != kRealTime) {
    return wrong_option("seconds-per-hour", "is 3600 with --realtime, leave one of them out");
  }
  for (const std::string simulated : {"start-date", "clock"})
    if (realtime && given(simulated)) return wrong_option(simulated, "is for a simulated clock, not for --realtime");
  const auto tariff = tariff_of(values_);
  if (!tariff) return tl::unexpected(tariff.error());
  HomeSettings home{.pace = *Pace::make(4, std::chrono::seconds(1), Resolution::hourly),
                    .baseload = default_load_curve(),
                    .price = default_price_curve(),
                    .capacity = WattHours(in_parts(text("capacity-kwh"), kMilli)),
                    .charger = Watts(in_parts(text("charger-kw"), kMilli)),
                    .fuse = Watts(in_parts(text("fuse-kw"), kMilli)),
                    .start_soc = Percent(in_parts(text("start-soc"), kHundredths)),
                    .charge_limit = Percent(in_parts(text("charge-limit"), kHundredths)),
                    .clock_mode = realtime ? ClockMode::local : ClockMode::simulated,
                    .tariff = *tariff,
                    .calendar = std::make_shared<const Calendar>(*to_date(text("start-date")))};
  for (const auto step : {&HomeAssembly::car, &HomeAssembly::curves})
    if (auto outcome = (this->*step)(home); !outcome) return tl::unexpected(outcome.error());
  const double seconds_per_hour = realtime ? kRealTime : to_number(text("seconds-per-hour"));
  const auto pace_made = pace(home, seconds_per_hour);
  if (!pace_made) return tl::unexpected(pace_made.error());
  home.pace = *pace_made;
  auto devices = devices_of(values_, home, times_, read_file_);
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
    add_group(
        all, "Car",
        {{"capacity-kwh", OptionKind::number, "46.3", "0.1..1000",
          [](const std::string& text) { return is_number_within(text, 0.1, 1000); },
          "usable energy of the car's battery"},
         {"charger-kw", OptionKind::number, "7.4", "0..1000", within<0, 1000>, "what the charger draws"},
         {"charger-min-kw", OptionKind::number, "full", "0..1000, at most --charger-kw; or full: it is only on or off",
          [](const std::string& text) { return text == "full" || is_number_within(text, 0, 1000); },
          "the least that the charger draws when it charges"},
         {"start-soc", OptionKind::number, "20", "0..100", within<0, 100>, "state of charge at the start, percent"},
         {"charge-limit", OptionKind::number, "100", "20..100", within<20, 100>,
          "state of charge at which charging stops, percent"},
         {"charge-efficiency", OptionKind::number, "1", "0.1..1",
          [](const std::string& text) { return is_number_within(text, 0.1, 1); },
          "what the battery stores of what is drawn"},
         {"taper", OptionKind::text, "", "percent:kW,... with rising percents, 80:5,90:2.5",
          [](const std::string& text) { return to_taper(text).has_value(); },
          "from which state of charge on the car takes at most which power"},
         {"trips", OptionKind::text, "", "days leave-back kWh,...: mon-fri 07:30-17:15 9.5,sat 10:00-14:00 4; or none",
          [](const std::string& text) { return to_week(text).has_value(); },
          "when the car is away, and what that takes; none: only when it is told to; without it it never leaves"},
         {"trip-spread-min", OptionKind::number, "0", "0..180 whole minutes", whole_within<0, 180>,
          "standard deviation of the car's leaving and coming back"},
         {"trip-spread-energy", OptionKind::number, "0", "0..1", within<0, 1>,
          "standard deviation of the energy of trips, as a share of it"},
         {"trip-day-off", OptionKind::number, "0", "0..1", within<0, 1>, "share of days on which the car stays"},
         {"trip-seed", OptionKind::number, "1", "0..1000000 whole", whole_within<0, 1'000'000>,
          "seed of the trips' chance: another number is another chance"},
         {"car-kwh-per-100km", OptionKind::number, "18", "1..1000", within<1, 1000>,
          "energy that the car needs to drive 100 km"},
         {"car-odometer-km", OptionKind::number, "12000", "0..10000000", within<0, 10'000'000>,
          "kilometres that the car has driven at the start"}});
    add_group(all, "Planning",
              {{"mode", OptionKind::text, "manual", "manual, cheapest, lowest_load, immediate or solar",
                [](const std::string& text) { return to_mode(text).has_value(); },
                "who decides when the car charges: commands, a plan, whether it is plugged in, or the sun"},
               {"solar-min-kw", OptionKind::number, "0", "0..1000", within<0, 1000>,
                "what mode solar may take from the grid, so that a surplus is enough for the charger's least"},
               {"target", OptionKind::number, "80", "20..100, at most --charge-limit", within<20, 100>,
                "state of charge that a plan is to reach, percent"},
               {"ready-by", OptionKind::text, "07:00", "00:00..23:59",
                [](const std::string& text) { return minute_of_day(text).has_value(); },
                "when a plan is to have reached it: the next time that the clock shows it"},
               {"start-cost", OptionKind::number, "0", "0..1000", within<0, 1000>,
                "what beginning to charge counts for in a plan, in the currency"},
               {"min-run", OptionKind::number, "0", "0..60 whole minutes", whole_within<0, 60>,
                "how long a plan charges without a break at the least"},
               {"max-price", OptionKind::number, "off", "a price per kWh, -1000000..1000000, or off",
                [](const std::string& text) { return text == "off" || within<-1'000'000, 1'000'000>(text); },
                "a plan does not charge where the price is above it"},
               {"load-balancing", OptionKind::text, "auto", "on, off, or auto: on where a plan charges",
                [](const std::string& text) { return text == "on" || text == "off" || text == "auto"; },
                "cut or stop charging before the main fuse is exceeded"}});
    return all;
  }();
  return kSpecs;
}

}  // namespace home_energy
