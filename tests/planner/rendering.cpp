#include "tests/planner/rendering.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "common/time/calendar.hpp"
#include "common/wire/wire.hpp"
#include "common/world/plan_reasons.hpp"

namespace home_energy::test {
namespace {

using nlohmann::json;

/// Minutes of "HH:MM"; -1 where it is none.
int minute_of(const json& text) {
  const auto clock = text.get<std::string>();
  if (clock.size() != 5 || clock[2] != ':') return -1;
  const int minute = std::stoi(clock.substr(0, 2)) * 60 + std::stoi(clock.substr(3));
  return minute < 24 * 60 ? minute : -1;
}

/// What the clock shows at a moment, of a day of 24 hours that may lie before day 0.
std::int64_t minute_at(std::int64_t moment) {
  constexpr std::int64_t kMinutesPerDay = 24 * 60;
  const std::int64_t minute = floored_quotient(moment, 60);
  return minute - floored_quotient(minute, kMinutesPerDay) * kMinutesPerDay;
}

bool is_near(const json& shown, double value, double half_digit) {
  return shown.is_number() && std::abs(shown.get<double>() - value) <= half_digit * 1.0001 + std::abs(value) * 1e-12;
}

std::string fault_of_block(const json& shown, const PlanBlock& block, std::int64_t made_at) {
  const int begin = minute_of(shown.at("start"));
  const int end = minute_of(shown.at("end"));
  if (begin < 0 || end < 0) return "a time of a block";
  // Rounded out to whole minutes, and past midnight from 00:00 on.
  if (begin != minute_at(made_at + block.begin.count())) return "a block's start";
  if (end != minute_at(made_at + block.end.count() + 59)) return "a block's end";
  if ((block.end - block.begin).count() < 86'000 && begin == end) return "a block that ends as it begins";
  if (shown.at("kwh").get<double>() <= 0) return "a block of 0.0 kWh";
  const auto joules = static_cast<double>(block.energy.count());
  if (!is_near(shown.at("kwh"), joules / kJoulesPerKwh, 0.0005)) return "a block's kWh";
  const auto seconds = static_cast<double>((block.end - block.begin).count());
  if (!is_near(shown.at("kw"), joules / seconds / 1000, 0.05)) return "a block's kW";
  const double price = static_cast<double>(block.cost.count()) / 1e6 / (joules / kJoulesPerKwh);
  if (!is_near(shown.at("price"), price, 0.00005)) return "a block's price";
  if (shown.at("why").get<std::string>().empty()) return "a block without a reason";
  return {};
}

}  // namespace

std::string fault_of_rendering(const ChargingWish& wish, const HomePlan& made) {
  std::string text;
  wire::append_plan(text, wish, &made, Calendar(), {"EUR", ""});
  const json shown = json::parse(text, nullptr, false);
  if (!shown.is_object()) return "no JSON: " + text;
  const ChargingPlan& plan = made.plan;
  const json& blocks = shown.at("blocks");
  if (blocks.size() != plan.blocks.size() || made.reasons.size() != plan.blocks.size()) return "the blocks' number";
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::string fault = fault_of_block(blocks[i], plan.blocks[i], made.made_at);
    if (!fault.empty()) return fault + ": " + blocks[i].dump();
  }
  if (shown.at("start").is_null() != blocks.empty() || shown.at("end").is_null() != blocks.empty()) return "the span";
  if (!is_near(shown.at("energy_kwh"), static_cast<double>(plan.energy.count()) / kJoulesPerKwh, 0.0005))
    return "the energy";
  if (!is_near(shown.at("cost"), static_cast<double>(made.cost().planned.count()) / 1e6, 0.005)) return "the cost";
  const double short_of = shown.at("shortfall_kwh").get<double>();
  if (short_of > 0.001 && obstacles_text(plan.obstacles).empty()) return "a shortfall without a reason";
  return {};
}

std::string fault_of_rendering(const ChargingProblem& problem, const ChargingPlan& plan, std::int64_t made_at) {
  const HomePlan made{plan, made_at, plan_reasons(problem, plan, "07:00"), ""};
  return fault_of_rendering({.mode = ChargingMode::cheapest, .target = Percent(8000), .ready_by = 7 * 60}, made);
}

}  // namespace home_energy::test
