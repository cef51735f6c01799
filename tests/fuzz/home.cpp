#include "common/world/home.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/wire/home_assistant.hpp"
#include "common/wire/home_state.hpp"
#include "common/wire/wire.hpp"
#include "common/wire/wire_history.hpp"
#include "common/world/history.hpp"
#include "tests/fuzz/home_rules.hpp"
#include "tests/fuzz/home_settings.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/planner/rendering.hpp"

namespace home_energy::fuzz {
namespace {

const wire::Labels kLabels{"SEK", "2026-11-22T00:00:00+01:00"};
constexpr int kMostSteps = 6;
/// In one of so many inputs what was rendered is parsed, which takes longer than all else.
constexpr std::size_t kParsed = 16;
/// Slots of plans: those of few are made within microseconds, so that many are tried.
constexpr std::size_t kFew = 8;
/// Of sun and storage at least.
constexpr std::size_t kFewOfMeter = 4;

/// What of the peak problem lies in so many slots.
void shorten(PeakProblem& peak, std::size_t slots) {
  std::size_t hours = 0;
  for (std::size_t left = slots; left > 0; ++hours) {
    PeakHour& hour = peak.hours[hours];
    hour.slots = std::min(hour.slots, left);
    left -= hour.slots;
  }
  peak.hours.resize(hours);
  peak.days.resize(peak.hours.back().day + 1);
}

/// Later stays, sun and storage are planned for few slots, too.
void shorten(PlanRequest& request) {
  const auto is_long = [](const LaterStay& stay) { return stay.slots.size() > kFew; };
  request.later.erase(std::ranges::find_if(request.later, is_long), request.later.end());
  if (!request.meter) return;
  request.meter->slots.resize(std::max(kFewOfMeter, request.problem.slots.size()));
  if (request.peak) shorten(*request.peak, request.meter->slots.size());
}

/// A home and what must hold of it after every step.
class Life {
 public:
  Life(const FuzzedHome& fuzzed, Input& input)
      : fuzzed_(fuzzed),
        input_(input),
        parses_(input.below(kParsed) == (fuzzed.has_more ? 1 : 0)),
        home_(std::make_shared<const HomeSettings>(fuzzed.settings)),
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

  static bool is_planned(ChargingMode mode) {
    return mode == ChargingMode::cheapest || mode == ChargingMode::lowest_load;
  }

  void charge_by_hand() { hold(home_.apply(ModeCommand{ChargingMode::manual}).has_value(), "a mode"); }

  /// Most departures are near. After one that was missed a plan spans a day, so most then leave it.
  void bring_departure_near() {
    if (!is_planned(home_.wish().mode)) return;
    if (home_.state().car.late_since) return charge_by_hand();
    const Snapshot now = home_.snapshot();
    const int minute = now.hour * kMinutesPerHour + now.minute + 1 + static_cast<int>(input_.below(40));
    hold(home_.apply(ReadyByCommand{minute % kMinutesPerDay}).has_value(), "a departure");
  }

  /// A storage is planned every hour: after some plans it is left to itself.
  void plan_no_more() {
    if (settings().has_car) charge_by_hand();
    if (home_.plan_due())
      hold(home_.apply(DeviceCommand{kDeviceKinds - 1, StorageMode::self_consumption}).has_value(), "a storage's mode");
  }

  /// The month's highest hours take a hundred tries: beside a storage or over two days one of eight homes has them.
  bool is_slow(const PlanRequest& request, bool near) const {
    constexpr std::int64_t kOneOf = 8;
    return request.peak && (!near || request.meter->capacity > Joules()) && settings().fuse.count() / 8 % kOneOf != 0;
  }

  void make_plan() {
    constexpr int kMostPlans = 2;
    constexpr std::int64_t kOneOfLater = 4;  // each later stay is one more plan
    if (!home_.plan_due()) return;
    const bool near = (fuzzed_.has_more && input_.empty()) || input_.below(256) != 0;
    if (fuzzed_.has_more && plans_++ >= kMostPlans) return plan_no_more();
    if (near) bring_departure_near();
    if (!home_.plan_due()) return;
    PlanRequest request = home_.plan_request();
    if (near && request.problem.slots.size() > kFew) {  // a trip is far, or the time was shown before it was put back
      charge_by_hand();
      if (!home_.plan_due()) return;
      request = home_.plan_request();
    }
    if (near) shorten(request);
    if (is_slow(request, near)) request.peak.reset();
    if (near && settings().fuse.count() % kOneOfLater != 0) request.later.clear();
    auto made = std::make_shared<const HomePlan>(plan_home(request));
    hold_plan(request, *made);
    const bool is_shown = parses_ && !request.problem.slots.empty();
    const std::string shown = is_shown ? test::fault_of_rendering(home_.wish(), *made) : std::string();
    hold(shown.empty(), shown);
    hold(home_.adopt(std::move(made), home_.revision()), "the plan that was asked for");
  }

