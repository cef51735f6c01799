// The plan as the outside sees it: the same document over MQTT and HTTP.
#include <algorithm>

#include "common/base/units.hpp"
#include "common/time/iso8601.hpp"
#include "common/wire/wire.hpp"
#include "common/wire/wire_numbers.hpp"

namespace home_energy::wire {
namespace {

constexpr std::string_view kNull = "null";

enum class Round { down, up };

void append_joules(std::string& out, Joules energy) {
  append_decimal(out, rounded_quotient(energy.count(), kJoulesPerKwh, 3), 3);
}

/// To the hundredth: what a plan costs is an estimate for people.
void append_money(std::string& out, MoneyMicro money) {
  append_decimal(out, rounded_quotient(money.count(), kMicroPerUnit, 2), 2);
}

enum class Dates { of_homes_that_have_them, always };

/// A moment, to the whole minute.
void append_moment(std::string& out, std::int64_t moment, Round round, const Calendar& calendar,
                   Dates dates = Dates::of_homes_that_have_them) {
  const std::int64_t up = round == Round::up ? kSecondsPerMinute - 1 : 0;
  const std::int64_t whole = floored_quotient(moment + up, kSecondsPerMinute) * kSecondsPerMinute;
  const bool is_dated = dates == Dates::always || calendar.has_zone();
  out += json_string(is_dated ? calendar.text(whole) : time_text(calendar.at(whole).second / kSecondsPerMinute));
}

/// What the block's energy costs on the average, per kWh. Every block of a plan has energy; one without costs nothing.
void append_mean_price(std::string& out, const PlanBlock& block) {
  const Int128 money = static_cast<Int128>(block.cost.count()) * kJoulesPerKwh;
  const auto joules = std::max<std::int64_t>(1, block.energy.count());
  append_decimal(out, rounded_quotient(money, kMicroPerUnit * joules, 4), 4);
}

void append_mean_power(std::string& out, const PlanBlock& block) {
  const auto seconds = std::max<std::int64_t>(1, (block.end - block.begin).count());
  append_decimal(out, rounded_quotient(block.energy.count(), Int128{1000} * seconds, 1), 1);
}

void append_block(std::string& out, const PlanBlock& block, const std::string& why, std::int64_t made_at,
                  const Calendar& calendar, Dates dates) {
  begin(out, key::kStart);
  append_moment(out, made_at + block.begin.count(), Round::down, calendar, dates);
  next(out, key::kEnd);
  append_moment(out, made_at + block.end.count(), Round::up, calendar, dates);
  next(out, "kw");
  append_mean_power(out, block);
  next(out, "kwh");
  append_joules(out, block.energy);
  next(out, key::kPrice);
  append_mean_price(out, block);
  next(out, "why");
  out += json_string(why);
  out += '}';
}

void append_blocks(std::string& out, const ChargingPlan& plan, const std::vector<std::string>& reasons,
                   std::int64_t made_at, const Calendar& calendar, Dates dates) {
  out += '[';
  for (std::size_t i = 0; i < plan.blocks.size(); ++i) {
    if (i > 0) out += ',';
    append_block(out, plan.blocks[i], reasons[i], made_at, calendar, dates);
  }
  out += ']';
}

void append_note(std::string& out, const std::string& note) {
  next(out, "note");
  out += note.empty() ? std::string(kNull) : json_string(note);
}

/// Its times may be days ahead: they have their date in every home.
void append_later_plan(std::string& out, const LaterPlan& later, const Calendar& calendar) {
  begin(out, "back");
  out += json_string(calendar.text(later.begin));
  next(out, "departure");
  out += json_string(calendar.text(later.departure));
  next(out, "trip_kwh");
  later.trip ? append_decimal(out, later.trip->count(), 3) : static_cast<void>(out += kNull);
  next(out, "stored_kwh");
  append_joules(out, later.stored);
  next(out, key::kEnergyKwh);
  append_joules(out, later.plan.energy);
  next(out, key::kCost);
  append_money(out, later.plan.cost);
  next(out, "shortfall_kwh");
  append_joules(out, later.plan.shortfall);
  next(out, "blocks");
  append_blocks(out, later.plan, later.reasons, later.begin, calendar, Dates::always);
  append_note(out, later.note);
  out += '}';
}

void append_later_plans(std::string& out, const std::vector<LaterPlan>& all, const Calendar& calendar) {
  out += '[';
  for (const LaterPlan& each : all) {
    if (out.back() != '[') out += ',';
    append_later_plan(out, each, calendar);
  }
  out += ']';
}

/// The first start and the last end.
void append_span(std::string& out, const HomePlan* made, const Calendar& calendar) {
  const bool charges = made != nullptr && !made->plan.blocks.empty();
  next(out, key::kStart);
  if (charges) append_moment(out, made->made_at + made->plan.blocks.front().begin.count(), Round::down, calendar);
  if (!charges) out += kNull;
  next(out, key::kEnd);
  if (charges) append_moment(out, made->made_at + made->plan.blocks.back().end.count(), Round::up, calendar);
  if (!charges) out += kNull;
}

void append_money_or_null(std::string& out, std::string_view key, const HomePlan* made, MoneyMicro money) {
  next(out, key);
  made != nullptr ? append_money(out, money) : static_cast<void>(out += kNull);
}

std::string_view word_of(StorageAct act) {
  switch (act) {
    case StorageAct::self_consumption:
      return "self_consumption";
    case StorageAct::take_at_most:
      return "charge_at_most";
    case StorageAct::give_at_most:
      return "discharge_at_most";
    case StorageAct::charge:
      return "charge";
    case StorageAct::discharge:
      return "discharge";
  }
  return {};
}

/// Quarters in which it does the same are one block; those in which it only follows the home are left out.
void append_storage_blocks(std::string& out, const StoragePlan& plan, std::int64_t made_at, const Calendar& calendar) {
  out += '[';
  const auto begin_of = [&](std::size_t slot) {
    return slot == 0
               ? made_at
               : (floored_quotient(made_at, kSecondsPerQuarter) + static_cast<std::int64_t>(slot)) * kSecondsPerQuarter;
  };
  for (std::size_t first = 0; first < plan.steps.size();) {
    const StorageStep& step = plan.steps[first];
    std::size_t end = first + 1;
    while (end < plan.steps.size() && plan.steps[end] == step) ++end;
    if (step.act != StorageAct::self_consumption) {
      if (out.back() != '[') out += ',';
      begin(out, key::kStart);
      append_moment(out, begin_of(first), Round::down, calendar);
      next(out, key::kEnd);
      append_moment(out, begin_of(end), Round::up, calendar);
      next(out, "act");
      out += json_string(word_of(step.act));
      next(out, "kw");
      append_kw(out, step.power);
      out += '}';
    }
    first = end;
  }
  out += ']';
}

/// Only of one that plans.
void append_storage(std::string& out, const Storage* storage, const Calendar& calendar) {
  if (storage == nullptr || storage->plan() == nullptr) return;
  const StoragePlan& plan = *storage->plan();
  next(out, "storage");
  begin(out, key::kSaving);
  append_money(out, plan.cost_self_consumption - plan.cost);
  next(out, "blocks");
  append_storage_blocks(out, plan, storage->plan_made_at(), calendar);
  out += '}';
}

}  // namespace

void append_storage_plan(std::string& out, const Storage* storage, const Calendar& calendar, const Labels& labels) {
  begin(out, "currency");
  out += json_string(labels.currency);
  append_storage(out, storage, calendar);
  out += '}';
}

void append_plan(std::string& out, const ChargingWish& wish, const HomePlan* made, const Calendar& calendar,
                 const Labels& labels, const Storage* storage, const std::vector<LaterPlan>* later) {
  static const HomePlan kNothing{};
  const HomePlan& shown = made != nullptr ? *made : kNothing;
  const ChargingPlan& plan = shown.plan;
  begin(out, key::kMode);
  out += json_string(text(wish.mode));
  next(out, key::kTarget);
  append_percent(out, wish.target);
  next(out, key::kReadyBy);
  out += json_string(time_text(wish.ready_by));
  append_span(out, made, calendar);
  next(out, key::kEnergyKwh);
  append_joules(out, plan.energy);
  const PlanCost cost = made != nullptr ? made->cost() : PlanCost{};
  append_money_or_null(out, key::kCost, made, cost.planned);
  append_money_or_null(out, "cost_now", made, cost.at_once);
  append_money_or_null(out, key::kSaving, made, cost.at_once - cost.planned);
  next(out, "start_cost");
  append_money(out, plan.start_costs);
  next(out, "currency");
  out += json_string(labels.currency);
  next(out, "shortfall_kwh");
  append_joules(out, plan.shortfall);
  next(out, "blocks");
  append_blocks(out, plan, shown.reasons, shown.made_at, calendar, Dates::of_homes_that_have_them);
  append_note(out, shown.note);
  if (made != nullptr && made->peak_cost) {
    next(out, key::kPeakCost);
    append_money(out, made->peak_cost->planned);
  }
  append_storage(out, storage, calendar);
  if (later != nullptr) {
    next(out, "later");
    append_later_plans(out, *later, calendar);
  }
  out += '}';
}

}  // namespace home_energy::wire
