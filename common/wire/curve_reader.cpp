#include "common/wire/curve_reader.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/decimal.hpp"
#include "common/base/text.hpp"
#include "common/time/iso8601.hpp"
#include "common/time/timed_values.hpp"
#include "common/wire/curve_csv.hpp"
#include "common/wire/curve_entries.hpp"
#include "common/wire/curve_shapes.hpp"
#include "common/wire/curve_text.hpp"
#include "common/wire/curve_unit.hpp"
#include "common/wire/dated_csv.hpp"
#include "common/wire/sheet.hpp"
#include "common/wire/wire.hpp"

namespace home_energy {
namespace {

// Documents are looked at where they are and never copied or written out again: both recurse, and what is nested deeply
// enough would end the stack.
using nlohmann::json;

using Counts = std::vector<std::int64_t>;

/// A curve in small units, before it is one of prices or of loads.
struct Update {
  std::optional<Counts> every_day;
  std::vector<TimedValue> quarters;  ///< of single moments
  Coverage coverage{};
  bool has_unit = false;
};

constexpr std::int64_t kDaysTaken = 2;

/// Of today and tomorrow, Unix seconds.
TimeSpan days_taken(const CurveContext& context) {
  const Calendar& calendar = *context.calendar;
  return {calendar.epoch() + calendar.begin_of(context.today),
          calendar.epoch() + calendar.begin_of(context.today + kDaysTaken)};
}

std::string dates_of(const CurveContext& context) {
  const auto date = context.calendar->date_of(context.today);
  return date_text(date) + " or " + date_text(date + 1);
}

/// As the home's clock shows it.
std::string local_text(std::int64_t time, const CurveContext& context) {
  return context.calendar->text(time - context.calendar->epoch());
}

std::vector<std::string> local_texts(const std::vector<TimeSpan>& spans, const CurveContext& context) {
  std::vector<std::string> texts;
  const auto days = days_taken(context);
  for (const auto& span : spans) {
    const auto begin = std::max(span.begin, days.begin);
    const auto end = std::min(span.end, days.end);
    if (begin < end) texts.push_back(local_text(begin, context) + '/' + local_text(end, context));
  }
  return texts;
}

/// What can count for the days: the rest of their time, and of the hour before it, since it may fill a hole.
std::vector<TimedValue> within(const std::vector<TimedValue>& values, TimeSpan days) {
  std::vector<TimedValue> rest;
  for (auto value : values) {
    value.begin = std::max(value.begin, days.begin - kSecondsPerHour);
    value.end = std::min(value.end, days.end);
    if (value.begin < value.end) rest.push_back(value);
  }
  std::ranges::stable_sort(rest, {}, &TimedValue::begin);
  return rest;
}

std::string number_text(std::int64_t count, const CurveRange& range) {
  std::string text;
  append_decimal(text, count, range.decimals);
  return text;
}

Result<Update> of_days(const EntriesRead& read, const CurveReading& reading) {
  const CurveContext& context = reading.context;
  if (read.values.empty())
    return reading.fail(ErrorCode::missing, "must have values for " + dates_of(context) + ", has none");
  const auto days = days_taken(context);
  auto joined = one_after_another(within(read.values, days));
  if (!joined) {
    return reading.fail(ErrorCode::illegal, "must have one value at a time, but at " +
                                                local_text(joined.error().at, context) + " it has " +
                                                number_text(joined.error().first, reading.kind.range) + " and " +
                                                number_text(joined.error().second, reading.kind.range));
  }
  const auto holes = fill_holes(*joined);
  Update update{.every_day = {}, .quarters = quarter_means(*joined, days), .has_unit = read.has_unit};
  if (update.quarters.empty()) {
    return reading.fail(ErrorCode::illegal, "must have values for " + dates_of(context) + ", has only others, from " +
                                                iso8601_utc(read.values.front().begin) + " on");
  }
  update.coverage = {.from = local_text(std::max(joined->front().begin, days.begin), context),
                     .to = local_text(joined->back().end, context),
                     .missing = local_texts(holes.all, context),
                     .filled = local_texts(holes.filled, context)};
  return update;
}

/// All of a file's values, whatever their days.
Result<Update> of_any_span(const std::vector<TimedValue>& values, bool has_unit, const CurveReading& reading) {
  constexpr std::int64_t kLongest = std::int64_t{30} * 366 * kSecondsPerDay;
  if (values.empty()) return reading.fail(ErrorCode::missing, "must have values, has none");
  auto joined = one_after_another(values);
  if (!joined)
    return reading.fail(ErrorCode::illegal, "must have one value at a time, but at " + iso8601_utc(joined.error().at) +
                                                " it has " + number_text(joined.error().first, reading.kind.range) +
                                                " and " + number_text(joined.error().second, reading.kind.range));
  TimedValue& last = joined->back();
  if (last.end - last.begin > kLongest) last.end = last.begin + kSecondsPerDay;  // an end that is none, as year 9999
  if (last.end - joined->front().begin > kLongest)
    return reading.fail(ErrorCode::too_large,
                        "must span at most 30 years, from " + iso8601_utc(joined->front().begin) + " on");
  fill_holes(*joined);
  const std::int64_t begin = floored_quotient(joined->front().begin, kSecondsPerQuarter) * kSecondsPerQuarter;
  Update update{.every_day = {}, .quarters = quarter_means(*joined, {begin, last.end}), .has_unit = has_unit};
  if (!update.quarters.empty()) return update;
  return reading.fail(ErrorCode::illegal, "must have values for at least one whole quarter of an hour");
}

Result<Update> read_dated(const std::vector<const json*>& lists, const CurveReading& reading) {
  if (reading.kind.dates == DatesTaken::any_span)
    return read_entries(lists, reading).and_then([&](const EntriesRead& read) {
      return of_any_span(read.values, read.has_unit, reading);
    });
  if (reading.kind.dates == DatesTaken::none)
    return reading.fail(ErrorCode::illegal, "has dates; it must hold 24, 48 or 96 numbers");
  if (!reading.context.has_dates())
    return reading.fail(ErrorCode::illegal, "has dates, which need --realtime or --zone; send 24, 48 or 96 numbers");
  return read_entries(lists, reading).and_then([&](const EntriesRead& read) { return of_days(read, reading); });
}

Result<Update> of_every_day(std::vector<double> numbers, const CurveReading& reading) {
  for (auto& number : numbers) number /= reading.divisor.value_or(1);
  return curve_counts(numbers, reading.kind.field, reading.kind.range).map([&](Counts counts) {
    return Update{.every_day = std::move(counts), .quarters = {}, .has_unit = reading.divisor.has_value()};
  });
}

bool is_dated(const json& list) {
  return list.is_array() && !list.empty() && list.front().is_object();
}

/// A list of numbers or of dated values, whichever its first one is.
Result<Update> read_list(const json& list, const CurveReading& reading) {
  if (is_dated(list)) return read_dated({&list}, reading);
  return curve_numbers(list, reading.kind.field).and_then([&](auto numbers) {
    return of_every_day(std::move(numbers), reading);
  });
}

Result<Update> read_object(const json& object, CurveReading reading) {
  const auto divisor = divisor_of(object, reading);
  if (!divisor) return tl::unexpected(divisor.error());
  reading.divisor = *divisor;
  const auto* const values = member(object, wire::key::kValues);
  if (values != nullptr && !values->is_object()) return read_list(*values, reading);
  return find_lists(values != nullptr ? *values : object, reading.kind.field).and_then([&](const auto& lists) {
    return read_dated(lists, reading);
  });
}

/// What values are divided by, one after the other, for the unit of their heading.
struct HeadingUnit {
  std::optional<double> divisor;  ///< none: it names no unit
  bool is_energy;                 ///< kWh of each row
};

Result<HeadingUnit> unit_of(const std::string& heading, const CurveReading& reading) {
  const auto energy = reading.kind.is_money ? std::nullopt : energy_divisor_in(heading);
  if (energy) return HeadingUnit{energy, true};
  return reading.kind.divisor_in(heading, reading.kind, reading.context).map([](auto divisor) {
    return HeadingUnit{divisor, false};
  });
}

Result<Update> of_dated_table(const DatedTable& table, const CurveReading& reading) {
  const auto unit = unit_of(table.heading, reading);
  if (!unit) return tl::unexpected(unit.error());
  std::vector<TimedValue> values;
  values.reserve(table.values.size());
  for (const auto& [begin, end, value] : table.values) {
    const double hours = static_cast<double>(end - begin) / static_cast<double>(kSecondsPerHour);
    const double divisor = unit->divisor.value_or(1) * (unit->is_energy ? hours : 1);
    const auto count =
        curve_count(value / divisor, reading.kind.field, reading.kind.range, "that of " + iso8601_utc(begin));
    if (!count) return tl::unexpected(count.error());
    values.push_back({begin, end, *count});
  }
  return of_any_span(values, unit->divisor.has_value(), reading);
}

Result<Update> read_table(std::string_view text, CurveReading reading) {
  if (reading.kind.dates == DatesTaken::any_span) {
    auto sheet = read_sheet(text, reading.kind.field);
    if (!sheet) return tl::unexpected(sheet.error());
    const auto dated = parse_dated_csv(std::move(*sheet), *reading.context.calendar,
                                       reading.kind.is_money ? CurveOf::price : CurveOf::load);
    if (!dated) return tl::unexpected(dated.error());
    if (*dated) return of_dated_table(**dated, reading);
  }
  const auto table = parse_curve_csv(text, reading.kind.field);
  if (!table) return tl::unexpected(table.error());
  const auto divisor = reading.kind.divisor_in(table->heading, reading.kind, reading.context);
  if (!divisor) return tl::unexpected(divisor.error());
  reading.divisor = *divisor;
  return of_every_day(table->values, reading);
}

Result<Update> read_text(std::string_view text, const CurveReading& reading) {
  if (!is_utf8(text)) return reading.fail(ErrorCode::malformed, "cannot be read: it must be UTF-8");
  // The JSON parser would take NUL for the end of the text, and what follows for nothing.
  if (text.find('\0') != std::string_view::npos) {
    return reading.fail(ErrorCode::malformed, "cannot be read: it must not hold a NUL");
  }
  const auto content = trimmed(text);
  if (!content.starts_with('[') && !content.starts_with('{')) return read_table(content, reading);
  const json document = json::parse(content, nullptr, false);
  if (document.is_discarded()) {
    return reading.fail(ErrorCode::malformed, "cannot be read: it must be valid JSON, or 24, 48 or 96 numbers");
  }
  return document.is_object() ? read_object(document, reading) : read_list(document, reading);
}

Result<void> check_plausible(const Update& update, const CurveReading& reading) {
  if (update.has_unit) return {};
  Counts all = update.every_day.value_or(Counts{});
  for (const auto& quarter : update.quarters) all.push_back(quarter.count);
  return reading.kind.plausible(std::move(all), reading.kind, reading.context);
}

Result<Update> at_pace(Update update, const CurveReading& reading) {
  if (reading.context.finest == Resolution::quarter_hourly) return update;
  const bool is_hourly = update.every_day ? update.every_day->size() == kHoursPerDay
                                          : make_hourly(update.quarters, *reading.context.calendar);
  if (!is_hourly) {
    return reading.fail(ErrorCode::illegal,
                        "must be hourly, has 96 values: the --tick that the agent was started with does not divide 15 "
                        "minutes of the home's clock");
  }
  if (update.every_day || !update.quarters.empty()) return update;
  return reading.fail(ErrorCode::illegal, "must have values for at least one whole hour");
}

Result<Update> parse_update(std::string_view text, const CurveKind& kind, const CurveContext& context) {
  const CurveReading reading{kind, context};
  return read_text(text, reading).and_then([&](Update update) -> Result<Update> {
    if (auto plausible = check_plausible(update, reading); !plausible) return tl::unexpected(plausible.error());
    return at_pace(std::move(update), reading);
  });
}

template <class Value>
CurveUpdate<Value> update_of(const Update& update, const std::string& unit, const CurveContext& context) {
  CurveUpdate<Value> curves{.coverage = update.coverage, .unit = unit};
  if (update.every_day) curves.every_day = curve_of<Value>(*update.every_day);
  for (const auto& quarter : update.quarters) {
    const auto epoch = context.calendar->epoch();
    curves.dated.push_back({quarter.begin - epoch, quarter.end - epoch, Value(quarter.count)});
  }
  return curves;
}

CurveKind prices_called(std::string field, DatesTaken dates) {
  return {.field = std::move(field),
          .range = kPriceRange,
          .is_money = true,
          .dates = dates,
          .divisor = [](auto unit, const auto& kind,
                        const auto& against) { return price_divisor(unit, against.currency, kind.field); },
          .divisor_in = [](auto heading, const auto& kind,
                           const auto& against) { return price_divisor_in(heading, against.currency, kind.field); },
          .plausible =
              [](auto counts, const auto& kind, const auto& against) {
                return home_energy::check_plausible(std::move(counts), against.currency, kind.field);
              }};
}

CurveKind loads_called(std::string field, DatesTaken dates) {
  return {
      .field = std::move(field),
      .range = kLoadRange,
      .is_money = false,
      .dates = dates,
      .divisor = [](auto unit, const auto& kind, const auto&) { return load_divisor(unit, kind.field); },
      .divisor_in = [](auto heading, const auto& kind, const auto&) { return load_divisor_in(heading, kind.field); },
      .plausible = [](auto, const auto&, const auto&) { return Result<void>(); }};
}

}  // namespace

Result<PriceUpdate> parse_price_update(std::string_view text, const CurveContext& context) {
  return parse_update(text, prices_called("price", DatesTaken::today_and_tomorrow), context)
      .map([&](const Update& update) {
        return update_of<PricePerKwh>(update, std::string(context.currency) + "/kWh", context);
      });
}

Result<LoadUpdate> parse_load_update(std::string_view text, const CurveContext& context) {
  return parse_update(text, loads_called("baseload", DatesTaken::today_and_tomorrow), context)
      .map([&](const Update& update) { return update_of<Watts>(update, "kW", context); });
}

namespace {

template <class Value>
Result<CurveFile<Value>> parse_file(std::string_view text, const CurveKind& kind, const CurveFileContext& context) {
  const CurveContext against{context.currency, Resolution::quarter_hourly, context.calendar};
  return parse_update(text, kind, against).map([](const Update& update) {
    CurveFile<Value> file{.finest = Resolution::hourly};
    if (update.every_day) {
      file.every_day = curve_of<Value>(*update.every_day);
      file.finest = file.every_day->resolution();
      return file;
    }
    if (are_quarterly(update.quarters)) file.finest = Resolution::quarter_hourly;
    std::vector<Dated<Value>> record;
    for (const auto& [begin, end, count] : update.quarters) {
      if (!record.empty() && record.back().end == begin && record.back().value == Value(count)) {
        record.back().end = end;
      } else {
        record.push_back({begin, end, Value(count)});
      }
    }
    file.record = std::make_shared<const std::vector<Dated<Value>>>(std::move(record));
    return file;
  });
}

}  // namespace

Result<CurveFile<PricePerKwh>> parse_price_file(std::string_view text, const CurveFileContext& context) {
  return parse_file<PricePerKwh>(text, prices_called(context.field, DatesTaken::any_span), context);
}

Result<CurveFile<Watts>> parse_load_file(std::string_view text, const CurveFileContext& context) {
  return parse_file<Watts>(text, loads_called(context.field, DatesTaken::any_span), context);
}

Result<PriceCurve> parse_price_curve(std::string_view text, std::string_view currency, const std::string& field) {
  return parse_update(text, prices_called(field, DatesTaken::none), {currency, Resolution::quarter_hourly})
      .map([](const Update& update) { return curve_of<PricePerKwh>(*update.every_day); });
}

Result<LoadCurve> parse_load_curve(std::string_view text, const std::string& field) {
  return parse_update(text, loads_called(field, DatesTaken::none), {{}, Resolution::quarter_hourly})
      .map([](const Update& update) { return curve_of<Watts>(*update.every_day); });
}

}  // namespace home_energy
