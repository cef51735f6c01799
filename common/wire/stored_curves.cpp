#include "common/wire/stored_curves.hpp"

#include <algorithm>
#include <vector>

#include "common/wire/curve_text.hpp"
#include "common/wire/stored_json.hpp"

namespace home_energy {
namespace {

using stored::Json;
using stored::kMostMoment;
using stored::refuse;
using stored::whole;

template <class Curve>
Json values_of(const Curve& curve) {
  Json values = Json::array();
  for (std::size_t i = 0; i < curve.size(); ++i) values.push_back(curve[i].count());
  return values;
}

template <class Set>
Json set_json(const Set& set) {
  Json json = Json::object();
  if (set.daily) json["daily"] = values_of(*set.daily);
  for (const auto& dated : set.dated) json["dated"].push_back({dated.begin, dated.end, dated.value.count()});
  return json;
}

/// Reads what was set of prices or loads.
template <class Value>
class CurvesReader {
 public:
  using Set = typename Series<Value>::Set;

  CurvesReader(const CurveRange& range, Resolution finest, const Calendar& calendar)
      : lowest_(static_cast<std::int64_t>(range.lowest * range.per_unit)),
        highest_(static_cast<std::int64_t>(range.highest * range.per_unit)),
        finest_(finest),
        calendar_(calendar) {}

  Set read(const Json& json) const {
    Set set;
    if (json.contains("daily")) set.daily = curve(json.at("daily"));
    if (json.contains("dated")) set.dated = dated(json.at("dated"));
    read_of_days(json, set);
    return set;
  }

 private:
  /// As files of before had them: a curve for every day or for one, and perhaps one of a later day.
  void read_of_days(const Json& json, Set& set) const {
    if (json.contains("current")) set.daily = curve(json.at("current"));
    if (set.daily && json.contains("current_day")) append_day(set, json, "current_day", *set.daily, "current_unknown");
    if (!json.contains("next")) return;
    const Json& next = json.at("next");
    append_day(set, next, "day", curve(next.at("values")), "unknown");
  }

  void append_day(Set& set, const Json& json, const char* day_name, const DayCurve<Value>& curve,
                  const char* unknown_name) const {
    const auto day = whole(json, day_name, -kMostDays, kMostDays);
    const auto unknown = json.contains(unknown_name) ? json.at(unknown_name) : Json::array();
    if (!unknown.is_array()) refuse(std::string(unknown_name) + " must be a list of quarters");
    for (int quarter = 0; quarter < kQuartersPerDay; ++quarter) {
      const auto begin = calendar_.moment_of(day, quarter * kSecondsPerQuarter);
      const auto end = calendar_.moment_of(day, (quarter + 1) * kSecondsPerQuarter);
      const bool follows = set.dated.empty() || begin >= set.dated.back().end;
      if (std::ranges::find(unknown, Json(quarter)) == unknown.end() && begin < end && follows)
        set.dated.push_back({begin, end, curve.at_quarter(quarter)});
    }
  }

  DayCurve<Value> curve(const Json& list) const {
    if (!list.is_array() || (list.size() != kHoursPerDay && list.size() != kQuartersPerDay))
      refuse("values must be 24 or 96, got " + (list.is_array() ? std::to_string(list.size()) : "none"));
    if (list.size() == kQuartersPerDay && finest_ == Resolution::hourly)
      refuse("values must be 24 at this pace, got 96");
    std::vector<std::int64_t> counts;
    for (const Json& value : list) counts.push_back(whole(Json{{"values", value}}, "values", lowest_, highest_));
    return curve_of<Value>(counts);
  }

  std::vector<Dated<Value>> dated(const Json& list) const {
    if (!list.is_array() || list.size() > kMostDated) refuse("dated must be a list of spans");
    std::vector<Dated<Value>> all;
    for (const Json& item : list) {
      if (!item.is_array() || item.size() != 3) refuse("dated must hold [begin, end, value]");
      const auto number = [&](std::size_t place, std::int64_t lowest, std::int64_t highest) {
        return whole(Json{{"dated", item[place]}}, "dated", lowest, highest);
      };
      const auto begin = number(0, all.empty() ? -kMostMoment : all.back().end, kMostMoment - 1);
      all.push_back({begin, number(1, begin + 1, kMostMoment), Value(number(2, lowest_, highest_))});
    }
    return all;
  }

  static constexpr std::size_t kMostDated = 10'000;

  std::int64_t lowest_;
  std::int64_t highest_;
  Resolution finest_;
  const Calendar& calendar_;
};

}  // namespace

std::string curves_text(const HomeCurves& curves) {
  const Json json{{"baseload", set_json(curves.baseload)}, {"price", set_json(curves.price)}};
  return json["baseload"].empty() && json["price"].empty() ? std::string() : json.dump();
}

Result<HomeCurves> parse_curves(std::string_view text, Resolution finest, const Calendar& calendar) {
  if (text.empty()) return HomeCurves{};
  return stored::read_safely<HomeCurves>(text, "curves", [&](const Json& json) {
    return HomeCurves{CurvesReader<Watts>(kLoadRange, finest, calendar).read(json.at("baseload")),
                      CurvesReader<PricePerKwh>(kPriceRange, finest, calendar).read(json.at("price"))};
  });
}

}  // namespace home_energy
