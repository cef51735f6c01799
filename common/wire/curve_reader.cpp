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
#include "common/wire/wire.hpp"

namespace home_energy {
namespace {

// Documents are looked at where they are and never copied or written out again: both recurse, and what is nested deeply
// enough would end the stack.
using nlohmann::json;

constexpr std::int64_t kSecondsPerQuarter = 900;
constexpr std::int64_t kSecondsPerHour = 3600;

using Counts = std::vector<std::int64_t>;

/// A curve in small units, before it is one of prices or of loads.
struct Update {
  std::optional<Counts> every_day;
  std::vector<std::pair<std::int64_t, CountsOfDay>> of_days;
  Coverage coverage{};
  bool has_unit = false;
};

std::string dates_of(std::span<const LocalDay> days) {
  std::string dates;
  for (const auto& day : days) dates += (dates.empty() ? "" : " or ") + day.date;
  return dates;
}

/// As the home's clock shows it; in the hour that autumn repeats with the offset of summer, which is the same moment.
std::string local_text(std::int64_t time, std::span<const LocalDay> days) {
  const auto& day = time < days.front().starts.back() ? days.front() : days.back();
  const auto next = std::ranges::upper_bound(day.starts, time);
  const auto quarter = std::max<std::int64_t>(next - day.starts.begin() - 1, 0);
  const auto midnight = parse_iso8601(day.date + "T00:00Z", "").value_or(0);
  const auto shown = midnight + quarter * kSecondsPerQuarter + time - day.starts[static_cast<std::size_t>(quarter)];
  return iso8601(time, shown - time);
}

std::vector<std::string> local_texts(const std::vector<TimeSpan>& spans, std::span<const LocalDay> days) {
  std::vector<std::string> texts;
  for (const auto& span : spans) {
    const auto begin = std::max(span.begin, days.front().starts.front());
    const auto end = std::min(span.end, days.back().starts.back());
    if (begin < end) texts.push_back(local_text(begin, days) + '/' + local_text(end, days));
  }
  return texts;
}

/// What can count for the days: the rest of their time, and of the hour before it, since it may fill a hole.
std::vector<TimedValue> within(const std::vector<TimedValue>& values, std::span<const LocalDay> days) {
  std::vector<TimedValue> rest;
  for (auto value : values) {
    value.begin = std::max(value.begin, days.front().starts.front() - kSecondsPerHour);
    value.end = std::min(value.end, days.back().starts.back());
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
  const auto days = reading.context.days;
  if (read.values.empty())
    return reading.fail(ErrorCode::missing, "must have values for " + dates_of(days) + ", has none");
  auto joined = one_after_another(within(read.values, days));
  if (!joined) {
    return reading.fail(ErrorCode::illegal, "must have one value at a time, but at " +
                                                local_text(joined.error().at, days) + " it has " +
                                                number_text(joined.error().first, reading.kind.range) + " and " +
                                                number_text(joined.error().second, reading.kind.range));
  }
  const auto holes = fill_holes(*joined);
  Update update{.every_day = {}, .of_days = {}, .has_unit = read.has_unit};
  for (const auto& day : days) {
    const auto counts = counts_of_day(*joined, day);
    if (counts.known.any()) update.of_days.emplace_back(day.day, counts);
  }
  if (update.of_days.empty()) {
    return reading.fail(ErrorCode::illegal, "must have values for " + dates_of(days) + ", has only others, from " +
                                                iso8601_utc(read.values.front().begin) + " on");
  }
  update.coverage = {.from = local_text(std::max(joined->front().begin, days.front().starts.front()), days),
                     .to = local_text(joined->back().end, days),
                     .missing = local_texts(holes.all, days),
                     .filled = local_texts(holes.filled, days)};
  return update;
}

Result<Update> read_dated(const std::vector<const json*>& lists, const CurveReading& reading) {
  if (reading.kind.is_file)
    return reading.fail(ErrorCode::illegal,
                        "has dates; a file must hold 24, 48 or 96 numbers, dates can be sent while "
                        "the agent runs with --realtime");
  if (reading.context.days.empty())
    return reading.fail(ErrorCode::illegal, "has dates, which need --realtime; send 24, 48 or 96 numbers");
  return read_entries(lists, reading).and_then([&](const EntriesRead& read) { return of_days(read, reading); });
}

Result<Update> of_every_day(std::vector<double> numbers, const CurveReading& reading) {
  for (auto& number : numbers) number /= reading.divisor.value_or(1);
  return curve_counts(numbers, reading.kind.field, reading.kind.range).map([&](Counts counts) {
    return Update{.every_day = std::move(counts), .of_days = {}, .has_unit = reading.divisor.has_value()};
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

Result<Update> read_table(std::string_view text, CurveReading reading) {
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
  for (const auto& [day, of_day] : update.of_days) {
    for (std::size_t quarter = 0; quarter < kQuartersPerDay; ++quarter)
      if (of_day.known[quarter]) all.push_back(of_day.counts[quarter]);
  }
  return reading.kind.plausible(std::move(all), reading.kind, reading.context);
}

/// For a pace that meets hours only: an hour of which a part is not known is not known.
/// @return false where the quarters of an hour differ
bool make_hourly(CountsOfDay& of_day) {
  constexpr std::size_t kPerHour = kQuartersPerHour;
  for (std::size_t hour = 0; hour < kQuartersPerDay; hour += kPerHour) {
    const std::span counts(&of_day.counts[hour], kPerHour);
    std::size_t known = 0;
    for (std::size_t quarter = hour; quarter < hour + kPerHour; ++quarter) known += of_day.known[quarter] ? 1U : 0U;
    if (known == kPerHour) {
      if (std::ranges::any_of(counts, [&](auto count) { return count != counts.front(); })) return false;
      continue;
    }
    for (std::size_t quarter = hour; quarter < hour + kPerHour; ++quarter) of_day.known.reset(quarter);
    std::ranges::fill(counts, 0);
  }
  return true;
}

Result<Update> at_pace(Update update, const CurveReading& reading) {
  if (reading.context.finest == Resolution::quarter_hourly) return update;
  const bool is_hourly = (!update.every_day || update.every_day->size() == kHoursPerDay) &&
                         std::ranges::all_of(update.of_days, [](auto& of_day) { return make_hourly(of_day.second); });
  if (!is_hourly) {
    return reading.fail(ErrorCode::illegal,
                        "must be hourly, has 96 values: the --tick that the agent was started with does not divide 15 "
                        "minutes of the home's clock");
  }
  std::erase_if(update.of_days, [](const auto& of_day) { return of_day.second.known.none(); });
  if (update.every_day || !update.of_days.empty()) return update;
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
CurveUpdate<DayCurve<Value>> update_of(const Update& update, const std::string& unit) {
  CurveUpdate<DayCurve<Value>> curves{.coverage = update.coverage, .unit = unit};
  if (update.every_day) curves.every_day = curve_of<Value>(*update.every_day);
  for (const auto& [day, of_day] : update.of_days) {
    std::array<Value, kQuartersPerDay> quarters;
    std::ranges::transform(of_day.counts, quarters.begin(), [](std::int64_t count) { return Value(count); });
    curves.of_days.push_back({day, DayCurve<Value>::of_quarters(quarters), of_day.known});
  }
  return curves;
}

CurveKind prices_called(std::string field, bool is_file) {
  return {.field = std::move(field),
          .range = kPriceRange,
          .is_money = true,
          .is_file = is_file,
          .divisor = [](auto unit, const auto& kind,
                        const auto& against) { return price_divisor(unit, against.currency, kind.field); },
          .divisor_in = [](auto heading, const auto& kind,
                           const auto& against) { return price_divisor_in(heading, against.currency, kind.field); },
          .plausible =
              [](auto counts, const auto& kind, const auto& against) {
                return home_energy::check_plausible(std::move(counts), against.currency, kind.field);
              }};
}

CurveKind loads_called(std::string field, bool is_file) {
  return {
      .field = std::move(field),
      .range = kLoadRange,
      .is_money = false,
      .is_file = is_file,
      .divisor = [](auto unit, const auto& kind, const auto&) { return load_divisor(unit, kind.field); },
      .divisor_in = [](auto heading, const auto& kind, const auto&) { return load_divisor_in(heading, kind.field); },
      .plausible = [](auto, const auto&, const auto&) { return Result<void>(); }};
}

}  // namespace

Result<PriceUpdate> parse_price_update(std::string_view text, const CurveContext& context) {
  return parse_update(text, prices_called("price", false), context).map([&](const Update& update) {
    return update_of<PricePerKwh>(update, std::string(context.currency) + "/kWh");
  });
}

Result<LoadUpdate> parse_load_update(std::string_view text, const CurveContext& context) {
  return parse_update(text, loads_called("baseload", false), context).map([](const Update& update) {
    return update_of<Watts>(update, "kW");
  });
}

Result<PriceCurve> parse_price_curve(std::string_view text, std::string_view currency, const std::string& field) {
  return parse_update(text, prices_called(field, true), {currency, Resolution::quarter_hourly, {}})
      .map([](const Update& update) { return curve_of<PricePerKwh>(*update.every_day); });
}

Result<LoadCurve> parse_load_curve(std::string_view text, const std::string& field) {
  return parse_update(text, loads_called(field, true), {{}, Resolution::quarter_hourly, {}})
      .map([](const Update& update) { return curve_of<Watts>(*update.every_day); });
}

}  // namespace home_energy
