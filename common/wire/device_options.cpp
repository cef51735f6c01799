#include "common/wire/device_options.hpp"

#include "common/base/units.hpp"
#include "common/wire/curve_reader.hpp"
#include "common/wire/device_table.hpp"
#include "common/wire/option_reader.hpp"
#include "common/wire/solar_text.hpp"

namespace home_energy {
namespace {

/// Puts the devices together, one after the other; the first option that is wrong is told.
class DeviceAssembly : OptionReader {
 public:
  DeviceAssembly(const OptionValues& values, const HomeSettings& home, const Calendar& times, const ReadFile& read_file)
      : OptionReader(values), home_(home), times_(times), read_file_(read_file) {}

  Result<std::vector<Device>> devices() {
    return heater().and_then([&] { return solar(); }).and_then([&] { return storage(); }).map([&] {
      return std::move(devices_);
    });
  }

 private:
  /// Whether the days of the home are those of a zone, where the sun goes by UTC.
  bool has_zone() const {
    const auto zone = values().find("zone");
    return text("realtime") == "true" || (zone != values().end() && !zone->second.text.empty());
  }
  /// Of the options of a device that is not there one that was given is a mistake.
  Result<void> none_given(const std::string& device, const std::string& prefix) const {
    const bool is_switched_off = given(device);  // and what the house says of it counts no more
    for (const auto& [name, value] : values())
      if ((is_switched_off ? value.given : value.is_said()) && name != device && name != "solar-min-kw" &&
          name.starts_with(prefix))
        return wrong_option(name, "needs a --" + device + " above 0");
    return {};
  }

  Result<void> heater();
  Result<void> solar();
  Result<LoadSeries> measured_sun() const;
  Result<void> storage();

