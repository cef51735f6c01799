/// @file
/// How sources of prices write a day, each with the same prices.
#pragma once

#include <string>
#include <vector>

#include "tests/wire/curve_payloads.hpp"

namespace home_energy {

/// A source's way to write the prices 0.00, 0.01, ... of each hour of today.
struct Source {
  const char* name;
  std::string currency;
  std::string before;
  /// `$B` and `$E` are begin and end, `$U` the begin in UTC without a zone, `$b` and `$e` both in ms, `$V` the price,
  /// `$H` a hundred and `$M` a thousand times the price.
  std::string entry;
  std::string after;
};

inline std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

inline std::string entry_of(const Source& source, const LocalDay& day, int hour) {
  const auto begin = day.begin + hour * kHourSeconds;
  const auto end = begin + kHourSeconds;
  auto utc = iso8601_utc(begin);
  utc.pop_back();
  auto text = replaced(source.entry, "$B", iso8601(begin, kHourSeconds));
  text = replaced(text, "$E", iso8601(end, kHourSeconds));
  text = replaced(text, "$U", utc);
  text = replaced(text, "$b", std::to_string(begin * 1000));
  text = replaced(text, "$e", std::to_string(end * 1000));
  text = replaced(text, "$V", std::to_string(hour) + "e-2");
  text = replaced(text, "$H", std::to_string(hour));
  return replaced(text, "$M", std::to_string(hour * 10));
}

inline std::string text_of(const Source& source, bool newest_first = false) {
  std::string list;
  for (int i = 0; i < 24; ++i) {
    list += (list.empty() ? "" : ",") + entry_of(source, today(), newest_first ? 23 - i : i);
  }
  return source.before + "[" + list + "]" + source.after;
}

inline const std::vector<Source> kSources{
    {"Nord Pool's official integration, an area", "SEK", "{\"SE4\":", R"({"start":"$B","end":"$E","price":$M})",
     ",\"unit_of_measurement\":\"SEK/MWh\"}"},
    {"the same, as values", "SEK",
     "{\"unit_of_measurement\":\"SEK/MWh\",\"values\":", R"({"start":"$B","end":"$E","price":$M})", "}"},
    {"the same, the whole answer as values", "SEK",
     "{\"unit_of_measurement\":\"SEK/MWh\",\"values\":{\"SE4\":", R"({"start":"$B","end":"$E","price":$M})", "}}"},
    {"the same, renamed to per kWh", "SEK", "{\"SE4\":", R"({"start":"$B","end":"$E","value":$V})", "}"},
    {"ENTSO-e", "EUR", "{\"prices_today\":", R"({"time":"$B","price":$V})", ",\"prices_tomorrow\":[]}"},
    {"ENTSO-e, blank between date and time", "EUR", "{\"prices\":", R"({"time":"$B","price":$V})", "}"},
    {"aWATTar", "EUR", R"({"object":"list","data":)",
     R"({"start_timestamp":$b,"end_timestamp":$e,"marketprice":$M,"unit":"Eur/MWh"})",
     R"(,"url":"/de/v1/marketdata"})"},
    {"EPEX Spot", "EUR", "{\"data\":", R"({"start_time":"$B","end_time":"$E","price_per_kwh":$V})", "}"},
    {"Tibber's API", "NOK", R"({"data":{"viewer":{"homes":[{"currentSubscription":{"priceInfo":{"today":)",
     R"({"total":$V,"energy":0.1,"startsAt":"$B"})", R"(,"tomorrow":[]}}}]}}})"},
    {"tibber.get_prices", "NOK", R"({"prices":{"Home":)", R"({"start_time":"$B","price":$V,"level":"NORMAL"})", "}}"},
    {"Octopus' API", "GBP", R"({"count":24,"next":null,"results":)",
     R"({"value_exc_vat":1,"value_inc_vat":$H,"valid_from":"$B","valid_to":"$E"})", "}"},
    {"Octopus' integration", "GBP", R"({"rates":)", R"({"start":"$B","end":"$E","value_inc_vat":$V})", "}"},
    {"Energi Data Service, Elspotprices", "DKK", R"({"total":24,"records":)",
     R"({"HourUTC":"$U","HourDK":"2026-11-22T00:00:00","PriceArea":"DK1","SpotPriceDKK":$M,"SpotPriceEUR":1})", "}"},
    {"the same in euro", "EUR", R"({"records":)",
     R"({"HourUTC":"$U","HourDK":"2026-11-22T00:00:00","SpotPriceDKK":1,"SpotPriceEUR":$M})", "}"},
    {"Energi Data Service, DayAheadPrices", "DKK", R"({"records":)",
     R"({"TimeUTC":"$U","TimeDK":"2026-11-22T00:00:00","DayAheadPriceEUR":1,"DayAheadPriceDKK":$M})", "}"},
    {"values in quotes", "SEK", "", R"({"start":"$B","end":"$E","value":"$V"})", ""},
    {"Unix seconds in no one's shape", "SEK", "", R"({"start":"$B","end":"$E","value":$V,"price":7,"total":8})", ""}};

}  // namespace home_energy
