// The plan of a home of these options, as a table or as the document that clients get.
#include "agent/commands/plan_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "agent/options/option_layers.hpp"
#include "agent/options/option_values.hpp"
#include "agent/system/local_time.hpp"
#include "common/base/units.hpp"
#include "common/time/iso8601.hpp"
#include "common/wire/wire.hpp"
#include "common/world/home.hpp"

namespace home_energy {
namespace {

constexpr double kWattsPerKw = 1000;

/// The days of the zone that the agent runs in, from today on.
Calendar days_from_today() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto offsets = local_time::offsets();
  const Calendar since_1970(0, 0, offsets);
  return Calendar::of_zone(since_1970.at(std::chrono::floor<std::chrono::seconds>(now).count()).day, offsets);
}

/// A home at that minute of day 0, which the ticks of a minute meet.
Home home_at(HomeSettings settings, int minute) {
  const auto finest = std::max(settings.baseload.resolution(), settings.price.resolution());
  settings.pace = *Pace::make(kMinutesPerHour, std::chrono::seconds(1), finest);
  if (std::exchange(settings.clock_mode, ClockMode::simulated) == ClockMode::local)
    settings.calendar = std::make_shared<const Calendar>(days_from_today());
  Home home(std::make_shared<const HomeSettings>(std::move(settings)));
  home.move_to(home.calendar().moment_of(0, minute * kSecondsPerMinute));
  plan_now(home);
  return home;
}

/// What is drawn from one moment (since the plan) to another, kWh.
double drawn(const ChargingPlan& plan, std::chrono::seconds from, std::chrono::seconds to) {
  std::int64_t joules = 0;
  for (const PlanStep& step : plan.steps)
    if (step.begin >= from && step.begin < to) joules += step.energy.count();
  return static_cast<double>(joules) / kJoulesPerKwh;
}

/// What the clock shows, rounded down to the minute.
std::string shown_time(const Home& home, std::int64_t moment) {
  return time_text(home.calendar().at(moment).second / kSecondsPerMinute);
}

/// House and car, side by side, as long as their power is of the fuse.
std::string bar(double house_kw, double car_kw, double fuse_kw) {
  constexpr double kLength = 40;
  constexpr long kLongest = 60;
  const auto cells = [&](double kw) {
    return fuse_kw > 0 ? std::min(kLongest, std::lround(kw / fuse_kw * kLength)) : 0L;
  };
  std::string out;
  for (long i = 0; i < cells(house_kw); ++i) out += "\u2591";
  for (long i = cells(house_kw); i < cells(house_kw + car_kw); ++i) out += "\u2588";
  return out;
}

/// @param since of the slot, after the plan was made
std::string row(const Home& home, std::chrono::seconds since, std::chrono::seconds length) {
  const std::int64_t moment = home.plan()->made_at + since.count();
  const Quarter quarter = quarter_at(moment, home.calendar());
  const double house = static_cast<double>(home.loads().at(quarter, home.calendar()).count()) / kWattsPerKw;
  const double price = static_cast<double>(home.price_at(quarter).count()) / kMillionths;
  const double hours = static_cast<double>(length.count()) / kSecondsPerHour;
  const double car = drawn(home.plan()->plan, since, since + length) / hours;
  return fmt::format("{}  {:9.4f}  {:7.2f}  {:>7}  {}\n", shown_time(home, moment), price, house,
                     car > 0 ? fmt::format("{:.2f}", car) : "",
                     bar(house, car, static_cast<double>(home.settings().fuse.count()) / kWattsPerKw));
}

std::string blocks(const Home& home) {
  const HomePlan& made = *home.plan();
  std::string out;
  for (std::size_t i = 0; i < made.plan.blocks.size(); ++i) {
    const PlanBlock& block = made.plan.blocks[i];
    const auto time = [&](std::chrono::seconds since) { return shown_time(home, made.made_at + since.count()); };
    constexpr std::chrono::seconds kUp(kSecondsPerMinute - 1);
    out += fmt::format("{}-{}  {:.2f} kWh  {:.2f}  {}\n", time(block.begin), time(block.end + kUp),
                       static_cast<double>(block.energy.count()) / kJoulesPerKwh,
                       static_cast<double>(block.cost.count()) / kMillionths, made.reasons[i]);
  }
  return out;
}

std::string table(const Home& home, const std::string& currency) {
  const HomePlan& made = *home.plan();
  std::string out = fmt::format("{:5}  {:>9}  {:>7}  {:>7}\n", "time", currency + "/kWh", "house", "car kW");
  const PlanRequest request = home.plan_request();
  std::chrono::seconds since(0);
  for (const PlannerSlot& slot : request.problem.slots) {
    out += row(home, since, slot.length);
    since += slot.length;
  }
  const auto money = [](MoneyMicro amount) { return static_cast<double>(amount.count()) / kMillionths; };
  out += '\n' + blocks(home);
  out += fmt::format("{:.2f} kWh to {:.0f} % by {}: {:.2f} {}; at once {:.2f}, saved {:.2f}\n",
                     static_cast<double>(made.plan.energy.count()) / kJoulesPerKwh,
                     static_cast<double>(home.wish().target.count()) / 100, time_text(request.ready_by),
                     money(made.cost().planned), currency, money(made.cost().at_once),
                     money(made.cost().at_once - made.cost().planned));
  if (made.peak_cost) out += fmt::format("of that the month's highest hours: {:.2f}\n", money(made.peak_cost->planned));
  return made.note.empty() ? out : out + made.note + '\n';
}

}  // namespace

const std::vector<OptionSpec>& plan_option_specs() {
  static const std::vector<OptionSpec> kSpecs{
      {"soc", OptionKind::number, "", "0..100", [](const std::string& text) { return is_number_within(text, 0, 100); },
       "the car's state of charge, percent; without it --start-soc", "Plan"},
      {"at", OptionKind::text, "00:00", "00:00..23:59",
       [](const std::string& text) { return minute_of_day(text).has_value(); }, "the time it is made", "Plan"},
      {"json", OptionKind::flag, "false", "true or false",
       [](const std::string& text) { return text == "true" || text == "false"; }, "print the document that clients get",
       "Plan"},
  };
  return kSpecs;
}

Exit plan_and_exit(const std::vector<std::string>& arguments, const Environment& environment) {
  auto read = read_layers(arguments, environment, plan_option_specs());
  if (std::holds_alternative<std::string>(read)) return {0, std::get<std::string>(read), {}};
  if (std::holds_alternative<Error>(read)) return usage_error(std::get<Error>(read).reason);
  auto& values = std::get<OptionValues>(read);
  if (!values.at("mode").given) values.at("mode").text = wire::text(ChargingMode::cheapest);
  if (values.at("soc").given) values.at("start-soc").text = values.at("soc").text;
  const auto options = assemble(values, environment);
  if (!options) return usage_error(options.error().reason);
  const ChargingMode mode = options->runner.home->car.wish.mode;
  if (mode != ChargingMode::cheapest && mode != ChargingMode::lowest_load) {
    return usage_error("--mode: plan makes one for cheapest or lowest_load");
  }
  const int at = *minute_of_day(values.at("at").text);
  const Home home = home_at(*options->runner.home, at);
  if (home.plan() == nullptr) return usage_error("--at: the car is away then");
  const std::string& currency = options->runner.currency;
  if (values.at("json").text == "true") return {0, wire::http::plan(home, {currency, ""}) + '\n', {}};
  return {0, table(home, currency), {}};
}

}  // namespace home_energy
