// The values of homes as Prometheus reads them.
#include "common/wire/home_metrics.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "common/wire/device_table.hpp"
#include "common/wire/value_schema.hpp"
#include "tests/homes.hpp"
#include "tests/shown.hpp"

namespace home_energy {
namespace {

using wire::HomeMetrics;
using wire::MetricScope;

HomeSettings two_cars() {
  HomeSettings settings = test::reference_settings();
  settings.further_cars = {settings.car};
  return settings;
}

/// Of homes of the same settings, by their ids.
std::string metrics_of(const HomeSettings& settings, MetricScope scope, const std::vector<std::string_view>& ids,
                       std::string_view told = "off") {
  HomeMetrics metrics(settings, scope);
  for (const std::string_view id : ids) {
    Home home = test::home_of(settings);
    if (id == ids.front()) test::tell(home, "charge", told);
    metrics.add(id, home.snapshot(), test::kLabels);
  }
  std::string text;
  metrics.append(text);
  return text;
}

bool has_line(const std::string& text, const std::string& line) {
  INFO(text);
  return ('\n' + text).find('\n' + line + '\n') != std::string::npos;
}

}  // namespace

TEST_CASE("each kind of value has its name and its sample") {
  const auto text = metrics_of(test::reference_settings(), MetricScope::each_home, {"a"}, "on");
  CHECK(has_line(text, "# HELP home_energy_baseload_power_kw Power of the base load, kW"));
  CHECK(has_line(text, "# TYPE home_energy_baseload_power_kw gauge"));
  CHECK(has_line(text, R"(home_energy_baseload_power_kw{home="a"} 0.88)"));
  CHECK(has_line(text, "# TYPE home_energy_grid_energy_kwh_total counter"));
  CHECK(has_line(text, R"(home_energy_grid_energy_kwh_total{home="a"} 0.0)"));
  CHECK(has_line(text, R"(home_energy_battery_soc_percent{home="a"} 20.0)"));
  CHECK(has_line(text, R"(home_energy_battery_charging{home="a"} 1)"));
  CHECK(has_line(text, R"(home_energy_grid_overload{home="a"} 0)"));
  CHECK(has_line(text, R"(home_energy_price_unit{home="a",unit="SEK/kWh"} 1)"));
  CHECK(has_line(text, R"(home_energy_clock_time_seconds{home="a"} 0)"));
  CHECK(has_line(text, R"(home_energy_clock_date_timestamp_seconds{home="a"} 1767225600)"));
  CHECK(has_line(text, R"(home_energy_grid_since_timestamp_seconds{home="a"} 1795302000)"));
}

TEST_CASE("a further car's samples are in the family of the first one's") {
  const auto text = metrics_of(two_cars(), MetricScope::each_home, {"a", "b"});
  const std::string name = "home_energy_battery_soc_percent";
  const auto begin = text.find("# HELP " + name);
  CHECK(text.find("# HELP " + name, begin + 1) == std::string::npos);
  const auto samples = text.find(name + '{', begin);
  const std::string all = name + R"({home="a"} 20.0)" + '\n' + name + R"({home="b"} 20.0)" + '\n' + name +
                          R"({home="a",car="car-2"} 20.0)" + '\n' + name + R"({home="b",car="car-2"} 20.0)" + '\n';
  CHECK(text.substr(samples, all.size()) == all);
}

TEST_CASE("of many homes there are sums, means and numbers") {
  const auto text = metrics_of(two_cars(), MetricScope::all_homes, {"a", "b", "c"}, "on");
  CHECK(has_line(text, "# HELP home_energy_battery_charging Whether charging is on: number of homes"));
  CHECK(has_line(text, "home_energy_battery_charging 1"));
  CHECK(has_line(text, R"(home_energy_battery_charging{car="car-2"} 0)"));
  CHECK(has_line(text, "# HELP home_energy_battery_stored_kwh Energy stored in the car, kWh: sum of all homes"));
  CHECK(has_line(text, "home_energy_battery_stored_kwh 27.78"));
  CHECK(has_line(text,
                 "# HELP home_energy_battery_soc_percent State of charge of the car, 0 to 100 %: mean of all homes"));
  CHECK(has_line(text, "home_energy_battery_soc_percent 20"));
  CHECK(has_line(text, "home_energy_baseload_power_kw 2.64"));
  CHECK(has_line(text, R"(home_energy_grid_currency{currency="SEK"} 3)"));
  CHECK(text.find("home=") == std::string::npos);
  CHECK(text.find("timestamp") == std::string::npos);
}

TEST_CASE("what a home has not is left out") {
  HomeSettings settings = test::reference_settings();
  settings.has_car = false;
  const auto text = metrics_of(settings, MetricScope::each_home, {"a"});
  CHECK(text.find("battery") == std::string::npos);
  CHECK(text.find("export") == std::string::npos);
  CHECK(text.find("home_energy_grid_power_kw") != std::string::npos);
}

TEST_CASE("every value says what it is, in a line that needs no escapes") {
  std::vector<wire::ValueRow> rows;
  for (const auto topic : wire::kHomeTopics) rows.insert(rows.end(), rows_of(topic).begin(), rows_of(topic).end());
  for (const auto& kind : wire::device_kinds()) rows.insert(rows.end(), kind.rows.begin(), kind.rows.end());
  CHECK(rows.size() > 50);
  for (const auto& row : rows) {
    CAPTURE(row.key);
    CHECK_FALSE(row.help.empty());
    CHECK(row.help.find_first_of("\\\n") == std::string_view::npos);
    CHECK_FALSE(row.help.ends_with('.'));
  }
}

TEST_CASE("a schema says of each value what it may be, and which every home has") {
  const auto battery = wire::schema_of(rows_of(wire::HomeTopic::battery));
  CHECK(battery["properties"]["charging"]["enum"].dump() == R"(["on","off"])");
  CHECK(battery["properties"]["charged_kwh"]["minimum"] == 0);
  CHECK(battery["properties"]["soc_percent"]["description"] == "State of charge of the car, 0 to 100 %");
  CHECK(battery["required"].size() + 1 == battery["properties"].size());  // but for charge_power_kw
  const auto car = wire::schema_of(rows_of(wire::HomeTopic::car));
  CHECK(car["properties"]["departure"]["type"].dump() == R"(["string","null"])");
  CHECK(car["properties"]["plugged"]["type"] == "boolean");
}

}  // namespace home_energy
