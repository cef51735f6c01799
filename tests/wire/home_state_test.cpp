#include "common/wire/home_state.hpp"
#include "common/wire/stored_curves.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "common/wire/command_reader.hpp"
#include "common/wire/wire.hpp"
#include "tests/homes.hpp"
#include "tests/stockholm_days.hpp"

namespace home_energy {
namespace {

Home home_at_pace(int ticks_per_hour = 4) {
  HomeSettings settings = test::reference_settings();
  settings.pace = *Pace::make(ticks_per_hour, std::chrono::seconds(1), Resolution::hourly);
  return test::home_of(settings);
}

std::string text_of(const Home& home, const HistoryMeter::State& row = {}) {
  std::string text;
  append_state(text, {home.state(), row});
  return text;
}

void tell(Home& home, std::string_view name, std::string_view text) {
  REQUIRE(test::apply(home, *parse_command(name, text, TextForm::bare).command));
}

/// The home in the text, as another process would have it.
Home restored(const Home& home, const std::string& text) {
  Home other(std::make_shared<const HomeSettings>(home.settings()));
  const auto state = parse_state(text, test::kPlain);
  REQUIRE(state);
  const auto curves = parse_curves(curves_text(home.curves()), Resolution::quarter_hourly, test::kPlain);
  REQUIRE(curves);
  other.restore(state->home, *curves);
  plan_now(other);
  return other;
}

}  // namespace

TEST_CASE("a home that comes back goes on as if nothing had happened") {
  std::mt19937 random(20261125);  // NOLINT(cert-msc51-cpp): the same every time
  const std::vector<std::pair<std::string, std::string>> commands{
      {"charge", "on"},    {"charge", "off"}, {"charge_limit", "70"}, {"charge_limit", "100"},
      {"discharge", "on"}, {"target", "60"},  {"ready_by", "05:30"}};
  for (int round = 0; round < 100; ++round) {
    Home home = home_at_pace(12);
    for (int step = 0; step < 6; ++step) {
      const auto& [name, text] = commands[random() % commands.size()];
      tell(home, name, text);
      test::advance(home, static_cast<int>(random() % 300));
    }
    Home other = restored(home, text_of(home));
    CHECK(other.state() == home.state());
    test::advance(home, 500);
    test::advance(other, 500);
    CHECK(other.state() == home.state());
  }
}

TEST_CASE("a home that follows a plan comes back with one of the same wish") {
  Home home = home_at_pace();
  tell(home, "mode", "cheapest");
  tell(home, "target", "90");
  test::advance(home, 6);
  const Home other = restored(home, text_of(home));
  CHECK(other.wish() == home.wish());
  REQUIRE(other.plan() != nullptr);
  CHECK(other.plan()->plan.energy <= home.plan()->plan.energy);
}

TEST_CASE("curves: the text holds what was set and nothing else") {
  Home home = home_at_pace();
  CHECK(curves_text(home.curves()).empty());
  std::string hours = "[";
  for (int i = 0; i < 24; ++i) hours += (i > 0 ? "," : "") + std::to_string(i);
  tell(home, "baseload", hours + "]");
  const Home other = restored(home, text_of(home));
  CHECK(other.baseload().at_quarter(23 * 4) == Watts(23'000));
  CHECK(other.price().at_quarter(0) == home.price().at_quarter(0));
  CHECK_FALSE(other.curves().price.daily.has_value());

  PriceSeries::Set set{.daily = default_price_curve(),
                       .dated = {{0, 900, PricePerKwh(5)}, {1800, 2700, PricePerKwh(-6)}}};
  const auto read = parse_curves(curves_text({{}, set}), Resolution::hourly, test::kPlain);
  REQUIRE(read);
  CHECK(read->price.daily->at_quarter(0) == set.daily->at_quarter(0));
  CHECK(read->price.dated == set.dated);
}

TEST_CASE("dated values that are none are refused in what was stored") {
  const auto wrong = GENERATE(as<std::string>(), "[[0,900]]", "[[0,0,1]]", "[[900,0,1]]", "[[0,900,1],[800,1700,1]]",
                              "[[0,900,1.5]]", "[[0,900,1000000000001]]", "[[0,9e30,1]]", "[7]", "{}", "\"x\"");
  CAPTURE(wrong);
  const auto text = R"({"baseload":{},"price":{"dated":)" + wrong + "}}";
  CHECK(parse_curves(text, Resolution::hourly, test::kPlain).error().field == "curves");
}

TEST_CASE("curves of days, as files of before have them, come back as values of moments") {
  std::string values;
  for (int hour = 0; hour < 24; ++hour) values += (hour > 0 ? "," : "") + std::to_string(hour);
  const std::string text = R"({"baseload":{"current":[)" + values + R"(]},"price":{"current":[)" + values +
                           R"(],"current_day":-21,"current_unknown":[0,95],"next":{"day":-20,"values":[)" + values +
                           R"(],"unknown":[17]}}})";
  const auto read = parse_curves(text, Resolution::hourly, stockholm());
  REQUIRE(read);
  CHECK(read->baseload.dated.empty());
  CHECK(read->baseload.daily->at_quarter(23 * 4) == Watts(23));
  PriceSeries prices(std::make_shared<const PriceCurve>(default_price_curve()));
  prices.restore(read->price);
  const auto stands_in = [&](std::int64_t day, std::int64_t quarter) {
    const auto moment = stockholm().moment_of(day, quarter * kSecondsPerQuarter);
    const auto at = quarter_at(moment, stockholm());
    CHECK(prices.at(at, stockholm()) == PricePerKwh(quarter / 4));
    return prices.stands_in(at, stockholm());
  };
  CHECK(stands_in(-21, 0));
  CHECK_FALSE(stands_in(-21, 1));
  CHECK(stands_in(-21, 95));
  CHECK(stands_in(-20, 17));
  CHECK_FALSE(stands_in(-20, 18));
  CHECK(stands_in(-19, 50));
  const auto unknown = GENERATE(as<std::string>(), "7", "{}");
  auto other = text;
  other.replace(other.find("[17]"), 4, unknown);
  CHECK(parse_curves(other, Resolution::hourly, stockholm()).error().field == "curves");
}

TEST_CASE("curves that are finer than the pace meets are refused") {
  const std::vector<Watts> quarters(kQuartersPerDay, Watts(500));
  HomeCurves curves;
  curves.baseload.daily = LoadCurve(quarters);
  CHECK(parse_curves(curves_text(curves), Resolution::quarter_hourly, test::kPlain));
  CHECK(parse_curves(curves_text(curves), Resolution::hourly, test::kPlain).error().field == "curves");
}

TEST_CASE("at another pace a home has the same energy and time, and no counter is less") {
  Home home = home_at_pace(4);
  tell(home, "charge", "on");
  test::advance(home, 4 * 30 + 3);
  for (const int ticks : {8, 4 * 7, 3600, 1, 3}) {
    CAPTURE(ticks);
    const Pace pace = *Pace::make(ticks, std::chrono::seconds(1), Resolution::hourly);
    const auto other = at_pace({home.state(), {}}, pace).home;
    Home there(std::make_shared<const HomeSettings>(home_at_pace(ticks).settings()));
    there.restore(other, {});
    CHECK(there.clock().day == 1);
    CHECK(there.clock().quarter / 4 == 6);
    if (ticks % 4 == 0) CHECK(there.clock().quarter == 27);
    const auto kwh = [](EnergyTotal energy, int per_hour) { return static_cast<double>(energy.count()) / per_hour; };
    CHECK(kwh(other.counters.base, ticks) >= kwh(home.counters().base, 4));
    CHECK(kwh(other.counters.base, ticks) <= kwh(home.counters().base, 4) + 1);
    CHECK(kwh(other.counters.charged, ticks) >= kwh(home.counters().charged, 4));
    CHECK(other.car.battery.stored.count() == home.state().car.battery.stored.count() * ticks / 4);
  }
}

TEST_CASE("a number that is out of range is refused with its field, itself and the range") {
  Home home = home_at_pace();
  HistoryMeter meter(home);
  const auto document = nlohmann::json::parse(text_of(home, meter.state()));
  const std::vector<nlohmann::json> wrong{std::numeric_limits<std::int64_t>::min(),
                                          std::numeric_limits<std::int64_t>::max(),
                                          std::numeric_limits<std::uint64_t>::max(),
                                          1e300,
                                          0.5,
                                          "9223372036854775807999999999999999999",
                                          "nan",
                                          nullptr,
                                          nlohmann::json::array()};
  int fields = 0;
  const auto flat = document.flatten();
  for (const auto& [path, value] : flat.items()) {
    if (path == "/charging") continue;
    ++fields;
    for (const auto& other : wrong) {
      auto tampered = document;
      tampered[nlohmann::json::json_pointer(path)] = other;
      const auto state = parse_state(tampered.dump(), test::kPlain);
      CAPTURE(path, other.dump());
      REQUIRE_FALSE(state);
      CHECK_THAT(state.error().reason, Catch::Contains(path.substr(path.rfind('/') + 1) + " must be ") &&
                                           Catch::Contains("..") && Catch::Contains(", got "));
    }
  }
  CHECK(fields == 23);
}

TEST_CASE("what a state does not have is as in a home that has just begun") {
  const auto state = parse_state(
      R"({"ticks_per_hour":4,"day":2,"quarter":29,"tick":0,"stored":74040000,"counters":{"base":"7","charged":"3","cost":"5"}})",
      test::kPlain);
  REQUIRE(state);
  CHECK(state->home.car.wish == ChargingWish{});
  CHECK(state->home.car.battery.limit == kFull);
  CHECK(state->home.car.battery.charging == Charging::off);
  CHECK(state->home.counters.base == EnergyTotal(7));
  CHECK(state->row == HistoryMeter::State{});
}

TEST_CASE(
    "what older files say as day and time is a moment, and a row's quarter is counted by those that have passed") {
  const auto state = parse_state(
      R"({"version":1,"ticks_per_hour":4,"day":-20,"quarter":29,"tick":0,"stored":0,"counters":{"base":"0","charged":"0",)"
      R"("cost":"0"},"row":{"number":1,"quarter":-1891,"began":{"base":"0","charged":"0","cost":"0"},"price":0,"ticks":0,)"
      R"("overload_ticks":0}})",
      stockholm());
  REQUIRE(state);
  CHECK(state->home.moment == stockholm().moment_of(-20, 29 * kSecondsPerQuarter));
  CHECK(state->row.quarter == quarter_number(state->home.moment));
}

TEST_CASE("a departure that was missed while the clock was wrong costs nothing") {
  Home home = home_at_pace();
  auto document = nlohmann::json::parse(text_of(home));
  document["late_since"] = 700;
  const auto state = parse_state(document.dump(), test::kPlain);
  REQUIRE(state);
  CHECK(state->home.car.late_since == 1);
}

TEST_CASE("of older files tomorrow's prices come back without today's") {
  std::string values;
  for (int hour = 0; hour < 24; ++hour) values += (hour > 0 ? "," : "") + std::to_string(hour);
  const auto read = parse_curves(R"({"baseload":{},"price":{"next":{"day":7,"values":[)" + values + "]}}}",
                                 Resolution::hourly, stockholm());
  REQUIRE(read);
  CHECK_FALSE(read->price.daily);
  REQUIRE(read->price.dated.size() == 96);
  CHECK(read->price.dated.front().begin == stockholm().begin_of(7));
}

TEST_CASE("a state of a later version is refused") {
  auto document = nlohmann::json::parse(text_of(home_at_pace()));
  CHECK(document["version"] == 2);
  document["version"] = 3;
  CHECK(parse_state(document.dump(), test::kPlain).error().reason ==
        "state cannot be read: version must be a whole number within 1..2, got \"3\"");
}

TEST_CASE("a home at the ends of what is legal goes on at any pace") {
  const std::string ends =
      R"({"ticks_per_hour":1,"day":10000000000,"quarter":95,"tick":0,"stored":1000000000,"fraction":9999,"limit":10000,)"
      R"("charging":true,"mode":1,"target":10000,"ready_by":1439,"hour_energy":10000000000,)"
      R"("counters":{"base":"1000000000000000000000","charged":"1000000000000000000000","cost":"10000000000000000000000000000"},)"
      R"("ticks_of_run":10000000,"row":{"number":1125899906842624,"quarter":960000000000,)"
      R"("began":{"base":"999999000000000000000","charged":"999999000000000000000","cost":"9999999000000000000000000000"},)"
      R"("price":1000000000000,"ticks":10000000,"overload_ticks":10000000}})";
  const auto state = parse_state(ends, test::kPlain);
  REQUIRE(state);
  for (const int ticks_per_hour : {1, 4, 7, 3600, 360'000}) {
    CAPTURE(ticks_per_hour);
    Home home = home_at_pace(ticks_per_hour);
    const auto there = at_pace(*state, home.settings().pace);
    home.restore(there.home, {});
    HistoryMeter meter(home);
    meter.restore(there.row);
    CHECK(meter.open_row(home).base_mwh == 1'000'000'000'000'000);
    plan_now(home);
    for (int tick = 0; tick < 10; ++tick) {
      meter.before_tick(home);
      test::advance(home);
      meter.look(home);
    }
    CHECK(nlohmann::json::accept(wire::http::state(home, home.snapshot(), {"SEK", ""})));
  }
}

TEST_CASE("text that is no state is refused, whatever it is") {
  const std::string good = text_of(home_at_pace());
  REQUIRE(parse_state(good, test::kPlain));
  const auto document = nlohmann::json::parse(good);
  for (const auto& [key, value] : document.items()) {
    CAPTURE(key);
    auto without = document;
    without.erase(key);
    const std::set<std::string> needed{"ticks_per_hour", "moment", "tick", "stored", "counters"};
    CHECK(parse_state(without.dump(), test::kPlain).has_value() != needed.contains(key));
    for (const auto& wrong :
         {nlohmann::json(-1'000'000), nlohmann::json(1e300), nlohmann::json("x"), nlohmann::json()}) {
      auto other = document;
      other[key] = wrong;
      if (key == "moment" && wrong == -1'000'000) continue;
      CHECK_FALSE(parse_state(other.dump(), test::kPlain));
    }
  }
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same every time
  for (int i = 0; i < 5'000; ++i) {
    std::string text = good;
    for (int changes = 0; changes < 3; ++changes) text[random() % text.size()] = static_cast<char>(random() % 256);
    if (const auto state = parse_state(text, test::kPlain)) {  // whatever is taken is a legal home
      Home home = home_at_pace();
      home.restore(at_pace(*state, home.settings().pace).home, {});
      plan_now(home);
      test::advance(home, 100);
      CHECK(home.snapshot().car.stored <= home.snapshot().car.capacity);
    }
  }
  for (const auto* const text : {"", "null", "[]", "{", "\xff"}) CHECK_FALSE(parse_state(text, test::kPlain));
}

}  // namespace home_energy
