#include <catch2/catch.hpp>

#include "curve_sources.hpp"

namespace home_energy {
namespace {

CurveContext in(const std::string& currency) {
  return {currency, Resolution::quarter_hourly, kDays};
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
