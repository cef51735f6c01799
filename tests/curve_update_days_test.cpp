#include "common/curve_update.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "curve_payloads.hpp"

namespace home_energy {
namespace {

/// Ways to write the same prices of today.
struct Rewriting {
  const char* name;
  std::function<void(Items&)> change;
};

const std::vector<Rewriting> kRewritings{
    {"reversed", [](Items& items) { std::ranges::reverse(items); }},
    {"rotated", [](Items& items) { std::ranges::rotate(items, items.begin() + 11); }},
    {"no ends",
     [](Items& items) {
       for (auto& item : items) item.end.reset();
     }},
    {"no ends, reversed",
     [](Items& items) {
       for (auto& item : items) item.end.reset();
       std::ranges::reverse(items);
     }},
    {"the last without an end", [](Items& items) { items.back().end.reset(); }},
    {"with yesterday",
     [](Items& items) {
       for (int hour = 1; hour <= 24; ++hour) items.push_back(items.front().moved(-hour * kHourSeconds));
     }},
    {"yesterday has a gap and an overlap",
     [](Items& items) {
       items.push_back(items.front().moved(-7 * kHourSeconds));
       items.push_back(items.front().moved(-7 * kHourSeconds + 1));
     }},
    {"with a day beyond tomorrow", [](Items& items) { items.push_back(items.front().moved(72 * kHourSeconds)); }},
    {"tomorrow all null",
     [](Items& items) {
       for (int hour = 0; hour < 24; ++hour) {
         items.push_back(items[static_cast<std::size_t>(hour)].moved(24 * kHourSeconds));
         items.back().value = "null";
       }
     }},
    {"nulls without ends beyond today", [](Items& items) {
       for (auto& item : items) item.end.reset();
       items.push_back(items.front().moved(24 * kHourSeconds));
       items.back().value = "null";
     }}};

/// What can be wrong with a list of today, and where.
struct Damage {
  const char* name;
  std::function<void(Items&)> change;
  std::string flaw;
};

const std::vector<Damage> kDamages{
    {"no first hour", [](Items& items) { items.erase(items.begin()); }, "a gap at 2026-11-21T23:00:00Z"},
    {"no last hour", [](Items& items) { items.pop_back(); }, "a gap at 2026-11-22T22:00:00Z"},
    {"no hour 3", [](Items& items) { items.erase(items.begin() + 3); }, "a gap at 2026-11-22T02:00:00Z"},
    {"hour 3 is null", [](Items& items) { items[3].value = "null"; }, "a gap at 2026-11-22T02:00:00Z"},
    {"hour 3 is null and nothing has an end",
     [](Items& items) {
       items[3].value = "null";
       for (auto& item : items) item.end.reset();
     },
     "a gap at 2026-11-22T02:00:00Z"},
    {"a second is missing", [](Items& items) { items[3].end = *items[3].end - 1; }, "a gap at 2026-11-22T02:59:59Z"},
    {"a second is there twice", [](Items& items) { items[4].begin -= 1; }, "an overlap at 2026-11-22T02:59:59Z"},
    {"hour 3 twice", [](Items& items) { items.push_back(items[3]); }, "an overlap at 2026-11-22T02:00:00Z"},
    {"hour 3 twice, without ends",
     [](Items& items) {
       items.push_back(items[3]);
       for (auto& item : items) item.end.reset();
     },
     "an overlap at 2026-11-22T02:00:00Z"},
    {"the last hour twice, without ends",
     [](Items& items) {
       items.push_back(items.back());
       for (auto& item : items) item.end.reset();
     },
     "an overlap at 2026-11-22T22:00:00Z"},
    {"yesterday's last runs into today",
     [](Items& items) {
       items.push_back({items[0].begin - 100, items[0].begin + 100, "1"});
     },
     "an overlap at 2026-11-21T23:00:00Z"},
    {"one over all the others",
     [](Items& items) {
       items.push_back({items.front().begin, *items.back().end, "1"});
     },
     "an overlap at 2026-11-21T23:00:00Z"}};

}  // namespace

TEST_CASE("Nord Pool's list of today: its hours") {
  const std::string text =
      GENERATE_COPY(list_of(hours_of(today())), "{\"values\":" + list_of(hours_of(today())) + "}",
                    "{\"raw_today\":" + list_of(hours_of(today())) + "}",
                    "{\"raw_today\":" + list_of(hours_of(today())) + ",\"raw_tomorrow\":[]}",
                    "{\"raw_today\":" + list_of(hours_of(today())) + ",\"raw_tomorrow\":null,\"unit\":\"SEK/kWh\"}",
                    "{\"raw_tomorrow\":5,\"values\":" + list_of(hours_of(today())) + "}");
  CAPTURE(text);
  CHECK(only_day(parse_price_update(text, kRealTime), 7) == rising(24));
}

TEST_CASE("the attributes of Home Assistant's Nord Pool sensor, whose unit is there twice") {
  const auto text = R"({"average":1.2,"unit":"kWh","currency":"SEK","price_in_cents":true,"today":[1,2],"raw_today":)" +
                    list_of(hours_of(today())) + ",\"raw_tomorrow\":" + list_of(hours_of(tomorrow())) +
                    R"(,"unit_of_measurement":"Öre/kWh","friendly_name":"nordpool"})";
  const auto update = parse_price_update(text, kRealTime);
  REQUIRE(update);
  REQUIRE(update->of_days.size() == 2);
  CHECK(update->of_days[0].first == 7);
  CHECK(update->of_days[1].first == 8);
  CHECK(update->of_days[1].second[23] == PricePerKwh(2'300));
}

TEST_CASE("loads have dates, too") {
  const auto update =
      parse_load_update("{\"raw_today\":" + list_of(hours_of(today())) + ",\"unit\":\"kW\"}", kRealTime);
  REQUIRE(update);
  CHECK(update->of_days.front().second[23] == Watts(230));
}

TEST_CASE("however dated values are written, the curve is the same") {
  const auto& row = GENERATE(from_range(kRewritings));
  CAPTURE(row.name);
  auto items = hours_of(today());
  row.change(items);
  CHECK(only_day(parse_price_update(list_of(items), kRealTime), 7) == rising(24));
}

TEST_CASE("quarters make a curve of quarters") {
  CHECK(only_day(parse_price_update(list_of(quarters_of(tomorrow())), kRealTime), 8) == rising(96));
}

TEST_CASE("quarters that agree within each hour are an hourly curve, for which a pace of hours will do") {
  auto items = quarters_of(today());
  for (std::size_t i = 0; i < items.size(); ++i) items[i].value = std::to_string(i / 4) + "e-2";
  CHECK(only_day(parse_price_update(list_of(items), {"SEK", Resolution::hourly, kDays}), 7) == rising(24));
}

TEST_CASE("hours that begin off the quarters are weighed by their time") {
  const auto begin = today().starts.front();
  const auto end = today().starts.back();
  const auto curve = only_day(
      parse_price_update(list_of({{begin, begin + 300, "3"}, {begin + 300, begin + 900, "6"}, {begin + 900, end, "1"}}),
                         kRealTime),
      7);
  REQUIRE(curve.size() == 96);
  CHECK(curve[0] == 5'000'000);
  CHECK(curve[1] == 1'000'000);
}

TEST_CASE("one value for the whole of two days, from before to after") {
  const auto update = parse_price_update(list_of({{0, 4'000'000'000, "0.5"}}), kRealTime);
  REQUIRE(update);
  REQUIRE(update->of_days.size() == 2);
  CHECK(counts_of(update->of_days[1].second) == std::vector<std::int64_t>(24, 500'000));
}

TEST_CASE("UTC times of a day in Stockholm") {
  const std::string text = R"([{"start":"2026-11-21T23:00:00Z","end":"2026-11-22T11:00:00Z","value":1},
                               {"start":"2026-11-22 11:00+00","end":"2026-11-22T23:00:00.000+0000","value":2}])";
  const auto curve = only_day(parse_price_update(text, kRealTime), 7);
  CHECK(curve[11] == 1'000'000);
  CHECK(curve[12] == 2'000'000);
}

TEST_CASE("the 23 hours of a spring day: the hour that is left out has the price before it") {
  const std::vector days{spring_day()};
  auto expected = rising(23);
  expected.insert(expected.begin() + 2, 10'000);
  CHECK(only_day(parse_price_update(list_of(hours_of(days[0])), {"SEK", Resolution::hourly, days}), 133) == expected);
  const auto local = R"([{"start":"2027-03-28T00:00+01:00","value":1},{"start":"2027-03-28T01:00+01:00","value":2},)"
                     R"({"start":"2027-03-28T03:00+02:00","end":"2027-03-29T00:00+02:00","value":3}])";
  const auto curve = only_day(parse_price_update(local, {"SEK", Resolution::hourly, days}), 133);
  CHECK(std::vector(curve.begin(), curve.begin() + 4) ==
        std::vector<std::int64_t>{1'000'000, 2'000'000, 2'000'000, 3'000'000});
}

TEST_CASE("a day that begins with what the clock leaves out has the price after it") {
  auto day = today();
  for (std::size_t quarter = 0; quarter < 4; ++quarter) day.starts[quarter] = day.starts[4];
  const std::vector days{day};
  const auto curve = only_day(parse_price_update(list_of(hours_of(day)), {"SEK", Resolution::hourly, days}), 7);
  CHECK(std::vector(curve.begin(), curve.begin() + 3) == std::vector<std::int64_t>{0, 0, 10'000});
}

TEST_CASE("the 25 hours of an autumn day: the hour that is there twice has the mean of both") {
  const std::vector days{autumn_day()};
  std::vector<std::int64_t> expected{0, 10'000, 25'000};
  for (std::int64_t hour = 4; hour < 25; ++hour) expected.push_back(hour * 10'000);
  CHECK(only_day(parse_price_update(list_of(hours_of(days[0])), {"SEK", Resolution::hourly, days}), -21) == expected);

  const auto quarters =
      only_day(parse_price_update(list_of(quarters_of(days[0])), {"SEK", Resolution::quarter_hourly, days}), -21);
  REQUIRE(quarters.size() == 96);
  CHECK(std::vector(quarters.begin() + 7, quarters.begin() + 13) ==
        std::vector<std::int64_t>{70'000, 100'000, 110'000, 120'000, 130'000, 160'000});
}

TEST_CASE("gaps and overlaps are refused with the day and the first moment of one") {
  const auto& row = GENERATE(from_range(kDamages));
  CAPTURE(row.name);
  auto items = hours_of(today());
  row.change(items);
  CHECK(refusal(list_of(items)) == "price must cover the whole of 2026-11-22 once, but it has " + row.flaw);
}

TEST_CASE("today is not taken where tomorrow has a gap") {
  auto items = hours_of(tomorrow());
  items.pop_back();
  CHECK(refusal("{\"raw_today\":" + list_of(hours_of(today())) + ",\"raw_tomorrow\":" + list_of(items) + "}") ==
        "price must cover the whole of 2026-11-23 once, but it has a gap at 2026-11-23T22:00:00Z");
}

TEST_CASE("other days than today and tomorrow are refused") {
  const auto days_away = GENERATE(-400, -1, 2, 400);
  auto day = today();
  for (auto& start : day.starts) start += days_away * 24 * kHourSeconds;
  CHECK_THAT(refusal(list_of(hours_of(day))),
             Catch::StartsWith("price must have values for 2026-11-22 or 2026-11-23, has only others, from 20"));
}

TEST_CASE("a list without a value is refused") {
  auto items = hours_of(today());
  for (auto& item : items) item.value = "null";
  const auto text = GENERATE_COPY(list_of(items), std::string("{\"raw_today\":[]}"),
                                  std::string("{\"raw_today\":null,\"raw_tomorrow\":[]}"));
  CHECK(refusal(text) == "price must have values for 2026-11-22 or 2026-11-23, has none");
}

TEST_CASE("a single start needs its end") {
  CHECK(refusal(R"([{"start":"2026-11-22T00:00Z","value":1}])") ==
        "price must have an end where it has a single start");
}

}  // namespace home_energy
