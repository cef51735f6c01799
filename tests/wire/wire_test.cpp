#include "common/wire/wire.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/homes.hpp"
#include "tests/stockholm_days.hpp"

namespace home_energy {
namespace {

/// The contract's example: the reference home at 03:45, charging since 00:00.
Home example_home() {
  Home home = test::home_of(test::reference_settings());
  test::apply(home, ChargeCommand{Charging::on});
  test::advance(home, 15);
  return home;
}

wire::Labels labels() {
  return {"SEK", "2026-11-22T00:00:00+01:00"};
}

std::string payload(wire::HomeTopic topic) {
  const Home home = example_home();
  std::string out;
  wire::append_topic(out, topic, home, home.snapshot(), labels());
  return out;
}

}  // namespace

TEST_CASE("the telemetry is the contract's, byte for byte") {
  using wire::HomeTopic;
  CHECK(payload(HomeTopic::clock) ==
        R"({"day":0,"time":"03:45","hour":3,"minute":45,"date":"2026-01-01","weekday":"thu","running":true,)"
        R"("seconds_per_hour":4.0})");
  CHECK(payload(HomeTopic::baseload) == R"({"power_kw":1.98,"energy_kwh":5.335})");
  CHECK(payload(HomeTopic::price) == R"({"price":0.6795,"unit":"SEK/kWh"})");
  CHECK(payload(HomeTopic::battery) ==
        R"({"soc_percent":79.94,"stored_kwh":37.01,"capacity_kwh":46.3,"charging":"on","power_kw":7.4,)"
        R"("charged_kwh":27.75,"limit_percent":100.0})");
  CHECK(payload(HomeTopic::grid) ==
        R"({"power_kw":9.38,"energy_kwh":33.085,"cost":24.1597,"currency":"SEK","fuse_kw":11.0,"overload":false,)"
        R"("since":"2026-11-22T00:00:00+01:00"})");
  CHECK(payload(HomeTopic::baseload_profile).starts_with(R"({"unit":"kW","values":[0.88,0.77,2.2,)"));
  CHECK(payload(HomeTopic::price_profile).starts_with(R"({"unit":"SEK/kWh","values":[0.8528,0.7086,)"));
}

TEST_CASE("the documented endpoints are the contract's, byte for byte") {
  const Snapshot home = test::home_of(test::reference_settings()).snapshot();
  CHECK(wire::http::info(home) ==
        R"({"sim_time_hour":0,"sim_time_min":0,"base_current_load":0.88,"battery_capacity_kWh":9.26,)"
        R"("ev_battery_charge_start_stopp":false})");
  CHECK(wire::http::soc_percent(home.car) == "20.0");
  CHECK(wire::http::stored_kwh(home) == "9.26");
  CHECK(wire::http::hourly_prices(default_price_curve()) ==
        "[85.28,70.86,68.01,67.95,68.01,85.04,87.86,100.26,118.45,116.61,105.93,91.95,90.51,90.34,90.8,88.85,90.39,"
        "99.03,87.11,82.9,80.45,76.48,32.0,34.29]");
  CHECK(wire::http::hourly_loads(default_load_curve()) ==
        "[0.88,0.77,2.2,1.98,2.75,3.85,4.51,3.74,3.85,4.4,4.73,6.16,4.62,3.74,3.52,3.63,5.83,11.0,8.91,6.05,4.29,"
        "2.64,1.87,0.99]");
  CHECK(wire::http::error("a \"b\"") == R"({"error":"a \"b\""})");
}

