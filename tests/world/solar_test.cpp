// Sun, clouds and panels: against published yields, and that they are repeatable.
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "common/time/iso8601.hpp"
#include "common/wire/solar_text.hpp"
#include "common/wire/tariff_options.hpp"
#include "common/wire/wire.hpp"
#include "common/world/solar.hpp"
#include "tests/homes.hpp"
#include "tests/options_of.hpp"
#include "tests/stockholm_days.hpp"

namespace home_energy {
namespace {

constexpr int kDays = 365;
constexpr int kSeeds = 20;
constexpr double kWattQuartersPerKwh = 4000;

struct PvgisYield {
  const char* place;
  double tilt;
  double losses;
  std::array<double, 12> monthly;  ///< kWh a month for each kWp
};

Solar panels(const std::string& place, double tilt, double losses, std::uint64_t seed, double error = 0) {
  const auto named = to_place(place).value();
  const SolarPlane plane{.tilt = tilt, .azimuth = 180};
  constexpr Watts kPeak{1'000'000};  // so that rounding to watts does not count
  return Solar(std::make_shared<const SolarDesign>(SolarDesign{.peak = kPeak,
                                                               .inverter = kPeak,
                                                               .losses = losses,
                                                               .latitude = named.place.latitude,
                                                               .forecast_error = error,
                                                               .sky = ClearSky(named.place, plane, true),
                                                               .clouds = Clouds(named.clearness, seed)}));
}

/// 2026, by UTC.
const Calendar& year() {
  static const Calendar kYear = Calendar::of_zone(*parse_date("2026-01-01"), {{0, 0}});
  return kYear;
}

void to_quarter(Solar& solar, std::int64_t day, int quarter) {
  const std::int64_t moment = day * kSecondsPerDay + quarter * kSecondsPerQuarter;
  solar.begin_quarter({moment, day, quarter}, year());
}

/// kWh a day for each kWp.
double day_of(Solar& solar, std::int64_t day) {
  std::int64_t sum = 0;
  for (int quarter = 0; quarter < kQuartersPerDay; ++quarter) {
    to_quarter(solar, day, quarter);
    sum -= solar.power().count();
  }
  return static_cast<double>(sum) / kWattQuartersPerKwh / 1000;
}

std::array<double, 12> months_of(const PvgisYield& pvgis) {
  std::array<double, 12> months{};
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Solar solar = panels(pvgis.place, pvgis.tilt, pvgis.losses, seed);
    for (int day = 0; day < kDays; ++day)
      months.at(static_cast<std::size_t>(day_of_year(year().date_of(day)).month)) += day_of(solar, day) / kSeeds;
  }
  return months;
}

double sum(const std::array<double, 12>& months) {
  return std::accumulate(months.begin(), months.end(), 0.0);
}

/// So many hours from 2026-01-01 on, as a spreadsheet: at noon of the n-th day n kW, else nothing.
std::string measured(int hours) {
  std::string csv = "time;kW\n";
  for (int hour = 0; hour < hours; ++hour) {
    const std::string day = std::to_string(hour / 24 + 1);
    const std::string of_day = (hour % 24 < 10 ? "0" : "") + std::to_string(hour % 24);
    csv += "2026-01-0" + day + " " + of_day + ":00;" + (hour % 24 == 12 ? day : "0") + "\n";
  }
  return csv;
}

}  // namespace

