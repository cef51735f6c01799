// The library's facade: a home made of text, on whatever thread.
#include "common/simulation.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

using namespace home_energy;

namespace {

Simulation home_of(std::string_view configuration) {
  auto home = Simulation::make(configuration);
  INFO((home ? "" : home.error().reason));
  REQUIRE(home);
  return std::move(*home);
}

std::string why(std::string_view configuration) {
  const auto home = Simulation::make(configuration);
  REQUIRE_FALSE(home);
  return home.error().reason;
}

/// Of the eight homes the n-th: they differ in what they have and wish.
std::string configuration(std::size_t number) {
  nlohmann::json options{{"capacity-kwh", 40 + number}, {"mode", number % 2 == 0 ? "cheapest" : "lowest_load"}};
  if (number % 3 == 0) options["heater-kw"] = 1.5;
  if (number % 3 == 0) options["heater-hours"] = "22-06";
  return options.dump();
}

/// Without Catch's macros, which are for one thread.
std::string week_of(std::size_t number, PlanCache* cache) {
  Simulation home = std::move(Simulation::make(configuration(number)).value());
  std::string told;
  for (int day = 0; day < 7; ++day) {
    home.advance(24 * home.ticks_per_hour(), cache);
    told += home.state_json() + home.plan_json() + home.command("discharge", "on", cache).value();
  }
  return told;
}

}  // namespace

TEST_CASE("a home of the default options is the reference home") {
  auto home = home_of("{}");
  CHECK(home.ticks_per_hour() == 4);
  CHECK(home.command("charge", "on").value() == R"({"charging":"on"})");
  home.advance(15);
  const auto seen = home.state();
  CHECK(seen.day == 0);
  CHECK(seen.minute_of_day == 3 * 60 + 45);
  CHECK(seen.stored_kwh == Approx(37.01));
  CHECK(seen.soc_percent == Approx(79.935));
  CHECK(seen.power_kw == Approx(9.38));
  CHECK(seen.energy_kwh == Approx(33.085));
  CHECK(seen.cost == Approx(24.1597).margin(0.0001));
  CHECK(seen.charging);
  CHECK_FALSE(seen.overload);
  const auto state = nlohmann::json::parse(home.state_json());
  CHECK(state["battery"]["stored_kwh"] == 37.01);
  CHECK(state["clock"]["date"] == "2026-01-01");
}

TEST_CASE("the state has what else there is, and nothing of what there is not") {
  const auto bare = home_of("{}").state();
  CHECK_FALSE(bare.solar);
  CHECK_FALSE(bare.storage);
  CHECK_FALSE(bare.peak_kw);
  CHECK((bare.plugged && !bare.away));
  auto home = home_of(R"({"solar-kwp":8,"storage-kwh":10,"storage-soc":20,"peak-price":"80","peak-hours":1,
                          "trips":"mon-sun 08:00-16:00 5","start-date":"2026-06-21"})");
  home.advance(12 * home.ticks_per_hour());
  const auto seen = home.state();
  REQUIRE((seen.solar && seen.storage && seen.peak_kw));
  const auto state = nlohmann::json::parse(home.state_json());
  CHECK(seen.solar->power_kw > 0);
  CHECK(seen.solar->power_kw == Approx(state["solar"]["power_kw"].get<double>()).margin(0.001));
  CHECK(seen.solar->energy_kwh == Approx(state["solar"]["energy_kwh"].get<double>()).margin(0.001));
  CHECK(seen.storage->power_kw == Approx(state["storage"]["power_kw"].get<double>()).margin(0.001));
  CHECK(seen.storage->soc_percent == Approx(state["storage"]["soc_percent"].get<double>()).margin(0.01));
  CHECK(seen.storage->charged_kwh == Approx(state["storage"]["charged_kwh"].get<double>()).margin(0.001));
  CHECK(seen.storage->discharged_kwh == Approx(state["storage"]["discharged_kwh"].get<double>()).margin(0.001));
  CHECK(*seen.peak_kw > 0);
  CHECK(*seen.peak_kw == Approx(state["grid"]["peak_kw"].get<double>()).margin(0.001));
  CHECK((seen.away && !seen.plugged));
}

TEST_CASE("options come as JSON, by the names that the agent has") {
  std::vector<double> prices(24, 1.0);
  prices[3] = 0.1;
  const nlohmann::json options{{"prices", prices},  {"baseload", prices},     {"mode", "cheapest"},
                               {"currency", "EUR"}, {"seconds-per-hour", 60}, {"heater-kw", "2"}};
  auto home = home_of(options.dump());
  CHECK(home.ticks_per_hour() == 60);
  home.advance(60 * 3 + 30);
  CHECK(home.state().price == Approx(0.1));
  CHECK(home.state().charging);
  CHECK(home.plan_json().find(R"("currency":"EUR")") != std::string::npos);
}

TEST_CASE("what is wrong with a configuration is told by the option's name") {
  CHECK(why("") == "configuration must be a JSON object of options");
  CHECK(why("[1]") == "configuration must be a JSON object of options");
  CHECK(why(R"({"capacity":60})") == "there is no option capacity of a home");
  CHECK(why(R"({"mqtt-uri":"mqtt://x"})") == "there is no option mqtt-uri of a home");
  CHECK(why(R"({"capacity-kwh":0})") == "--capacity-kwh: must be 0.1..1000, got 0");
  CHECK(why(R"({"capacity-kwh":null})") == "--capacity-kwh: must be 0.1..1000, got null");
  CHECK(why(R"({"prices":[1,2,3]})").starts_with("--prices: "));
  CHECK(why(R"({"realtime":true})").starts_with("--realtime: "));
  CHECK(why(R"({"target":90,"charge-limit":80})") == "--target: must be at most --charge-limit");
}

TEST_CASE("a command that cannot be is told why, and changes nothing") {
  auto home = home_of("{}");
  const auto before = home.state_json();
  CHECK(home.command("charge", "maybe").error().reason == R"(charging must be "on" or "off", got "maybe")");
  CHECK(home.command("heater", "on").error().reason == "heater is not there: the home was started without one");
  CHECK(home.command("nothing", "").error().reason.starts_with("command \"nothing\" does not exist"));
  CHECK(home.state_json() == before);
}

TEST_CASE("eight homes on four threads come to what they come to alone") {
  constexpr std::size_t kHomes = 8;
  constexpr std::size_t kThreads = 4;
  std::vector<std::string> together(kHomes);
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      PlanCache cache;
      for (std::size_t home = thread; home < kHomes; home += kThreads) together[home] = week_of(home, &cache);
    });
  }
  for (auto& thread : threads) thread.join();
  for (std::size_t home = 0; home < kHomes; ++home) CHECK(together[home] == week_of(home, nullptr));
}
