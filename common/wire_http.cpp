// The bodies of the HTTP endpoints: the Battery Management Service's to the letter, and ours beside them.
#include <nlohmann/json.hpp>

#include "common/wire.hpp"
#include "common/wire_numbers.hpp"

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

}  // namespace

std::string info(const Snapshot& home) {
  std::string out = R"({"sim_time_hour":)" + std::to_string(home.hour);
  out += R"(,"sim_time_min":)" + std::to_string(home.minute);
  out += R"(,"base_current_load":)";
  append_kwh(out, home.hour_energy.count(), home.ticks_per_hour, kInfoDecimals);
  out += R"(,"battery_capacity_kWh":)";
  append_kwh(out, home.stored.count(), home.ticks_per_hour, kInfoDecimals);
  out += R"(,"ev_battery_charge_start_stopp":)";
  out += home.charging == Charging::on ? "true}" : "false}";
  return out;
}

std::string stored_kwh(const Snapshot& home) {
  std::string out;
  append_kwh(out, home.stored.count(), home.ticks_per_hour, kInfoDecimals);
  return out;
}

std::string soc_percent(const Snapshot& home) {
  std::string out;
  append_soc(out, home);
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

std::string state(const Home& home, const Labels& labels) {
  const Snapshot snapshot = home.snapshot();
  std::string out = "{";
  for (const HomeTopic topic : kHomeTopics) {
    if (out.size() > 1) out += ',';
    out += '"';
    out += name(topic);
    out += "\":";
    append_topic(out, topic, home, snapshot, labels);
  }
  return out + '}';
}

std::string homes(const std::vector<std::string>& ids) {
  return nlohmann::json{{"homes", ids}}.dump();
}

std::string result(const Receipt& receipt) {
  struct Render {
    std::string operator()(const ChargeCommand& charge) const {
      return object(key::kCharging, json_string(text(charge.charging)));
    }
    std::string operator()(const DischargeCommand&) const {
      return object(key::kDischarging, json_string(text(Charging::on)));
    }
    std::string operator()(const ChargeLimitCommand& limit) const {
      std::string value;
      append_percent(value, limit.limit);
      return object(key::kChargeLimit, value);
    }
  };
  return std::visit(Render{}, receipt.done);
}

std::string error(std::string_view reason) {
  return object("error", json_string(reason));
}

std::string message(std::string_view text) {
  return object("message", json_string(text));
}

std::string health(const Health& health) {
  return nlohmann::ordered_json{
      {"status", health.ticking ? "ok" : "late"}, {"broker", health.broker}, {"homes", health.homes}}
      .dump();
}

}  // namespace home_energy::wire::http
