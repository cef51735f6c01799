#include <catch2/catch.hpp>

#include "tests/wire/curve_sources.hpp"

namespace home_energy {
namespace {

CurveContext in(const std::string& currency) {
  return {currency, Resolution::quarter_hourly, &stockholm(), 7};
}

}  // namespace

TEST_CASE("each source's list is read to the same prices, in whichever order") {
  const auto& source = GENERATE(from_range(kSources));
  const bool newest_first = GENERATE(false, true);
  CAPTURE(source.name, newest_first);
  const auto text = text_of(source, newest_first);
  CHECK(only_day(parse_price_update(text, in(source.currency)), 7) == rising(24));
  if (source.name == std::string("ENTSO-e, blank between date and time")) {
    CHECK(only_day(parse_price_update(replaced(text, "T", " "), in("EUR")), 7) == rising(24));
  }
}

TEST_CASE("a source that means per MWh and does not say so is refused, whatever its values") {
  const std::string reason =
      "price comes without a unit: are these per MWh? send the unit as unit_of_measurement, SEK/kWh, SEK/MWh, öre/kWh, "
      "øre/kWh or ore/kWh";
  const auto price = GENERATE(as<std::string>(), "$V", "$M");
  const std::string entry = R"({"start":"$B","end":"$E","price":)" + price + "}";
  CHECK(refusal(text_of({"", "", "{\"SE4\":", entry, "}"})) == reason);
  CHECK(refusal(text_of({"", "", "", entry, ""})) == reason);
}

TEST_CASE("prices of another currency are refused by their shape") {
  const Source octopus{"", "", "", R"({"value_inc_vat":$H,"valid_from":"$B","valid_to":"$E"})", ""};
  CHECK_THAT(refusal(text_of(octopus)), Catch::StartsWith("price has the unit \"p/kWh\", it must be SEK/kWh"));
  const Source danish{"", "", "", R"({"HourUTC":"$U","SpotPriceDKK":$M,"SpotPriceEUR":1})", ""};
  CHECK_THAT(refusal(text_of(danish)), Catch::StartsWith("price has the unit \"DKK/MWh\", it must be SEK/kWh"));
}

TEST_CASE("Danish times without a zone are refused for want of one") {
  const Source danish{"", "", "", R"({"HourDK":"$U","SpotPriceDKK":$M})", ""};
  CHECK_THAT(refusal(text_of(danish), in("DKK")), Catch::Contains("without a time zone"));
}

TEST_CASE("of several lists none is taken: their names are told") {
  const std::string list = R"([{"start":"2026-11-22T00:00+01:00","end":"2026-11-23T00:00+01:00","value":1}])";
  CHECK(refusal("{\"SE3\":" + list + ",\"SE4\":" + list + "}") ==
        "price has more than one list, \"SE3\", \"SE4\": send one of them as values");
  CHECK(refusal("{\"data\":{\"a\":{\"x\":" + list + "},\"b\":" + list + "}}") ==
        "price has more than one list, \"a\", \"b\": send one of them as values");
}

TEST_CASE("entries of two units are refused, and an unknown unit names the legal ones") {
  const std::string first =
      R"([{"start_timestamp":1795302000000,"end_timestamp":1795305600000,"marketprice":50,"unit":"Eur/MWh"})";
  const auto second = [](const std::string& unit) {
    return R"(,{"start_timestamp":1795305600000,"end_timestamp":1795309200000,"marketprice":50,"unit":")" + unit +
           "\"}]";
  };
  CHECK(refusal(first + second("Eur/kWh"), in("EUR")) == "price must have one unit throughout");
  CHECK_THAT(refusal(first + second("Eur/kg"), in("EUR")),
             Catch::StartsWith("price has the unit \"Eur/kg\", it must be"));
  CHECK(parse_price_update(first + second("€/MWh"), in("EUR")));
}

TEST_CASE("without ends a hole is a hole, and the last entry lasts as long as most") {
  const auto starts = [](const std::vector<int>& hours) {
    std::string list;
    for (const int hour : hours) {
      list += (list.empty() ? "[" : ",") + std::string(R"({"startsAt":")") +
              iso8601(today().begin + hour * kHourSeconds, kHourSeconds) + R"(","total":)" + std::to_string(hour) +
              "e-2}";
    }
    return parse_price_update(list + "]", kRealTime);
  };
  std::vector<int> half{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  CHECK(starts(half)->coverage.to == "2026-11-22T12:00:00+01:00");
  half.insert(half.end(), {24, 25, 26, 27});
  const auto known = starts(half);
  REQUIRE(known);
  CHECK(known->coverage.missing == std::vector<std::string>{"2026-11-22T12:00:00+01:00/2026-11-23T00:00:00+01:00"});
  CHECK(known->coverage.to == "2026-11-23T04:00:00+01:00");
  CHECK(days_of(*known)[0].known.count() == 48);
  CHECK(days_of(*known)[1].known.count() == 16);
  CHECK(starts({0, 6, 22}).error().reason ==
        "price must have an end where its starts are not equally far apart, 2026-11-22T21:00:00Z has not");
  CHECK_FALSE(starts({-4, 32}));
}