TEST_CASE("yields of a year and its months are those that PVGIS publishes") {
  // PVGIS 5.3, SARAH3 2005-2023, crystalline silicon, free-standing, south: answers of PVcalc that are kept in public
  // repositories. Berlin 52.52 N 13.405 E and Porto 41.1579 N 8.6291 W: 35 degrees, losses 17.51 %
  // (Str4vinci/breos, validation/data/references). Madrid 40.4165 N 3.7026 W: horizontal, losses 1 %.
  const auto pvgis = GENERATE(
      PvgisYield{"berlin",
                 35,
                 0.1751,
                 {30.33, 52.49, 86.22, 116.05, 126.42, 127.11, 123.71, 115.88, 98.62, 67.10, 36.50, 26.16}},
      PvgisYield{"porto",
                 35,
                 0.1751,
                 {86.80, 99.49, 120.37, 132.08, 146.52, 142.78, 156.02, 152.61, 136.49, 108.66, 84.18, 81.29}},
      PvgisYield{"madrid",
                 0,
                 0.01,
                 {65.27, 84.25, 126.09, 152.35, 183.82, 194.77, 208.39, 184.11, 140.34, 102.06, 67.10, 57.05}});
  CAPTURE(pvgis.place);
  const auto months = months_of(pvgis);
  CHECK(std::abs(sum(months) / sum(pvgis.monthly) - 1) < 0.10);
  for (std::size_t month = 0; month < months.size(); ++month) {
    CAPTURE(month);
    const double share = months.at(month) / sum(months);
    CHECK(std::abs(share - pvgis.monthly.at(month) / sum(pvgis.monthly)) < 0.03);
  }
}

