// A home that follows its plan: what it draws when, and when it plans anew.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "common/wire/command_reader.hpp"
#include "common/wire/home_state.hpp"
#include "common/wire/wire.hpp"
#include "tests/homes.hpp"
#include "tests/shown.hpp"
#include "tests/stockholm_days.hpp"

namespace home_energy {
namespace {

HomeSettings planned_settings(ChargingMode mode = ChargingMode::cheapest, int ready_by = 0, int ticks_per_hour = 4) {
  HomeSettings settings = test::reference_settings();
  settings.car.wish = {.mode = mode, .target = Percent(8'000), .ready_by = ready_by};
  settings.pace = *Pace::make(ticks_per_hour, std::chrono::seconds(1), Resolution::hourly);
  return settings;
}

std::string span_of(const nlohmann::json& block) {
  return block["start"].get<std::string>() + '-' + block["end"].get<std::string>();
}

std::string spans_of(const Home& home) {
  std::string spans;
  const auto plan = test::plan_of(home);
  for (const auto& block : plan["blocks"]) spans += (spans.empty() ? "" : " ") + span_of(block);
  return spans;
}

PriceCommand price_command(const std::string& text) {
  return std::get<PriceCommand>(*parse_command("price", text, TextForm::bare).command);
}

/// What was charged in kWh, hour by hour.
std::vector<double> charged_by_hour(Home& home, int hours) {
  std::vector<double> charged;
  const int ticks = home.settings().pace.ticks_per_hour();
  for (int hour = 0; hour < hours; ++hour) {
    const auto before = home.snapshot().counters.charged;
    test::advance(home, ticks);
    charged.push_back(static_cast<double>((home.snapshot().counters.charged - before).count()) / (1e6 * ticks));
  }
  return charged;
}

void tell(Home& home, const Command& command) {
  REQUIRE(test::apply(home, command));
}

/// From 2027-03-28 in Stockholm on, on which the clock is put on by an hour at 02:00, or is not.
std::shared_ptr<const Calendar> from_2027_03_28(bool is_changed = false) {
  std::vector<Calendar::Offset> offsets{{0, 3600}};
  if (is_changed) offsets.push_back({unix_time("2027-03-28T01:00Z"), 7200});
  return std::make_shared<const Calendar>(Calendar::of_zone(*parse_date("2027-03-28"), offsets));
}

/// Prices of the reference home for a day; none in these hours.
PriceUpdate prices_of_day(const Calendar& calendar, std::int64_t day,
                          const std::vector<std::pair<int, int>>& without = {}) {
  PriceUpdate update;
  for (int quarter = 0; quarter < kQuartersPerDay; ++quarter) {
    const auto is_in = [&](const auto& span) { return quarter >= span.first && quarter < span.second; };
    if (std::ranges::any_of(without, is_in)) continue;
    const auto begin = calendar.begin_of(day) + quarter * kSecondsPerQuarter;
    update.dated.push_back({begin, begin + kSecondsPerQuarter, default_price_curve().at_quarter(quarter)});
  }
  return update;
}

}  // namespace

TEST_CASE("the reference home's plan, as the contract has it") {
  const Home home = test::home_of(planned_settings());
  CHECK(
      wire::http::plan(home, {"SEK", ""}) ==
      R"({"mode":"cheapest","target":80.0,"ready_by":"00:00","start":"03:00","end":"00:00","energy_kwh":27.78,)"
      R"("cost":13.73,"cost_now":20.38,"saving":6.65,"start_cost":0.0,"currency":"SEK","shortfall_kwh":0.0,"blocks":[)"
      R"({"start":"03:00","end":"04:46","kw":7.4,"kwh":12.98,"price":0.6798,"why":"next cheapest, adjoining"},)"
      R"({"start":"22:00","end":"00:00","kw":7.4,"kwh":14.8,"price":0.3315,"why":"cheapest 2 h before 00:00"}],)"
      R"("note":null})");
  CHECK(spans_of(test::home_of(planned_settings(ChargingMode::lowest_load))) == "00:00-02:00 22:14-00:00");
}

TEST_CASE("in manual mode there is a document without blocks") {
  CHECK(wire::http::plan(test::home_of(test::reference_settings()), {"SEK", ""}) ==
        R"({"mode":"manual","target":80.0,"ready_by":"07:00","start":null,"end":null,"energy_kwh":0.0,"cost":null,)"
        R"("cost_now":null,"saving":null,"start_cost":0.0,"currency":"SEK","shortfall_kwh":0.0,"blocks":[],)"
        R"("note":null})");
}

TEST_CASE("a home charges as planned, whatever a tick is worth") {
  const int ticks_per_hour = GENERATE(1, 2, 4, 7, 60, 3600);
  CAPTURE(ticks_per_hour);
  Home home = test::home_of(planned_settings(ChargingMode::cheapest, 0, ticks_per_hour));
  const auto charged = charged_by_hour(home, 24);
  for (std::size_t hour = 0; hour < 24; ++hour) {
    const double wanted = hour == 3 || hour >= 22 ? 7.4 : hour == 4 ? 5.58 : 0;
    CHECK(charged[hour] == Approx(wanted).margin(0.001));
  }
  CHECK(home.snapshot().car.stored.count() ==
        Approx(0.8 * 46'300 * test::kWattHour * ticks_per_hour).margin(1.0 * test::kWattHour));
}

TEST_CASE("a block that begins inside a tick draws only its part of it") {
  Home home = test::home_of(planned_settings(ChargingMode::lowest_load));
  test::advance(home, 22 * 4);
  CHECK(home.snapshot().car.charging == Charging::off);  // it begins at 22:14:45
  const auto before = home.snapshot().counters.charged;
  test::advance(home);
  const auto drawn = home.snapshot().counters.charged - before;
  CHECK(drawn.count() > 0);
  CHECK(drawn.count() < in_one_tick(Watts(7'400)).count() / 50);
  CHECK(home.snapshot().car.charging == Charging::on);
}

TEST_CASE("a plan is made anew when something changes, and not otherwise") {
  Home home = test::home_of(planned_settings());
  const auto first = home.revision();
  test::advance(home, 95);
  CHECK(home.revision() == first);
  for (const Command& same : {Command(ModeCommand{ChargingMode::cheapest}), Command(TargetCommand{Percent(8'000)}),
                              Command(ReadyByCommand{0}), Command(ChargeLimitCommand{Percent(10'000)})}) {
    tell(home, same);
    CHECK(home.revision() == first);
  }
  test::advance(home);  // 00:00: the departure
  CHECK(home.revision() > first);
  CHECK(test::plan_of(home)["blocks"].empty());
  const auto changes = std::vector<Command>{
      TargetCommand{Percent(9'000)},          ReadyByCommand{420},
      ModeCommand{ChargingMode::lowest_load}, ResetCommand{},
      ChargeLimitCommand{Percent(6'000)},     price_command(R"([1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1])")};
  for (const Command& change : changes) {
    const auto before = home.revision();
    tell(home, change);
    CHECK(home.revision() > before);
    CHECK(home.plan() != nullptr);
  }
}

TEST_CASE("charge by hand takes over from a plan") {
  Home home = test::home_of(planned_settings());
  const auto receipt = test::apply(home, ChargeCommand{Charging::on});
  REQUIRE(receipt);
  CHECK(receipt->took_over);
  CHECK(wire::http::result(*receipt) == R"({"charging":"on","mode":"manual"})");
  CHECK(home.wish().mode == ChargingMode::manual);
  CHECK(home.plan() == nullptr);
  test::advance(home, 4);
  CHECK(home.snapshot().car.charging == Charging::on);
  CHECK_FALSE(test::apply(home, ChargeCommand{Charging::off})->took_over);
}

TEST_CASE("the target stays within the charge limit") {
  Home home = test::home_of(planned_settings());
  tell(home, ChargeLimitCommand{Percent(7'000)});
  CHECK(home.wish().target == Percent(7'000));
  const auto before = wire::http::plan(home, {"SEK", ""});
  const auto refused = test::apply(home, TargetCommand{Percent(7'001)});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == "target must be at most the charge limit, which is 70.0 %");
  CHECK(wire::http::plan(home, {"SEK", ""}) == before);
}

TEST_CASE("ready by is the next time that the clock shows it, strictly after now") {
  Home home = test::home_of(planned_settings(ChargingMode::cheapest, 7 * 60));
  test::advance(home, 7 * 4);
  CHECK(home.snapshot().car.stored.count() == Approx(0.8 * 46'300 * test::kWattHour * 4).margin(test::kWattHour));
  tell(home, ResetCommand{});  // 00:00 of the next day
  CHECK(test::plan_of(home)["blocks"].back()["end"] <= "07:00");
  test::advance(home, 7 * 4);
  CHECK(home.snapshot().car.stored.count() == Approx(0.8 * 46'300 * test::kWattHour * 4).margin(test::kWattHour));
}

TEST_CASE("a departure a minute away gets a minute's charge, and says what is missing") {
  const Home home = test::home_of(planned_settings(ChargingMode::cheapest, 1, 60));
  const auto plan = test::plan_of(home);
  CHECK(span_of(plan["blocks"][0]) == "00:00-00:01");
  CHECK(plan["blocks"][0]["why"] == "must charge now to make 00:01");
  CHECK(plan["shortfall_kwh"] == 27.657);
  CHECK(plan["note"] == "27.66 kWh of the target are out of reach: too little time");
}

HomeSettings late_settings(Percent start = Percent(5'500)) {
  HomeSettings settings = planned_settings(ChargingMode::cheapest, 10, 3600);
  settings.car.start_soc = start;
  return settings;
}

TEST_CASE("a car that misses its departure goes on charging until its target, in one run") {
  Home home = test::home_of(late_settings());
  CHECK(test::plan_of(home)["note"] == "10.34 kWh of the target are out of reach: too little time");
  int starts = 1;
  int ticks = 0;
  for (Charging before = Charging::on; ticks < 3 * 3600; ++ticks) {
    if (ticks == 1800) {
      CHECK(test::plan_of(home)["note"] == "late since 00:10 of day 0, charging goes on until the target is reached");
      CHECK(spans_of(home) == "00:10-01:34");
      CHECK(test::plan_of(home)["blocks"][0]["why"] == "at once, since it is late");
      CHECK(test::plan_of(home)["shortfall_kwh"] == 0.0);
    }
    test::advance(home);
    const Charging now = home.snapshot().car.charging;
    starts += now == Charging::on && before == Charging::off ? 1 : 0;
    before = now;
    if (now == Charging::off) break;
  }
  CHECK(ticks + 1 == 3600 + 33 * 60 + 51);  // 25 % of 46.3 kWh at 7.4 kW
  CHECK(starts == 1);
  CHECK(wire::http::soc_percent(home.snapshot().car) == "80.0");
  test::advance(home, 10);
  CHECK(test::plan_of(home)["note"].is_null());
  CHECK(test::plan_of(home)["blocks"].empty());
  test::advance(home, 24 * 3600);  // the next departure is met
  CHECK(test::plan_of(home)["note"].is_null());
}

TEST_CASE("a car that is late waits while the price ceiling bars it") {
  HomeSettings settings = late_settings();
  settings.car.max_price = PricePerKwh(700'000);  // 02:00 to 05:00, 22:00 to 24:00
  Home home = test::home_of(settings);
  test::advance(home, 3600);
  CHECK(test::plan_of(home)["note"] == "late since 00:10 of day 0, charging goes on until the target is reached");
  CHECK(spans_of(home) == "02:00-03:34");
}

TEST_CASE("who is late is so with another target, and no more with another promise") {
  Home home = test::home_of(late_settings(Percent(0)));
  test::advance(home, 1000);
  const auto late = test::plan_of(home)["note"].get<std::string>();
  CHECK(late.starts_with("late since 00:10 of day 0"));
  tell(home, TargetCommand{Percent(7'900)});
  CHECK(test::plan_of(home)["note"].get<std::string>().starts_with("late since 00:10 of day 0"));
  const auto told =
      GENERATE(as<Command>(), ReadyByCommand{7 * 60}, ModeCommand{ChargingMode::lowest_load}, ResetCommand{});
  tell(home, told);
  CHECK(test::plan_of(home)["note"].dump().find("late") == std::string::npos);
}

TEST_CASE("a home that is late is so after a restart") {
  Home home = test::home_of(late_settings());
  test::advance(home, 1800);
  std::string text;
  append_state(text, {home.state(), {}});
  const auto state = parse_state(text, test::kPlain);
  REQUIRE(state);
  CHECK(state->home.car.late_since == 0);
  Home other = test::home_of(late_settings());
  other.restore(state->home, {});
  plan_now(other);
  CHECK(test::plan_of(other)["note"] == test::plan_of(home)["note"]);
  CHECK(spans_of(other) == "00:30-01:34");
}

TEST_CASE("in real time a plan says of which date the missed departure was") {
  HomeSettings settings = late_settings();
  settings.clock_mode = ClockMode::local;
  settings.calendar = from_2027_03_28();
  Home home = test::home_of(settings);
  test::advance(home, 700);
  CHECK(test::plan_of(home)["note"] == "late since 2027-03-28 00:10, charging goes on until the target is reached");
}

TEST_CASE("without balancing a fuse is exceeded, with it charging waits") {
  HomeSettings settings = test::reference_settings();
  settings.car.start_soc = Percent(0);
  const auto balancing = GENERATE(LoadBalancing::automatic, LoadBalancing::off, LoadBalancing::on);
  settings.load_balancing = balancing;
  Home home = test::home_of(settings);
  tell(home, ChargeCommand{Charging::on});
  test::advance(home, 5 * 4);  // from 05:00 on the house takes 3.85 kW of the 11
  const bool waits = balancing == LoadBalancing::on;
  CHECK(home.snapshot().car.power == Watts(waits ? 0 : 7'400));
  CHECK(home.snapshot().car.charging == Charging::on);
  const auto before = home.snapshot().counters.charged;
  test::advance(home, 4);
  CHECK((home.snapshot().counters.charged > before) != waits);
}

TEST_CASE("a charger that can do less is cut to what the fuse leaves") {
  HomeSettings settings = test::reference_settings();
  settings.car.start_soc = Percent(0);
  settings.load_balancing = LoadBalancing::on;
  settings.car.charger_min = Watts(1'400);
  Home home = test::home_of(settings);
  tell(home, ChargeCommand{Charging::on});
  test::advance(home, 5 * 4);
  CHECK(home.snapshot().car.power == Watts(7'150));
  test::set_clock(home, {.day = 0, .quarter = 17 * 4, .tick = 0});
  CHECK(home.snapshot().car.power == Watts(0));  // the house takes all of it
}

TEST_CASE("a car that takes less near full, and a charger that loses some") {
  HomeSettings settings = test::reference_settings();
  settings.car.capacity = WattHours(40'000);
  settings.car.start_soc = Percent(7'500);
  settings.car.charge_efficiency = Percent(8'000);
  settings.car.taper = {{Percent(8'000), Watts(4'000)}, {Percent(9'000), Watts(2'000)}};
  Home home = test::home_of(settings);
  tell(home, ChargeCommand{Charging::on});
  CHECK(home.snapshot().car.power == Watts(7'400));
  // 2 kWh to 80 % are 2.5 kWh drawn, 20.27 minutes; the other 9.73 minutes of the half hour at 4 kW are 0.6486 kWh.
  test::advance(home, 2);
  CHECK(home.snapshot().counters.charged.count() == Approx(3.14865e6 * 4).epsilon(1e-5));
  CHECK(home.snapshot().car.stored.count() == Approx((30e6 + 0.8 * 3.14865e6) * 4).epsilon(1e-6));
  CHECK(home.snapshot().car.power == Watts(4'000));
  test::advance(home, 8);
  CHECK(home.snapshot().car.power == Watts(2'000));
  test::advance(home, 30);
  CHECK(home.snapshot().car.stored == home.snapshot().car.capacity);
  CHECK(home.snapshot().car.charging == Charging::off);
}

TEST_CASE("new prices change the plan at once") {
  Home home = test::home_of(planned_settings());
  tell(home, price_command(R"([1,1,1,1,1,1,1,1,1,1,0.1,0.1,0.1,0.1,0.1,0.1,1,1,1,1,1,1,1,1])"));
  CHECK(home.price().at_quarter(40) == PricePerKwh(100'000));
  // Of the cheap hours the fuse leaves room only in 14, so what remains goes where it is as cheap as anywhere: last.
  CHECK(spans_of(home) == "14:00-15:00 21:14-00:00");
}

namespace {

/// Ready by 07:00, an hour before that.
Home at_six_in_real_time() {
  HomeSettings settings = planned_settings(ChargingMode::cheapest, 7 * 60);
  settings.clock_mode = ClockMode::local;
  settings.pace = *Pace::make(3600, std::chrono::seconds(60), Resolution::hourly);
  settings.calendar = from_2027_03_28();
  Home home = test::home_of(settings);
  test::set_clock(home, {.day = 0, .quarter = 6 * 4, .tick = 0});
  return home;
}

}  // namespace

TEST_CASE("prices that came for a day are told to be old when it has passed, until newer ones come") {
  Home home = at_six_in_real_time();
  tell(home, PriceCommand{prices_of_day(home.calendar(), 0)});
  CHECK(test::plan_of(home)["note"].get<std::string>().find("earlier day") == std::string::npos);
  test::set_clock(home, {.day = 0, .quarter = 8 * 4, .tick = 0});  // now 07:00 is tomorrow's
  CHECK(test::plan_of(home)["note"] ==
        "no prices have come for 2027-03-29 00:00-07:00, those of an earlier day stand in");
  tell(home, PriceCommand{prices_of_day(home.calendar(), 1)});
  CHECK(test::plan_of(home)["note"].is_null());
}

TEST_CASE("a plan names the times for which no price has come, and which prices stand in") {
  Home home = at_six_in_real_time();
  tell(home, PriceCommand{prices_of_day(home.calendar(), 0, {{40, 96}})});
  // Nothing is asked of 10:00 and later.
  CHECK(test::plan_of(home)["note"].get<std::string>().find("have come") == std::string::npos);
  test::set_clock(home, {.day = 0, .quarter = 8 * 4, .tick = 0});  // now 07:00 is tomorrow's
  const std::vector<std::pair<int, int>> in_part{{4, 6}, {12, 13}, {50, 51}};
  tell(home, PriceCommand{prices_of_day(home.calendar(), 1, in_part)});
  CHECK(test::plan_of(home)["note"] ==
        "no prices have come for 2027-03-28 10:00-24:00, those of an earlier day stand in; no prices "
        "have come for 2027-03-29 01:00-01:30, 03:00-03:15, those of an earlier day stand in");
  tell(home, PriceCommand{prices_of_day(home.calendar(), 0)});
  tell(home, PriceCommand{prices_of_day(home.calendar(), 1)});
  CHECK(test::plan_of(home)["note"].is_null());
  LoadUpdate loads;
  for (const auto& dated : prices_of_day(home.calendar(), 1, in_part).dated)
    loads.dated.push_back({dated.begin, dated.end, Watts(500)});
  tell(home, BaseloadCommand{loads});
  CHECK(test::plan_of(home)["note"] ==
        "no base load has come for 2027-03-29 01:00-01:30, 03:00-03:15, those of an earlier day stand in");
}

TEST_CASE("a departure in the hour that spring leaves out is when the clock jumps over it") {
  HomeSettings settings = planned_settings(ChargingMode::cheapest, 2 * 60 + 30);
  settings.clock_mode = ClockMode::local;
  settings.pace = *Pace::make(3600, std::chrono::seconds(60), Resolution::hourly);
  settings.calendar = from_2027_03_28(true);
  const Home home = test::home_of(settings);
  const auto plan = test::plan_of(home);
  CHECK(home.plan()->plan.energy == Joules(2 * 3600 * 7'400));  // two hours are left, and both are needed
  CHECK(home.plan()->made_at + home.plan()->plan.blocks.back().end.count() == 2 * 3600);
}

TEST_CASE("equal prices all night make one block, as late as can be, and it does not flap") {
  HomeSettings settings = planned_settings(ChargingMode::cheapest, 6 * 60, 60);
  settings.price = PriceCurve(std::vector<PricePerKwh>(24, PricePerKwh(500'000)));
  settings.baseload = LoadCurve(std::vector<Watts>(24, Watts(500)));
  Home home = test::home_of(settings);
  CHECK(spans_of(home) == "02:14-06:00");
  int switched = 0;
  for (int tick = 0; tick < 24 * 60; ++tick) {
    const auto before = home.snapshot().car.charging;
    test::advance(home);
    switched += home.snapshot().car.charging != before ? 1 : 0;
  }
  CHECK(switched == 2);
}

TEST_CASE("homes that are alike ask for the same plan as long as they are") {
  const auto settings = std::make_shared<const HomeSettings>(planned_settings());
  Home one(settings);
  Home other(settings);
  CHECK(one.plan_request() == other.plan_request());
  REQUIRE(one.apply(TargetCommand{Percent(7'000)}));
  REQUIRE(other.apply(TargetCommand{Percent(6'000)}));
  CHECK_FALSE(one.plan_request() == other.plan_request());
  REQUIRE(one.apply(TargetCommand{Percent(6'000)}));
  CHECK(one.plan_request() == other.plan_request());
}

TEST_CASE("a home keeps what it showed until its plan is there") {
  Home home = test::home_of(planned_settings(ChargingMode::lowest_load));
  CHECK(home.snapshot().car.charging == Charging::on);
  const HomePlan* const before = home.plan();
  REQUIRE(home.apply(ModeCommand{ChargingMode::cheapest}));
  CHECK(home.plan_due());
  CHECK(home.plan() == before);
  CHECK(home.snapshot().car.charging == Charging::on);
  const auto revision = home.revision();
  REQUIRE(home.adopt(std::make_shared<const HomePlan>(plan_home(home.plan_request())), revision));
  CHECK_FALSE(home.plan_due());
  CHECK(home.snapshot().car.charging == Charging::off);
  CHECK(home.revision() > revision);
  CHECK(spans_of(home) == "03:00-04:46 22:00-00:00");
}

TEST_CASE("a plan that something else has been asked for since is not adopted") {
  Home home = test::home_of(planned_settings());
  REQUIRE(home.apply(TargetCommand{Percent(7'000)}));
  const auto plan = std::make_shared<const HomePlan>(plan_home(home.plan_request()));
  const auto revision = home.revision();
  REQUIRE(home.apply(TargetCommand{Percent(6'000)}));
  CHECK_FALSE(home.adopt(plan, revision));
  CHECK(home.plan_due());
  REQUIRE(home.apply(ChargeCommand{Charging::on}));
  CHECK_FALSE(home.plan_due());
  CHECK_FALSE(home.adopt(plan, home.revision()));
  CHECK(home.plan() == nullptr);
}

TEST_CASE("whether the car charges after mode manual depends on the plan, and on nothing else does a command") {
  Home home = test::home_of(planned_settings());
  CHECK_FALSE(home.needs_plan_for(ModeCommand{ChargingMode::manual}));
  REQUIRE(home.apply(ReadyByCommand{60}));
  CHECK(home.needs_plan_for(ModeCommand{ChargingMode::manual}));
  CHECK_FALSE(home.needs_plan_for(ModeCommand{ChargingMode::lowest_load}));
  CHECK_FALSE(home.needs_plan_for(ChargeCommand{Charging::on}));
}

TEST_CASE("many commands and then one plan leave the same home as a plan after each") {
  const std::vector<Command> commands{TargetCommand{Percent(9'000)},
                                      ChargeLimitCommand{Percent(6'000)},
                                      ModeCommand{ChargingMode::lowest_load},
                                      ReadyByCommand{5 * 60},
                                      ResetCommand{},
                                      ChargeCommand{Charging::on},
                                      ModeCommand{ChargingMode::cheapest},
                                      TargetCommand{Percent(5'000)}};
  for (std::size_t first = 0; first < commands.size(); ++first) {
    Home once = test::home_of(planned_settings());
    Home each = test::home_of(planned_settings());
    for (std::size_t i = 0; i < commands.size(); ++i) {
      const Command& command = commands[(first + i) % commands.size()];
      once.apply(command);
      test::apply(each, command);
    }
    plan_now(once);
    CHECK(once.state() == each.state());
    CHECK(test::plan_of(once) == test::plan_of(each));
    test::advance(once, 100);
    test::advance(each, 100);
    CHECK(once.state() == each.state());
  }
}

TEST_CASE("a plan of many blocks stays below what Home Assistant keeps") {
  HomeSettings settings = planned_settings(ChargingMode::cheapest, 0, 4);
  std::vector<PricePerKwh> up_and_down;
  for (int i = 0; i < kQuartersPerDay; ++i) up_and_down.emplace_back(i % 2 == 0 ? 1'234'567 : 7'654'321);
  settings.price = PriceCurve(up_and_down);
  settings.baseload = LoadCurve(std::vector<Watts>(24, Watts(500)));
  settings.car.capacity = WattHours(148'000);  // 60 % of it are half of what a day can give
  settings.calendar = from_2027_03_28();
  const Home home = test::home_of(settings);
  CHECK(test::plan_of(home)["blocks"].size() == 48);
  CHECK(wire::http::plan(home, {"SEK", ""}).size() < 16'384 / 2);  // and so twice the slots below the whole
}

}  // namespace home_energy
