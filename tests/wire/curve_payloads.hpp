/// @file
/// Texts of curves as they come from outside, what they are read against here, and what is read of them.
#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <catch2/catch.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/time/iso8601.hpp"
#include "common/wire/curve_reader.hpp"
#include "tests/stockholm_days.hpp"

namespace home_energy {

struct Item {
  std::int64_t begin;
  std::optional<std::int64_t> end;
  std::string value;  ///< JSON

  Item moved(std::int64_t seconds) const {
    return {begin + seconds, end ? std::optional(*end + seconds) : std::nullopt, value};
  }
};

using Items = std::vector<Item>;

/// The whole of a day in steps of so many seconds, of the values 0, 0.01, 0.02, ...
inline Items steps_of(const LocalDay& day, std::int64_t seconds) {
  Items items;
  for (auto at = day.begin; at < day.end; at += seconds) {
    items.push_back({at, at + seconds, std::to_string(items.size()) + "e-2"});
  }
  return items;
}

inline Items hours_of(const LocalDay& day) {
  return steps_of(day, 3600);
}

inline Items quarters_of(const LocalDay& day) {
  return steps_of(day, 900);
}

inline std::string list_of(const Items& items) {
  std::string list = "[";
  for (const auto& item : items) {
    list += list.size() > 1 ? ",{\"start\":\"" : "{\"start\":\"";
    list += iso8601_utc(item.begin);
    if (item.end) list += "\",\"end\":\"" + iso8601_utc(*item.end);
    list += "\",\"value\":" + item.value + "}";
  }
  return list + "]";
}

/// What a home in Stockholm reads dated values against.
inline CurveContext in_stockholm(std::int64_t day = 7, Resolution finest = Resolution::quarter_hourly) {
  return {"SEK", finest, &stockholm(), day};
}

inline const CurveContext kRealTime = in_stockholm();
inline const CurveContext kSimulated{"SEK", Resolution::quarter_hourly};

/// What an update knows of a day by the clock's face, of what is shown twice the first; 0 where not known.
template <class Value>
struct OfDay {
  std::int64_t day;
  DayCurve<Value> curve;
  std::bitset<kQuartersPerDay> known;
};

/// All days of which it knows something.
template <class Value>
std::vector<OfDay<Value>> days_of(const CurveUpdate<Value>& update, const Calendar& calendar = stockholm()) {
  std::vector<OfDay<Value>> days;
  if (update.dated.empty()) return days;
  const auto last = calendar.at(update.dated.back().end - 1).day;
  for (auto day = calendar.at(update.dated.front().begin).day; day <= last; ++day) {
    std::array<Value, kQuartersPerDay> quarters{};
    std::bitset<kQuartersPerDay> known;
    for (std::size_t quarter = 0; quarter < kQuartersPerDay; ++quarter) {
      const auto moment = calendar.moment_of(day, static_cast<std::int64_t>(quarter) * kSecondsPerQuarter);
      const auto holds = [&](const auto& dated) { return dated.begin <= moment && moment < dated.end; };
      const auto found = std::ranges::find_if(update.dated, holds);
      if (found == update.dated.end()) continue;
      known.set(quarter);
      quarters.at(quarter) = found->value;
    }
    days.push_back({day, DayCurve<Value>::of_quarters(quarters), known});
  }
  return days;
}

inline std::vector<std::int64_t> counts_of(const PriceCurve& curve) {
  std::vector<std::int64_t> counts;
  for (std::size_t i = 0; i < curve.size(); ++i) counts.push_back(curve[i].count());
  return counts;
}

/// 0, 0.01, 0.02, ...: so many prices, one an hour or quarter, in millionths.
inline std::vector<std::int64_t> rising(std::size_t size) {
  std::vector<std::int64_t> counts;
  for (std::size_t i = 0; i < size; ++i) counts.push_back(static_cast<std::int64_t>(i) * 10'000);
  return counts;
}

/// The one day that an update is for.
inline std::vector<std::int64_t> only_day(const Result<PriceUpdate>& update, std::int64_t day,
                                          const Calendar& calendar = stockholm()) {
  if (!update) FAIL(update.error().reason);
  REQUIRE_FALSE(update->every_day);
  const auto days = days_of(*update, calendar);
  REQUIRE(days.size() == 1);
  CHECK(days.front().day == day);
  CHECK(days.front().known.all());
  return counts_of(days.front().curve);
}

inline std::string refusal(const std::string& text, const CurveContext& context = kRealTime) {
  const auto update = parse_price_update(text, context);
  if (update) return "accepted";
  CHECK(update.error().field == "price");
  CHECK(update.error().reason.starts_with("price "));
  return update.error().reason;
}

inline std::string numbers(const std::string& number, int times = 24) {
  std::string list = "[";
  for (int i = 0; i < times; ++i) list += (i > 0 ? "," : "") + number;
  return list + "]";
}

}  // namespace home_energy