TEST_CASE("receipts tell what was done or what was wrong, with the sender's id") {
  CHECK(wire::receipt("charge", "\"abc\"", Receipt{ChargeCommand{Charging::on}}) ==
        R"({"command":"charge","status":"ok","id":"abc","result":{"charging":"on"}})");
  CHECK(wire::receipt("discharge", std::nullopt, Receipt{ResetCommand{}}) ==
        R"({"command":"discharge","status":"ok","result":{"discharging":"on"}})");
  CHECK(wire::receipt("charge_limit", "7", Receipt{ChargeLimitCommand{Percent(8'000)}}) ==
        R"({"command":"charge_limit","status":"ok","id":7,"result":{"charge_limit":80.0}})");
  CHECK(wire::receipt("charge", std::nullopt, failure(ErrorCode::illegal, "charging", "charging must be so")) ==
        R"({"command":"charge","status":"error","error":"charging must be so"})");
}

TEST_CASE("the agent's info") {
  std::string out;
  wire::append_info(out, {"0.1.0", {"home"}, 4.0, "http://127.0.0.1:5000"});
  CHECK(out == R"({"name":"home-energy-agent","version":"0.1.0","protocol":1,"homes":["home"],)"
               R"("seconds_per_hour":4.0,"http":"http://127.0.0.1:5000"})");
  out.clear();
  wire::append_info(out, {"0.1.0", {"home"}, 4.0, std::nullopt});
  CHECK(nlohmann::json::parse(out)["http"].is_null());
}

TEST_CASE("the homes that an info of an earlier start names, and those that were leaving then") {
  std::string out;
  wire::append_info(out, {"0.1.0", {"home-1", "home-2"}, 4.0, std::nullopt, {"home-3"}});
  CHECK(out.ends_with(R"("http":null,"leaving":["home-3"]})"));
  CHECK(wire::homes_of_info(out) == std::vector<std::string>{"home-1", "home-2", "home-3"});
  CHECK(wire::homes_of_info(R"({"name":"home-energy-agent","homes":["a",5,["b"],{"c":"d"}],"leaving":"e"})") ==
        std::vector<std::string>{"a"});
  for (const auto& text : {std::string(R"({"name":"other","homes":["home"]})"), std::string(R"({"homes":["home"]})"),
                           std::string(R"(["homes"])"), std::string("\xff"), std::string(), std::string(60'000, '['),
                           out.substr(0, out.size() - 1)}) {
    CAPTURE(text);
    CHECK(wire::homes_of_info(text).empty());
  }
}

TEST_CASE("the home whose status or state a topic is") {
  const wire::Topics topics("a/b");
  CHECK(topics.home_of("a/b/home-1/status") == "home-1");
  CHECK(topics.home_of("a/b/home-1/price/profile") == "home-1");
  for (const auto* topic : {"a/b/status", "a/b/info", "a/b/home", "a/b/home/receipt", "a/b/home/charge/set",
                            "a/b/home/price/x", "a/bc/home/status", "a/home/status", "a/b", ""}) {
    CAPTURE(topic);
    CHECK_FALSE(topics.home_of(topic));
  }
}

TEST_CASE("a command's topic names home and command") {
  const wire::Topics topics("a/b");
  const auto address = topics.command_address("a/b/home-1/charge/set");
  REQUIRE(address);
  CHECK(address->home == "home-1");
  CHECK(address->command == "charge");
  const auto homeless = topics.command_address("a/b/charge/set");
  REQUIRE(homeless);
  CHECK(homeless->home.empty());
  CHECK(homeless->command == "charge");
  for (const auto* topic : {"a/b/home/charge", "a/b/home/x/charge/set", "a/bc/home/charge/set", "a/b/set", "/set", "",
                            "a/b", "x/a/b/home/charge/set"}) {
    CAPTURE(topic);
    CHECK_FALSE(topics.command_address(topic));
  }
}

TEST_CASE("a receipt is not sent to a topic that would cost us the broker, nor to one of our own") {
  const wire::Topics topics("home-energy");
  for (const auto* topic : {"reply/to/me", "home-energy/answers/me", "home-energy/answers", "home-energy/answers/a/x",
                            "home-energy/home/receipt/me", "home-energy/home/answers", "home-energy/answer",
                            "home-energy", "home-energy/", "home-energyx/status", "x/home-energy/status",
                            "homeassistants/status", "home-energy/homeassistant", "status", "/", "discovery"}) {
    CAPTURE(topic);
    CHECK(topics.may_answer_to(topic, "homeassistant"));
  }
  for (const auto* topic : {"home-energy/status",
                            "home-energy/info",
                            "home-energy/receipt",
                            "home-energy/fleet",
                            "home-energy/fleet/1",
                            "home-energy/clock/set",
                            "home-energy/clock/join/set",
                            "home-energy/status/x",
                            "home-energy/home/status",
                            "home-energy/home/receipt",
                            "home-energy/charge/set",
                            "home-energy/home/charge/set",
                            "home-energy/home/none/set",
                            "home-energy/other/grid",
                            "home-energy/answers/charge/set",  // a command, though of no home
                            "homeassistant",
                            "homeassistant/status",
                            "homeassistant/device/home/config",
                            "$SYS/x",
                            "$CONTROL/dynamic-security/v1"}) {
    CAPTURE(topic);
    CHECK_FALSE(topics.may_answer_to(topic, "homeassistant"));
  }
  for (const auto topic : wire::kHomeTopics)
    CHECK_FALSE(topics.may_answer_to(topics.of("home-7", topic), "homeassistant"));
  CHECK(topics.may_answer_to("homeassistant/x", "discovery"));
  CHECK_FALSE(topics.may_answer_to("discovery/x", "discovery"));
  for (const auto& topic : {std::string(), std::string("a/+"), std::string("#"), std::string("a\0b", 3),
                            std::string("\xff"), std::string(257, 'x'), std::string("home-energy/home/charge/set")}) {
    CAPTURE(topic);
    CHECK_FALSE(topics.may_answer_to(topic, "homeassistant"));
  }
}

TEST_CASE("today's prices are those of the hours that the day on the wall has") {
  wire::Labels today = labels();
  const Home home = test::home_of(test::reference_settings());
  const auto raw_of = [&](std::int64_t day) {
    today.today = std::make_shared<const wire::ShownDay>(stockholm(), day);
    std::string out;
    wire::append_price_profile(out, home, today);
    return nlohmann::json::parse(out)["raw_today"];
  };
  const auto spring = raw_of(133);
  CHECK(spring.size() == 23);
  CHECK(spring[1] == nlohmann::json{{"start", "2027-03-28T01:00:00+01:00"},
                                    {"end", "2027-03-28T03:00:00+02:00"},
                                    {"value", 0.7086}});
  const auto autumn = raw_of(-21);
  CHECK(autumn.size() == 25);
  CHECK(autumn[3] == nlohmann::json{{"start", "2026-10-25T02:00:00+01:00"},
                                    {"end", "2026-10-25T03:00:00+01:00"},
                                    {"value", 0.6801}});
}

TEST_CASE("in a zone today's prices are the home's own, each of the two hours that autumn repeats with its own") {
  HomeSettings settings = test::reference_settings();
  settings.calendar = std::make_shared<const Calendar>(stockholm());
  Home home = test::home_of(settings);
  test::set_clock(home, {.day = -21, .quarter = 0, .tick = 0});
  const auto two = stockholm().moment_of(-21, 2 * kSecondsPerHour);
  PriceUpdate prices;
  prices.dated = {{two, two + kSecondsPerHour, PricePerKwh(100'000)},
                  {two + kSecondsPerHour, two + 2 * kSecondsPerHour, PricePerKwh(200'000)}};
  test::apply(home, PriceCommand{prices});
  std::string out;
  wire::append_price_profile(out, home, labels());
  const auto profile = nlohmann::json::parse(out);
  CHECK(profile["raw_today"].size() == 25);
  CHECK(profile["raw_today"][2]["value"] == 0.1);
  CHECK(profile["raw_today"][3]["value"] == 0.2);
  CHECK(profile["values"].size() == 24);
  CHECK(profile["values"][2] == 0.1);
}

TEST_CASE("health says how late the homes are, and how far what was missed is") {
  wire::http::Health health{
      .ticking = true, .running = true, .broker = "connected", .homes = 3, .store = "ok", .store_error = {}};
  CHECK(wire::http::health(health) == R"({"status":"ok","running":true,"broker":"connected","homes":3,"store":"ok"})");
  health.ticking = false;
  health.planning = 2;
  health.late_ms = 5001;
  CHECK(wire::http::health(health) ==
        R"({"status":"late","running":true,"broker":"connected","homes":3,"store":"ok","planning":2,"late_ms":5001})");
  health.planning = 0;
  health.late_ms = 0;
  health.catching_up = {.from = "a", .reached = "b", .until = "c"};
  CHECK(wire::http::health(health) ==
        R"({"status":"catching_up","running":true,"broker":"connected","homes":3,"store":"ok","planning":0,)"
        R"("late_ms":0,"catching_up":{"from":"a","reached":"b","until":"c"}})");
}

}  // namespace home_energy