TEST_CASE("an end that is given as null is open") {
  const auto update = parse_price_update(
      R"({"results":[{"value_inc_vat":24.5,"valid_from":"2026-04-01T00:00:00Z","valid_to":null}]})", in("GBP"));
  REQUIRE(update);
  const auto days = days_of(*update);
  REQUIRE(days.size() == 2);
  CHECK(days[1].known.all());
  CHECK(days[1].curve.at_quarter(95) == PricePerKwh(245'000));
}

TEST_CASE("units and currencies that contradict each other are refused") {
  const auto list = [](const std::string& more) {
    return R"([{"start":"2026-11-22T00:00+01:00","end":"2026-11-23T00:00+01:00","value":0.1)" + more + "}]";
  };
  CHECK(refusal("{\"values\":" + list(R"(,"unit":"SEK/MWh")") + ",\"unit\":\"SEK/kWh\"}") ==
        "price has one unit beside its entries, and another in them");
  CHECK(refusal("{\"values\":" + list("") + ",\"unit\":\"SEK/kWh\",\"unit_of_measurement\":\"SEK/MWh\"}") ==
        "price has two units that differ");
  const std::string foreign = "price has the currency \"NOK\", it must be SEK (no currency is converted)";
  CHECK(refusal(list(R"(,"currency":"NOK")")) == foreign);
  CHECK(refusal("{\"raw_today\":" + list("") + ",\"currency\":\"NOK\"}") == foreign);
  CHECK(refusal("{\"raw_today\":" + list("") + ",\"currency\":\"SEK\"}") == "accepted");
  CHECK_THAT(refusal("{\"raw_today\":" + list("") + ",\"price_in_cents\":true}"),
             Catch::StartsWith("price comes without a unit"));
  CHECK(refusal(list(R"(,"PriceArea":"DK1"},{"start":"2026-11-23T00:00+01:00","value":1,"PriceArea":"DK2")")) ==
        "price has entries of more than one area, \"DK1\" and \"DK2\": send those of one");
}

TEST_CASE("a unit that is named does not make one currency's values those of another") {
  const Source danish{"", "", R"({"unit":"EUR/MWh","records":)",
                      R"({"HourUTC":"$U","SpotPriceDKK":7777,"SpotPriceEUR":$M})", "}"};
  CHECK(only_day(parse_price_update(text_of(danish), in("EUR")), 7) == rising(24));
}

TEST_CASE("pence that come in the shape of pounds are not plausible") {
  const Source integration{"", "", "{\"rates\":", R"({"start":"$B","end":"$E","value_inc_vat":21.5})", "}"};
  CHECK_THAT(refusal(text_of(integration), in("GBP")), Catch::Contains("are these per MWh, or p?"));
  const Source named{"", "", "{\"unit\":\"GBp/kWh\",\"rates\":", R"({"start":"$B","end":"$E","value_inc_vat":$H})",
                     "}"};
  CHECK(only_day(parse_price_update(text_of(named), in("GBP")), 7) == rising(24));
}

TEST_CASE("of two homes none is taken") {
  const std::string list =
      R"([{"startsAt":"2026-11-22T00:00+01:00","total":1},{"startsAt":"2026-11-22T01:00+01:00","total":1}])";
  const std::string home = "{\"priceInfo\":{\"today\":" + list + "}}";
  CHECK(refusal("{\"homes\":[" + home + "," + home + "]}") ==
        "price has more than one list, \"number 1\", \"number 2\": send one of them as values");
  CHECK(refusal("{\"homes\":[" + home + ",{\"priceInfo\":null}]}") == "accepted");
}

TEST_CASE("a list is found eight names deep, and no deeper") {
  const std::string list = R"([{"start":"2026-11-22T00:00+01:00","end":"2026-11-23T00:00+01:00","value":1}])";
  const auto nested = [&](int depth) {
    std::string text = list;
    for (int i = 0; i < depth; ++i) text = "{\"a\":" + text + "}";
    return text;
  };
  CHECK(parse_price_update(nested(8), kRealTime));
  CHECK_THAT(refusal(nested(9)), Catch::StartsWith("price is missing"));
}

}  // namespace home_energy