  const HomeSettings& home_;
  const Calendar& times_;
  const ReadFile& read_file_;
  std::vector<Device> devices_;
};

Result<void> DeviceAssembly::heater() {
  const Watts power = kilowatts("heater-kw");
  if (power == Watts()) return none_given("heater-kw", "heater-");
  devices_.emplace_back(Heater(power, to_hours(text("heater-hours"))));
  return {};
}

Result<void> DeviceAssembly::solar() {
  const Watts peak = kilowatts("solar-kwp");
  if (peak == Watts()) return none_given("solar-kwp", "solar-");
  const auto place = *to_place(text("solar-place"));
  const SolarPlane plane{.tilt = number("solar-tilt"),
                         .azimuth = number("solar-azimuth"),
                         .shade = to_shade(text("solar-shade")).value_or(Shade{})};
  const auto clearness = to_clearness(text("solar-clearness")).value_or(place.clearness);
  constexpr double kWhole = 100;
  SolarDesign design{.peak = peak,
                     .inverter = text("solar-inverter-kw") == "full" ? peak : kilowatts("solar-inverter-kw"),
                     .losses = number("solar-losses") / kWhole,
                     .latitude = place.place.latitude,
                     .forecast_error = number("solar-forecast-error"),
                     .sky = ClearSky(place.place, plane, has_zone()),
                     .clouds = Clouds(clearness, static_cast<std::uint64_t>(number("solar-seed")))};
  if (!text("solar-profile").empty()) {
    const auto measured = measured_sun();
    if (!measured) return tl::unexpected(measured.error());
    design.measured = *measured;
  }
  devices_.emplace_back(Solar(std::make_shared<const SolarDesign>(std::move(design))));
  return {};
}

Result<LoadSeries> DeviceAssembly::measured_sun() const {
  const std::string& path = text("solar-profile");
  const auto file =
      named_option("solar-profile", read_file_(path, "solar-profile").and_then([&](const std::string& content) {
        return parse_load_file(content, CurveFileContext{path, {}, &times_});
      }));
  if (!file) return tl::unexpected(file.error());
  const std::vector<Watts> dark(kHoursPerDay);
  return LoadSeries(std::make_shared<const LoadCurve>(file->every_day.value_or(LoadCurve(dark))), file->record);
}

Result<void> DeviceAssembly::storage() {
  const Watts for_an_hour = kilowatts("storage-kwh");
  if (for_an_hour == Watts()) return none_given("storage-kwh", "storage-");
  const StorageDesign design{.capacity = in_one_hour(for_an_hour, home_.pace.ticks_per_hour()),
                             .most_in = kilowatts("storage-in-kw"),
                             .most_out = kilowatts("storage-out-kw"),
                             .efficiency_in = share("storage-efficiency-in"),
                             .efficiency_out = share("storage-efficiency-out"),
                             .standby = Watts(parts("storage-standby-w", 1)),
                             .fuse = home_.fuse,
                             .feeds_car = text("storage-feeds-car") == "on"};
  const auto mode = wire::storage_mode_of(text("storage-mode"));
  devices_.emplace_back(Storage(design, percent("storage-soc"), percent("storage-reserve"), *mode));
  return {};
}

bool is_efficiency(const std::string& text) {
  constexpr double kLeast = 0.1;
  return is_number_within(text, kLeast, 1);
}

}  // namespace

Result<std::vector<Device>> devices_of(const OptionValues& values, const HomeSettings& home, const Calendar& times,
                                       const ReadFile& read_file) {
  return DeviceAssembly(values, home, times, read_file).devices();
}

void add_device_specs(std::vector<OptionSpec>& all) {
  add_group(all, "Solar panels",
            {{"solar-kwp", OptionKind::number, "0", "0..1000", within<0, 1000>,
              "peak power of solar panels; 0: there are none"},
             {"solar-place", OptionKind::text, "stockholm", place_names() + ", or latitude,longitude in degrees",
              [](const std::string& text) { return to_place(text).has_value(); }, "where the panels are"},
             {"solar-tilt", OptionKind::number, "35", "0..90", within<0, 90>,
              "tilt of the panels, degrees from the horizontal"},
             {"solar-azimuth", OptionKind::number, "180", "0..360", within<0, 360>,
              "direction of the panels, degrees from north by east: 180 is south"},
             {"solar-losses", OptionKind::number, "14", "0..99", within<0, 99>,
              "losses of cables, inverter and dirt, percent"},
             {"solar-inverter-kw", OptionKind::number, "full", "0..1000, or full: as much as --solar-kwp",
              [](const std::string& text) { return text == "full" || within<0, 1000>(text); },
              "what the inverter gives at the most"},
             {"solar-clearness", OptionKind::text, "", "twelve numbers from 0.02 to 0.98, January first",
              [](const std::string& text) { return to_clearness(text).has_value(); },
              "share of a clear sky's radiation that arrives in each month; without it that of the place"},
             {"solar-shade", OptionKind::text, "", "hours and percent, the first that fits: 05-08 80, 17-21 50",
              [](const std::string& text) { return to_shade(text).has_value(); },
              "what trees and houses keep off of the direct radiation, by hour of the mean solar day"},
             {"solar-seed", OptionKind::number, "1", "0..1000000 whole", whole_within<0, 1'000'000>,
              "seed of the weather: another number is another weather"},
             {"solar-forecast-error", OptionKind::number, "0.5", "0..1", within<0, 1>,
              "error of the sun's forecast: 0 foresees the weather"},
             {"solar-profile", OptionKind::text, "", "a JSON or CSV file of 24, 48 or 96 numbers, or with dates",
              is_file_name,
              "what the panels give, kW, of a day or of any span, instead of what sun and weather make of them"}});
  add_group(
      all, "Home battery",
      {{"storage-kwh", OptionKind::number, "0", "0..1000", within<0, 1000>,
        "usable energy of a home battery; 0: there is none"},
       {"storage-in-kw", OptionKind::number, "5", "0..1000", within<0, 1000>, "what the battery draws at the most"},
       {"storage-out-kw", OptionKind::number, "5", "0..1000", within<0, 1000>, "what the battery gives at the most"},
       {"storage-efficiency-in", OptionKind::number, "0.95", "0.1..1", is_efficiency,
        "what the battery stores of what it draws"},
       {"storage-efficiency-out", OptionKind::number, "0.95", "0.1..1", is_efficiency,
        "what the battery gives of what it takes from its store"},
       {"storage-standby-w", OptionKind::number, "0", "0..1000", within<0, 1000>,
        "what the battery loses all the time, watts"},
       {"storage-soc", OptionKind::number, "50", "0..100", within<0, 100>,
        "state of charge of the battery at the start, percent"},
       {"storage-reserve", OptionKind::number, "10", "0..100", within<0, 100>,
        "state of charge down to which the battery gives, percent"},
       {"storage-mode", OptionKind::text, "self_consumption", "self_consumption, hold, charge, discharge or plan",
        [](const std::string& text) { return wire::storage_mode_of(text).has_value(); },
        "what the battery does at the start"},
       {"storage-feeds-car", OptionKind::text, "on", "on or off",
        [](const std::string& text) { return text == "on" || text == "off"; },
        "whether the battery gives what the car draws in self-consumption"}});
}

}  // namespace home_energy
