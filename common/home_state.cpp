#include "common/home_state.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "common/curve_text.hpp"

namespace home_energy {

HomeState Home::state() const {
  return {.ticks_per_hour = settings_->pace.ticks_per_hour(),
          .clock = clock_,
          .battery = battery_.state(),
          .wish = wish_,
          .hour_energy = hour_energy_,
          .counters = counters_,
          .ticks_of_run = ticks_of_run_};
}

void Home::restore(const HomeState& state, const HomeCurves& curves) {
  loads_.restore(curves.baseload);
  prices_.restore(curves.price);
  battery_.restore(state.battery);
  wish_ = state.wish;
  wish_.target = std::min(wish_.target, battery_.limit());
  clock_ = state.clock;
  loads_.begin_day(clock_.day);
  prices_.begin_day(clock_.day);
  hour_energy_ = state.hour_energy;
  counters_ = state.counters;
  ticks_of_run_ = state.ticks_of_run;
  enter_slot();
  renew_plan();
  settle();
}

namespace {

using Json = nlohmann::json;

Int128 scaled(Int128 value, int to, int from) {
  return value / from * to + value % from * to / from;
}
Energy scaled(Energy value, int to, int from) {
  return Energy(static_cast<std::int64_t>(scaled(Int128{value.count()}, to, from)));
}
/// Up, so that no counter is seen to fall.
EnergyTotal scaled(EnergyTotal total, int to, int from) {
  return EnergyTotal(-scaled(-total.count(), to, from) + (total.count() % from != 0 ? 1 : 0));
}
void scale(Counters& counters, int to, int from) {
  counters.base = scaled(counters.base, to, from);
  counters.charged = scaled(counters.charged, to, from);
  counters.cost = Money(scaled(counters.cost.count(), to, from));
}

/// The same time of day, to the tick before.
Clock at_pace(const Clock& clock, const Pace& pace, int from) {
  const int hour = clock.quarter / kQuartersPerHour;
  const int tick_of_hour = clock.quarter % kQuartersPerHour * (from / kQuartersPerHour) + clock.tick;
  const int ticks =
      std::min(static_cast<int>(scaled(Int128{tick_of_hour}, pace.ticks_per_hour(), from)), pace.ticks_per_hour() - 1);
  return {.day = clock.day,
          .quarter = hour * kQuartersPerHour + ticks / pace.ticks_per_slot() * pace.quarters_per_slot(),
          .tick = ticks % pace.ticks_per_slot()};
}

std::string text_of(Int128 value) {
  if (value == 0) return "0";
  std::string digits;
  for (Int128 rest = value; rest != 0; rest /= 10) {
    const auto digit = static_cast<int>(rest % 10);
    digits += static_cast<char>('0' + (digit < 0 ? -digit : digit));
  }
  if (value < 0) digits += '-';
  std::ranges::reverse(digits);
  return digits;
}

/// What cannot be read is thrown within this file, and told as a Result.
[[noreturn]] void refuse(const std::string& what) {
  throw std::runtime_error(what);
}

Int128 wide(const Json& object, const char* key) {
  constexpr std::size_t kLongest = 37;  // digits that cannot overflow
  const auto& text = object.at(key).get_ref<const std::string&>();
  const bool negative = text.starts_with('-');
  const auto digits = std::string_view(text).substr(negative ? 1 : 0);
  Int128 value = 0;
  if (digits.empty() || digits.size() > kLongest) refuse(key);
  for (const char c : digits) {
    if (c < '0' || c > '9') refuse(key);
    value = value * 10 + (c - '0');
  }
  return negative ? -value : value;
}

std::int64_t whole(const Json& object, const char* key, std::int64_t lowest, std::int64_t highest) {
  const Json& value = object.at(key);
  if (!value.is_number_integer() || value > highest || value < lowest) refuse(key);
  return value.get<std::int64_t>();
}

constexpr std::int64_t kMostDays = 100'000'000;
constexpr std::int64_t kMost = std::int64_t{1} << 60;

Counters read_counters(const Json& object) {
  const Counters counters{EnergyTotal(wide(object, "base")), EnergyTotal(wide(object, "charged")),
                          Money(wide(object, "cost"))};
  if (counters.base < EnergyTotal() || counters.charged < EnergyTotal()) refuse("counters");
  return counters;
}

/// An object of numbers, written as the homes tick: thousands of them, each second.
class NumbersWriter {
 public:
  explicit NumbersWriter(std::string& out) : out_(out) { out_ += '{'; }

