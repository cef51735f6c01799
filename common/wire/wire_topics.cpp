// The payloads of a home's topics, but for its plan.
#include <algorithm>

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

/// Each quarter's price: of a home without dates by the clock's face alone. @param curve the home's of today
std::vector<PricePerKwh> prices_of(const Home& home, const PriceCurve& curve, const ShownDay& day) {
  const bool is_dated = home.calendar().has_zone();
  std::vector<PricePerKwh> prices;
  prices.reserve(day.quarters.size());
  for (const Quarter& quarter : day.quarters)
    prices.push_back(is_dated ? home.price_at(quarter) : curve.at_quarter(quarter.of_day));
  return prices;
}

/// Whether in no hour they differ.
bool are_hourly(const std::vector<PricePerKwh>& prices, const ShownDay& day) {
  for (std::size_t i = 1; i < prices.size(); ++i)
    if (!day.begins_hour[i] && prices[i] != prices[i - 1]) return false;
  return true;
}

void append_raw_today(std::string& out, const Home& home, const PriceCurve& curve, const ShownDay& day) {
  const auto prices = prices_of(home, curve, day);
  const bool hourly = are_hourly(prices, day);
  const auto begins = [&](std::size_t i) { return i == prices.size() || !hourly || day.begins_hour[i]; };
  for (std::size_t i = 0; i < prices.size();) {
    std::size_t end = i + 1;
    while (!begins(end)) ++end;
    if (i > 0) out += ',';
    begin(out, key::kStart);
    out += json_string(day.starts[i]);
    next(out, key::kEnd);
    out += json_string(day.starts[end]);
    next(out, "value");
    append_price_value(out, prices[i]);
    out += '}';
    i = end;
  }
}

}  // namespace

HomeParts parts_of(const HomeSettings& home) {
  const bool has_storage =
      std::ranges::any_of(home.devices, [](const Device& device) { return role_of(device) == DeviceRole::storage; });
  HomeParts parts{.car = home.has_car, .trips = home.has_car && home.car.trips, .plans = home.has_car || has_storage};
  for (const CarSettings& car : home.further_cars) parts.further_cars.push_back(car.trips != nullptr);
  return parts;
}

CarArray<std::optional<Watts>> modulating_chargers(const HomeSettings& home) {
  CarArray<std::optional<Watts>> chargers{};
  for (std::size_t car = 0; home.has_car && car <= home.further_cars.size(); ++car)
    if (const CarSettings& each = home.car_at(car); each.charger_min) chargers.at(car) = each.charger;
  return chargers;
}

std::vector<TopicOfHome> topics_of(const HomeParts& parts) {
  std::vector<TopicOfHome> topics;
  for (const HomeTopic topic : kHomeTopics) {
    if (topic == HomeTopic::battery && !parts.car) continue;
    if (topic == HomeTopic::plan && !parts.plans) continue;
    if (topic == HomeTopic::car && !parts.trips) continue;
    topics.emplace_back(topic);
  }
  for (std::size_t car = 0; car < parts.further_cars.size(); ++car)
    for (const HomeTopic topic : kCarTopics)
      if (topic != HomeTopic::car || parts.further_cars[car]) topics.emplace_back(topic, car + 1);
  return topics;
}

std::span<const TopicOfHome> every_topic() {
  static const auto kEvery = topics_of({.trips = true, .further_cars = std::vector<bool>(kMostCars - 1, true)});
  return kEvery;
}

CarCommand car_command_of(std::string_view name) {
  for (std::size_t car = 1; car < kMostCars; ++car) {
    const std::string_view of = kCarNames.at(car);
    if (name.size() > of.size() && name.starts_with(of) && name[of.size()] == '/')
      return {car, name.substr(of.size() + 1)};
  }
  return {0, name};
}

ShownDay::ShownDay(const Calendar& of, std::int64_t number) : calendar(&of), day(number) {
  const std::int64_t end = of.begin_of(number + 1);
  for (std::int64_t moment = of.begin_of(number); moment < end; moment += kSecondsPerQuarter) {
    quarters.push_back(quarter_at(moment, of));
    begins_hour.push_back(of.hour_begin(moment) == moment);
    starts.push_back(of.text(moment));
  }
  starts.push_back(of.text(end));
}

std::string below_car(std::size_t car, std::string_view name) {
  return car == 0 ? std::string(name) : std::string(kCarNames.at(car)).append("/").append(name);
}

void append_clock(std::string& out, const Snapshot& home, const Labels& labels) {
  append_rows(out, rows_of(HomeTopic::clock), {home, labels});
}

void append_baseload_profile(std::string& out, const LoadCurve& curve) {
  out += R"({"unit":"kW",)";
  append_values(out, curve, append_kw);
  out += '}';
}

void append_price_profile(std::string& out, const Home& home, const Labels& labels) {
  const PriceCurve curve = home.price();
  begin(out, "unit");
  out += json_string(labels.currency + "/kWh");
  out += ',';
  append_values(out, curve, append_price_value);
  out += R"(,"raw_today":[)";
  const bool is_dated = home.calendar().has_zone();
  const bool is_known =
      labels.today &&
      (!is_dated || (labels.today->calendar == &home.calendar() && labels.today->day == home.clock().day));
  if (is_known) append_raw_today(out, home, curve, *labels.today);
  if (!is_known && is_dated) append_raw_today(out, home, curve, ShownDay(home.calendar(), home.clock().day));
  out += "]}";
}

void append_topic(std::string& out, TopicOfHome of, const Home& home, const Snapshot& snapshot, const Labels& labels) {
  switch (of.topic) {
    case HomeTopic::plan:
      if (!snapshot.has_car) return append_storage_plan(out, home.storage(), home.calendar(), labels);
      return append_plan(out, home.wish(of.car), home.plan(of.car), home.calendar(), labels,
                         of.car == 0 ? home.storage() : nullptr,
                         home.travels(of.car) ? &home.later_plans(of.car) : nullptr);
    case HomeTopic::baseload_profile:
      return append_baseload_profile(out, home.baseload());
    case HomeTopic::price_profile:
      return append_price_profile(out, home, labels);
    default:
      return append_rows(out, rows_of(of.topic), {.home = snapshot, .labels = labels, .car_number = of.car});
  }
}

}  // namespace home_energy::wire
