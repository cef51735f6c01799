#include "common/world/home.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "common/planner/check.hpp"
#include "common/wire/home_assistant.hpp"
#include "common/wire/home_state.hpp"
#include "common/wire/wire.hpp"
#include "common/wire/wire_history.hpp"
#include "common/world/history.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/planner/legality.hpp"
#include "tests/planner/rendering.hpp"
#include "tests/stockholm_days.hpp"

namespace home_energy::fuzz {
namespace {

/// Days of 24 hours, or some in which the clock is changed within the first hours by so many minutes.
std::shared_ptr<const Calendar> a_calendar(Input& input) {
  if (input.below(4) != 0) return std::make_shared<const Calendar>();
  const std::int64_t change = input.within(-8, 8) * kSecondsPerQuarter;
  const std::int64_t at = kSecondsPerDay + input.within(0, 16) * kSecondsPerQuarter;
  return std::make_shared<const Calendar>(Calendar::of_zone(1, {{0, 0}, {at, change}}));
}

const wire::Labels kLabels{"SEK", "2026-11-22T00:00:00+01:00"};
constexpr int kMostSteps = 6;
/// In one of so many inputs what was rendered is parsed, which takes longer than all else.
constexpr std::size_t kParsed = 16;

/// A curve of few different values, as those of people are, or of one for each slot.
template <class Value>
DayCurve<Value> a_curve(Input& input, std::int64_t lowest, std::int64_t highest, std::size_t slots) {
  std::vector<std::int64_t> values(1 + input.below(8));
  for (auto& value : values) value = input.within(lowest, highest);
  std::vector<Value> curve;
  for (std::size_t i = 0; i < slots; ++i) curve.emplace_back(values[(i + i / 7) % values.size()]);
  return DayCurve<Value>(curve);
}

/// A price of power, dearer by day, in one of eight homes. Made of what has been read, so that the inputs that are kept
/// mean what they did.
std::optional<PeakPrice> a_peak_price(const HomeSettings& settings) {
  if (settings.fuse.count() % 8 != 5) return std::nullopt;
  PeakPrice price{.by_hour = {}, .highest = PricePerKwh(1 + settings.fuse.count() * 10'000), .hours = 1};
  price.hours += static_cast<int>(settings.charger.count() % kMostPeakHours);
  for (auto& day : price.by_hour)
    for (std::size_t hour = 0; hour < day.size(); ++hour)
      day.at(hour) = hour < 6 ? PricePerKwh(price.highest.count() / 3) : price.highest;
  return price;
}

/// Batteries, powers and curves of any size that options allow, or those of a household.
HomeSettings settings_of(Input& input) {
  const bool large = input.below(16) == 0;
  const bool quarterly = input.flag();
  const std::size_t slots = quarterly ? kQuartersPerDay : kHoursPerDay;
  constexpr std::array kTicks{4, 12, 60, 1, 3, 3600};
  const int ticks = kTicks.at(input.below(kTicks.size())) * (quarterly ? kQuartersPerHour : 1);
  HomeSettings settings{
      .pace = *Pace::make(ticks, std::chrono::seconds(1), quarterly ? Resolution::quarter_hourly : Resolution::hourly),
      .baseload = a_curve<Watts>(input, 0, large ? 1'000'000 : 12'000, slots),
      .price = a_curve<PricePerKwh>(input, large ? -1'000'000'000'000 : -200'000, large ? 1'000'000'000'000 : 3'000'000,
                                    slots),
      .capacity = WattHours(input.within(100, large ? 1'000'000 : 4'000)),
      .charger = Watts(input.within(0, large ? 1'000'000 : 22'000)),
      .fuse = Watts(input.within(0, large ? 1'000'000 : 25'000)),
      .start_soc = Percent(input.within(0, kFull.count())),
      .charge_limit = Percent(input.within(2'000, kFull.count())),
      .clock_mode = input.below(4) == 0 ? ClockMode::local : ClockMode::simulated};
  if (input.below(16) == 0) settings.charger_min = Watts(input.within(0, settings.charger.count()));
  if (input.flag()) settings.charge_efficiency = Percent(input.within(1'000, kFull.count()));
  for (std::int64_t from = 0; input.below(8) == 0 && from < kFull.count();) {
    from = input.within(from, kFull.count() - 1);
    settings.taper.push_back({Percent(from++), Watts(input.within(0, settings.charger.count()))});
  }
  if (input.flag()) settings.start_cost = MoneyMicro(input.within(0, large ? 1'000'000'000 : 2'000'000));
  if (input.flag()) settings.min_run = std::chrono::minutes(input.within(0, 60));
  if (input.flag()) settings.max_price = PricePerKwh(input.within(-100'000, 3'000'000));
  constexpr std::array kBalancing{LoadBalancing::automatic, LoadBalancing::on, LoadBalancing::off};
  settings.load_balancing = kBalancing.at(input.below(kBalancing.size()));
  settings.wish = {.mode = kChargingModes.at(input.below(kChargingModes.size())),
                   .target = Percent(input.within(2'000, settings.charge_limit.count())),
                   .ready_by = static_cast<int>(15 + input.below(120))};
  if (input.below(4) == 0) {
    const Heater::Hours hours{static_cast<int>(input.below(25)), static_cast<int>(input.below(25))};
    settings.devices.emplace_back(
        Heater(Watts(input.within(0, large ? 1'000'000 : 6'000)), input.flag() ? std::optional(hours) : std::nullopt));
  }
  settings.calendar = a_calendar(input);
  settings.tariff.peak = a_peak_price(settings);
  return settings;
}

/// A home and what must hold of it after every step.
class Life {
 public:
  Life(const HomeSettings& settings, Input& input)
      : input_(input),
        parses_(input.below(kParsed) == 0),
        home_(std::make_shared<const HomeSettings>(settings)),
        meter_(home_),
        began_(home_.counters()) {
    make_plan();
  }

  void live() {
    for (int step = 0; step < kMostSteps && !input_.empty(); ++step) {
      const Snapshot before = home_.snapshot();
      const auto action = input_.below(4);
      if (action == 0) {
        command();
      } else {
        pass(action == 1 ? 1 : static_cast<int>(input_.below(16)));
      }
      hold_counters(before, home_.snapshot());
    }
    render();
    hold_history();
    come_back();
  }

 private:
  const HomeSettings& settings() const { return home_.settings(); }

  /// Most departures are near: plans of few slots are made within microseconds, so that many are tried. After one that
  /// was missed a plan spans a day, so most then leave it.
  void make_plan() {
    if (!home_.plan_due()) return;
    const bool near = input_.below(256) != 0;
    if (near && home_.state().car.late_since) {
      hold(home_.apply(ModeCommand{ChargingMode::manual}).has_value(), "a mode");
      return;
    }
    if (near) {
      const Snapshot now = home_.snapshot();
      const int minute = now.hour * kMinutesPerHour + now.minute + 1 + static_cast<int>(input_.below(40));
      hold(home_.apply(ReadyByCommand{minute % kMinutesPerDay}).has_value(), "a departure");
    }
    const PlanRequest request = home_.plan_request();
    constexpr std::size_t kFew = 8;  // more: the time was shown before the clock was put back, tomorrow's is meant
    if (near && request.problem.slots.size() > kFew) {
      hold(home_.apply(ModeCommand{ChargingMode::manual}).has_value(), "a mode");
      return;
    }
    auto made = std::make_shared<const HomePlan>(plan_home(request));
    hold(planner::is_sound(request.problem, made->plan), "a sound plan");
    hold(!made->plan.obstacles.defect, "no plan was thrown away");
    for (const PlanStep& step : made->plan.steps)
      hold(step.energy > Joules() && step.power > Watts(), "no step without energy");
    const std::string fault = test::fault_of(request.problem, made->plan);
    hold(fault.empty(), fault);
    const std::string shown = parses_ ? test::fault_of_rendering(home_.wish(), *made) : std::string();
    hold(shown.empty(), shown);
    hold(home_.adopt(std::move(made), home_.revision()), "the plan that was asked for");
  }

  void command() {
    const auto outcome = home_.apply(a_command());
    meter_look();
    hold_shown(wire::receipt("fuzzed", std::nullopt, outcome));
    if (outcome) hold_shown(wire::http::result(*outcome));
    make_plan();
  }

  Command a_command() {
    const std::size_t slots = settings().pace.quarters_per_slot() == 1 ? kQuartersPerDay : kHoursPerDay;
    switch (input_.below(11)) {
      case 0:
        return ResetCommand{};
      case 1:
        return ChargeLimitCommand{Percent(input_.within(2'000, kFull.count()))};
      case 2:
        return TargetCommand{Percent(input_.within(2'000, kFull.count()))};
      case 3:
        return ReadyByCommand{static_cast<int>(input_.within(0, kMinutesPerDay - 1))};
      case 4:
        if (input_.flag()) return PriceCommand{dated_prices()};
        return PriceCommand{
            {.every_day = a_curve<PricePerKwh>(input_, -1'000'000, 5'000'000, slots), .unit = "SEK/kWh"}};
      case 5:
        return BaseloadCommand{{.every_day = a_curve<Watts>(input_, 0, 30'000, slots), .unit = "kW"}};
      case 6:
        return DeviceCommand{.kind = 0, .order = input_.flag() ? Switch::on : Switch::off};
      case 7:
        return ChargeCommand{input_.flag() ? Charging::on : Charging::off};
      case 10:
        return ChargePowerCommand{Watts(input_.within(0, settings().charger.count()))};
      default:
        return ModeCommand{kChargingModes.at(input_.below(kChargingModes.size()))};
    }
  }

  PriceUpdate dated_prices() {
    PriceUpdate update{.unit = "SEK/kWh"};
    auto begin = home_.slot_begin() + input_.within(-8, 8) * kSecondsPerHour;
    for (std::size_t hours = 1 + input_.below(30); hours > 0; --hours) {
      begin += input_.within(0, 1) * kSecondsPerHour;
      update.dated.push_back({begin, begin + kSecondsPerHour, PricePerKwh(input_.within(-1'000'000, 5'000'000))});
      begin += kSecondsPerHour;
    }
    return update;
  }

  void meter_look() {
    if (const auto row = meter_.look(home_)) rows_.push_back(*row);
  }

  void pass(int ticks) {
    for (int tick = 0; tick < ticks; ++tick) {
      const Snapshot before = home_.snapshot();
      const auto fraction = home_.state().car.battery.fraction;
      meter_.before_tick(home_);
      home_.advance();
      meter_look();
      hold_energy(before, home_.snapshot(), fraction);
      make_plan();
    }
  }

  void hold_energy(const Snapshot& before, const Snapshot& after, std::int64_t fraction) const {
    const Int128 drawn = (after.counters.charged - before.counters.charged).count();
    const Int128 base = (after.counters.base - before.counters.base).count();
    const Int128 total = (after.counters.imported() - before.counters.imported()).count();
    hold(total == drawn + in_one_tick(before.base_power + before.device_power).count(), "the meter adds up");
    hold(drawn >= 0 && base == in_one_tick(before.base_power).count(), "energy flows in one direction");
    hold(drawn <= in_one_tick(before.charge_power.value_or(settings().charger)).count(),
         "no more than the charger gives");
    const Int128 of_hours = (after.counters.cost - before.counters.cost).count() - before.price.count() * total;
    hold(home_.settings().tariff.peak ? of_hours >= 0 : of_hours == 0, "the cost");
    const Int128 gained = Int128{(after.stored - before.stored).count()} * kFull.count();
    const Int128 fractions = home_.state().car.battery.fraction - fraction;
    const Int128 off = gained + fractions - drawn * settings().charge_efficiency.count();
    const Int128 bends = 1 + static_cast<Int128>(settings().taper.size());  // each rounds off less than one unit drawn
    hold(off <= 0 ? -off <= bends * 2 * kFull.count() : off <= bends * kFull.count(), "energy is conserved");
    const bool balances = settings().load_balancing == LoadBalancing::on ||
                          (settings().load_balancing == LoadBalancing::automatic && home_.plan() != nullptr);
    if (balances && drawn > 0) hold(total <= in_one_tick(settings().fuse).count(), "the fuse");
  }

  static void hold_counters(const Snapshot& before, const Snapshot& after) {
    hold(after.counters.base >= before.counters.base, "the base load's counter does not fall");
    hold(after.counters.charged >= before.counters.charged, "the car's counter does not fall");
    hold(after.stored >= Energy() && after.stored <= after.capacity, "what is stored is within the capacity");
  }

  void render() const {
    const std::string state = wire::http::state(home_, home_.snapshot(), kLabels);
    hold_shown(state);
    hold_shown(wire::http::plan(home_, kLabels));
    hold_shown(wire::http::info(home_.snapshot()));
    hold_shown(wire::http::hourly_loads(home_.baseload()));
    hold_shown(wire::http::hourly_prices(home_.price()));
    if (!parses_) return;
    const double soc = nlohmann::json::parse(state).at("battery").at("soc_percent").get<double>();
    hold(soc >= 0 && soc <= 100, "a state of charge");
    hold_json(home_assistant::document(
        {"homeassistant", "home-energy", "0.1.0", "SEK", home_.calendar().has_zone(), std::nullopt, {0}}, "home"));
  }

  /// Rows are differences of the counters: together they are what the counters rose by, but for what each rounds.
  void hold_history() {
    rows_.push_back(meter_.open_row(home_));
    Int128 base = 0;
    Int128 car = 0;
    for (HistoryRow& row : rows_) {
      row.currency = currency_code("SEK");
      base += row.base_mwh;
      car += row.car_mwh;
      hold(row.base_mwh >= 0 && row.car_mwh >= 0 && row.soc >= 0 && row.soc <= kFull.count(), "a row");
    }
    const auto count = static_cast<Int128>(rows_.size());
    const auto off = [&](Int128 sum, EnergyTotal total) {
      return sum - total.count() / settings().pace.ticks_per_hour();
    };
    hold(off(base, home_.counters().base - began_.base) <= count &&
             off(base, home_.counters().base - began_.base) >= -count,
         "the rows' base load");
    hold(off(car, home_.counters().charged - began_.charged) <= count &&
             off(car, home_.counters().charged - began_.charged) >= -count,
         "the rows' charging");
    for (const auto step : {HistoryStep::quarter, HistoryStep::hour, HistoryStep::day}) {
      const auto sums = folded(rows_, step, home_.calendar());
      hold_shown(wire::history_json("home", "SEK", step, sums, wire::QuarterText(settings().calendar)));
      hold(!wire::history_csv("SEK", sums, wire::QuarterText(settings().calendar)).empty(), "a CSV file");
    }
  }

  /// What is stored of it makes the same home.
  void come_back() const {
    std::string text;
    append_state(text, {home_.state(), meter_.state()});
    const auto again = parse_state(text, home_.calendar());
    hold(again.has_value() && again->home == home_.state() && again->row == meter_.state(), "a state that comes back");
  }

  void hold_shown(const std::string& json) const {
    hold(json.size() > 1, "a document");
    if (parses_) hold_json(json);
  }

  Input& input_;
  bool parses_;
  Home home_;
  HistoryMeter meter_;
  Counters began_;
  std::vector<HistoryRow> rows_;
};

}  // namespace

void home(Bytes bytes) {
  Input input(bytes);
  const HomeSettings settings = settings_of(input);
  Life(settings, input).live();
}

}  // namespace home_energy::fuzz
