#include "common/wire/curve_reader.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "tests/wire/curve_payloads.hpp"

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

/// What can be missing in a list of today, and what becomes of it.
struct Missing {
  const char* name;
  std::function<void(Items&)> change;
  std::vector<std::string> missing;  ///< hours, local
  std::string from = "00";
  std::string to = "24";
  bool filled = false;
};

void drop(Items& items, std::ptrdiff_t first, std::ptrdiff_t count) {
  items.erase(items.begin() + first, items.begin() + first + count);
}

const std::vector<Missing> kMissing{
    {.name = "no first hour", .change = [](Items& items) { drop(items, 0, 1); }, .from = "01"},
    {.name = "no last hour", .change = [](Items& items) { drop(items, 23, 1); }, .to = "23"},
    {.name = "no hour 3", .change = [](Items& items) { drop(items, 3, 1); }, .missing = {"03/04"}, .filled = true},
    {.name = "hour 3 is null",
     .change = [](Items& items) { items[3].value = "null"; },
     .missing = {"03/04"},
     .filled = true},
    {.name = "hour 3 is null and nothing has an end",
     .change =
         [](Items& items) {
           items[3].value = "null";
           for (auto& item : items) item.end.reset();
         },
     .missing = {"03/04"},
     .filled = true},
    {.name = "no hours 3 and 4", .change = [](Items& items) { drop(items, 3, 2); }, .missing = {"03/05"}},
    {.name = "all but the first and the last",
     .change = [](Items& items) { drop(items, 1, 22); },
     .missing = {"01/23"}},
    {.name = "two holes, one of them short",
     .change =
         [](Items& items) {
           drop(items, 20, 1);
           drop(items, 3, 6);
         },
     .missing = {"03/09", "20/21"}},
    {.name = "a second is missing at each end",
     .change =
         [](Items& items) {
           for (auto& item : items) item.end = *item.end - 1;
         }},
    {.name = "two seconds are there twice", .change = [](Items& items) { items[4].begin -= 2; }},
    {.name = "hour 3 twice", .change = [](Items& items) { items.push_back(items[3]); }},
    {.name = "hour 3 again within hour 3", .change = [](Items& items) {
       items.push_back({items[3].begin + 900, items[3].begin + 1800, items[3].value});
     }}};

std::string at_hour(const std::string& hour) {
  return hour == "24" ? "2026-11-23T00:00:00+01:00" : "2026-11-22T" + hour + ":00:00+01:00";
}

std::string span_of(const std::string& hours) {
  return at_hour(hours.substr(0, 2)) + "/" + at_hour(hours.substr(3));
}

/// Two values for one time, and how that is told.
struct Contradicting {
  const char* name;
  std::function<void(Items&)> change;
  std::string reason;
};

