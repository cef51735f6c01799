#include "common/wire/home_state.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "common/wire/command_reader.hpp"
#include "common/wire/wire.hpp"
#include "tests/homes.hpp"

namespace home_energy {
namespace {

Home reference_home(int ticks_per_hour = 4) {
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
  const auto state = parse_state(text);
  REQUIRE(state);
  const auto curves = parse_curves(curves_text(home.curves()), Resolution::quarter_hourly);
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
    Home home = reference_home(12);
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
  Home home = reference_home();
  tell(home, "mode", "cheapest");
  tell(home, "target", "90");
  test::advance(home, 6);
  const Home other = restored(home, text_of(home));
  CHECK(other.wish() == home.wish());
  REQUIRE(other.plan() != nullptr);
  CHECK(other.plan()->plan.energy <= home.plan()->plan.energy);
}

TEST_CASE("curves: the text holds what was set and nothing else") {
  Home home = reference_home();
  CHECK(curves_text(home.curves()).empty());
  std::string hours = "[";
  for (int i = 0; i < 24; ++i) hours += (i > 0 ? "," : "") + std::to_string(i);
  tell(home, "baseload", hours + "]");
  const Home other = restored(home, text_of(home));
  CHECK(other.baseload().at_quarter(23 * 4) == Watts(23'000));
  CHECK(other.price().at_quarter(0) == home.price().at_quarter(0));
  CHECK_FALSE(other.curves().price.current.has_value());

  CurveSchedule<PriceCurve>::Set set;
  set.current = {.day = 6, .curve = default_price_curve(), .known = Quarters().set().reset(0).reset(95)};
  set.next = {.day = 7, .curve = default_price_curve(), .known = Quarters().set().reset(17)};
  const auto read = parse_curves(curves_text({{}, set}), Resolution::hourly);
  REQUIRE(read);
  CHECK(read->price.current->day == 6);
  CHECK(read->price.current->known == set.current->known);
  CHECK(read->price.next->day == 7);
  CHECK(read->price.next->known == set.next->known);
}

TEST_CASE("quarters that no day has are refused in what was stored") {
  CurveSchedule<PriceCurve>::Set set;
  set.current = {.day = 6, .curve = default_price_curve(), .known = Quarters().set().reset(95)};
  auto text = curves_text({{}, set});
  const auto number = GENERATE(as<std::string>(), "[96]", "[-1]", "[1.5]", "[\"x\"]", "7", "{}");
  text.replace(text.find("[95]"), 4, number);
  CAPTURE(text);
  CHECK(parse_curves(text, Resolution::hourly).error().field == "curves");
}

TEST_CASE("curves that are finer than the pace meets are refused") {
  const std::vector<Watts> quarters(kQuartersPerDay, Watts(500));
  HomeCurves curves;
  curves.baseload.current = {.day = {}, .curve = LoadCurve(quarters)};
  CHECK(parse_curves(curves_text(curves), Resolution::quarter_hourly));
  CHECK(parse_curves(curves_text(curves), Resolution::hourly).error().field == "curves");
}

TEST_CASE("at another pace a home has the same energy and time, and no counter is less") {
  Home home = reference_home(4);
  tell(home, "charge", "on");
  test::advance(home, 4 * 30 + 3);
  for (const int ticks : {8, 4 * 7, 3600, 1, 3}) {
    CAPTURE(ticks);
    const Pace pace = *Pace::make(ticks, std::chrono::seconds(1), Resolution::hourly);
    const auto other = at_pace({home.state(), {}}, pace).home;
    CHECK(other.clock.day == 1);
    CHECK(other.clock.quarter / 4 == 6);
    if (ticks % 4 == 0) CHECK(other.clock.quarter == 27);
    const auto kwh = [](EnergyTotal energy, int per_hour) { return static_cast<double>(energy.count()) / per_hour; };
    CHECK(kwh(other.counters.base, ticks) >= kwh(home.counters().base, 4));
    CHECK(kwh(other.counters.base, ticks) <= kwh(home.counters().base, 4) + 1);
    CHECK(kwh(other.counters.charged, ticks) >= kwh(home.counters().charged, 4));
    CHECK(other.car.battery.stored.count() == home.state().car.battery.stored.count() * ticks / 4);
  }
}

TEST_CASE("a number that is out of range is refused with its field, itself and the range") {
  Home home = reference_home();
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
      const auto state = parse_state(tampered.dump());
      CAPTURE(path, other.dump());
      REQUIRE_FALSE(state);
      CHECK_THAT(state.error().reason, Catch::Contains(path.substr(path.rfind('/') + 1) + " must be ") &&
                                           Catch::Contains("..") && Catch::Contains(", got "));
    }
  }
  CHECK(fields == 24);
}

TEST_CASE("what a state does not have is as in a home that has just begun") {
  const auto state = parse_state(
      R"({"ticks_per_hour":4,"day":2,"quarter":29,"tick":0,"stored":74040000,"counters":{"base":"7","charged":"3","cost":"5"}})");
  REQUIRE(state);
  CHECK(state->home.car.wish == ChargingWish{});
  CHECK(state->home.car.battery.limit == kFull);
  CHECK(state->home.car.battery.charging == Charging::off);
  CHECK(state->home.counters.base == EnergyTotal(7));
  CHECK(state->row == HistoryMeter::State{});
}

TEST_CASE("a state of a later version is refused") {
  auto document = nlohmann::json::parse(text_of(reference_home()));
  CHECK(document["version"] == 1);
  document["version"] = 2;
  CHECK(parse_state(document.dump()).error().reason ==
        "state cannot be read: version must be a whole number within 1..1, got \"2\"");
}

TEST_CASE("a home at the ends of what is legal goes on at any pace") {
  const std::string ends =
      R"({"ticks_per_hour":1,"day":10000000000,"quarter":95,"tick":0,"stored":1000000000,"fraction":9999,"limit":10000,)"
      R"("charging":true,"mode":1,"target":10000,"ready_by":1439,"hour_energy":10000000000,)"
      R"("counters":{"base":"1000000000000000000000","charged":"1000000000000000000000","cost":"10000000000000000000000000000"},)"
      R"("ticks_of_run":10000000,"row":{"number":1125899906842624,"quarter":960000000000,)"
      R"("began":{"base":"999999000000000000000","charged":"999999000000000000000","cost":"9999999000000000000000000000"},)"
      R"("price":1000000000000,"ticks":10000000,"overload_ticks":10000000}})";
  const auto state = parse_state(ends);
  REQUIRE(state);
  for (const int ticks_per_hour : {1, 4, 7, 3600, 360'000}) {
    CAPTURE(ticks_per_hour);
    Home home = reference_home(ticks_per_hour);
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
    CHECK(nlohmann::json::accept(wire::http::state(home, home.snapshot(), {"SEK", "", {}})));
  }
}

TEST_CASE("text that is no state is refused, whatever it is") {
  const std::string good = text_of(reference_home());
  REQUIRE(parse_state(good));
  const auto document = nlohmann::json::parse(good);
  for (const auto& [key, value] : document.items()) {
    CAPTURE(key);
    auto without = document;
    without.erase(key);
    const std::set<std::string> needed{"ticks_per_hour", "day", "quarter", "tick", "stored", "counters"};
    CHECK(parse_state(without.dump()).has_value() != needed.contains(key));
    for (const auto& wrong :
         {nlohmann::json(-1'000'000), nlohmann::json(1e300), nlohmann::json("x"), nlohmann::json()}) {
      auto other = document;
      other[key] = wrong;
      if (key == "day" && wrong == -1'000'000) continue;
      CHECK_FALSE(parse_state(other.dump()));
    }
  }
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same every time
  for (int i = 0; i < 5'000; ++i) {
    std::string text = good;
    for (int changes = 0; changes < 3; ++changes) text[random() % text.size()] = static_cast<char>(random() % 256);
    if (const auto state = parse_state(text)) {  // whatever is taken is a legal home
      Home home = reference_home();
      home.restore(at_pace(*state, home.settings().pace).home, {});
      plan_now(home);
      test::advance(home, 100);
      CHECK(home.snapshot().stored <= home.snapshot().capacity);
    }
  }
  for (const auto* const text : {"", "null", "[]", "{", "\xff"}) CHECK_FALSE(parse_state(text));
}

}  // namespace home_energy
