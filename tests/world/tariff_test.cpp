// What is paid: the market's price, VAT, and fees by weekday and hour.
#include <catch2/catch.hpp>

#include "common/wire/tariff_options.hpp"
#include "common/wire/wire.hpp"
#include "tests/homes.hpp"
#include "tests/options_of.hpp"

namespace home_energy {
namespace {

constexpr std::int64_t kFriday = 1;  // day 0 is 2026-01-01

Quarter quarter_of(std::int64_t day, int hour) {
  return {day * kSecondsPerDay + hour * kSecondsPerHour, day, hour * kQuartersPerHour};
}

Home home_with(test::OptionTexts options) {
  return test::home_of(test::settings_of(options));
}

/// What a full battery's first tick into the grid earns.
double earned(HomeSettings settings) {
  Home home = test::home_of(settings);
  test::advance(home);
  REQUIRE(home.counters().exported > EnergyTotal());
  return static_cast<double>(home.counters().earned.count());
}

}  // namespace

TEST_CASE("fees are one number, or by days and hours, the first that fits") {
  const auto fee = [](const std::string& text, std::size_t day, std::size_t hour) {
    return to_fees(text).value().at(day).at(hour).count();
  };
  CHECK(fee("0.45", 0, 0) == 450'000);
  CHECK(fee("-0.1", 6, 23) == -100'000);
  const std::string grid = "mon-fri 06-22 0.76, 0.3";
  CHECK(fee(grid, 0, 5) == 300'000);
  CHECK(fee(grid, 0, 6) == 760'000);
  CHECK(fee(grid, 4, 21) == 760'000);
  CHECK(fee(grid, 4, 22) == 300'000);
  CHECK(fee(grid, 5, 12) == 300'000);
  const std::string around = " sat-mon  1 ,22-06 2";
  CHECK(fee(around, 5, 12) == 1'000'000);
  CHECK(fee(around, 0, 12) == 1'000'000);
  CHECK(fee(around, 1, 12) == 0);
  CHECK(fee(around, 1, 23) == 2'000'000);
  CHECK(fee(around, 1, 5) == 2'000'000);
  for (const char* wrong : {"", ",", "0.3,", "mon", "mon-fri 06-22", "06-22 mon 0.3", "mon 6-22 0.3", "mon-xyz 1",
                            "mon 06-22 1 2", "1000001", "0,76", "mon-fri-sat 1"}) {
    INFO(wrong);
    CHECK_FALSE(to_fees(wrong).has_value());
  }
}

TEST_CASE("what is shown, counted and planned with is the price with VAT and fee") {
  const Home plain = home_with({});
  const PricePerKwh market = plain.price_at(quarter_of(kFriday, 7));
  Home home = home_with({{"price-vat", "25"}, {"price-fee", "fri 07-08 0.5, 0.1"}, {"mode", "cheapest"}});
  const auto paid = [&](std::int64_t day, int hour) { return home.price_at(quarter_of(day, hour)).count(); };
  const std::int64_t with_vat = market.count() * 5 / 4;
  CHECK(paid(kFriday, 7) == with_vat + 500'000);
  CHECK(paid(kFriday + 1, 7) == with_vat + 100'000);
  CHECK(home.present_price() == home.price_at(quarter_of(0, 0)));
  CHECK(home.snapshot().price == home.present_price());
  const auto revision = home.revision();
  test::advance(home, home.settings().pace.ticks_per_hour() * kHoursPerDay);
  CHECK(home.revision() != revision);  // Friday's prices are others
  CHECK(home.price().at_quarter(7 * kQuartersPerHour).count() == with_vat + 500'000);
  const PlanRequest request = home.plan_request();
  CHECK(request.problem.slots.front().price == home.present_price());
}

TEST_CASE("what is exported follows the market's price, not the one that is paid") {
  const double of_market = earned(test::settings_of(
      {{"storage-kwh", "10"}, {"storage-soc", "100"}, {"storage-mode", "discharge"}, {"export-price", "price"}}));
  CHECK(earned(test::settings_of({{"storage-kwh", "10"},
                                  {"storage-soc", "100"},
                                  {"storage-mode", "discharge"},
                                  {"export-price", "price"},
                                  {"price-vat", "25"},
                                  {"price-fee", "0.5"}})) == of_market);
  CHECK(earned(test::settings_of(
            {{"storage-kwh", "10"}, {"storage-soc", "100"}, {"storage-mode", "discharge"}, {"price-vat", "25"}})) ==
        of_market);
  CHECK(earned(test::settings_of({{"storage-kwh", "10"}, {"storage-soc", "100"}, {"storage-mode", "discharge"}})) ==
        Approx(0.8 * of_market));
}

TEST_CASE("what is exported may have another price at other hours") {
  const auto earned_with = [](const char* export_price) {
    return earned(test::settings_of({{"storage-kwh", "10"},
                                     {"storage-soc", "100"},
                                     {"storage-mode", "discharge"},
                                     {"export-price", export_price}}));
  };
  CHECK(earned_with("00-12 0.5, 0.5") == earned_with("0.5"));
  CHECK(earned_with("00-01 0.5, 9") == earned_with("0.5"));
  CHECK(earned_with("01-02 0.5, 9") == earned_with("9"));
}

TEST_CASE("prices that are sent are the market's") {
  Home home = home_with({{"price-vat", "25"}, {"price-fee", "0.1"}});
  const std::vector<PricePerKwh> day(kHoursPerDay, PricePerKwh(400'000));
  REQUIRE(test::apply(home, PriceCommand{{.every_day = PriceCurve(day), .unit = "SEK/kWh"}}));
  CHECK(home.present_price() == PricePerKwh(600'000));
  CHECK(home.curves().price.daily->at_quarter(0) == PricePerKwh(400'000));
}

}  // namespace home_energy
