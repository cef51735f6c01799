#include "common/wire/curve_reader.hpp"

#include <catch2/catch.hpp>

#include "tests/wire/curve_payloads.hpp"

namespace home_energy {

TEST_CASE("24, 48 or 96 numbers are a curve for every day") {
  const auto text = GENERATE(numbers("1.5"), numbers("1.5", 48), numbers("\"1.5\""), " " + numbers("1.5") + "\r\n",
                             numbers("1.5", 96), "{\"values\":" + numbers("1.5") + "}",
                             "{\"id\":7,\"values\":" + numbers("1.5", 96) + ",\"unit\":null,\"else\":[[{}]]}",
                             "price\n" + numbers("1.5").substr(1, 24 * 4 - 1), numbers("1.5").substr(1, 24 * 4 - 1));
  for (const auto& context : {kRealTime, kSimulated}) {
    const auto update = parse_price_update(text, context);
    CAPTURE(text);
    REQUIRE(update);
    CHECK(update->dated.empty());
    REQUIRE(update->every_day);
    CHECK(update->every_day->at_quarter(95) == PricePerKwh(1'500'000));
  }
}

TEST_CASE("prices are kept to a millionth, loads to the watt") {
  CHECK(parse_price_update(numbers("-0.1234567"), kSimulated)->every_day->at_quarter(0) == PricePerKwh(-123'457));
  CHECK(parse_load_update(numbers("1.2345"), kSimulated)->every_day->at_quarter(0) == Watts(1'235));
}

TEST_CASE("ranges are those of the curve after conversion") {
  CHECK(parse_price_update("{\"values\":" + numbers("1e9") + ",\"unit\":\"SEK/MWh\"}", kSimulated));
  CHECK(refusal(numbers("1000000.1")) == "price must hold numbers within -1000000..1000000 per kWh, value 1 is not");
  CHECK(refusal("{\"values\":" + numbers("-1.1e9") + ",\"unit\":\"SEK/MWh\"}") ==
        "price must hold numbers within -1000000..1000000 per kWh, value 1 is not");
  CHECK(refusal(list_of({{today().begin, today().end, "2e6"}})) ==
        "price must hold numbers within -1000000..1000000 per kWh, that of 2026-11-21T23:00:00Z is not");
  CHECK(parse_load_update(numbers("-0.1"), kSimulated).error().reason ==
        "baseload must hold numbers within 0..1000 kW, value 1 is not");
  CHECK(parse_load_update("{\"values\":" + numbers("1000001") + ",\"unit\":\"W\"}", kSimulated).error().reason ==
        "baseload must hold numbers within 0..1000 kW, value 1 is not");
}

TEST_CASE("dates mean nothing to a simulated clock") {
  const auto text = GENERATE_COPY(list_of(hours_of(today())), "{\"raw_today\":" + list_of(hours_of(today())) + "}",
                                  std::string("{\"raw_today\":[]}"), std::string("[{}]"));
  CHECK(refusal(text, kSimulated) == "price has dates, which need --realtime or --zone; send 24, 48 or 96 numbers");
}

TEST_CASE("a pace of hours refuses quarters with what to do about it") {
  const auto text =
      GENERATE_COPY(numbers("1", 96), numbers("1", 96).substr(1, 95 * 2 + 1), list_of(quarters_of(today())));
  CHECK_THAT(refusal(text, in_stockholm(7, Resolution::hourly)),
             Catch::StartsWith("price must be hourly, has 96 values") && Catch::Contains("--tick"));
}

TEST_CASE("at most 400 entries") {
  const auto second = [](std::int64_t i) { return Item{i, i + 1, "1"}; };
  Items items;
  for (std::int64_t i = 0; i < 400; ++i) items.push_back(second(i));
  CHECK_THAT(refusal(list_of(items)), Catch::Contains("has only others"));
  items.push_back(second(400));
  CHECK(refusal(list_of(items)) == "price must have at most 400 entries");
}

TEST_CASE("what is wrong in an entry is refused with what must be there") {
  struct Row {
    std::string entry, reason;
  };
  const std::string shape = "price must have start and value in each entry of its list";
  const std::string times = "price must have its times as text, as in \"2026-11-22T00:00:00+01:00\", or as Unix time";
  const auto row = GENERATE_COPY(
      Row{"{}", shape}, Row{"1", shape}, Row{"null", shape}, Row{"[]", shape},
      Row{R"({"start":null,"value":1})", shape}, Row{R"({"start":"2026-11-22T00:00Z"})", shape},
      Row{R"({"start":"2026-11-22T00:00Z","total":1})", shape}, Row{R"({"start":true,"value":1})", times},
      Row{R"({"start":-1,"value":1})", times}, Row{R"({"start":1e300,"value":1})", times},
      Row{R"({"start":18446744073709551615,"value":1})", times},
      Row{R"({"start":"2026-11-22T00:00Z","end":[],"value":1})", times},
      Row{R"({"start":"2026-11-22T00:00:00","value":1})",
          "price has the time \"2026-11-22T00:00:00\" without a time zone, it must end in Z or as in +01:00"},
      Row{R"({"start":"today","value":1})",
          "price has \"today\" where a time must be, as in 2026-11-22T00:00:00+01:00"},
      Row{R"({"start":"2026-11-22T00:00Z","end":"2026-11-22T00:00Z","value":1})",
          "price must have each end after its start, 2026-11-22T00:00:00Z has not"},
      Row{R"({"start":"2026-11-22T00:00Z","value":"1 SEK"})",
          "price must have numbers as values, 2026-11-22T00:00:00Z has not"},
      Row{R"({"start":"2026-11-22T00:00Z","value":{}})",
          "price must have numbers as values, 2026-11-22T00:00:00Z has not"});
  CAPTURE(row.entry);
  CHECK(refusal(R"([{"start":"2026-11-21T00:00Z","value":1},)" + row.entry + "]") == row.reason);
}

TEST_CASE("nonsense is refused with the field and a reason, however deep") {
  const auto deep = [](const std::string& open, const std::string& inside = {}) {
    std::string text;
    for (int i = 0; i < 60'000; ++i) text += open;
    return text + inside;
  };
  const auto text = GENERATE_COPY(
      std::string(), std::string(" \n"), std::string("on"), std::string("null"), std::string("1"), std::string("[]"),
      std::string("{}"), std::string("["), std::string("{"), std::string("[1,2"), std::string("[null]"),
      std::string("{\"values\":null}"), std::string("{\"values\":1}"), std::string("{\"values\":{}}"),
      std::string("{\"values\":[]}"), std::string("{\"values\":\"1,2\"}"), std::string("{\"raw_today\":1}"),
      std::string("{\"raw_today\":{}}"), std::string("{\"raw_today\":[1]}"), numbers("1", 23), numbers("1", 25),
      numbers("1", 97), numbers("NaN"), numbers("1e999"), numbers("-1e999"), numbers("Infinity"), numbers("null"),
      numbers("true"), numbers("\"x\""), numbers("\"1,5\""), numbers("\"\""), numbers("[1]"), numbers("1e300"),
      numbers("1") + "x", numbers("1") + numbers("1"), numbers("nan").substr(1, 95), numbers("inf").substr(1, 95),
      numbers("1") + std::string(1, '\0'), std::string("[\0", 2), std::string(40, '\0'),
      std::string("\xff\xfe\x00[", 4), "{\"values\":[\"\xff\"]}", deep("["), deep("{\"a\":"), deep("[", deep("]")),
      "{\"values\":" + deep("[", deep("]")) + "}", "{\"unit\":" + deep("[", deep("]")) + "}",
      "{\"raw_today\":[{\"start\":" + deep("[", deep("]")) + ",\"value\":1}]}",
      "{\"raw_today\":[{\"start\":\"2026-11-22T00:00Z\",\"value\":" + deep("[", deep("]")) + "}]}",
      deep("{\"values\":"), deep("\"["), deep(","), deep("\n1"));
  CAPTURE(text.substr(0, 80), text.size());
  for (const auto& context : {kRealTime, kSimulated}) {
    const auto reason = refusal(text, context);
    CHECK(reason.size() < 250);
    CHECK(reason.find('\0') == std::string::npos);
    CHECK_FALSE(parse_load_update(text, context));
  }
}

}  // namespace home_energy
