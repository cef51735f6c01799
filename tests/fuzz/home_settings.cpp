#include "tests/fuzz/home_settings.hpp"

#include <algorithm>
#include <array>

namespace home_energy::fuzz {
namespace {

// Flags of the last byte, less kFirstMark.
constexpr unsigned kSolar = 1;
constexpr unsigned kStorage = 2;
constexpr unsigned kTrips = 4;
constexpr unsigned kSecondCar = 8;
constexpr unsigned kCars = 24;  // both bits: no car

/// Days of 24 hours, or some in which the clock is changed within the first hours by so many minutes.
std::shared_ptr<const Calendar> a_calendar(Input& input) {
  if (input.below(4) != 0) return std::make_shared<const Calendar>();
  const std::int64_t change = input.within(-8, 8) * kSecondsPerQuarter;
  const std::int64_t at = kSecondsPerDay + input.within(0, 16) * kSecondsPerQuarter;
  return std::make_shared<const Calendar>(Calendar::of_zone(1, {{0, 0}, {at, change}}));
}

/// A price of power, dearer by day, in one of eight homes. Made of what has been read, so that the inputs that are kept
/// mean what they did.
std::optional<PeakPrice> a_peak_price(const HomeSettings& settings) {
  if (settings.fuse.count() % 8 != 5) return std::nullopt;
  PeakPrice price{.by_hour = {}, .highest = PricePerKwh(1 + settings.fuse.count() * 10'000), .hours = 1};
  price.hours += static_cast<int>(settings.car.charger.count() % kMostPeakHours);
  for (auto& day : price.by_hour)
    for (std::size_t hour = 0; hour < day.size(); ++hour)
      day.at(hour) = hour < 6 ? PricePerKwh(price.highest.count() / 3) : price.highest;
  return price;
}

/// Batteries, powers and curves of any size that options allow, or those of a household.
HomeSettings settings_of(Input& input) {
  const bool large = input.below(16) == 0;
  const bool quarterly = input.flag();
  const auto slots = static_cast<std::size_t>(quarterly ? kQuartersPerDay : kHoursPerDay);
  constexpr std::array kTicks{4, 12, 60, 1, 3, 3600};
  const int ticks = kTicks.at(input.below(kTicks.size())) * (quarterly ? kQuartersPerHour : 1);
  HomeSettings settings{
      .pace = *Pace::make(ticks, std::chrono::seconds(1), quarterly ? Resolution::quarter_hourly : Resolution::hourly),
      .baseload = a_curve<Watts>(input, 0, large ? 1'000'000 : 12'000, slots),
      .price = a_curve<PricePerKwh>(input, large ? -1'000'000'000'000 : -200'000, large ? 1'000'000'000'000 : 3'000'000,
                                    slots)};
  settings.car.capacity = WattHours(input.within(100, large ? 1'000'000 : 4'000));
  settings.car.charger = Watts(input.within(0, large ? 1'000'000 : 22'000));
  settings.fuse = Watts(input.within(0, large ? 1'000'000 : 25'000));
  settings.car.start_soc = Percent(input.within(0, kFull.count()));
  settings.car.charge_limit = Percent(input.within(2'000, kFull.count()));
  settings.clock_mode = input.below(4) == 0 ? ClockMode::local : ClockMode::simulated;
  if (input.below(16) == 0) settings.car.charger_min = Watts(input.within(0, settings.car.charger.count()));
  if (input.flag()) settings.car.charge_efficiency = Percent(input.within(1'000, kFull.count()));
  for (std::int64_t from = 0; input.below(8) == 0 && from < kFull.count();) {
    from = input.within(from, kFull.count() - 1);
    settings.car.taper.push_back({Percent(from++), Watts(input.within(0, settings.car.charger.count()))});
  }
  if (input.flag()) settings.car.start_cost = MoneyMicro(input.within(0, large ? 1'000'000'000 : 2'000'000));
  if (input.flag()) settings.car.min_run = std::chrono::minutes(input.within(0, 60));
  if (input.flag()) settings.car.max_price = PricePerKwh(input.within(-100'000, 3'000'000));
  constexpr std::array kBalancing{LoadBalancing::automatic, LoadBalancing::on, LoadBalancing::off};
  settings.load_balancing = kBalancing.at(input.below(kBalancing.size()));
  settings.car.wish = {.mode = kChargingModes.at(input.below(kChargingModes.size())),
                       .target = Percent(input.within(2'000, settings.car.charge_limit.count())),
                       .ready_by = static_cast<int>(15 + input.below(120))};
  if (input.below(4) == 0) {
    const Heater::Hours hours{static_cast<int>(input.below(25)), static_cast<int>(input.below(25))};
    settings.devices.emplace_back(
        Heater{Watts(input.within(0, large ? 1'000'000 : 6'000)), input.flag() ? std::optional(hours) : std::nullopt});
  }
  settings.calendar = a_calendar(input);
  settings.tariff.peak = a_peak_price(settings);
  return settings;
}

double a_share(Input& input) {
  return static_cast<double>(input.byte()) / 255;
}

/// What panels gave, of every day and of some hours.
LoadSeries measured_sun(Input& input) {
  auto daily = std::make_shared<const LoadCurve>(a_curve<Watts>(input, 0, 12'000, kHoursPerDay));
  std::vector<Dated<Watts>> record;
  std::int64_t begin = input.within(-8, 8) * kSecondsPerHour;
  for (std::size_t count = input.below(4); count > 0; --count) {
    record.push_back({begin, begin + kSecondsPerHour, Watts(input.within(0, 12'000))});
    begin = record.back().end + static_cast<std::int64_t>(input.below(3)) * kSecondsPerQuarter;
  }
  if (record.empty()) return LoadSeries(daily);
  return LoadSeries(daily, std::make_shared<const std::vector<Dated<Watts>>>(std::move(record)));
}

/// The year's sky over a place takes some milliseconds, so a few are kept, each with one design: there is one home at a
/// time. Two have sun from the first tick of the year on.
SolarDesign& a_sky(Input& input) {
  static const auto made = [](double latitude, const SolarPlane& plane, bool has_zone) {
    return SolarDesign{.peak = {},
                       .inverter = {},
                       .losses = 0,
                       .latitude = latitude,
                       .forecast_error = 0,
                       .sky = ClearSky({latitude, 18}, plane, has_zone),
                       .clouds = Clouds({}, 1)};
  };
  static std::array<SolarDesign, 4> skies{
      made(-90, {.tilt = 90, .azimuth = 0}, false), made(-66, {.tilt = 0, .azimuth = 180}, true),
      made(-35, {.tilt = 30, .azimuth = 0}, false), made(59, {.tilt = 35, .azimuth = 180}, true)};
  return skies.at(input.below(skies.size()));
}

/// What their means are made of takes longer than a home's life.
const Clouds& some_clouds(Input& input) {
  constexpr Clearness kCloudy{0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
  constexpr Clearness kExtreme{0.98, 0.6, 0.02, 0.6, 0.7, 0.7, 0.7, 0.7, 0.6, 0.5, 0.02, 0.5};
  static const std::array kClouds{Clouds(kExtreme, 1), Clouds(kCloudy, 2), Clouds(kCloudy, 3), Clouds(kCloudy, 4)};
  return kClouds.at(input.below(kClouds.size()));
}

Solar a_solar(Input& input) {
  SolarDesign& design = a_sky(input);
  design.peak = Watts(input.within(1, 20'000));
  design.inverter = input.flag() ? design.peak : Watts(input.within(0, 20'000));
  design.losses = 0.99 * a_share(input);
  design.forecast_error = a_share(input);
  design.clouds = some_clouds(input);
  design.measured.reset();
  if (input.below(4) == 0) design.measured = measured_sun(input);
  return Solar(std::shared_ptr<const SolarDesign>(std::shared_ptr<void>(), &design));
}

StorageDesign a_storage_design(Input& input, const HomeSettings& settings) {
  const int ticks = settings.pace.ticks_per_hour();
  return {.capacity = in_one_hour(Watts(input.within(1, input.below(16) == 0 ? 1'000'000 : 12'000)), ticks),
          .most_in = Watts(input.within(0, 10'000)),
          .most_out = Watts(input.within(0, 10'000)),
          .efficiency_in = Percent(input.within(1'000, kFull.count())),
          .efficiency_out = Percent(input.within(1'000, kFull.count())),
          .standby = Watts(input.below(4) == 0 ? input.within(0, 1'000) : 0),
          .fuse = settings.fuse,
          .feeds_car = input.flag()};
}

std::shared_ptr<const TripSettings> some_trips(Input& input) {
  TripSettings trips{.week = a_week(input),
                     .chance = {.seed = input.byte(),
                                .minutes = static_cast<int>(input.below(61)),
                                .energy = a_share(input),
                                .day_off = input.flag() ? 0 : a_share(input)},
                     .per_100km = WattHours(1 + static_cast<std::int64_t>(input.byte()) * 400),
                     .odometer_m = input.within(0, 1'000'000'000)};
  return std::make_shared<const TripSettings>(std::move(trips));
}

void add_fees(Tariff& tariff, Input& input) {
  if (input.flag()) tariff.vat = input.within(0, 1'000'000);
  tariff.export_price = {input.within(0, 1'500'000), PricePerKwh(input.within(-200'000, 200'000))};
  if (!input.flag()) return;
  const PricePerKwh by_night(input.within(-500'000, 500'000));
  const PricePerKwh by_day(input.within(-500'000, 2'000'000));
  Fees fees;
  for (auto& day : fees) {
    std::ranges::fill(day, by_day);
    std::fill_n(day.begin(), 3, by_night);
  }
  tariff.fees = fees;
}

/// The car that is not there has no charger, and no one plans for it.
void take_car_away(HomeSettings& settings) {
  settings.has_car = false;
  settings.car.charger = Watts();
  settings.car.charger_min.reset();
  settings.car.taper.clear();
  settings.car.wish = {};
}

/// Like the first, with another charger; no plan is made for it.
CarSettings a_second_car(Input& input, CarSettings car) {
  car.charger = Watts(input.within(0, 22'000));
  if (car.charger_min) car.charger_min = std::min(*car.charger_min, car.charger);
  if (!input.flag()) car.trips = nullptr;
  car.wish.mode = ChargingMode::manual;
  return car;
}

void add_devices(FuzzedHome& home, HomeInput& input) {
  HomeSettings& settings = home.settings;
  Input& more = input.more;
  add_fees(settings.tariff, more);
  settings.car.solar_min = Watts(more.within(0, 3'000));
  if ((input.devices & kCars) == kCars)
    take_car_away(settings);
  else if ((input.devices & kTrips) != 0)
    settings.car.trips = some_trips(more);
  if ((input.devices & kStorage) != 0) home.storage = a_storage_design(more, settings);
  const auto soc = Percent(more.within(0, kFull.count()));
  const auto reserve = Percent(more.within(0, kFull.count()));
  const StorageMode mode = kStorageModes.at(more.below(kStorageModes.size()));
  if ((input.devices & kCars) == kSecondCar) settings.further_cars = {a_second_car(more, settings.car)};
  if ((input.devices & kSolar) != 0) settings.devices.emplace_back(a_solar(more));
  if (home.storage) settings.devices.emplace_back(Storage(*home.storage, soc, reserve, mode));
}

}  // namespace

HomeInput split(Bytes bytes) {
  constexpr std::uint8_t kFirstMark = 0x90;  // with which no input of the first corpus ends
  constexpr std::uint8_t kMarks = 32;
  constexpr std::size_t kMost = 80;  // bytes before the mark
  const bool has_more = !bytes.empty() && bytes.back() >= kFirstMark && bytes.back() < kFirstMark + kMarks;
  if (!has_more) return {Input(bytes), Input({})};
  const auto devices = static_cast<std::uint8_t>(bytes.back() - kFirstMark);
  bytes = bytes.first(bytes.size() - 1);
  const std::size_t more = std::min(kMost, bytes.size());
  return {Input(bytes.first(bytes.size() - more)), Input(bytes.last(more)), devices, true};
}

FuzzedHome home_of(HomeInput& input) {
  FuzzedHome home{settings_of(input.front)};
  home.has_more = input.has_more;
  if (input.has_more) add_devices(home, input);
  return home;
}

WeekOfTrips a_week(Input& input) {
  std::vector<Trip> trips;
  for (std::size_t count = input.below(3); count > 0; --count) {
    const int leave = static_cast<int>(input.within(0, kMinutesPerDay - 1));
    trips.push_back({input.flag() ? leave : leave % 240, static_cast<int>(input.within(0, kMinutesPerDay - 1)),
                     WattHours(input.within(0, 40'000))});
  }
  WeekOfTrips week;
  const std::uint8_t days = input.byte();
  for (std::size_t day = 0; day < week.size(); ++day)
    if ((days >> day & 1U) == 0) week.at(day) = trips;
  return is_legal(week) ? week : WeekOfTrips();
}

}  // namespace home_energy::fuzz