  void command() {
    auto told = a_command();
    const bool is_for_second = !settings().further_cars.empty() && is_for_car(told) && input_.flag();
    auto* const mode = std::get_if<ModeCommand>(&told);
    if (is_for_second && mode != nullptr && is_planned(mode->mode)) mode->mode = ChargingMode::immediate;
    const auto outcome = home_.apply(told, is_for_second ? 1 : 0);
    meter_look();
    hold_shown(wire::receipt("fuzzed", std::nullopt, outcome));
    if (outcome) hold_shown(wire::http::result(*outcome));
    make_plan();
  }

  Command a_command() {
    constexpr std::size_t kFirst = 11;  // so many were there when the first inputs were kept
    constexpr std::size_t kAll = 18;
    const auto slots =
        static_cast<std::size_t>(settings().pace.quarters_per_slot() == 1 ? kQuartersPerDay : kHoursPerDay);
    const std::size_t which = input_.below(fuzzed_.has_more ? kAll : kFirst);
    switch (which) {
      case 0:
        return ResetCommand{};
      case 1:
        return ChargeLimitCommand{Percent(input_.within(2'000, kFull.count()))};
      case 2:
        return TargetCommand{Percent(input_.within(2'000, kFull.count()))};
      case 3:
        return ReadyByCommand{a_minute()};
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
        return ChargePowerCommand{Watts(input_.within(0, settings().car.charger.count()))};
      default:
        return which < kFirst ? ModeCommand{kChargingModes.at(input_.below(kChargingModes.size()))}
                              : a_further_command(which - kFirst);
    }
  }

  /// To the car that leaves, and to storages. Some orders are to a device that does not know them.
  Command a_further_command(std::size_t which) {
    constexpr std::size_t kStorage = kDeviceKinds - 1;
    switch (which) {
      case 0:
        return PlugCommand{input_.flag() ? Switch::on : Switch::off};
      case 1: {
        const std::optional<int> leave = input_.flag() ? std::optional(soon()) : std::nullopt;
        return TripCommand{leave, input_.flag() ? soon() : a_minute(), WattHours(input_.within(0, 40'000))};
      }
      case 2:
        return TripsCommand{a_week(input_)};
      case 3:
        return DeviceCommand{input_.below(kDeviceKinds), StoragePower{Watts(input_.within(0, 12'000))}};
      case 4:
        return DeviceCommand{kStorage, StorageReserve{Percent(input_.within(0, kFull.count()))}};
      default:
        return DeviceCommand{kStorage, kStorageModes.at(input_.below(kStorageModes.size()))};
    }
  }

  int a_minute() { return static_cast<int>(input_.within(0, kMinutesPerDay - 1)); }
  /// Within four hours.
  int soon() {
    const Snapshot now = home_.snapshot();
    return (now.hour * kMinutesPerHour + now.minute + static_cast<int>(input_.below(240))) % kMinutesPerDay;
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
    auto before = std::make_unique<Moment>(home_);
    for (int tick = 0; tick < ticks; ++tick) {
      meter_.before_tick(home_);
      home_.advance();
      meter_look();
      auto after = std::make_unique<Moment>(home_);
      hold_tick(fuzzed_, *before, *after);
      make_plan();
      before = std::move(after);
    }
  }

  void render() const {
    const Snapshot seen = home_.snapshot();
    const std::string state = wire::http::state(home_, seen, kLabels);
    hold_shown(state);
    hold_shown(wire::http::plan(home_, kLabels));
    hold_shown(wire::http::info(seen));
    hold_shown(wire::http::hourly_loads(home_.baseload()));
    hold_shown(wire::http::hourly_prices(home_.price()));
    if (!parses_) return;
    hold_state(nlohmann::json::parse(state));
    for (const char* device : {"home", "home/car-2"}) hold_json(home_assistant::document(discovery_settings(), device));
  }

  void hold_state(const nlohmann::json& state) const {
    const auto hold_soc = [&](const char* topic) {
      const double soc = state.at(topic).at("soc_percent").get<double>();
      hold(soc >= 0 && soc <= 100, "a state of charge");
    };
    if (settings().has_car) hold_soc("battery");
    if (home_.storage() != nullptr) hold_soc("storage");
    hold(state.contains("car-2") == !settings().further_cars.empty(), "a second car");
    hold(state.contains("car") == (settings().car.trips != nullptr), "a car that leaves");
  }

  home_assistant::Settings discovery_settings() const {
    home_assistant::Settings all{"homeassistant", "home-energy", "0.1.0", "SEK", home_.calendar().has_zone(),
                                 std::nullopt};
    all.parts = wire::parts_of(settings());
    for (const Device& device : settings().devices) all.devices.push_back(kind_of(device));
    all.chargers = wire::modulating_chargers(settings());
    all.has_peak_price = settings().tariff.peak.has_value();
    return all;
  }

  /// Rows are differences of the counters: together they are what the counters rose by, but for what each rounds.
  void hold_history() {
    rows_.push_back(meter_.open_row(home_));
    std::array<Int128, 3> sums{};
    for (HistoryRow& row : rows_) {
      row.currency = currency_code("SEK");
      sums[0] += row.base_mwh;
      sums[1] += row.car_mwh;
      sums[2] += row.export_mwh;
      hold(row.base_mwh >= 0 && row.car_mwh >= 0 && row.soc >= 0 && row.soc <= kFull.count(), "a row");
      hold(row.export_mwh >= 0, "a row's export");
      for (std::size_t kind = 0; kind < kDeviceKinds; ++kind)
        hold(row.drawn_mwh.at(kind) >= 0 && row.given_mwh.at(kind) >= 0, "a row's devices");
    }
    const Counters& now = home_.counters();
    hold_sum(sums[0], now.base - began_.base, "the rows' base load");
    hold_sum(sums[1], now.charged_together() - began_.charged_together(), "the rows' charging");
    hold_sum(sums[2], now.exported - began_.exported, "the rows' export");
    for (const auto step : {HistoryStep::quarter, HistoryStep::hour, HistoryStep::day}) {
      const auto folded_rows = folded(rows_, step, home_.calendar());
      hold_shown(
          wire::history_json("home", "SEK", step, folded_rows, wire::QuarterText(settings().calendar), columns()));
      hold(!wire::history_csv("SEK", folded_rows, wire::QuarterText(settings().calendar), columns()).empty(),
           "a CSV file");
    }
  }

  void hold_sum(Int128 sum, EnergyTotal total, std::string_view what) const {
    const Int128 off = sum - total.count() / settings().pace.ticks_per_hour();
    const auto count = static_cast<Int128>(rows_.size());
    hold(off <= count && off >= -count, what);
  }

  wire::HistoryDevices columns() const {
    wire::HistoryDevices columns{.car = settings().has_car};
    for (const Device& device : settings().devices) columns.kinds.set(kind_of(device));
    return columns;
  }

  /// What is stored of it makes the same home.
  void come_back() const {
    std::string text;
    append_state(text, {home_.state(), meter_.state()});
    const auto again = parse_state(text, home_.calendar());
    hold(again.has_value() && again->home == home_.state() && again->row == meter_.state(), "a state that comes back");
    if (!parses_) return;
    Home other(std::make_shared<const HomeSettings>(settings()));
    other.restore(again->home, home_.curves());
    const HomeState was = home_.state();
    const HomeState is = other.state();
    hold(is.counters == was.counters, "counters that go on");
    hold(is.car.battery.stored == was.car.battery.stored, "a battery that goes on");
    // Where the clock was changed by a part of an hour, an hour's slot is read back with the hour of the clock's face.
    if (home_.calendar().has_zone() && settings().pace.quarters_per_slot() > 1) return;
    hold(is.moment == was.moment && is.tick == was.tick, "a home's time that goes on");
    hold(is.devices == was.devices, "devices that go on");
  }

  void hold_shown(const std::string& json) const {
    hold(json.size() > 1, "a document");
    if (parses_) hold_json(json);
  }

  const FuzzedHome& fuzzed_;
  Input& input_;
  bool parses_;
  Home home_;
  HistoryMeter meter_;
  Counters began_;
  std::vector<HistoryRow> rows_;
  int plans_ = 0;
};

}  // namespace

void home(Bytes bytes) {
  HomeInput input = split(bytes);
  const FuzzedHome fuzzed = home_of(input);
  Life(fuzzed, input.front).live();
}

}  // namespace home_energy::fuzz