TEST_CASE("a day is like the one before it, and days differ") {
  const Clouds clouds(to_place("berlin")->clearness, 7);
  constexpr int kMany = 4000;
  std::vector<double> days;
  for (int date = 0; date < kMany; ++date) {
    const auto day = clouds.day(20'000 + date);
    double mean = 0;
    for (int quarter = 32; quarter < 64; ++quarter) mean += clouds.clearness(day, quarter) / 32;
    CHECK((mean > 0 && mean < 1));
    days.push_back(mean);
  }
  const double mean = std::accumulate(days.begin(), days.end(), 0.0) / kMany;
  double variance = 0;
  double next = 0;
  for (int date = 1; date < kMany; ++date) {
    variance += std::pow(days[static_cast<std::size_t>(date)] - mean, 2) / kMany;
    next += (days[static_cast<std::size_t>(date)] - mean) * (days[static_cast<std::size_t>(date) - 1] - mean) / kMany;
  }
  CHECK(mean == Approx(0.68).margin(0.03));  // the mean of Berlin's months
  CHECK(std::sqrt(variance) > 0.15);
  CHECK(std::sqrt(variance) < 0.30);
  CHECK(next / variance > 0.3);
  CHECK(next / variance < 0.6);
}

TEST_CASE("any moment's sun can be computed alone, and another seed is another weather") {
  Solar along = panels("berlin", 35, 0.14, 3);
  for (int day = 0; day < 30; ++day) day_of(along, day);
  to_quarter(along, 30, 50);
  Solar alone = panels("berlin", 35, 0.14, 3);
  to_quarter(alone, 30, 50);
  CHECK(alone.power() == along.power());
  CHECK(alone.power() < Watts());
  Solar other = panels("berlin", 35, 0.14, 4);
  to_quarter(other, 30, 50);
  CHECK(other.power() != alone.power());
}

TEST_CASE("the sun does not shine at night, and stands highest at noon") {
  Solar solar = panels("berlin", 35, 0.14, 1);
  to_quarter(solar, 171, 0);
  CHECK(solar.power() == Watts());
  const ClearSky sky({52.52, 0}, {.tilt = 0, .azimuth = 180}, true);
  const double noon = sky.on_plane(171, 48, 1);
  CHECK(noon > sky.on_plane(171, 40, 1));
  CHECK(noon > sky.on_plane(171, 56, 1));
  // A plane to the east has its best hours before noon.
  const ClearSky east({52.52, 0}, {.tilt = 60, .azimuth = 90}, true);
  CHECK(east.on_plane(171, 32, 1) > 3 * east.on_plane(171, 64, 1));
}

TEST_CASE("the forecast is the weather where there is no error, and else worse the farther ahead") {
  Solar perfect = panels("berlin", 35, 0.14, 5, 0);
  Solar wrong = panels("berlin", 35, 0.14, 5, 1);
  double near = 0;
  double far = 0;
  for (int day = 100; day < 160; ++day) {
    to_quarter(perfect, day, 0);
    to_quarter(wrong, day, 0);
    const auto weather = [&](int ahead) { return static_cast<double>(perfect.forecast_of_day(ahead)); };
    const double actual_today = weather(0);
    const double actual_tomorrow = weather(1);
    Solar lived = panels("berlin", 35, 0.14, 5);
    CHECK(day_of(lived, day) == Approx(actual_today / kWattQuartersPerKwh / 1000));
    near += std::abs(static_cast<double>(wrong.forecast_of_day(0)) / actual_today - 1);
    far += std::abs(static_cast<double>(wrong.forecast_of_day(1)) / actual_tomorrow - 1);
  }
  CHECK(near > 0);
  CHECK(far > near);
}

TEST_CASE("the forecast's document lists the quarters that there are, also in a night of 25 hours") {
  Solar solar = panels("berlin", 35, 0.14, 5);
  solar.begin_quarter(quarter_at(stockholm().begin_of(-22), stockholm()), stockholm());  // 2026-10-24
  std::string text;
  wire::append_solar_forecast(text, solar);
  const auto json = nlohmann::json::parse(text);
  CHECK(json["unit"] == "kW");
  CHECK(json["values"].size() == 96);
  CHECK(json["raw_today"].size() == 96);
  CHECK(json["raw_tomorrow"].size() == 100);
  CHECK(json["raw_today"][0]["start"] == "2026-10-24T00:00:00+02:00");
  CHECK(json["raw_tomorrow"][99]["end"] == "2026-10-26T00:00:00+01:00");
  CHECK(json["values"][48] == json["raw_today"][48]["value"]);
}

TEST_CASE("what has been is known to the forecast") {
  Solar solar = panels("berlin", 35, 0.14, 5, 1);
  double lived = 0;
  for (int quarter = 0; quarter < kQuartersPerDay; ++quarter) {
    to_quarter(solar, 120, quarter);
    lived -= static_cast<double>(solar.power().count());
  }
  CHECK(static_cast<double>(solar.forecast_of_day(0)) == Approx(lived));
}

TEST_CASE("a date far from any calendar is no trouble") {
  for (const std::int64_t date : {-10'000'000'000LL, -1LL, 0LL, 10'000'000'000LL}) {
    const auto day = day_of_year(date);
    CHECK((day.day >= 0 && day.day <= 365));
    CHECK((day.month >= 0 && day.month < 12));
  }
}

TEST_CASE("shade takes direct radiation off, in its hours of the mean solar day and in no other") {
  const auto sky = [](const char* shade) {
    return ClearSky({52.52, 13.405}, {.tilt = 35, .azimuth = 180, .shade = *to_shade(shade)}, true);
  };
  const ClearSky open = sky("00-12 0");
  const ClearSky half = sky("09-12 50, 09-15 100");
  constexpr int kSolsticeNoon = 171;
  for (int quarter = 0; quarter < kQuartersPerDay; ++quarter) {
    const double solar_hour = (quarter + 0.5) / 4 + 13.405 / 15;
    CAPTURE(solar_hour);
    const double without = open.on_plane(kSolsticeNoon, quarter, 0.9);
    const double with = half.on_plane(kSolsticeNoon, quarter, 0.9);
    const bool shaded = solar_hour >= 9 && solar_hour < 15 && without > 0;
    CHECK((with < without) == shaded);
    if (shaded) CHECK(with > 0);  // the diffuse light
  }
  for (const char* wrong : {"", "05-08", "80", "05-08 101", "05-08 -1", "5-8 80", "05-08 80 90", "05-08 80;", "a 5"})
    CHECK_FALSE(to_shade(wrong));
}

TEST_CASE("what was measured is given in place of sun and weather, and forecast with the error of the day before") {
  const auto settings = [](const char* error) {
    const std::string csv = measured(72);
    return test::settings_of({{"solar-kwp", "4"}, {"solar-profile", csv.c_str()}, {"solar-forecast-error", error}});
  };
  Home home = test::home_of(settings("1"));
  test::set_clock(home, {0, 12 * kQuartersPerHour, 0});
  const auto sun = [](const Home& of) -> const Solar& { return std::get<Solar>(of.devices().front()); };
  CHECK(sun(home).power() == Watts(-1'000));
  test::set_clock(home, {2, 12 * kQuartersPerHour, 0});
  CHECK(sun(home).power() == Watts(-3'000));
  // Day 7 is the weekday of day 0, which the data has; day 5 has none of its weekday: the nearest day's stands in.
  const auto on = [&](std::int64_t day) {
    return quarter_at(day * kSecondsPerDay + 12 * kSecondsPerHour, home.calendar());
  };
  CHECK(sun(home).forecast(on(2)) == Watts(3'000));
  test::set_clock(home, {0, 12 * kQuartersPerHour, 0});
  const Watts a_day_ahead = sun(home).forecast(on(1));
  CHECK((a_day_ahead > Watts(1'000) && a_day_ahead < Watts(2'000)));
  CHECK(sun(home).forecast(on(2)) == Watts(2'000));
  Home sure = test::home_of(settings("0"));
  test::set_clock(sure, {0, 12 * kQuartersPerHour, 0});
  CHECK(sun(sure).forecast(on(2)) == Watts(3'000));
}

TEST_CASE("a plan says where no measured sun has come for its time") {
  const std::string csv = measured(26);
  Home home =
      test::home_of(test::settings_of({{"solar-kwp", "4"}, {"solar-profile", csv.c_str()}, {"mode", "cheapest"}}));
  test::set_clock(home, {1, 0, 0});
  REQUIRE(home.plan() != nullptr);
  CHECK(home.plan()->note.find("no sun has come for 02:00-07:00") != std::string::npos);
}

TEST_CASE("places and clearness are read, and what is none is refused") {
  CHECK(to_place("stockholm")->place.latitude == Approx(59.33));
  CHECK(to_place("48.1,11.6")->clearness == to_place("berlin")->clearness);
  // South of the equator summer is in January.
  CHECK(to_place("-52.5,13.4")->clearness.front() == to_place("berlin")->clearness.at(6));
  for (const char* text : {"", "nowhere", "91,0", "0,181", "48.1", "48.1,", ",", "48.1,11.6,0", "nan,0", "48,1 1"})
    CHECK_FALSE(to_place(text));
  CHECK(to_clearness("0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5"));
  for (const char* text :
       {"", "0.5", "0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5",
        "0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,", "2,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.5"})
    CHECK_FALSE(to_clearness(text));
}

TEST_CASE("what the grid pays is a constant, or follows the price") {
  const PricePerKwh price(1'000'000);
  const auto paid = [&](const char* text) { return to_export_price(text).value().at(price).count(); };
  CHECK(paid("0.4") == 400'000);
  CHECK(paid("-0.1") == -100'000);
  CHECK(paid("price") == 1'000'000);
  CHECK(paid("0.8*price") == 800'000);
  CHECK(paid("0.8*price-0.05") == 750'000);
  CHECK(paid("price+0.02") == 1'020'000);
  const ExportPrices by_hour = to_export_prices("mon-fri 06-22 0.9 * price - 0.05, sat 0.3").value();
  const auto paid_on = [&](std::size_t day, std::size_t hour) { return by_hour.at(day).at(hour).at(price).count(); };
  CHECK(paid_on(0, 6) == 850'000);
  CHECK(paid_on(0, 22) == 0);
  CHECK(paid_on(5, 12) == 300'000);
  CHECK(paid_on(6, 12) == 0);
  for (const char* text : {"", "x", "price, 0.3", "0.3,", "06-22", "mon 06-22 x", "6-22 0.3"})
    CHECK_FALSE(to_export_prices(text));
  for (const char* text : {"", "x", "price*0.8", "0.8price", "*price", "price-", "price--1", "11*price", "nan", "1e9"})
    CHECK_FALSE(to_export_price(text));
}

}  // namespace home_energy
