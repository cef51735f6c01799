#include "common/wire/car_options.hpp"

#include <algorithm>

#include "common/time/iso8601.hpp"
#include "common/wire/home_topics.hpp"
#include "common/wire/option_reader.hpp"
#include "common/wire/trip_text.hpp"

namespace home_energy {
namespace {

const std::vector<OptionSpec>& car_specs() {
  static const std::vector<OptionSpec> kSpecs = [] {
    std::vector<OptionSpec> all;
    add_car_specs(all);
    return all;
  }();
  return kSpecs;
}

/// Puts one together; the first option that is wrong is told.
class CarAssembly : OptionReader {
 public:
  using OptionReader::OptionReader;

  Result<CarSettings> car();

 private:
  void battery();
  Result<void> none_said() const;
  Result<void> charger();
  Result<void> rest();
  Result<void> trips();
  Result<void> wish();

  CarSettings car_{};
};

Result<CarSettings> CarAssembly::car() {
  battery();
  return (text("car") == "off" ? none_said() : rest()).map([&] { return std::move(car_); });
}

void CarAssembly::battery() {
  car_.capacity = WattHours(parts("capacity-kwh", kMilli));
  car_.start_soc = percent("start-soc");
  car_.charge_limit = percent("charge-limit");
}

/// Balancing the load is the house's.
Result<void> CarAssembly::none_said() const {
  for (const OptionSpec& spec : car_specs()) {
    const OptionValue& value = values().at(spec.name);
    const bool is_said = given("car") ? value.given : value.is_said();
    if (is_said && spec.name != "load-balancing") return wrong_option(spec.name, "needs a car: --car on");
  }
  return {};
}

Result<void> CarAssembly::rest() {
  car_.charge_efficiency = share("charge-efficiency");
  car_.taper = *to_taper(text("taper"));
  car_.start_cost = MoneyMicro(parts("start-cost", kMillionths));
  car_.min_run = std::chrono::minutes(std::stoi(text("min-run")));
  if (text("max-price") != "off") car_.max_price = PricePerKwh(parts("max-price", kMillionths));
  car_.solar_min = kilowatts("solar-min-kw");
  return charger().and_then([&] { return trips(); }).and_then([&] { return wish(); });
}

Result<void> CarAssembly::charger() {
  car_.charger = kilowatts("charger-kw");
  if (text("charger-min-kw") == "full") return {};
  const Watts least = kilowatts("charger-min-kw");
  if (least > car_.charger && given("charger-min-kw"))
    return wrong_option("charger-min-kw", "must be at most --charger-kw");
  car_.charger_min = std::min(least, car_.charger);
  return {};
}

Result<void> CarAssembly::wish() {
  car_.wish = {.mode = *to_mode(text("mode")),
               .target = std::min(percent("target"), car_.charge_limit),
               .ready_by = *minute_of_day(text("ready-by"))};
  if (percent("target") > car_.charge_limit && given("target"))
    return wrong_option("target", "must be at most --charge-limit");
  return {};
}

/// Of a car that leaves.
Result<void> CarAssembly::trips() {
  if (text("trips").empty()) {
    for (const OptionSpec& spec : car_specs())
      if (values().at(spec.name).is_said() && (spec.name.starts_with("trip-") || spec.name.starts_with("car-")))
        return wrong_option(spec.name, "needs --trips");
    return {};
  }
  car_.trips = std::make_shared<const TripSettings>(
      TripSettings{.week = *to_week(text("trips")),
                   .chance = {.seed = static_cast<std::uint64_t>(number("trip-seed")),
                              .minutes = std::stoi(text("trip-spread-min")),
                              .energy = number("trip-spread-energy"),
                              .day_off = number("trip-day-off")},
                   .per_100km = WattHours(parts("car-kwh-per-100km", kMilli)),
                   .odometer_m = parts("car-odometer-km", kMilli)});
  return {};
}

}  // namespace

Result<CarSettings> car_of(const OptionValues& values) {
  return CarAssembly(values).car();
}

Result<std::vector<CarSettings>> further_cars_of(const OptionValues& values) {
  std::vector<CarSettings> cars;
  for (std::size_t car = 1; car < kMostCars; ++car) {
    const std::string name(wire::kCarNames.at(car));
    if (!values.contains(name)) break;
    OptionValues own{{"car", {"on"}}};
    for (const OptionSpec& spec : car_specs()) {
      const auto said = values.find(wire::below_car(car, spec.name));
      own[spec.name] = said == values.end() ? OptionValue{spec.default_text} : said->second;
    }
    auto made = car_of(own);
    if (!made) {
      Error error = made.error();
      error.reason = name + ": " + error.reason;
      return tl::unexpected(error);
    }
    cars.push_back(std::move(*made));
  }
  return cars;
}

void add_car_specs(std::vector<OptionSpec>& all) {
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
}

}  // namespace home_energy
