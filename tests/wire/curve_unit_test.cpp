#include "common/wire/curve_reader.hpp"

#include <catch2/catch.hpp>

#include "tests/wire/curve_payloads.hpp"

namespace home_energy {

TEST_CASE("every unit of prices is read, in any case and with blanks") {
  struct Row {
    std::string currency, unit;
    std::int64_t of_85;
  };
  const auto row = GENERATE(
      Row{"SEK", "SEK/kWh", 85'000'000}, Row{"SEK", "kr/kWh", 85'000'000}, Row{"SEK", " sek / KWH ", 85'000'000},
      Row{"SEK", "SEK/MWh", 85'000}, Row{"SEK", "öre/kWh", 850'000}, Row{"SEK", "Öre/kWh", 850'000},
      Row{"SEK", "ÖRE/KWH", 850'000}, Row{"NOK", "Øre/kWh", 850'000}, Row{"DKK", "øre / kWh", 850'000},
      Row{"DKK", "ore/kWh", 850'000}, Row{"EUR", "cent/kWh", 850'000}, Row{"EUR", "ct/kWh", 850'000},
      Row{"EUR", "c/kWh", 850'000}, Row{"USD", "Cent/kWh", 850'000}, Row{"GBP", "p/kWh", 850'000},
      Row{"GBP", "GBP/MWh", 85'000}, Row{"GBP", "£/kWh", 85'000'000}, Row{"EUR", "€/kWh", 85'000'000},
      Row{"EUR", "€ / MWh", 85'000}, Row{"EUR", "Eur/MWh", 85'000}, Row{"EUR", "c€/kWh", 850'000},
      Row{"NOK", "KR/kWh", 85'000'000}, Row{"DKK", "kr/MWh", 85'000}, Row{"USD", "$/kWh", 85'000'000},
      Row{"CZK", "Kč/kWh", 85'000'000}, Row{"XYZ", "xyz/kWh", 85'000'000}, Row{"eur", "EUR/kWh", 85'000'000});
  const auto key = GENERATE(std::string("unit"), std::string("unit_of_measurement"));
  CAPTURE(row.currency, row.unit, key);
  const CurveContext context{row.currency, Resolution::hourly};
  const auto update =
      parse_price_update("{\"values\":" + numbers("85") + ",\"" + key + "\":\"" + row.unit + "\"}", context);
  REQUIRE(update);
  CHECK(update->every_day->at_quarter(0) == PricePerKwh(row.of_85));
}

TEST_CASE("other currencies and units of prices are refused with the legal ones") {
  struct Row {
    std::string currency, unit, legal;
  };
  const std::string kronor = "SEK/kWh, SEK/MWh, öre/kWh, øre/kWh or ore/kWh (no currency is converted)";
  const std::string euros = "EUR/kWh, EUR/MWh, cent/kWh, ct/kWh, c/kWh or c€/kWh (no currency is converted)";
  const auto row =
      GENERATE_COPY(Row{"SEK", "EUR/kWh", kronor}, Row{"SEK", "€/kWh", kronor}, Row{"EUR", "kr/kWh", euros},
                    Row{"SEK", "ct/kWh", kronor}, Row{"SEK", "p/kWh", kronor}, Row{"SEK", "öre/MWh", kronor},
                    Row{"SEK", "SEK", kronor}, Row{"SEK", "kWh", kronor}, Row{"SEK", "/kWh", kronor},
                    Row{"SEK", "SEK/", kronor}, Row{"SEK", "SEK/kWh/h", kronor}, Row{"SEK", "SEK/Wh", kronor},
                    Row{"SEK", "kW", kronor}, Row{"SEK", "\\u0000\\ud83d\\ude00", kronor}, Row{"EUR", "öre/kWh", euros},
                    Row{"EUR", "p/kWh", euros}, Row{"EUR", "£/kWh", euros}, Row{"EUR", "c€/MWh", euros},
                    Row{"GBP", "c/kWh", "GBP/kWh, GBP/MWh or p/kWh (no currency is converted)"});
  CAPTURE(row.currency, row.unit);
  const auto reason =
      refusal("{\"values\":" + numbers("1") + ",\"unit\":\"" + row.unit + "\"}", {row.currency, Resolution::hourly});
  CHECK(reason.starts_with("price has the unit \""));
  CHECK(reason.ends_with(", it must be " + row.legal));
}

TEST_CASE("a unit that is no text is refused") {
  const std::string unit = GENERATE("1", "true", "[]", "{}", "[\"SEK/kWh\"]");
  CHECK_THAT(refusal("{\"values\":" + numbers("1") + ",\"unit\":" + unit + "}"),
             Catch::StartsWith("price has the unit"));
}

TEST_CASE("prices without a unit that cannot be per kWh are refused, with the question that helps") {
  struct Row {
    std::string currency, price, around;
    bool refused;
  };
  const auto row = GENERATE(
      Row{"SEK", "85.28", "85.28", true}, Row{"SEK", "756.57", "756.57", true}, Row{"SEK", "-85", "85.0", true},
      Row{"SEK", "20", "", false}, Row{"SEK", "20.000001", "20.000001", true}, Row{"sek", "85", "85.0", true},
      Row{"EUR", "2", "", false}, Row{"EUR", "25", "25.0", true}, Row{"GBP", "24.5", "24.5", true},
      Row{"PLN", "9", "", false}, Row{"PLN", "400", "400.0", true}, Row{"XYZ", "900000", "", false});
  const std::string unit = GENERATE("", ",\"unit\":\"\"", ",\"unit\":null,\"unit_of_measurement\":\" \"");
  CAPTURE(row.currency, row.price, unit);
  const CurveContext context{row.currency, Resolution::hourly};
  const auto text = "{\"values\":" + numbers(row.price) + unit + "}";
  if (!row.refused) {
    CHECK(parse_price_update(text, context));
    CHECK(parse_price_update(numbers(row.price), context));
    return;
  }
  const auto reason = refusal(text, context);
  CHECK(reason.starts_with("price is around " + row.around + ' ' + row.currency + " per kWh: are these per MWh, or "));
  CHECK(reason.find("? send the unit, " + row.currency + "/kWh, ") != std::string::npos);
  CHECK(refusal(numbers(row.price), context) == reason);
}

TEST_CASE("a few prices above any tariff are a peak, and with a unit all is taken") {
  CHECK(parse_price_update("[" + numbers("0.5", 13).substr(1, 13 * 4 - 1) + "," + numbers("900", 11).substr(1),
                           kSimulated));
  CHECK(parse_price_update("{\"values\":" + numbers("900") + ",\"unit\":\"SEK/kWh\"}", kSimulated));
  CHECK_THAT(refusal(list_of({{today().begin, today().end, "756.57"}})),
             Catch::StartsWith("price is around 756.57 SEK per kWh"));
}

TEST_CASE("loads are in kW or W") {
  const auto load = [](const std::string& number, const std::string& unit) {
    return parse_load_update("{\"values\":" + numbers(number) + ",\"unit\":\"" + unit + "\"}", kSimulated);
  };
  for (const auto* const unit : {"", "kW", " KW ", "kw"})
    CHECK(load("1.5", unit)->every_day->at_quarter(9) == Watts(1500));
  for (const auto* const unit : {"W", "w"}) CHECK(load("1500", unit)->every_day->at_quarter(9) == Watts(1500));
  for (const auto* const unit : {"MW", "kWh", "SEK/kWh"}) {
    const auto update = load("1", unit);
    REQUIRE_FALSE(update);
    CHECK(update.error().field == "baseload");
    CHECK(update.error().reason == "baseload has the unit \"" + std::string(unit) + "\", it must be kW or W");
  }
}

}  // namespace home_energy
