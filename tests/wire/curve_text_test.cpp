#include "common/wire/curve_reader.hpp"

#include <catch2/catch.hpp>

namespace home_energy {
namespace {

std::string repeated(const std::string& text, int times, const std::string& separator) {
  std::string all;
  for (int i = 0; i < times; ++i) all += (i > 0 ? separator : "") + text;
  return all;
}

}  // namespace

TEST_CASE("curves are read from JSON and from every common CSV") {
  const auto text = GENERATE("[" + repeated("1.5", 24, ",") + "]", repeated("1.5", 24, "\n"), repeated("1.5", 24, ", "),
                             repeated("1.5", 24, ";"), "price\r\n" + repeated("1.5", 24, "\r\n") + "\r\n",
                             "# kW\n" + repeated("1.5", 24, "\n"), repeated("1.5,", 24, "\n"));
  CAPTURE(text);
  const auto curve = parse_price_curve(text, "SEK", "prices");
  REQUIRE(curve);
  CHECK(curve->size() == 24);
  CHECK((*curve)[23] == PricePerKwh(1'500'000));
}

TEST_CASE("96 values are a curve of quarters") {
  std::string text;
  for (int i = 0; i < 96; ++i) text += std::to_string(i) + "\n";
  const auto curve = parse_load_curve(text, "baseload");
  REQUIRE(curve);
  CHECK(curve->resolution() == Resolution::quarter_hourly);
  CHECK((*curve)[95] == Watts(95'000));
  CHECK(curve->hour_sum(1) == Watts(4'000 + 5'000 + 6'000 + 7'000));
}

TEST_CASE("what is no curve is refused with the field and the reason") {
  const auto text =
      GENERATE(std::string(), std::string("[]"), repeated("1", 23, ","), repeated("1", 25, ","),
               "[" + repeated("1", 23, ",") + ",\"x\"]", "[" + repeated("1", 23, ",") + ",null]",
               repeated("1", 23, "\n") + "\nnan", repeated("1", 23, "\n") + "\ninf",
               repeated("1", 23, "\n") + "\n1e999", "[" + repeated("1", 23, ",") + ",1e999]",
               repeated("1", 23, "\n") + "\n-0.1", repeated("1", 23, "\n") + "\n1000.1", std::string("{\"a\":1}"),
               std::string("[[[["), std::string(3, '\0'), std::string("\xff\xfe\x00", 3));
  CAPTURE(text);
  const auto curve = parse_load_curve(text, "baseload");
  REQUIRE_FALSE(curve);
  CHECK(curve.error().field == "baseload");
  CHECK(curve.error().reason.find("baseload") == 0);
}

TEST_CASE("prices may be negative") {
  CHECK((*parse_price_curve(repeated("-0.25", 24, ","), "SEK", "prices"))[3] == PricePerKwh(-250'000));
}

}  // namespace home_energy