  NumbersWriter& add(std::string_view key, std::int64_t value) {
    name(key);
    out_ += std::to_string(value);
    return *this;
  }
  NumbersWriter& add(std::string_view key, bool value) {
    name(key);
    out_ += value ? "true" : "false";
    return *this;
  }
  /// Beyond what JSON's readers take for a number: as text.
  NumbersWriter& add(std::string_view key, Int128 value) {
    name(key);
    out_ += '"';
    out_ += text_of(value);
    out_ += '"';
    return *this;
  }
  NumbersWriter& add(std::string_view key, const Counters& counters) {
    name(key);
    NumbersWriter(out_)
        .add("base", counters.base.count())
        .add("charged", counters.charged.count())
        .add("cost", counters.cost.count())
        .end();
    return *this;
  }
  void end() { out_ += '}'; }

  void name(std::string_view key) {
    if (out_.back() != '{') out_ += ',';
    out_ += '"';
    out_ += key;
    out_ += "\":";
  }

 private:
  std::string& out_;
};

RememberedHome read_state(const Json& json) {
  constexpr int kMostTicksPerHour = 360'000;
  constexpr int kLastMinute = kHoursPerDay * kMinutesPerHour - 1;
  RememberedHome state;
  HomeState& home = state.home;
  home.ticks_per_hour = static_cast<int>(whole(json, "ticks_per_hour", 1, kMostTicksPerHour));
  home.clock = {.day = whole(json, "day", -kMostDays, kMostDays),
                .quarter = static_cast<int>(whole(json, "quarter", 0, kQuartersPerDay - 1)),
                .tick = static_cast<int>(whole(json, "tick", 0, home.ticks_per_hour - 1))};
  home.battery = {.stored = Energy(whole(json, "stored", 0, kMost)),
                  .fraction = whole(json, "fraction", 0, kFull.count() - 1),
                  .limit = Percent(whole(json, "limit", 0, kFull.count())),
                  .charging = json.at("charging").get<bool>() ? Charging::on : Charging::off};
  home.wish = {.mode = kChargingModes.at(static_cast<std::size_t>(whole(json, "mode", 0, kChargingModes.size() - 1))),
               .target = Percent(whole(json, "target", 0, kFull.count())),
               .ready_by = static_cast<int>(whole(json, "ready_by", 0, kLastMinute))};
  home.hour_energy = Energy(whole(json, "hour_energy", 0, kMost));
  home.counters = read_counters(json.at("counters"));
  home.ticks_of_run = whole(json, "ticks_of_run", 0, kMost);
  const Json& row = json.at("row");
  state.row = {.number = whole(row, "number", 0, kMost),
               .quarter = whole(row, "quarter", -kMostDays * kQuartersPerDay, kMostDays * kQuartersPerDay),
               .began = read_counters(row.at("began")),
               .price = PricePerKwh(whole(row, "price", -kMost, kMost)),
               .ticks = whole(row, "ticks", 0, kMost),
               .overload_ticks = whole(row, "overload_ticks", 0, kMost)};
  return state;
}

template <class Curve>
Json values_of(const Curve& curve) {
  Json values = Json::array();
  for (std::size_t i = 0; i < curve.size(); ++i) values.push_back(curve[i].count());
  return values;
}

template <class Curve>
Json set_json(const typename CurveSchedule<Curve>::Set& set) {
  Json json = Json::object();
  if (set.current) json["current"] = values_of(*set.current);
  if (set.current_day) json["current_day"] = *set.current_day;
  if (set.next) json["next"] = {{"day", set.next->first}, {"values", values_of(set.next->second)}};
  return json;
}

template <class Value>
DayCurve<Value> read_curve(const Json& values, const CurveRange& range, Resolution finest) {
  if (!values.is_array() || (values.size() != kHoursPerDay && values.size() != kQuartersPerDay)) refuse("values");
  if (values.size() == kQuartersPerDay && finest == Resolution::hourly) refuse("values finer than the pace");
  std::vector<std::int64_t> counts;
  for (const Json& value : values) {
    if (!value.is_number_integer()) refuse("values");
    const auto count = value.get<std::int64_t>();
    if (static_cast<double>(count) < range.lowest * range.per_unit ||
        static_cast<double>(count) > range.highest * range.per_unit)
      refuse("values");
    counts.push_back(count);
  }
  return curve_of<Value>(counts);
}

template <class Value>
typename CurveSchedule<DayCurve<Value>>::Set read_set(const Json& json, const CurveRange& range, Resolution finest) {
  typename CurveSchedule<DayCurve<Value>>::Set set;
  if (json.contains("current")) set.current = read_curve<Value>(json.at("current"), range, finest);
  if (json.contains("current_day")) set.current_day = whole(json, "current_day", -kMostDays, kMostDays);
  if (json.contains("next")) {
    const Json& next = json.at("next");
    set.next.emplace(whole(next, "day", -kMostDays, kMostDays), read_curve<Value>(next.at("values"), range, finest));
  }
  return set;
}

template <class T, class Read>
Result<T> read_safely(std::string_view text, const std::string& field, const Read& read) {
  try {
    return read(Json::parse(text));
  } catch (const std::exception& error) {
    return failure(ErrorCode::malformed, field, field + " cannot be read: " + error.what());
  }
}

}  // namespace

RememberedHome at_pace(RememberedHome state, const Pace& pace) {
  HomeState& home = state.home;
  const int from = home.ticks_per_hour;
  const int to = pace.ticks_per_hour();
  home.clock = at_pace(home.clock, pace, from);
  if (from == to) return state;
  home.ticks_per_hour = to;
  home.battery.stored = scaled(home.battery.stored, to, from);
  home.hour_energy = scaled(home.hour_energy, to, from);
  home.ticks_of_run = static_cast<std::int64_t>(scaled(Int128{home.ticks_of_run}, to, from));
  scale(home.counters, to, from);
  scale(state.row.began, to, from);
  state.row.overload_ticks = static_cast<std::int64_t>(scaled(Int128{state.row.overload_ticks}, to, from));
  return state;
}

void append_state(std::string& out, const RememberedHome& state) {
  const HomeState& home = state.home;
  NumbersWriter writer(out);
  writer.add("ticks_per_hour", std::int64_t{home.ticks_per_hour})
      .add("day", home.clock.day)
      .add("quarter", std::int64_t{home.clock.quarter})
      .add("tick", std::int64_t{home.clock.tick})
      .add("stored", home.battery.stored.count())
      .add("fraction", home.battery.fraction)
      .add("limit", home.battery.limit.count())
      .add("charging", home.battery.charging == Charging::on)
      .add("mode", static_cast<std::int64_t>(home.wish.mode))
      .add("target", home.wish.target.count())
      .add("ready_by", std::int64_t{home.wish.ready_by})
      .add("hour_energy", home.hour_energy.count())
      .add("counters", home.counters)
      .add("ticks_of_run", home.ticks_of_run)
      .name("row");
  NumbersWriter(out)
      .add("number", state.row.number)
      .add("quarter", state.row.quarter)
      .add("began", state.row.began)
      .add("price", state.row.price.count())
      .add("ticks", state.row.ticks)
      .add("overload_ticks", state.row.overload_ticks)
      .end();
  writer.end();
}

Result<RememberedHome> parse_state(std::string_view text) {
  return read_safely<RememberedHome>(text, "state", [](const Json& json) { return read_state(json); });
}

std::string curves_text(const HomeCurves& curves) {
  const Json json{{"baseload", set_json<LoadCurve>(curves.baseload)}, {"price", set_json<PriceCurve>(curves.price)}};
  return json["baseload"].empty() && json["price"].empty() ? std::string() : json.dump();
}

Result<HomeCurves> parse_curves(std::string_view text, Resolution finest) {
  if (text.empty()) return HomeCurves{};
  return read_safely<HomeCurves>(text, "curves", [&](const Json& json) {
    return HomeCurves{read_set<Watts>(json.at("baseload"), kLoadRange, finest),
                      read_set<PricePerKwh>(json.at("price"), kPriceRange, finest)};
  });
}

}  // namespace home_energy
