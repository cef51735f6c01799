// Files of prices and loads with dates: of any span, in the shapes that markets, meters and Home Assistant write.
#include <catch2/catch.hpp>

#include "common/wire/curve_reader.hpp"
#include "common/world/home.hpp"
#include "tests/homes.hpp"
#include "tests/options_of.hpp"
#include "tests/stockholm_days.hpp"

namespace home_energy {
namespace {

/// Stockholm, in Unix seconds.
const Calendar& times() {
  static const Calendar kTimes(0, 0,
                               {{0, 3600},
                                {unix_time("2026-03-29T01:00Z"), 7200},
                                {unix_time("2026-10-25T01:00Z"), 3600},
                                {unix_time("2027-03-28T01:00Z"), 7200}});
  return kTimes;
}

Result<CurveFile<PricePerKwh>> prices(const std::string& text) {
  return parse_price_file(text, {"prices.csv", "SEK", &times()});
}

std::string reason(const std::string& text) {
  const auto file = prices(text);
  return file ? "accepted" : file.error().reason;
}

std::int64_t at(const CurveFile<PricePerKwh>& file, const std::string& time) {
  const std::int64_t moment = unix_time(time);
  for (const auto& each : *file.record)
    if (each.begin <= moment && moment < each.end) return each.value.count();
  return -1;
}

/// So many hours from 2026-01-01 on, a Thursday, the price of each being its number.
std::vector<Dated<PricePerKwh>> record_of(int hours) {
  std::vector<Dated<PricePerKwh>> record;
  const std::int64_t begin = unix_time("2026-01-01T00:00Z");
  for (int hour = 0; hour < hours; ++hour)
    record.push_back({begin + hour * kSecondsPerHour, begin + (hour + 1) * kSecondsPerHour, PricePerKwh(hour)});
  return record;
}

Home home_with(const std::vector<Dated<PricePerKwh>>& record) {
  HomeSettings settings = test::reference_settings();
  settings.recorded_prices = std::make_shared<const std::vector<Dated<PricePerKwh>>>(record);
  return test::home_of(settings);
}

std::int64_t price_in(const Home& home, std::int64_t day, int hour) {
  const Quarter quarter{day * kSecondsPerDay + hour * kSecondsPerHour, day, hour * kQuartersPerHour};
  return home.prices().at(quarter, home.calendar()).count();
}

/// `hours` rows from a time on, their price the number of the row in hundredths.
std::string local_rows(int hours, std::int64_t from) {
  std::string text = "Tid;Pris SEK/kWh\n";
  for (int hour = 0; hour < hours; ++hour) {
    const auto shown = times().text(from + hour * kSecondsPerHour);
    text += shown.substr(0, 10) + ' ' + shown.substr(11, 5) + ';' + std::to_string(hour / 100) + ',' +
            (hour % 100 < 10 ? "0" : "") + std::to_string(hour % 100) + '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("a spreadsheet with a column of times is read as the clock showed them, both nights too") {
  const auto file = prices(local_rows(24 * 300, unix_time("2026-01-31T23:00Z")));
  REQUIRE(file);
  REQUIRE(file->record);
  CHECK(file->record->front().begin == unix_time("2026-01-31T23:00Z"));
  CHECK(file->record->back().end == unix_time("2026-01-31T23:00Z") + 24 * 300 * kSecondsPerHour);
  CHECK(at(*file, "2026-02-01T01:00+01:00") == 10'000);
  // The two showings of 02:00 are two hours.
  CHECK(at(*file, "2026-10-25T02:00+01:00") - at(*file, "2026-10-25T02:00+02:00") == 10'000);
  CHECK(file->finest == Resolution::hourly);
}

TEST_CASE("times with an offset, spans, dates beside times, and other countries' dates") {
  const auto iso = prices(
      "start,price\n2026-06-01T00:00:00+02:00,1.0\n2026-06-01T01:00:00+02:00,2.0\n"
      "2026-06-02T00:00:00+02:00,3.0\n");
  REQUIRE(iso);
  CHECK(at(*iso, "2026-06-01T01:30+02:00") == 2'000'000);
  CHECK(at(*iso, "2026-06-01T03:30+02:00") == -1);  // a hole of over an hour stays one
  const auto span = prices(
      "MTU (CET/CEST);Day-ahead Price [EUR/MWh];Other\n"
      "01.06.2026 00:00 - 01.06.2026 01:00;1;x\n01.06.2026 01:00 - 01.06.2026 02:00;2;x\n"
      "02.06.2026 00:00 - 02.06.2026 01:00;3;x\n");
  REQUIRE_FALSE(span);
  CHECK(span.error().reason.find("EUR/MWh") != std::string::npos);  // no currency is converted
  const auto in_euro = parse_price_file(
      "MTU (CET/CEST);Day-ahead Price [EUR/MWh]\n"
      "01.06.2026 00:00 - 01.06.2026 01:00;85,2\n"
      "01.06.2026 01:00 - 01.06.2026 02:00;90,5\n"
      "02.06.2026 00:00 - 02.06.2026 01:00;-3,1\n",
      {"prices.csv", "EUR", &times()});
  REQUIRE(in_euro);
  CHECK(at(*in_euro, "2026-06-01T00:30+02:00") == 85'200);
  CHECK(at(*in_euro, "2026-06-02T00:30+02:00") == -3'100);
  const auto apart =
      prices("Datum,Tid,Pris\n2026-06-01,00:00-00:15,1.5\n2026-06-01,00:15-00:30,2.5\n2026-06-02,00:00-00:15,3.5\n");
  REQUIRE(apart);
  CHECK(at(*apart, "2026-06-01T00:15+02:00") == 2'500'000);
  CHECK(apart->finest == Resolution::quarter_hourly);
}

TEST_CASE("lists of dated values in JSON are taken of any span") {
  std::string list = "[";
  for (int hour = 0; hour < 1000; ++hour) {
    if (hour > 0) list += ',';
    list += R"({"start":")" + iso8601_utc(unix_time("2026-01-01T00:00Z") + hour * kSecondsPerHour) + R"(","value":)" +
            std::to_string(hour % 7) + "}";
  }
  const auto file = prices(list + ']');
  REQUIRE(file);
  CHECK(at(*file, "2026-01-01T08:00Z") == 1'000'000);
  CHECK(file->record->back().end == unix_time("2026-01-01T00:00Z") + 1000 * kSecondsPerHour);
}

TEST_CASE("a meter's kWh are kW, whatever its rows last") {
  const auto load = [](const std::string& text) { return parse_load_file(text, {"load.csv", {}, &times()}); };
  const auto hours = load("start;kWh\n2026-06-01 00:00;1,5\n2026-06-01 01:00;2,5\n2026-06-02 00:00;0,5\n");
  REQUIRE(hours);
  CHECK(hours->record->front().value == Watts(1'500));
  const auto quarters = load("start;kWh\n2026-06-01 00:00;0,5\n2026-06-01 00:15;0,25\n2026-06-02 00:00;0,5\n");
  REQUIRE(quarters);
  CHECK(quarters->record->front().value == Watts(2'000));
  const auto watts = load("start;Wh\n2026-06-01 00:00;500\n2026-06-01 00:15;250\n2026-06-02 00:00;500\n");
  REQUIRE(watts);
  CHECK(watts->record->front().value == Watts(2'000));
}

TEST_CASE("what is wrong with a file of dates is told, with its row") {
  CHECK(reason("t;price\n2026-03-29 01:00;1\n2026-03-29 02:00;2\n2026-03-30 00:00;2\n")
            .find("a time that the clock leaves out") != std::string::npos);
  CHECK(reason("t;price\n2026-06-01 00:00;1\n2026-06-01 00:00;2\n2026-06-02 00:00;2\n")
            .find("more often than the clock shows it") != std::string::npos);
  CHECK(reason("t;a;b\n2026-06-01 00:00;1;2\n2026-06-01 01:00;2;2\n2026-06-02 00:00;2;2\n")
            .find("2 columns of numbers") != std::string::npos);
  CHECK(reason("t;a\n2026-06-01 00:00;x\n2026-06-02 00:00;y\n").find("no column of numbers") != std::string::npos);
  CHECK(reason("t;price\n2026-06-01 00:00;1\n2026-06-05 00:00;2\n").find("at most an hour apart") != std::string::npos);
  CHECK(reason("t;price\n2026-06-01 00:00;1\n2026-06-02 00:00;\n").find("values for two times") != std::string::npos);
  CHECK(reason(R"([{"start":"1970-01-01T00:00Z","end":"1970-01-01T01:00Z","value":1},)"
               R"({"start":"2026-01-01T00:00Z","end":"2026-01-01T01:00Z","value":1}])")
            .find("at most 30 years") != std::string::npos);
  CHECK(reason(R"([{"start":"2026-01-01T00:00Z","end":"9999-01-01T01:00Z","value":1}])") == "accepted");
  CHECK_FALSE(parse_load_curve("t;kW\n2026-06-01 00:00;1\n2026-06-02 00:00;2\n", "profile"));
}

TEST_CASE("beyond the data the same weekday of its last week stands in, before it that of its first") {
  const Home home = home_with(record_of(14 * 24));
  const auto price = [&](std::int64_t day, int hour) { return price_in(home, day, hour); };
  CHECK(price(0, 5) == 5);
  CHECK(price(13, 23) == 13 * 24 + 23);
  CHECK(price(14, 5) == 7 * 24 + 5);
  CHECK(price(20, 0) == 13 * 24);
  CHECK(price(21, 5) == 7 * 24 + 5);
  CHECK(price(371, 5) == 7 * 24 + 5);  // 53 weeks later
  CHECK(price(-1, 5) == 6 * 24 + 5);
  CHECK(price(-7, 5) == 5);
  CHECK(home.prices().stands_in(quarter_at(14 * kSecondsPerDay, home.calendar()), home.calendar()));
  CHECK_FALSE(home.prices().stands_in(quarter_at(0, home.calendar()), home.calendar()));
}

TEST_CASE("where a record lacks a weekday its nearest day stands in, never the built-in one") {
  auto record = record_of(48);
  record.push_back({unix_time("2026-06-01T10:00Z"), unix_time("2026-06-01T12:00Z"), PricePerKwh(700)});
  const Home home = home_with(record);
  const auto price = [&](std::int64_t day, int hour) { return price_in(home, day, hour); };
  CHECK(price(7, 5) == 5);    // a Thursday
  CHECK(price(8, 5) == 29);   // a Friday
  CHECK(price(3, 5) == 29);   // of other days the latest
  CHECK(price(90, 5) == 29);  // in the hole, months later
  CHECK(price(-2, 5) == 5);   // before all
  CHECK(price(-7, 5) == 5);
  CHECK(price(-6, 5) == 29);
  CHECK(price(151, 11) == 700);
  CHECK(price(400, 11) == 700);
  CHECK(price(400, 5) == 700);  // no day near the end knows that time
}

TEST_CASE("what is set while time runs counts before the file, and is all that is kept") {
  HomeSettings settings = test::reference_settings();
  settings.recorded_prices = std::make_shared<const std::vector<Dated<PricePerKwh>>>(std::vector<Dated<PricePerKwh>>{
      {unix_time("2026-01-01T00:00Z"), unix_time("2026-01-03T00:00Z"), PricePerKwh(7)}});
  Home home = test::home_of(settings);
  CHECK(home.snapshot().price == PricePerKwh(7));
  CHECK(home.curves().price.dated.empty());
  PriceUpdate update{.unit = "SEK/kWh"};
  update.dated = {{0, kSecondsPerHour, PricePerKwh(9)}};
  REQUIRE(test::apply(home, PriceCommand{update}));
  CHECK(home.snapshot().price == PricePerKwh(9));
  CHECK(home.curves().price.dated.size() == 1);
  test::advance(home, 4);
  CHECK(home.snapshot().price == PricePerKwh(7));
  REQUIRE(test::apply(home, PriceCommand{{.every_day = default_price_curve(), .unit = "SEK/kWh"}}));
  CHECK(home.snapshot().price == default_price_curve()[1]);
}

TEST_CASE("the last of a list's values lasts as long as it says, and a day where it does not say") {
  const std::string list = R"([{"start":"2026-01-05T00:00+01:00","end":"2026-01-08T00:00+01:00","value":0.5}])";
  auto file = prices(list);
  REQUIRE(file);
  CHECK(file->record->back().end == unix_time("2026-01-07T23:00Z"));
  const auto open =
      parse_price_file(R"({"results":[{"value_inc_vat":24.5,"valid_from":"2026-04-01T00:00:00Z","valid_to":null}]})",
                       {"prices.json", "GBP", &times()});
  REQUIRE(open);
  CHECK(open->record->back().end == unix_time("2026-04-02T00:00Z"));
}

TEST_CASE("a plan says that another day's prices stand in") {
  HomeSettings settings = test::reference_settings();
  settings.car.wish.mode = ChargingMode::cheapest;
  settings.recorded_prices = std::make_shared<const std::vector<Dated<PricePerKwh>>>(std::vector<Dated<PricePerKwh>>{
      {unix_time("2025-12-01T00:00Z"), unix_time("2025-12-15T00:00Z"), PricePerKwh(1'000'000)}});
  const Home home = test::home_of(settings);
  REQUIRE(home.plan() != nullptr);
  CHECK(home.plan()->note.find("stand in") != std::string::npos);
}

}  // namespace home_energy
