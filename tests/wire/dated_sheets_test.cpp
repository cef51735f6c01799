// Spreadsheets with dates as meters, markets and Home Assistant export them: order, columns, units, and what is told of
// those that cannot be read.
#include <catch2/catch.hpp>

#include "common/wire/curve_reader.hpp"
#include "tests/stockholm_days.hpp"

namespace home_energy {
namespace {

/// Stockholm, in Unix seconds.
const Calendar& zone() {
  static const Calendar kZone(
      0, 0, {{0, 3600}, {unix_time("2026-03-29T01:00Z"), 7200}, {unix_time("2026-10-25T01:00Z"), 3600}});
  return kZone;
}

/// The value at a moment in small units; -1 where none is known.
template <class Value>
std::int64_t at(const Result<CurveFile<Value>>& file, const std::string& time) {
  if (!file) FAIL(file.error().reason);
  REQUIRE(file->record);
  const std::int64_t moment = unix_time(time);
  for (const auto& each : *file->record)
    if (each.begin <= moment && moment < each.end) return each.value.count();
  return -1;
}

Result<CurveFile<PricePerKwh>> sheet_of_prices(const std::string& text, const Calendar& calendar = zone()) {
  return parse_price_file(text, {"prices.csv", "SEK", &calendar});
}

Result<CurveFile<Watts>> loads(const std::string& text) {
  return parse_load_file(text, {"load.csv", {}, &zone()});
}

template <class Value>
std::string reason(const Result<CurveFile<Value>>& file) {
  return file ? "accepted" : file.error().reason;
}

/// Three hours of two days, of the values 1, `second` and 3 in each column.
std::string hours(const std::string& heading, const std::string& second) {
  const bool two = heading.find(';') != std::string::npos;
  return "Tid;" + heading + "\n2026-06-01 00:00;1" + (two ? ";1" : "") + "\n2026-06-01 01:00;" + second +
         "\n2026-06-02 00:00;3" + (two ? ";3" : "") + '\n';
}

}  // namespace

TEST_CASE("rows may be newest first: the night of two equal hours too") {
  const std::string text = GENERATE(
      "Tid;Pris\n2026-10-25 03:00;5\n2026-10-25 02:00;4\n2026-10-25 02:00;3\n2026-10-25 01:00;2\n2026-10-24 23:00;1\n",
      "Tid;Pris\n2026-10-24 23:00;1\n2026-10-25 01:00;2\n2026-10-25 02:00;3\n2026-10-25 02:00;4\n2026-10-25 03:00;5\n",
      "Dag,Tid,Pris\n2026-10-25,03:00,5\n2026-10-25,02:00,4\n2026-10-25,02:00,3\n2026-10-25,01:00,2\n2026-10-24,23:00,"
      "1\n");
  CHECK(at(sheet_of_prices(text), "2026-10-25T02:00+02:00") == 3'000'000);
  CHECK(at(sheet_of_prices(text), "2026-10-25T02:00+01:00") == 4'000'000);
  CHECK(at(sheet_of_prices(text), "2026-10-25T03:00+01:00") == 5'000'000);
}

TEST_CASE("months one after the other, the newest first, keep the order within each") {
  const auto file = sheet_of_prices(
      "Tid;Pris\n2026-11-01 00:00;8\n2026-11-01 01:00;9\n2026-10-25 01:00;2\n2026-10-25 02:00;3\n2026-10-25 02:00;4\n"
      "2026-10-25 03:00;5\n");
  CHECK(at(file, "2026-10-25T02:00+02:00") == 3'000'000);
  CHECK(at(file, "2026-10-25T02:00+01:00") == 4'000'000);
}

TEST_CASE("a value that is not known is a hole, however it is written") {
  const std::string hole =
      GENERATE(as<std::string>(), "", "n/a", "N/A", "na", "-", "null", "None", "unknown", "unavailable", "n/e", "NaN");
  CAPTURE(hole);
  const auto file = sheet_of_prices("Tid;Pris\n2026-06-01 00:00;" + hole +
                                    "\n2026-06-01 01:00;2\n2026-06-01 02:00;3\n2026-06-02 00:00;4\n");
  CHECK(at(file, "2026-06-01T00:00+02:00") == -1);
  CHECK(at(file, "2026-06-01T01:00+02:00") == 2'000'000);
  // Without a heading the first row is one still.
  const auto bare = sheet_of_prices("2026-06-01 00:00;" + hole + "\n2026-06-01 01:00;2\n2026-06-02 00:00;4\n");
  CHECK(at(bare, "2026-06-01T01:00+02:00") == 2'000'000);
}

TEST_CASE("a cell that cannot be read is told, and makes no other column the prices") {
  const std::string told = "prices.csv has \"2.x\" where a finite number must be, in row 3";
  CHECK(reason(sheet_of_prices(hours("Pris;Volym", "2.x;7"))) == told);
  CHECK(reason(sheet_of_prices(hours("Volym;Pris", "7;2.x"))) == told);
  CHECK(reason(sheet_of_prices(hours("Värde", "2.x"))) == told);
  CHECK(reason(sheet_of_prices("2026-06-01 00:00;2.x\n2026-06-01 01:00;1\n2026-06-02 00:00;4\n")) ==
        "prices.csv has \"2.x\" where a finite number must be, in row 1");
  const std::string texts = "Tid;Pris;Volym\n2026-06-01 00:00;dyrt;1\n2026-06-02 00:00;dyrt;2\n";
  CHECK(reason(sheet_of_prices(texts)) == "prices.csv has \"dyrt\" where a finite number must be, in row 2");
  CHECK(reason(sheet_of_prices(hours("a;b", "2.x;7"))).starts_with("prices.csv has 2 columns of numbers"));
  // A remark beside the prices is no number in most rows.
  const auto remarks =
      sheet_of_prices("Tid;Nr;a\n2026-06-01 00:00;ok;1\n2026-06-01 01:00;7;2\n2026-06-02 00:00;ok;3\n");
  CHECK(at(remarks, "2026-06-01T01:00+02:00") == 2'000'000);
}

TEST_CASE("the column is the one whose heading names the quantity, else the one called value, mean or state") {
  CHECK(at(sheet_of_prices(hours("kW;Pris SEK/kWh", "9;2")), "2026-06-01T01:00+02:00") == 2'000'000);
  CHECK(at(loads(hours("Pris;Whole house kW", "9;2")), "2026-06-01T01:00+02:00") == 2'000);
  CHECK(at(sheet_of_prices(hours("id;value", "9;2")), "2026-06-01T01:00+02:00") == 2'000'000);
  CHECK(at(sheet_of_prices(hours("Value;SEK/kWh", "9;2")), "2026-06-01T01:00+02:00") == 2'000'000);
  CHECK(reason(loads(hours("kWh;kW", "9;2"))).starts_with("load.csv has 2 columns of numbers"));
  const auto states = loads(
      "entity_id,state,last_changed\nsensor.power,1.5,2026-06-01T00:00:00.000Z\n"
      "sensor.power,unavailable,2026-06-01T01:00:00.000Z\nsensor.power,2.5,2026-06-02T00:00:00.000Z\n");
  CHECK(at(states, "2026-06-01T00:30Z") == 1'500);
}

TEST_CASE("a heading's unit is one of its words") {
  const std::string heading = GENERATE(as<std::string>(), "Whole house kW", "Wholesale (kW)", "kWh/h", "Last [kWh / h]",
                                       "kw", "load_kW", "Wharf", "Last");
  CAPTURE(heading);
  // A quarter of an hour is worth as much.
  const std::string text =
      "Tid;" + heading + "\n2026-06-01 00:00;1\n2026-06-01 00:15;2\n2026-06-01 00:30;2\n2026-06-02 00:00;3\n";
  CHECK(at(loads(text), "2026-06-01T00:15+02:00") == 2'000);
}

TEST_CASE("units of power and of energy become kW") {
  const auto quarter = [](const std::string& heading) {
    return at(loads("Tid;" + heading + "\n2026-06-01 00:00;10\n2026-06-01 00:15;20\n2026-06-02 00:00;30\n"),
              "2026-06-01T00:15+02:00");
  };
  CHECK(quarter("W") == 20);
  CHECK(quarter("Whole house Wh/h") == 20);
  CHECK(quarter("Whole house kWh") == 80'000);
  CHECK(quarter("meter [Wh]") == 80);
  CHECK(at(loads("Tid;MWh\n2026-06-01 00:00;0.5\n2026-06-01 01:00;0.25\n2026-06-02 00:00;0.5\n"),
           "2026-06-01T01:00+02:00") == 250'000);
  CHECK(reason(loads(hours("kWh/15min", "2"))) ==
        "load.csv has the heading \"kWh/15min\", which names no whole unit: write kW or W");
}

TEST_CASE("a meter's energy is divided by how long its own row lasts") {
  // From hours to quarters, of 1 kW throughout.
  const auto change = loads(
      "Tid;kWh\n2026-09-30 21:00;1\n2026-09-30 22:00;1\n2026-09-30 23:00;1\n2026-10-01 00:00;0.25\n2026-10-01 "
      "00:15;0.25\n"
      "2026-10-01 00:30;0.25\n2026-10-01 00:45;0.25\n2026-10-01 01:00;0.25\n");
  for (const auto* const time : {"2026-09-30T21:00+02:00", "2026-09-30T23:45+02:00", "2026-10-01T01:00+02:00"})
    CHECK(at(change, time) == 1'000);
  // The last row lasts as long as the one before it.
  const auto back = loads(
      "Tid;kWh\n2026-09-30 22:45;0.25\n2026-09-30 23:00;0.25\n2026-09-30 23:15;0.25\n2026-09-30 23:30;0.25\n"
      "2026-09-30 23:45;0.25\n2026-10-01 00:00;1\n2026-10-01 01:00;1\n2026-10-01 02:00;1\n");
  CHECK(at(back, "2026-10-01T00:00+02:00") == 1'000);
  CHECK(at(back, "2026-10-01T02:45+02:00") == 1'000);
}

TEST_CASE("before missing rows a meter's row lasts as long as most do, before one without a value up to that") {
  const std::string begin = "Tid;kWh\n2026-06-01 00:00;0.25\n2026-06-01 00:15;0.25\n";
  const std::string end = "2026-06-01 00:45;0.25\n2026-06-01 01:00;0.25\n2026-06-02 00:00;0.25\n";
  CHECK(at(loads(begin + end), "2026-06-01T00:15+02:00") == 1'000);
  CHECK(at(loads(begin + "2026-06-01 00:30;n/a\n" + end), "2026-06-01T00:15+02:00") == 1'000);
  CHECK(at(loads(begin + end), "2026-06-01T01:00+02:00") == 1'000);  // a longer hole
}

TEST_CASE("of dates beside full times the times count") {
  const auto file = sheet_of_prices(
      "Date,Start time,Price\n2026-06-01,2026-06-01T00:00:00+02:00,1.5\n2026-06-01,2026-06-01T01:00:00+02:00,2.5\n"
      "2026-06-02,2026-06-02T00:00:00+02:00,3.5\n");
  CHECK(at(file, "2026-06-01T01:00+02:00") == 2'500'000);
  CHECK(reason(sheet_of_prices("Date,Price\n2026-06-01,1.5\n2026-06-01,2.5\n2026-06-02,3.5\n")) ==
        "prices.csv has dates without a time of day, as in row 2, \"2026-06-01,1.5\": write 2026-11-29 00:00, or 00:00 "
        "in "
        "the column after the date");
}

TEST_CASE("a heading that says UTC means it") {
  const auto file = [](const std::string& heading) {
    return sheet_of_prices(heading + ";SEK/MWh\n2026-06-01 00:00;1000\n2026-06-01 01:00;2000\n2026-06-02 00:00;3000\n");
  };
  CHECK(at(file("MTU (UTC)"), "2026-06-01T01:00Z") == 2'000'000);
  CHECK(at(file("HourUTC"), "2026-06-01T01:00Z") == 2'000'000);
  CHECK(at(file("Tid (UTC+2)"), "2026-06-01T01:00+02:00") == 2'000'000);
  CHECK(at(file("Hour"), "2026-06-01T01:00+02:00") == 2'000'000);
}

TEST_CASE("a spreadsheet has at most 200,000 rows and 4,000,000 cells") {
  const auto rows = [](std::int64_t count, const std::string& cells) {
    std::string text = "t;price\n";
    for (std::int64_t row = 0; row < count; ++row)
      text += iso8601_utc(unix_time("2026-01-01T00:00Z") + row * kSecondsPerQuarter) + cells + '\n';
    return text;
  };
  CHECK(reason(sheet_of_prices(rows(200'000, ";1"))) == "accepted");
  CHECK(reason(sheet_of_prices(rows(200'002, ";1"))) == "prices.csv must have at most 200000 rows");
  const std::string wide = '1' + std::string(100'000, ';') + "1\n";
  CHECK(reason(sheet_of_prices(rows(100, ";1") + wide)) == "prices.csv must have at most 4000000 cells");
  CHECK(reason(sheet_of_prices(std::string(5'000'000, ';'))) == "prices.csv must have at most 4000000 cells");
}

TEST_CASE("energy or power is no price, and a price no load") {
  const auto energy = GENERATE(as<std::string>(), "kWh", "Last kW", "Förbrukning (kWh)", "MWh", "kWh/h", "W");
  CHECK(reason(sheet_of_prices(hours(energy, "2"))).find("\", which names ") != std::string::npos);
  CHECK(
      reason(sheet_of_prices(hours("kWh", "2"))) ==
      "prices.csv has the heading \"kWh\", which names energy or power and no price: write SEK/kWh, SEK/MWh, öre/kWh, "
      "øre/kWh or ore/kWh");
  const auto money = GENERATE(as<std::string>(), "Pris per kWh", "SEK kWh", "kWh price", "Pris");
  CHECK(reason(sheet_of_prices(hours(money, "2"))) == "accepted");
  CHECK(reason(loads(hours("Pris", "2"))) == "load.csv has the heading \"Pris\", which names a price: write kW or W");
  CHECK(reason(loads(hours("SEK/kWh", "2"))).find("names no whole unit") != std::string::npos);
}

TEST_CASE("times that cannot be read are told with the first such cell and the legal forms") {
  const std::string forms =
      ": write 2026-11-29 00:00, 29.11.2026 00:00 or 29/11/2026 00:00 (the day before the month), or with an offset "
      "2026-11-29T00:00:00+01:00";
  const auto told = [&](const std::string& cell, int row) {
    return "prices.csv has \"" + cell + "\" where a time must be, in row " + std::to_string(row) + forms;
  };
  const auto two = [](const std::string& first, const std::string& second) {
    return reason(sheet_of_prices("Tid;Pris\n" + first + ";1\n" + second + ";2\n"));
  };
  CHECK(two("11/29/2026 00:00", "11/29/2026 01:00") == told("11/29/2026 00:00", 2));
  CHECK(two("11/12/2026 23:00", "11/13/2026 00:00") == told("11/13/2026 00:00", 3));
  CHECK(two("1.6.2026 00:00", "1.6.2026 01:00") == told("1.6.2026 00:00", 2));
  CHECK(two("2026-06-01 12:00 AM", "2026-06-01 01:00 AM") == told("2026-06-01 12:00 AM", 2));
  CHECK(two("Jun 1 2026 12:00", "Jun 1 2026 13:00") == told("Jun 1 2026 12:00", 2));
  CHECK(two("2026-06-01 00:00", "?") == told("?", 3));
  std::string two_days = "Tid;Pris\n";
  for (const auto* const date : {"11/29/2026", "11/30/2026"})
    for (int hour = 0; hour < 24; ++hour)
      two_days += std::string(date) + (hour < 10 ? " 0" : " ") + std::to_string(hour) + ":00;1\n";
  CHECK(reason(sheet_of_prices(two_days)) == told("11/29/2026 00:00", 2));
}

TEST_CASE("an hour that comes twice without a zone is told with --zone") {
  const std::string text = "Tid;Pris\n2026-10-25 02:00;1\n2026-10-25 02:00;2\n2026-10-26 00:00;3\n";
  const std::string told = "prices.csv has a time more often than the clock shows it, in row 3, \"2026-10-25 02:00;2\"";
  CHECK(reason(sheet_of_prices(text, Calendar())) == told + ": where these are local times, say in which --zone");
  CHECK(reason(sheet_of_prices(text)) == "accepted");
}

}  // namespace home_energy
