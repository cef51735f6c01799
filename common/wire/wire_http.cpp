// The bodies of the HTTP endpoints: the Battery Management Service's to the letter, and ours beside them.
#include <nlohmann/json.hpp>

#include "common/time/iso8601.hpp"
#include "common/wire/device_table.hpp"
#include "common/wire/forecast_cache.hpp"
#include "common/wire/trip_text.hpp"
#include "common/wire/wire.hpp"
#include "common/wire/wire_numbers.hpp"

namespace home_energy::wire::http {
namespace {

constexpr int kInfoDecimals = 2;

template <class Value, class Append>
std::string hourly(const DayCurve<Value>& curve, const Append& append) {
  std::string out = "[";
  for (int hour = 0; hour < kHoursPerDay; ++hour) {
    if (hour > 0) out += ',';
    append(out, curve.hour_sum(hour));
  }
  return out + ']';
}

std::string object(std::string_view key, std::string_view json_value) {
  std::string out = "{\"";
  out += key;
  out += "\":";
  out += json_value;
  return out + '}';
}

std::string percent_object(std::string_view key, Percent percent) {
  std::string value;
  append_percent(value, percent);
  return object(key, value);
}

void append_value(std::string& out, PricePerKwh price) {
  append_price_value(out, price);
}
void append_value(std::string& out, Watts load) {
  append_kw(out, load);
}

std::string list_text(const std::vector<std::string>& spans) {
  std::string out(1, '[');
  for (const auto& span : spans) {
    if (&span != &spans.front()) out += ',';
    out += json_string(span);
  }
  out += ']';
  return out;
}

std::string coverage_text(const Coverage& coverage) {
  auto out = object(key::kFrom, json_string(coverage.from));
  out.pop_back();
  next(out, key::kTo);
  out += json_string(coverage.to);
  next(out, key::kMissing);
  out += list_text(coverage.missing);
  if (!coverage.filled.empty()) {
    next(out, key::kFilled);
    out += list_text(coverage.filled);
  }
  return out + '}';
}

/// What was taken, and, so that a wrong unit is seen at once, the least and the greatest value.
template <class Value>
std::string curve_object(std::string_view key, const CurveUpdate<Value>& update) {
  std::vector<Value> values;
  for (int quarter = 0; update.every_day && quarter < kQuartersPerDay; ++quarter)
    values.push_back(update.every_day->at_quarter(quarter));
  for (const auto& dated : update.dated) values.push_back(dated.value);
  const auto [lowest, highest] = std::ranges::minmax_element(values);
  auto out = object(key, update.every_day ? std::to_string(update.every_day->size()) : coverage_text(update.coverage));
  out.pop_back();
  next(out, key::kUnit);
  out += json_string(update.unit);
  if (!values.empty()) {
    next(out, key::kLowest);
    append_value(out, *lowest);
    next(out, key::kHighest);
    append_value(out, *highest);
  }
  return out + '}';
}

}  // namespace

std::string info(const Snapshot& home) {
  std::string out = R"({"sim_time_hour":)" + std::to_string(home.hour);
  out += R"(,"sim_time_min":)" + std::to_string(home.minute);
  out += R"(,"base_current_load":)";
  append_kwh(out, home.hour_energy.count(), home.ticks_per_hour, kInfoDecimals);
  out += R"(,"battery_capacity_kWh":)";
  append_kwh(out, home.car.stored.count(), home.ticks_per_hour, kInfoDecimals);
  out += R"(,"ev_battery_charge_start_stopp":)";
  out += home.car.charging == Charging::on ? "true}" : "false}";
  return out;
}

std::string stored_kwh(const Snapshot& home) {
  std::string out;
  append_kwh(out, home.car.stored.count(), home.ticks_per_hour, kInfoDecimals);
  return out;
}

std::string soc_percent(const CarSnapshot& car) {
  std::string out;
  append_percent(out, car.soc());
  return out;
}

std::string hourly_loads(const LoadCurve& curve) {
  return hourly(curve, [](std::string& out, Watts sum) {
    append_decimal(out, rounded_quotient(sum.count(), kQuartersPerHour, 0), 3);
  });
}

std::string hourly_prices(const PriceCurve& curve) {
  return hourly(curve,
                [](std::string& out, PricePerKwh sum) {  // millionths of the unit, ten-thousandths of its hundredth
                  append_decimal(out, rounded_quotient(sum.count(), kQuartersPerHour, 0), 4);
                });
}

std::string state(const Home& home, const Snapshot& snapshot, const Labels& labels) {
  std::string out;
  std::size_t car = 0;
  for (const TopicOfHome topic : topics_of(parts_of(home.settings()))) {
    if (topic.car != car) {
      if (car != 0) out += '}';
      next(out, kCarNames.at(topic.car));
    }
    out.empty() || topic.car != car ? begin(out, name(topic.topic)) : next(out, name(topic.topic));
    append_topic(out, topic, home, snapshot, labels);
    car = topic.car;
  }
  if (car != 0) out += '}';
  for (const Device& device : snapshot.devices) {
    next(out, name_of(device));
    append_device(out, device, snapshot, labels);
    if (const auto* const solar = std::get_if<Solar>(&device)) {
      next(out, kSolarForecast);
      if (labels.forecasts)
        out += labels.forecasts->payload(*solar);
      else
        append_solar_forecast(out, *solar);
    }
  }
  return out + '}';
}

std::string homes(const std::vector<std::string>& ids) {
  return nlohmann::json{{"homes", ids}}.dump();
}

std::string plan(const Home& home, const Labels& labels, std::size_t car) {
  std::string out;
  append_topic(out, {HomeTopic::plan, car}, home, home.snapshot(), labels);
  return out;
}

std::string result(const Receipt& receipt, bool durable) {
  struct Render {
    bool took_over;
    bool pending;
    std::string operator()(const ChargeCommand& charge) const {
      auto out = object(key::kCharging, json_string(text(charge.charging)));
      if (pending) out.insert(out.size() - 1, R"(,"pending":true)");
      if (took_over) out.insert(out.size() - 1, R"(,"mode":"manual")");
      return out;
    }
    std::string operator()(const ResetCommand&) const {
      return object(key::kDischarging, json_string(text(Charging::on)));
    }
    std::string operator()(const ChargeLimitCommand& limit) const {
      return percent_object(key::kChargeLimit, limit.limit);
    }
    std::string operator()(const ChargePowerCommand& told) const {
      std::string kilowatts;
      append_kw(kilowatts, told.power);
      return object(key::kChargePower, kilowatts);
    }
    std::string operator()(const ModeCommand& mode) const { return object(key::kMode, json_string(text(mode.mode))); }
    std::string operator()(const TargetCommand& target) const { return percent_object(key::kTarget, target.target); }
    std::string operator()(const ReadyByCommand& ready_by) const {
      return object(key::kReadyBy, json_string(time_text(ready_by.minute)));
    }
    std::string operator()(const DeviceCommand& command) const { return device_result(command); }
    std::string operator()(const PlugCommand& plug) const {
      return object(command::kPlug, json_string(text(plug.position)));
    }
    std::string operator()(const TripCommand& trip) const { return object(command::kTrip, trip_json(trip)); }
    std::string operator()(const TripsCommand& trips) const { return object(command::kTrips, week_json(trips.week)); }
    std::string operator()(const PriceCommand& price) const { return curve_object(command::kPrice, price.prices); }
    std::string operator()(const BaseloadCommand& baseload) const {
      return curve_object(command::kBaseload, baseload.loads);
    }
  };
  auto out = std::visit(Render{receipt.took_over, receipt.pending}, receipt.done);
  if (!durable) out.insert(out.size() - 1, R"(,"durable":false)");
  return out;
}

std::string error(std::string_view reason) {
  return object("error", json_string(reason));
}

std::string session(std::string_view state) {
  return object("session", json_string(state));
}

std::string message(std::string_view text) {
  return object("message", json_string(text));
}

std::string health(const Health& health) {
  const auto* const late = health.catching_up ? "catching_up" : "late";
  nlohmann::ordered_json document{{"status", health.ticking ? "ok" : late},
                                  {key::kRunning, health.running},
                                  {"broker", health.broker},
                                  {"homes", health.homes},
                                  {"store", health.store}};
  if (!health.store_error.empty()) document["store_error"] = health.store_error;
  if (health.planning > 0 || !health.ticking) {
    document["planning"] = health.planning;
    document["late_ms"] = health.late_ms;
  }
  if (const auto& past = health.catching_up)
    document["catching_up"] = {{"from", past->from}, {"reached", past->reached}, {"until", past->until}};
  return document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace home_energy::wire::http
