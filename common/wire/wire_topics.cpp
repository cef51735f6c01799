// The payloads of a home's topics, but for its plan.
#include "common/time/series.hpp"
#include "common/wire/value_table.hpp"
#include "common/wire/wire.hpp"
#include "common/wire/wire_numbers.hpp"

namespace home_energy::wire {
namespace {

/// The values of a curve, as they were given.
template <class Curve, class Append>
void append_values(std::string& out, const Curve& curve, const Append& append) {
  out += R"("values":[)";
  for (std::size_t i = 0; i < curve.size(); ++i) {
    if (i > 0) out += ',';
    append(out, curve[i]);
  }
  out += ']';
}

using DatedPrices = std::vector<Dated<PricePerKwh>>;

/// Of each quarter of an hour. Where the home has no dates it is the day on the wall, with the home's prices.
DatedPrices prices_of_today(const Home& home, const Labels& labels) {
  const bool is_dated = home.calendar().has_zone();
  const Calendar& calendar = is_dated ? home.calendar() : *labels.wall;
  const std::int64_t today = is_dated ? home.clock().day : labels.wall_day;
  const PriceCurve curve = home.price();
  DatedPrices prices;
  for (auto moment = calendar.begin_of(today); moment < calendar.begin_of(today + 1); moment += kSecondsPerQuarter) {
    const Quarter quarter = quarter_at(moment, calendar);
    const auto price = is_dated ? home.prices().at(quarter, calendar) : curve.at_quarter(quarter.of_day);
    prices.push_back({moment, moment + kSecondsPerQuarter, price});
  }
  return prices;
}

/// A price an hour, where in no hour they differ.
DatedPrices hourly_where_equal(DatedPrices quarters, const Calendar& calendar) {
  DatedPrices hours;
  for (const auto& quarter : quarters) {
    const bool begins = hours.empty() || calendar.hour_begin(quarter.begin) != calendar.hour_begin(hours.back().begin);
    if (begins) {
      hours.push_back(quarter);
    } else if (hours.back().value == quarter.value) {
      hours.back().end = quarter.end;
    } else {
      return quarters;
    }
  }
  return hours;
}

}  // namespace

void append_clock(std::string& out, const Snapshot& home, const Labels& labels) {
  append_rows(out, rows_of(HomeTopic::clock), {home, labels});
}

void append_baseload_profile(std::string& out, const LoadCurve& curve) {
  out += R"({"unit":"kW",)";
  append_values(out, curve, append_kw);
  out += '}';
}

void append_price_profile(std::string& out, const Home& home, const Labels& labels) {
  begin(out, "unit");
  out += json_string(labels.currency + "/kWh");
  out += ',';
  append_values(out, home.price(), append_price_value);
  out += R"(,"raw_today":[)";
  const Calendar* const calendar = home.calendar().has_zone() ? &home.calendar() : labels.wall.get();
  if (calendar != nullptr) {
    for (const auto& [start, end, price] : hourly_where_equal(prices_of_today(home, labels), *calendar)) {
      if (out.back() != '[') out += ',';
      begin(out, key::kStart);
      out += json_string(calendar->text(start));
      next(out, key::kEnd);
      out += json_string(calendar->text(end));
      next(out, "value");
      append_price_value(out, price);
      out += '}';
    }
  }
  out += "]}";
}

void append_topic(std::string& out, HomeTopic topic, const Home& home, const Snapshot& snapshot, const Labels& labels) {
  switch (topic) {
    case HomeTopic::plan:
      return append_plan(out, home.wish(), home.plan(), home.calendar(), labels);
    case HomeTopic::baseload_profile:
      return append_baseload_profile(out, home.baseload());
    case HomeTopic::price_profile:
      return append_price_profile(out, home, labels);
    default:
      return append_rows(out, rows_of(topic), {snapshot, labels});
  }
}

}  // namespace home_energy::wire
