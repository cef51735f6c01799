#include <catch2/catch.hpp>
#include <random>

#include "common/wire/curve_reader.hpp"
#include "common/wire/curve_text.hpp"
#include "tests/stockholm_days.hpp"
#include "tests/wire/curve_sources.hpp"

namespace home_energy {
namespace {

/// Texts, and the currency in which each can be read.
std::vector<std::pair<std::string, std::string>> payloads() {
  std::string csv = "hour;price\n";
  std::string array = "[0";
  for (int hour = 0; hour < 24; ++hour) csv += std::to_string(hour) + ";" + std::to_string(hour) + ".5\n";
  for (int quarter = 1; quarter < 96; ++quarter) array += ",0." + std::to_string(quarter);
  array += "]";
  std::vector<std::string> texts{csv,
                                 array,
                                 "{\"values\":" + array + ",\"unit\":\"öre/kWh\"}",
                                 list_of(hours_of(today())),
                                 list_of(quarters_of(today())),
                                 "{\"raw_today\":" + list_of(hours_of(today())) + ",\"raw_tomorrow\":" +
                                     list_of(hours_of(tomorrow())) + ",\"unit_of_measurement\":\"SEK/MWh\",\"id\":7}",
                                 list_of(hours_of(autumn_day())),
                                 list_of(quarters_of(spring_day()))};
  std::vector<std::pair<std::string, std::string>> payloads;
  for (auto& text : texts) payloads.emplace_back(std::move(text), "SEK");
  for (const auto& source : kSources) payloads.emplace_back(text_of(source), source.currency);
  return payloads;
}

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t end) {
  return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
}

/// One change: a byte, a piece left out or there twice, or something that belongs elsewhere.
void mutate(std::string& text, Random& random) {
  static const std::vector<std::string> kPieces{
      "null", "NaN",     "1e999",    "-1e308", "1e308", "{\"start\":", "\"end\":",
      "[",    "]",       "{",        "}",      ",",     "\"",          std::string(1, '\0'),
      "\xff", "Z",       "+01:00",   "9",      "-",     ":",           "\n",
      "e",    "values",  " ",        ";",      "price", "startsAt",    "valid_from",
      "unit", "öre/kWh", "\"SE3\":", "0,85"};
  if (text.empty()) text = "[";
  const auto at = below(random, text.size());
  const auto length = 1 + below(random, std::min<std::size_t>(text.size() - at, 90));
  switch (below(random, 5)) {
    case 0:
      text[at] = static_cast<char>(below(random, 256));
      break;
    case 1:
      text.erase(at, length);
      break;
    case 2:
      text.insert(below(random, text.size()), text.substr(at, length));
      break;
    case 3:
      text.replace(at, below(random, 2), kPieces[below(random, kPieces.size())]);
      break;
    default:
      text[at] = static_cast<char>('0' + below(random, 10));
      break;
  }
}

/// What holds of every answer, whatever the text.
/// @return whether it was read
template <class Value>
bool check(const Result<CurveUpdate<Value>>& update, const std::string& field, std::int64_t lowest,
           std::int64_t highest) {
  if (!update) {
    REQUIRE(update.error().field == field);
    REQUIRE(update.error().reason.starts_with(field + " "));
    REQUIRE(update.error().reason.size() < 300);
    return false;
  }
  REQUIRE(update->every_day.has_value() == update->dated.empty());
  const auto in_range = [&](const auto& curve) {
    for (int quarter = 0; quarter < kQuartersPerDay; ++quarter) {
      REQUIRE(curve.at_quarter(quarter) >= Value(lowest));
      REQUIRE(curve.at_quarter(quarter) <= Value(highest));
    }
  };
  if (update->every_day) in_range(*update->every_day);
  for (const auto& dated : update->dated) {
    REQUIRE(dated.begin < dated.end);
    REQUIRE(dated.value >= Value(lowest));
    REQUIRE(dated.value <= Value(highest));
  }
  return true;
}

}  // namespace

TEST_CASE("mutated payloads are read or refused, and nothing else") {
  const auto originals = payloads();
  Random random(20261122);
  int read = 0;
  for (int round = 0; round < 10'000; ++round) {
    auto [text, currency] = originals[below(random, originals.size())];
    for (auto changes = below(random, 4); changes > 0; --changes) mutate(text, random);
    const CurveContext context{currency, round % 7 == 0 ? Resolution::hourly : Resolution::quarter_hourly,
                               below(random, 4) > 0 ? &stockholm() : nullptr,
                               std::array<std::int64_t, 3>{7, -21, 133}[below(random, 3)]};
    CAPTURE(round, text);
    read += check(parse_price_update(text, context), "price", -1'000'000'000'000, 1'000'000'000'000) ? 1 : 0;
    read += check(parse_load_update(text, context), "baseload", 0, 1'000'000) ? 1 : 0;
  }
  CHECK(read > 500);
}

}  // namespace home_energy