const std::vector<Contradicting> kContradicting{
    {"hour 3 twice, with another value",
     [](Items& items) {
       items.push_back(items[3]);
       items.back().value = "0.5";
     },
     "2026-11-22T03:00:00+01:00 it has 0.03 and 0.5"},
    {"hour 3 twice, without ends",
     [](Items& items) {
       items.push_back(items[3]);
       items.back().value = "-1";
       for (auto& item : items) item.end.reset();
     },
     "2026-11-22T03:00:00+01:00 it has 0.03 and -1.0"},
    {"yesterday's last runs into today",
     [](Items& items) {
       items.push_back({items[0].begin - 100, items[0].begin + 100, "1"});
     },
     "2026-11-22T00:00:00+01:00 it has 1.0 and 0.0"},
    {"three seconds too long", [](Items& items) { items[4].end = *items[4].end + 3; },
     "2026-11-22T05:00:00+01:00 it has 0.04 and 0.05"},
    {"one over all the others",
     [](Items& items) {
       items.push_back({items.front().begin, *items.back().end, "1"});
     },
     "2026-11-22T00:00:00+01:00 it has 0.0 and 1.0"}};

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
  const auto days = days_of(*update);
  REQUIRE(days.size() == 2);
  CHECK(days[0].day == 7);
  CHECK(days[1].day == 8);
  CHECK(days[1].curve[23] == PricePerKwh(2'300));
}

TEST_CASE("loads have dates, too") {
  const auto update =
      parse_load_update("{\"raw_today\":" + list_of(hours_of(today())) + ",\"unit\":\"kW\"}", kRealTime);
  REQUIRE(update);
  CHECK(days_of(*update).front().curve[23] == Watts(230));
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
  CHECK(only_day(parse_price_update(list_of(items), in_stockholm(7, Resolution::hourly)), 7) == rising(24));
}

TEST_CASE("hours that begin off the quarters are weighed by their time") {
  const auto begin = today().begin;
  const auto end = today().end;
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
  const auto days = days_of(*update);
  REQUIRE(days.size() == 2);
  CHECK(counts_of(days[1].curve) == std::vector<std::int64_t>(24, 500'000));
}

TEST_CASE("UTC times of a day in Stockholm") {
  const std::string text = R"([{"start":"2026-11-21T23:00:00Z","end":"2026-11-22T11:00:00Z","value":1},
                               {"start":"2026-11-22 11:00+00","end":"2026-11-22T23:00:00.000+0000","value":2}])";
  const auto curve = only_day(parse_price_update(text, kRealTime), 7);
  CHECK(curve[11] == 1'000'000);
  CHECK(curve[12] == 2'000'000);
}

TEST_CASE("the 23 hours of a spring day: in the hour that is left out stands the price after it") {
  auto expected = rising(23);
  expected.insert(expected.begin() + 2, 20'000);
  CHECK(only_day(parse_price_update(list_of(hours_of(spring_day())), in_stockholm(133, Resolution::hourly)), 133) ==
        expected);
  const auto local = R"([{"start":"2027-03-28T00:00+01:00","value":1},{"start":"2027-03-28T01:00+01:00","value":2},)"
                     R"({"start":"2027-03-28T03:00+02:00","end":"2027-03-29T00:00+02:00","value":3}])";
  const auto curve = only_day(parse_price_update(local, in_stockholm(133, Resolution::hourly)), 133);
  CHECK(std::vector(curve.begin(), curve.begin() + 4) ==
        std::vector<std::int64_t>{1'000'000, 2'000'000, 3'000'000, 3'000'000});
}

TEST_CASE("a day that begins with what the clock leaves out has the price after it") {
  const auto calendar = Calendar::of_zone(*parse_date("2026-11-15"), {{0, 3600}, {today().begin, 7200}});
  const CurveContext context{"SEK", Resolution::hourly, &calendar, 7};
  const auto day = local_day(calendar, 7);
  REQUIRE(day.end - day.begin == 23 * kHourSeconds);
  const auto curve = only_day(parse_price_update(list_of(hours_of(day)), context), 7, calendar);
  CHECK(std::vector(curve.begin(), curve.begin() + 3) == std::vector<std::int64_t>{0, 0, 10'000});
}

TEST_CASE("the 25 hours of an autumn day: 25 prices, each at its time") {
  const auto update = parse_price_update(list_of(hours_of(autumn_day())), in_stockholm(-21, Resolution::hourly));
  REQUIRE(update);
  for (const auto& dated : update->dated) {
    const auto hour = (dated.begin - stockholm().begin_of(-21)) / kHourSeconds;
    CHECK(dated.value == PricePerKwh(hour * 10'000));
  }
  std::vector<std::int64_t> expected{0, 10'000, 20'000};
  for (std::int64_t hour = 4; hour < 25; ++hour) expected.push_back(hour * 10'000);
  CHECK(only_day(update, -21) == expected);  // by the clock's face, the first of the two hours

  const auto quarters = only_day(parse_price_update(list_of(quarters_of(autumn_day())), in_stockholm(-21)), -21);
  REQUIRE(quarters.size() == 96);
  CHECK(std::vector(quarters.begin() + 7, quarters.begin() + 13) ==
        std::vector<std::int64_t>{70'000, 80'000, 90'000, 100'000, 110'000, 160'000});
}

TEST_CASE("what is missing is named, a short hole is filled, and the rest is taken") {
  const auto& row = GENERATE(from_range(kMissing));
  CAPTURE(row.name);
  auto items = hours_of(today());
  row.change(items);
  const auto update = parse_price_update(list_of(items), kRealTime);
  REQUIRE(update);
  const auto days = days_of(*update);
  REQUIRE(days.size() == 1);
  CHECK(update->coverage.from == at_hour(row.from));
  CHECK(update->coverage.to == at_hour(row.to));
  std::vector<std::string> missing;
  for (const auto& hours : row.missing) missing.push_back(span_of(hours));
  CHECK(update->coverage.missing == missing);
  const auto& [day, curve, known] = days.front();
  for (std::size_t quarter = 0; quarter < 96; ++quarter) {
    CAPTURE(quarter);
    const auto hour = static_cast<std::int64_t>(quarter / 4);
    const auto within = [&](std::int64_t begin, std::int64_t end) { return hour >= begin && hour < end; };
    bool is_missing = !within(std::stoi(row.from), std::stoi(row.to));
    bool is_filled = false;
    for (const auto& hours : row.missing) {
      const auto begin = std::stoi(hours.substr(0, 2));
      const auto end = std::stoi(hours.substr(3));
      is_filled = is_filled || (within(begin, end) && end - begin == 1);
      is_missing = is_missing || (within(begin, end) && end - begin > 1);
    }
    CHECK(known[quarter] == !is_missing);
    const auto expected = is_missing ? 0 : is_filled ? hour - 1 : hour;
    CHECK(curve.at_quarter(static_cast<int>(quarter)) == PricePerKwh(expected * 10'000));
  }
  if (row.filled) CHECK(update->coverage.filled == missing);
}

TEST_CASE("two values at one time are refused with both of them") {
  const auto& row = GENERATE(from_range(kContradicting));
  CAPTURE(row.name);
  auto items = hours_of(today());
  row.change(items);
  CHECK(refusal(list_of(items)) == "price must have one value at a time, but at " + row.reason);
}

TEST_CASE("today is taken whole where tomorrow has a gap, and what is known of tomorrow") {
  auto items = hours_of(tomorrow());
  items.pop_back();
  const auto update = parse_price_update(
      "{\"raw_today\":" + list_of(hours_of(today())) + ",\"raw_tomorrow\":" + list_of(items) + "}", kRealTime);
  REQUIRE(update);
  const auto days = days_of(*update);
  REQUIRE(days.size() == 2);
  CHECK(days[0].known.all());
  CHECK(days[1].known.count() == 92);
  CHECK(update->coverage.to == "2026-11-23T23:00:00+01:00");
  CHECK(update->coverage.missing.empty());
}

TEST_CASE("a hole over midnight is filled from the day before") {
  auto items = hours_of(today());
  items.pop_back();
  for (const auto& item : quarters_of(tomorrow())) items.push_back(item);
  const auto update = parse_price_update(list_of(items), kRealTime);
  REQUIRE(update);
  const auto days = days_of(*update);
  CHECK(days[0].known.all());
  CHECK(days[0].curve.at_quarter(95) == PricePerKwh(220'000));
  CHECK(update->coverage.filled == std::vector{span_of("23/24")});
}

TEST_CASE("the market's day seen from another zone: today and tomorrow have what falls into them") {
  const auto text =
      "{\"raw_today\":" + list_of(quarters_of(today())) + ",\"raw_tomorrow\":" + list_of(quarters_of(tomorrow())) + "}";
  const auto helsinki = Calendar::of_zone(stockholm().first_date(), {{0, 7200}});
  const auto east = parse_price_update(text, {"SEK", Resolution::quarter_hourly, &helsinki, 7});
  REQUIRE(east);
  const auto eastern = days_of(*east, helsinki);
  CHECK(eastern[0].known.count() == 92);
  CHECK_FALSE(eastern[0].known[3]);
  CHECK(eastern[0].curve.at_quarter(4) == PricePerKwh(0));
  CHECK(eastern[0].curve.at_quarter(95) == PricePerKwh(910'000));
  CHECK(eastern[1].known.all());
  CHECK(eastern[1].curve.at_quarter(0) == PricePerKwh(920'000));
  CHECK(east->coverage.from == "2026-11-22T01:00:00+02:00");
  CHECK(east->coverage.to == "2026-11-24T00:00:00+02:00");

  const auto london = Calendar::of_zone(stockholm().first_date(), {{0, 0}});
  const auto west = parse_price_update(text, {"SEK", Resolution::quarter_hourly, &london, 7});
  REQUIRE(west);
  const auto western = days_of(*west, london);
  CHECK(western[0].known.all());
  CHECK(western[0].curve.at_quarter(0) == PricePerKwh(40'000));
  CHECK(western[1].known.count() == 92);
  CHECK_FALSE(western[1].known[92]);
  CHECK(west->coverage.to == "2026-11-23T23:00:00+00:00");
}

TEST_CASE("a pace of hours takes the hours that are known whole") {
  auto items = quarters_of(today());
  for (std::size_t i = 0; i < items.size(); ++i) items[i].value = std::to_string(i / 4) + "e-2";
  drop(items, 0, 2);
  const auto update = parse_price_update(list_of(items), in_stockholm(7, Resolution::hourly));
  REQUIRE(update);
  CHECK(days_of(*update).front().known.count() == 92);
  CHECK(days_of(*update).front().curve.resolution() == Resolution::hourly);
}

TEST_CASE("on the night that puts the clock back, each of the repeated hours may be the one that is not known") {
  auto items = hours_of(autumn_day());
  drop(items, 0, 3);  // 00, 01 and the first 02
  const auto update = parse_price_update(list_of(items), in_stockholm(-21));
  REQUIRE(update);
  CHECK(update->dated.front().begin == stockholm().begin_of(-21) + 3 * kHourSeconds);
  CHECK(days_of(*update).front().known.count() == 84);
  CHECK(update->coverage.from == "2026-10-25T02:00:00+01:00");
}

TEST_CASE("other days than today and tomorrow are refused") {
  const auto days_away = GENERATE(-400, -1, 2, 400);
  auto day = today();
  day.begin += days_away * 24 * kHourSeconds;
  day.end += days_away * 24 * kHourSeconds;
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
