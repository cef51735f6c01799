// Homes with all devices: conservation at the meter, what is remembered, and days that have a name.
#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "common/wire/command_reader.hpp"
#include "common/wire/home_state.hpp"
#include "common/wire/tariff_options.hpp"
#include "common/wire/wire.hpp"
#include "common/wire/wire_history.hpp"
#include "tests/homes.hpp"
#include "tests/options_of.hpp"
#include "tests/stockholm_days.hpp"

namespace home_energy {
namespace {

constexpr std::size_t kSolar = 1;
constexpr std::size_t kStorage = 2;
constexpr const char* kWeek = "mon-fri 07:30-17:15 9.5,sat 10:00-14:00 4";

HomeSettings villa(const char* date = "2026-06-20") {
  return test::settings_of({{"solar-kwp", "8"},
                            {"storage-kwh", "10"},
                            {"heater-kw", "2"},
                            {"heater-hours", "12-14"},
                            {"trips", kWeek},
                            {"trip-spread-min", "10"},
                            {"trip-spread-energy", "0.1"},
                            {"mode", "immediate"},
                            {"fuse-kw", "17"},
                            {"start-date", date}});
}

void order(Home& home, std::string_view name, std::string_view text) {
  const auto parsed = parse_command(name, text, TextForm::bare);
  REQUIRE(parsed.command);
  REQUIRE(test::apply(home, *parsed.command));
}

double kwh(EnergyTotal energy, int ticks_per_hour = 4) {
  return static_cast<double>(energy.count()) / 1e6 / ticks_per_hour;
}

Command random_command() {
  const auto device = [](std::size_t kind, DeviceOrder order) { return Command(DeviceCommand{kind, order}); };
  const int minute = *rc::gen::inRange(0, 1440);
  switch (*rc::gen::inRange(0, 16)) {
    case 0:
      return ChargeCommand{Charging::on};
    case 1:
      return ChargeCommand{Charging::off};
    case 2:
      return ResetCommand{};
    case 3:
      return device(0, *rc::gen::element(Switch::on, Switch::off));
    case 4:
      return device(kStorage, *rc::gen::elementOf(kStorageModes));
    case 5:
      return device(kStorage, StoragePower{Watts(*rc::gen::inRange(0, 20'000))});
    case 6:
      return device(kStorage, StorageReserve{Percent(*rc::gen::inRange(0, 10'001))});
    case 7:
      return PlugCommand{*rc::gen::element(Switch::on, Switch::off)};
    case 8:
      return TripCommand{minute, *rc::gen::inRange(0, 1440), WattHours(*rc::gen::inRange(0, 60'000))};
    case 9:
      return TripCommand{std::nullopt, minute, {}};
    case 10:
      return TargetCommand{Percent(*rc::gen::inRange(2'000, 10'001))};
    case 11:
    case 12:
      return ChargePowerCommand{Watts(*rc::gen::element(0, 1'000, 1'400, 5'000, 7'400, 11'000))};
    default:
      return ModeCommand{*rc::gen::elementOf(kChargingModes)};
  }
}

HomeSettings random_house() {
  HomeSettings house = villa(*rc::gen::element("2026-06-20", "2026-12-20", "2026-03-27"));
  house.pace = *Pace::make(*rc::gen::element(4, 8, 60), std::chrono::seconds(1), Resolution::quarter_hourly);
  house.car.charger = Watts(*rc::gen::element(0, 1'400, 7'400, 11'000));
  if (*rc::gen::arbitrary<bool>()) house.car.charger_min = std::min(Watts(1'400), house.car.charger);
  house.car.charge_efficiency = Percent(*rc::gen::element(10'000, 9'100));
  house.car.solar_min = Watts(*rc::gen::element(0, 1'000, 20'000));
  house.price =
      DayCurve<PricePerKwh>(std::vector<PricePerKwh>(24, PricePerKwh(*rc::gen::element(-200'000, 0, 1'000'000))));
  house.tariff.vat = *rc::gen::element(0, 250'000);
  if (*rc::gen::arbitrary<bool>()) house.tariff.fees = to_fees("mon-fri 06-22 0.7, -0.1");
  if (*rc::gen::arbitrary<bool>()) house.car.trips = nullptr;
  while (!house.devices.empty() && *rc::gen::inRange(0, 3) == 0) house.devices.pop_back();
  if (*rc::gen::arbitrary<bool>()) house.calendar = std::make_shared<const Calendar>(stockholm());
  return house;
}

/// All that holds from one tick to the next, whatever the home is told.
void check_tick(const Snapshot& before, const Snapshot& after, const HomeSettings& house) {
  const Counters& was = before.counters;
  const Counters& now = after.counters;
  const EnergyTotal imported = now.imported() - was.imported();
  const EnergyTotal exported = now.exported - was.exported;
  RC_ASSERT(imported >= EnergyTotal());
  RC_ASSERT(exported >= EnergyTotal());
  RC_ASSERT((imported == EnergyTotal() || exported == EnergyTotal()));
  EnergyTotal net = now.base - was.base + (now.charged - was.charged);
  for (std::size_t kind = 0; kind < kDeviceKinds; ++kind) {
    const EnergyTotal drawn = now.devices.at(kind).drawn - was.devices.at(kind).drawn;
    const EnergyTotal given = now.devices.at(kind).given - was.devices.at(kind).given;
    RC_ASSERT(drawn >= EnergyTotal());
    RC_ASSERT(given >= EnergyTotal());
    RC_ASSERT((drawn == EnergyTotal() || given == EnergyTotal()));
    net = net + drawn - given;
  }
  RC_ASSERT(imported - exported == net);
  const Money cost = now.cost - was.cost;
  const Money expected = Money(before.price.count() * imported.count()) -
                         Money(house.tariff.export_price.at(house.price[0]).count() * exported.count());
  RC_ASSERT(cost == expected);
  RC_ASSERT(after.car.stored >= Energy());
  RC_ASSERT(after.car.stored <= after.car.capacity);
  if (after.car.travel && !after.car.travel->plugged) RC_ASSERT(after.car.power == Watts());
  const Watts told = before.car.charge_power.value_or(house.car.charger);
  RC_ASSERT(told <= house.car.charger);
  const Watts most = house.car.charger_min && told < *house.car.charger_min ? Watts() : told;
  RC_ASSERT((now.charged - was.charged).count() <= in_one_tick(most).count());
  RC_ASSERT(before.car.power <= most);
  if (after.car.travel && !after.car.travel->plugged) RC_ASSERT(after.car.charging == Charging::off);
}

}  // namespace

TEST_CASE("whatever a home with all devices is told, nothing is lost at its meter") {
  CHECK(rc::check([] {
    const HomeSettings house = random_house();
    Home home = test::home_of(house);
    const int steps = *rc::gen::inRange(1, 40);
    for (int step = 0; step < steps; ++step) {
      if (*rc::gen::inRange(0, 3) == 0) test::apply(home, random_command());  // refused or not
      const int ticks = *rc::gen::inRange(1, 30);
      for (int tick = 0; tick < ticks; ++tick) {
        const Snapshot before = home.snapshot();
        test::advance(home);
        check_tick(before, home.snapshot(), house);
      }
    }
    // What it remembers, it goes on with.
    std::string text;
    append_state(text, {.home = home.state(), .row = {}});
    const auto read = parse_state(text, home.calendar());
    RC_ASSERT(read.has_value());
    std::string text_again;
    append_state(text_again, *read);
    RC_ASSERT(text_again == text);
    RC_ASSERT(read->home == home.state());
    Home again = test::home_of(house);
    again.restore(read->home, home.curves());
    plan_now(again);
    std::string restored;
    append_state(restored, {.home = again.state(), .row = {}});
    RC_ASSERT(restored == text);
    RC_ASSERT(wire::http::state(again, again.snapshot(), {.currency = "SEK", .since = {}}).size() > 0);
  }));
}

TEST_CASE("a home that was put away goes on as if nothing had been, tick by tick") {
  Home home = test::home_of(villa());
  order(home, "trips", R"({"sat":[{"leave":"05:00","back":"09:00","kwh":7}]})");
  order(home, "trip", R"({"leave":"11:00","back":"12:30","kwh":3})");
  for (int tick = 0; tick < 3 * kQuartersPerDay; ++tick) {
    std::string text;
    append_state(text, {.home = home.state(), .row = {}});
    const auto read = parse_state(text, home.calendar());
    REQUIRE(read);
    Home again = test::home_of(villa());
    again.restore(read->home, {});
    plan_now(again);
    test::advance(again);
    test::advance(home);
    REQUIRE(again.state() == home.state());
  }
}

TEST_CASE("a storage's energy and a trip's keep their kWh at another pace") {
  Home home = test::home_of(villa("2026-06-22"));
  test::advance(home, 40);
  HomeSettings finer = villa("2026-06-22");
  finer.pace = *Pace::make(60, std::chrono::seconds(1), Resolution::quarter_hourly);
  const auto at = at_pace({.home = home.state(), .row = {}}, finer.pace);
  const auto& storage = at.home.devices.at("storage");
  CHECK(storage.at("stored") == home.state().devices.at("storage").at("stored") * 15);
  REQUIRE(home.state().car.travel->driven > EnergyTotal());
  // Counters are rounded up, so that none is seen to fall.
  const Int128 more = at.home.car.travel->driven.count() - home.state().car.travel->driven.count() * 15;
  CHECK((more >= 0 && more <= 1));
}

TEST_CASE("a summer day with export: the sun feeds the house, then the battery, then the grid") {
  Home home = test::home_of(test::settings_of({{"solar-kwp", "15"},
                                               {"storage-kwh", "5"},
                                               {"storage-soc", "10"},
                                               {"storage-efficiency-in", "1"},
                                               {"storage-efficiency-out", "1"},
                                               {"fuse-kw", "17"},
                                               {"start-date", "2026-06-21"}}));
  bool exported_before_full = false;
  for (int tick = 0; tick < kQuartersPerDay; ++tick) {
    const Snapshot before = home.snapshot();
    test::advance(home);
    const bool exports = home.counters().exported > before.counters.exported;
    const auto& storage = std::get<Storage>(before.devices.back());
    const bool at_most = storage.power(before.balance) == Watts(5'000);
    const bool full =
        std::get<Storage>(home.snapshot().devices.back()).stored() >= Energy(storage.capacity().count() - 1);
    if (exports && !full && !at_most) exported_before_full = true;
  }
  CHECK_FALSE(exported_before_full);
  const Counters& now = home.counters();
  CHECK(kwh(now.exported) > 10);
  CHECK(now.earned > Money());
  CHECK(kwh(now.devices.at(kStorage).drawn) > 4);
  CHECK(kwh(now.devices.at(kStorage).given) > 4);
  CHECK(kwh(now.devices.at(kSolar).given) ==
        Approx(kwh(now.base) + kwh(now.exported) - kwh(now.imported()) + kwh(now.devices.at(kStorage).drawn) -
               kwh(now.devices.at(kStorage).given)));
}

TEST_CASE("a winter night: the battery runs down to its reserve, and nothing is exported") {
  Home home = test::home_of(villa("2026-12-21"));
  test::advance(home, 7 * 4);
  CHECK(home.counters().exported == EnergyTotal());
  CHECK(home.counters().earned == Money());
  std::string storage;
  wire::append_device(storage, home.snapshot().devices.back(), home.snapshot(), {.currency = "SEK", .since = {}});
  CHECK(storage.find(R"("soc_percent":10.0,)") != std::string::npos);
}

TEST_CASE("the sun behind the fuse: what it gives leaves room to charge, and what it gives too much is an overload") {
  const auto settings = [](const char* peak) {
    return test::settings_of({{"solar-kwp", peak},
                              {"solar-forecast-error", "0"},
                              {"solar-profile", "[0,0,0,0,0,0,0,0,0,0,6,6,6,6,0,0,0,0,0,0,0,0,0,0]"},
                              {"baseload", "[2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2]"},
                              {"fuse-kw", "5"},
                              {"load-balancing", "on"},
                              {"charger-min-kw", "1.4"},
                              {"mode", "immediate"},
                              {"target", "100"}});
  };
  Home home = test::home_of(settings("6"));
  const auto car_at = [&](int hour) {
    test::set_clock(home, {0, hour * kQuartersPerHour, 0});
    test::advance(home);
    CHECK_FALSE(home.snapshot().is_overload());
    return home.snapshot().car.power;
  };
  CHECK(car_at(9) == Watts(3'000));
  CHECK(car_at(11) == Watts(7'400));
  REQUIRE(test::apply(home, ModeCommand{ChargingMode::manual}));
  REQUIRE(test::apply(home, ChargeCommand{Charging::off}));
  CHECK(home.power() == Watts(-4'000));
  const std::string less = "[1,1,1,1,1,1,1,1,1,1,0.5,0.5,0.5,0.5,1,1,1,1,1,1,1,1,1,1]";
  order(home, "baseload", less);
  CHECK(home.power() == Watts(-5'500));
  CHECK(home.snapshot().is_overload());
}

TEST_CASE("a power tariff's peak: the hour in which car and house meet, and a battery that takes it off") {
  const auto after_a_day = [](bool has_battery) {
    std::vector<test::OptionText> options{{"baseload", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,6,1,1,1,1,1,1]"},
                                          {"peak-price", "80"},
                                          {"peak-hours", "1"},
                                          {"fuse-kw", "20"}};
    if (has_battery)
      options.insert(options.end(), {{"storage-kwh", "30"}, {"storage-soc", "100"}, {"storage-efficiency-out", "1"}});
    Home home = test::home_of(test::settings_of(options));
    test::advance(home, 17 * 4);
    REQUIRE(test::apply(home, ChargeCommand{Charging::on}));
    test::advance(home, 4);
    REQUIRE(test::apply(home, ChargeCommand{Charging::off}));
    test::advance(home, 6 * 4);
    return home;
  };
  const Home alone = after_a_day(false);
  const Home with_battery = after_a_day(true);
  CHECK(alone.snapshot().peak == Watts(13'400));        // 6 kW and the charger's 7.4
  CHECK(with_battery.snapshot().peak == Watts(8'400));  // less the battery's 5
  constexpr double kPerKilowatt = 80;
  const auto cost = [](const Home& home) { return static_cast<double>(home.counters().cost.count()) / 1e12 / 4; };
  CHECK(cost(alone) - cost(with_battery) > (13.4 - 8.4) * kPerKilowatt);
}

TEST_CASE("mode solar takes the surplus alone, and with --solar-min-kw a little from the grid") {
  const auto settings = [](const char* from_grid) {
    return test::settings_of({{"solar-kwp", "20"},
                              {"charger-min-kw", "1.4"},
                              {"mode", "solar"},
                              {"target", "100"},
                              {"capacity-kwh", "200"},
                              {"fuse-kw", "25"},
                              {"solar-min-kw", from_grid},
                              {"start-date", "2026-06-21"}});
  };
  Home alone = test::home_of(settings("0"));
  Home helped = test::home_of(settings("1.4"));
  for (int tick = 0; tick < kQuartersPerDay; ++tick) {
    const Counters before = alone.counters();
    test::advance(alone);
    test::advance(helped);
    if (alone.counters().charged > before.charged) CHECK(alone.counters().imported() == before.imported());
  }
  CHECK(kwh(alone.counters().charged) > 10);
  CHECK(helped.counters().charged > alone.counters().charged);
}

TEST_CASE("a plan puts charging where the sun would else be exported") {
  // The price is flat: only the sun makes a difference.
  HomeSettings house = test::settings_of({{"solar-kwp", "20"},
                                          {"solar-forecast-error", "0"},
                                          {"mode", "cheapest"},
                                          {"ready-by", "20:00"},
                                          {"export-price", "0.1*price"},
                                          {"fuse-kw", "25"},
                                          {"start-date", "2026-06-21"}});
  house.price = DayCurve<PricePerKwh>(std::vector<PricePerKwh>(24, PricePerKwh(1'000'000)));
  Home home = test::home_of(house);
  REQUIRE(home.plan() != nullptr);
  for (const PlanBlock& block : home.plan()->plan.blocks) {
    CHECK(block.begin.count() >= 8 * kSecondsPerHour);
    CHECK(block.end.count() <= 17 * kSecondsPerHour);
  }
  CHECK(home.plan()->plan.cost < home.plan()->plan.cost_at_once);
}

TEST_CASE("two years of a villa: the rows of history add up to the counters, to the watt-hour") {
  Home home = test::home_of(villa("2026-01-01"));
  HistoryMeter meter(home);
  std::vector<HistoryRow> rows;
  constexpr int kTwoYears = 730;
  for (int tick = 0; tick < kTwoYears * kQuartersPerDay; ++tick) {
    meter.before_tick(home);
    test::advance(home);
    if (const auto row = meter.look(home)) rows.push_back(*row);
  }
  HistoryRow sum;
  std::int64_t imported = 0;
  for (const HistoryRow& row : rows) {
    sum.base_mwh += row.base_mwh;
    sum.car_mwh += row.car_mwh;
    sum.export_mwh += row.export_mwh;
    sum.earned_micro += row.earned_micro;
    imported += import_mwh(row);
    for (std::size_t kind = 0; kind < kDeviceKinds; ++kind) {
      sum.drawn_mwh.at(kind) += row.drawn_mwh.at(kind);
      sum.given_mwh.at(kind) += row.given_mwh.at(kind);
    }
  }
  const auto mwh = [](EnergyTotal energy) { return static_cast<double>(energy.count()) / 4; };
  constexpr double kWattHour = 1000;
  const Counters& now = home.counters();
  CHECK(static_cast<double>(sum.base_mwh) == Approx(mwh(now.base)).margin(kWattHour));
  CHECK(static_cast<double>(sum.car_mwh) == Approx(mwh(now.charged)).margin(kWattHour));
  CHECK(static_cast<double>(sum.export_mwh) == Approx(mwh(now.exported)).margin(kWattHour));
  CHECK(static_cast<double>(imported) == Approx(mwh(now.imported())).margin(kWattHour));
  CHECK(static_cast<double>(sum.given_mwh.at(kSolar)) == Approx(mwh(now.devices.at(kSolar).given)).margin(kWattHour));
  CHECK(static_cast<double>(sum.drawn_mwh.at(kStorage)) ==
        Approx(mwh(now.devices.at(kStorage).drawn)).margin(kWattHour));
  // A villa: about 950 kWh for each kWp a year, and a commuter's 2,500 kWh.
  CHECK(mwh(now.devices.at(kSolar).given) / 1e6 / 2 / 8 == Approx(950).epsilon(0.1));
  CHECK(mwh(now.charged) / 1e6 / 2 == Approx(5 * 52 * 9.5 + 52 * 4).epsilon(0.1));
}

TEST_CASE("the night of the autumn change goes by with all devices") {
  HomeSettings house = villa();
  house.calendar = std::make_shared<const Calendar>(
      Calendar::of_zone(*parse_date("2026-10-24"), {{0, 7200}, {unix_time("2026-10-25T01:00Z"), 3600}}));
  Home home = test::home_of(house);
  HistoryMeter meter(home);
  std::vector<HistoryRow> rows;
  while (home.clock().day < 2) {
    meter.before_tick(home);
    test::advance(home);
    if (const auto row = meter.look(home)) rows.push_back(*row);
  }
  const auto days = folded(rows, HistoryStep::day, home.calendar());
  REQUIRE(days.size() == 2);
  CHECK(days.back().minutes == 25 * 60);
  const auto csv = wire::history_csv("SEK", days, wire::QuarterText(house.calendar), {{0b111}});
  CHECK(
      csv.starts_with("start,base_kwh,car_kwh,price,cost,soc_percent,overload_minutes,minutes,heater_kwh,import_kwh,"
                      "export_kwh,solar_kwh,storage_in_kwh,storage_out_kwh,earned\r\n"));
}

TEST_CASE("options of devices that are not there are refused by name") {
  const auto reason = [](test::OptionTexts given) { return test::configuration_of(given).error().reason; };
  CHECK(reason({{"solar-tilt", "20"}}) == "--solar-tilt: needs a --solar-kwp above 0");
  CHECK(reason({{"storage-soc", "20"}}) == "--storage-soc: needs a --storage-kwh above 0");
  CHECK(reason({{"heater-hours", "22-06"}}) == "--heater-hours: needs a --heater-kw above 0");
  CHECK(reason({{"trip-seed", "2"}}) == "--trip-seed: needs --trips");
  CHECK(reason({{"solar-kwp", "5"}, {"seconds-per-hour", "1"}}).starts_with("--tick: "));
}

}  // namespace home_energy
