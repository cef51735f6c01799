#include "common/wire/wire_history.hpp"

#include <catch2/catch.hpp>

#include "tests/homes.hpp"
#include "tests/stockholm_days.hpp"

namespace home_energy {
namespace {

const wire::HistoryContext kSimulatedRows{.today = 3, .calendar = test::kPlain};
const wire::HistoryContext kLocal{.today = 7, .calendar = stockholm()};

}  // namespace

TEST_CASE("history is asked for by days, times and steps") {
  const auto all = wire::parse_history_query("", kSimulatedRows);
  REQUIRE(all);
  CHECK(all->from == 3 * 96);
  CHECK(all->to > 1'000'000);
  CHECK(all->step == HistoryStep::quarter);
  CHECK_FALSE(all->format);
  const auto some = wire::parse_history_query("x=1&from=0&to=2T07%3A15&step=1h&format=csv&&y", kSimulatedRows);
  REQUIRE(some);
  CHECK(some->from == 0);
  CHECK(some->to == 2 * 96 + 29);
  CHECK(some->step == HistoryStep::hour);
  CHECK(some->format == wire::HistoryFormat::csv);
}

TEST_CASE("in real time days are dates") {
  const auto query = wire::parse_history_query("from=2026-11-14&to=2026-11-16T12:00", kLocal);
  REQUIRE(query);
  CHECK(query->from == -96);
  CHECK(query->to == 96 + 48);
  CHECK(wire::parse_history_query("", kLocal)->from == 7 * 96);
}

TEST_CASE("a time that the clock shows twice is the first, unless it says which") {
  const auto begin = quarter_number(stockholm().begin_of(-21));
  const auto from = [](const std::string& time) { return wire::parse_history_query("from=" + time, kLocal)->from; };
  CHECK(from("2026-10-25T02:15") == begin + 9);
  CHECK(from("2026-10-25T02:15:00%2B02:00") == begin + 9);
  CHECK(from("2026-10-25T02:15:00%2B01:00") == begin + 13);
  CHECK(from("2026-10-25T01:15:00Z") == begin + 13);
  CHECK(from("2026-10-25T02:15:00+01:00") == begin + 13);  // a plus sign that is not written as %2B is a blank
}

TEST_CASE("rows begin at times with the offset that the clock had") {
  wire::QuarterText text(std::make_shared<const Calendar>(stockholm()));
  const auto begin = quarter_number(stockholm().begin_of(-21));
  CHECK(text(begin + 7) == "2026-10-25T01:45:00+02:00");
  CHECK(text(begin + 11) == "2026-10-25T02:45:00+02:00");
  CHECK(text(begin + 12) == "2026-10-25T02:00:00+01:00");
  CHECK(text(begin + 100) == "2026-10-26T00:00:00+01:00");
  CHECK(text(begin + 3) == "2026-10-25T00:45:00+02:00");
  CHECK(test::start_text()(-1) == "-1T23:45");
}

TEST_CASE("a wrong query names its field and what is legal") {
  struct Case {
    const char* query;
    const wire::HistoryContext& context;
    const char* field;
  };
  for (const Case& wrong : {Case{"from=x", kSimulatedRows, "from"}, Case{"from=-1", kSimulatedRows, "from"},
                            Case{"from=2026-11-22", kSimulatedRows, "from"}, Case{"from=3", kLocal, "from"},
                            Case{"from=2026-11-22T07:10:00Z", kLocal, "from"}, Case{"from=2026-02-30", kLocal, "from"},
                            Case{"to=1T07:10", kSimulatedRows, "to"}, Case{"to=1T24:00", kSimulatedRows, "to"},
                            Case{"to=1T", kSimulatedRows, "to"}, Case{"to=1", kSimulatedRows, "to"},
                            Case{"from=99999999999999999999", kSimulatedRows, "from"},
                            Case{"step=2h", kSimulatedRows, "step"}, Case{"step=", kSimulatedRows, "step"},
                            Case{"format=xml", kSimulatedRows, "format"}, Case{"from=", kSimulatedRows, "from"}}) {
    CAPTURE(wrong.query);
    const auto read = wire::parse_history_query(wrong.query, wrong.context);
    REQUIRE_FALSE(read);
    CHECK(read.error().field == wrong.field);
    CHECK(read.error().reason.find(wrong.field) != std::string::npos);
  }
}

TEST_CASE("history as JSON and as CSV, to the letter") {
  const std::vector<HistoryRow> rows{{.number = 1,
                                      .quarter = 3 * 96 + 29,
                                      .minutes = 15,
                                      .base_mwh = 935'500,
                                      .car_mwh = 1'850'000,
                                      .cost_micro = 2'794'456,
                                      .price_micro = 1'002'600,
                                      .soc = 4'797,
                                      .overload_s = 90},
                                     {.number = 2, .quarter = 3 * 96 + 30, .minutes = 15, .cost_micro = -5'000}};
  CHECK(wire::history_json("home", "SEK", HistoryStep::quarter, rows, test::start_text()) ==
        R"({"home":"home","step":"15m","currency":"SEK","rows":[)"
        R"({"start":"3T07:15","base_kwh":0.936,"car_kwh":1.85,"price":1.0026,"cost":2.7945,"soc_percent":47.97,)"
        R"("overload_minutes":1.5,"minutes":15},)"
        R"({"start":"3T07:30","base_kwh":0.0,"car_kwh":0.0,"price":0.0,"cost":-0.005,"soc_percent":0.0,)"
        R"("overload_minutes":0.0,"minutes":15}]})");
  CHECK(wire::history_csv("SEK", rows, test::start_text()) ==
        "start,base_kwh,car_kwh,price,cost,soc_percent,overload_minutes,minutes\r\n"
        "3T07:15,0.936,1.85,1.0026,2.7945,47.97,1.5,15\r\n"
        "3T07:30,0.0,0.0,0.0,-0.005,0.0,0.0,15\r\n");
  CHECK(wire::history_json("home", "SEK", HistoryStep::day, {}, test::start_text()) ==
        R"({"home":"home","step":"1d","currency":"SEK","rows":[]})");
}

TEST_CASE("rows tell their currency where they are of several, else the answer does") {
  HistoryRow old{.number = 1, .quarter = 0, .minutes = 15, .currency = currency_code("SEK")};
  HistoryRow later{.number = 2, .quarter = 0, .minutes = 15, .currency = currency_code("EUR")};
  const auto json = [](std::vector<HistoryRow> rows) {
    return wire::history_json("home", "EUR", HistoryStep::day, rows, test::start_text());
  };
  CHECK(json({old}).find(R"("step":"1d","currency":"SEK","rows":[{"start")") != std::string::npos);
  CHECK(json({old}).find(R"("minutes":15}]})") != std::string::npos);
  const auto both = json({old, later});
  CHECK(both.find(R"("step":"1d","currency":"EUR","rows")") != std::string::npos);
  CHECK(both.find(R"("minutes":15,"currency":"SEK"},{)") != std::string::npos);
  CHECK(both.find(R"("minutes":15,"currency":"EUR"}]})") != std::string::npos);
  const std::vector<HistoryRow> rows{old, later};
  const auto csv = wire::history_csv("EUR", rows, test::start_text());
  CHECK(csv.find("minutes,currency\r\n") != std::string::npos);
  CHECK(csv.find("15,SEK\r\n") != std::string::npos);
  CHECK(csv.find("15,EUR\r\n") != std::string::npos);
}

}  // namespace home_energy
