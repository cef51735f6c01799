#include "common/wire/curve_entries.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "common/base/text.hpp"
#include "common/time/iso8601.hpp"
#include "common/wire/curve_shapes.hpp"
#include "common/wire/curve_unit.hpp"
#include "common/wire/wire.hpp"

namespace home_energy {
namespace {

// Documents are looked at where they are and never copied or written out again: both recurse, and what is nested deeply
// enough would end the stack.
using nlohmann::json;

constexpr std::size_t kMaxEntries = 400;  // two days of quarters, one of them of 25 hours, are 196
constexpr std::int64_t kSlackSeconds = 2;
constexpr std::int64_t kMillisPerSecond = 1000;
constexpr std::int64_t kFirstMillis = 100'000'000'000;  // a number from here on counts milliseconds: 1973, or year 5138
constexpr std::int64_t kLongestStep = 3600;
constexpr std::int64_t kLongestWithoutEnd = 86'400;
constexpr std::int64_t kLatest = 253'402'300'799;  // the last second of the year 9999

/// One of a list of dated values, as it was written.
struct Entry {
  std::int64_t begin;
  std::optional<std::int64_t> end;
  std::optional<double> value;
  bool is_open;  ///< its end is given as null
};

using Entries = std::vector<Entry>;

/// How the entries of one list are read.
struct ListReading {
  const CurveReading& of;
  const CurveShape& shape;
  double divisor;
};

std::int64_t to_the_minute(std::int64_t time) {
  const auto past = ((time % kSecondsPerMinute) + kSecondsPerMinute) % kSecondsPerMinute;
  if (past <= kSlackSeconds) return time - past;
  return past >= kSecondsPerMinute - kSlackSeconds ? time - past + kSecondsPerMinute : time;
}

Result<std::int64_t> time_of(const json& time, const ListReading& list) {
  const auto& field = list.of.kind.field;
  if (time.is_string()) {
    const auto& text = time.get_ref<const std::string&>();
    auto read = parse_iso8601(text, field);
    if (!read && list.shape.utc) {
      if (auto utc = parse_iso8601(text + "Z", field)) return utc;
    }
    return read;
  }
  if (time.is_number_integer() || time.is_number_unsigned()) {
    auto seconds = time.get<std::int64_t>();
    if (seconds >= kFirstMillis) seconds /= kMillisPerSecond;
    if (seconds > 0 && seconds <= kLatest) return seconds;
  }
  return list.of.fail(ErrorCode::illegal,
                      "must have its times as text, as in \"2026-11-22T00:00:00+01:00\", or as Unix time");
}

Result<std::optional<double>> value_of(const json& value, const ListReading& list, std::int64_t begin) {
  if (value.is_null()) return std::nullopt;
  const auto number = curve_number(value);
  if (number) return *number / list.divisor;
  return list.of.fail(ErrorCode::illegal, "must have numbers as values, " + iso8601_utc(begin) + " has not");
}

Result<Entry> read_entry(const json& item, const ListReading& list) {
  const auto* const start = item.is_object() ? member(item, list.shape.start) : nullptr;
  if (start == nullptr || !item.contains(list.shape.value)) {
    return list.of.fail(ErrorCode::missing, "must have " + std::string(list.shape.start) + " and " +
                                                std::string(list.shape.value) + " in each entry of its list");
  }
  const auto begin = time_of(*start, list);
  if (!begin) return tl::unexpected(begin.error());
  const bool has_end = !list.shape.end.empty() && item.contains(list.shape.end);
  Entry entry{*begin, std::nullopt, std::nullopt, has_end && item.find(list.shape.end)->is_null()};
  if (const auto* const end = list.shape.end.empty() ? nullptr : member(item, list.shape.end)) {
    const auto read = time_of(*end, list);
    if (!read) return tl::unexpected(read.error());
    if (*read <= *begin) {
      return list.of.fail(ErrorCode::illegal,
                          "must have each end after its start, " + iso8601_utc(*begin) + " has not");
    }
    entry.end = *read;
  }
  const auto value = value_of(*item.find(list.shape.value), list, *begin);
  if (!value) return tl::unexpected(value.error());
  entry.value = *value;
  return entry;
}

/// Of one key; nothing where it is not there, null or blank.
Result<std::optional<double>> divisor_at(const json& object, std::string_view key, const CurveReading& reading) {
  const auto* const unit = member(object, key);
  if (unit == nullptr) return std::nullopt;
  // What is no text is refused as any unknown unit is, with the legal ones.
  const auto text = unit->is_string() ? std::string_view(unit->get_ref<const std::string&>()) : unit->type_name();
  if (trimmed(text).empty()) return std::nullopt;
  return reading.kind.divisor(text, reading.kind, reading.context);
}

/// No currency is converted. Nord Pool's sensors say `price_in_cents` where their unit should.
Result<void> check_currency(const json& object, const CurveReading& reading) {
  if (!reading.kind.is_money) return {};
  const auto* const currency = member(object, "currency");
  if (currency != nullptr && currency->is_string() && !currency->get_ref<const std::string&>().empty() &&
      !is_currency(currency->get_ref<const std::string&>(), reading.context.currency)) {
    return reading.fail(ErrorCode::illegal, "has the currency " + excerpt(currency->get_ref<const std::string&>()) +
                                                ", it must be " + std::string(reading.context.currency) +
                                                " (no currency is converted)");
  }
  const auto* const in_cents = member(object, "price_in_cents");
  if (in_cents != nullptr && *in_cents == true && member(object, wire::key::kUnitOfMeasurement) == nullptr) {
    return tl::unexpected(unit_is_missing(reading.context.currency, reading.kind.field));
  }
  return {};
}

/// What the values of a shape are divided by where no unit is named for them; none: they are to be plausible.
Result<std::optional<double>> divisor_of_shape(const CurveShape& shape, const CurveReading& reading) {
  if (shape.unit_is == ShapeUnit::of_shape) return reading.kind.divisor(shape.unit, reading.kind, reading.context);
  if (shape.unit_is == ShapeUnit::plausible) return std::nullopt;
  return tl::unexpected(unit_is_missing(reading.context.currency, reading.kind.field));
}

/// The unit that is named for a list, beside it or in each of its entries.
Result<std::optional<double>> named_divisor(const json& list, const CurveReading& reading) {
  auto named = divisor_of(list.front(), reading);
  if (!named) return named;
  for (const auto& item : list) {
    if (!item.is_object()) continue;  // which is told when it is read
    auto same = divisor_of(item, reading);
    if (!same) return same;
    if (*same != *named) return reading.fail(ErrorCode::illegal, "must have one unit throughout");
  }
  if (*named && reading.divisor && *named != *reading.divisor) {
    return reading.fail(ErrorCode::illegal, "has one unit beside its entries, and another in them");
  }
  return reading.divisor ? reading.divisor : named;
}

/// Prices of two areas are two lists.
Result<void> check_area(const json& list, const CurveReading& reading) {
  for (const std::string_view key : {"PriceArea", "price_area", "area"}) {
    const auto* const first = list.front().is_object() ? member(list.front(), key) : nullptr;
    for (const auto& item : list) {
      const auto* const area = item.is_object() ? member(item, key) : nullptr;
      if (first == nullptr || area == nullptr || !first->is_string() || !area->is_string() || *area == *first) continue;
      return reading.fail(ErrorCode::illegal, "has entries of more than one area, " +
                                                  excerpt(first->get_ref<const std::string&>()) + " and " +
                                                  excerpt(area->get_ref<const std::string&>()) + ": send those of one");
    }
  }
  return {};
}

/// How a list is read: in the first of its shapes whose unit is legal here.
struct ShapeFound {
  const CurveShape* shape;
  double divisor;
  bool has_unit;  ///< its values need not be plausible
};

Result<ShapeFound> shape_of(const json& list, const CurveReading& reading) {
  const auto shapes = shapes_of(list.front());
  if (shapes.empty()) {
    return reading.fail(ErrorCode::missing, "must be a list of objects that each have start, end and value");
  }
  const auto named = named_divisor(list, reading);
  if (!named) return tl::unexpected(named.error());
  std::optional<Error> refused;
  for (const auto* const shape : shapes) {
    const auto meant = divisor_of_shape(*shape, reading);
    if (!meant && !refused) refused = meant.error();
    if (!meant) continue;
    if (*named) return ShapeFound{shape, **named, true};
    // A shape that means our own unit may be used by someone who means another: its values have to be plausible.
    return ShapeFound{shape, meant->value_or(1), meant->value_or(1) != 1};
  }
  if (*named) return ShapeFound{shapes.front(), **named, true};
  return tl::unexpected(*refused);
}

/// How far apart most starts are, where that is at most an hour: so long an entry lasts. Nothing where they are not.
/// @param entries by start
std::optional<std::int64_t> step_of(const Entries& entries) {
  std::map<std::int64_t, std::size_t> counts;
  std::size_t steps = 0;
  for (std::size_t i = 1; i < entries.size(); ++i) {
    const auto step = entries[i].begin - entries[i - 1].begin;
    if (step == 0) continue;
    ++counts[step];
    ++steps;
  }
  const auto commonest = std::ranges::max_element(counts, {}, [](const auto& count) { return count.second; });
  if (commonest == counts.end() || commonest->second * 2 < steps || commonest->first > kLongestStep)
    return std::nullopt;
  return commonest->first;
}

/// Where an entry ends that came without an end: at the next start, but no later than the others of its list would.
Result<std::int64_t> end_of(const Entries& entries, const Entry& entry, std::optional<std::int64_t> step,
                            const CurveReading& reading) {
  const auto next = std::ranges::upper_bound(entries, entry.begin, {}, &Entry::begin);
  const bool is_last = next == entries.end();
  if (is_last && entry.is_open) return kLatest;
  if (step) return is_last ? entry.begin + *step : std::min(next->begin, entry.begin + *step);
  if (!is_last && next->begin - entry.begin <= kLongestWithoutEnd) return next->begin;
  if (entries.front().begin == entries.back().begin) {
    return reading.fail(ErrorCode::missing, "must have an end where it has a single start");
  }
  return reading.fail(ErrorCode::missing, "must have an end where its starts are not equally far apart, " +
                                              iso8601_utc(entry.begin) + " has not");
}

/// @param entries by start
Result<Entries> with_ends(Entries entries, const CurveReading& reading) {
  const auto step = step_of(entries);
  for (auto& entry : entries) {
    if (entry.end) continue;
    const auto end = end_of(entries, entry, step, reading);
    if (!end) return tl::unexpected(end.error());
    entry.end = *end;
  }
  return entries;
}

/// What holds when, by start: the entries but those without a value.
Result<std::vector<TimedValue>> timed(const Entries& entries, const CurveReading& reading) {
  std::vector<TimedValue> values;
  for (const auto& entry : entries) {
    if (!entry.value) continue;
    const auto count =
        curve_count(*entry.value, reading.kind.field, reading.kind.range, "that of " + iso8601_utc(entry.begin));
    if (!count) return tl::unexpected(count.error());
    const bool is_short = *entry.end - entry.begin < kSecondsPerMinute;
    values.push_back({is_short ? entry.begin : to_the_minute(entry.begin),
                      is_short ? *entry.end : to_the_minute(*entry.end), *count});
  }
  return values;
}

/// Adds the entries of one list. @return whether they came with a unit
Result<bool> add_entries(Entries& entries, const json& list, const CurveReading& reading) {
  if (!list.is_array()) return reading.fail(ErrorCode::illegal, "must have arrays as raw_today and raw_tomorrow");
  const std::size_t most = reading.kind.dates == DatesTaken::any_span ? kMaxFileEntries : kMaxEntries;
  if (entries.size() + list.size() > most) {
    return reading.fail(ErrorCode::too_large, "must have at most " + std::to_string(most) + " entries");
  }
  if (list.empty()) return true;
  if (auto area = check_area(list, reading); !area) return tl::unexpected(area.error());
  const auto shape = shape_of(list, reading);
  if (!shape) return tl::unexpected(shape.error());
  const ListReading how{reading, *shape->shape, shape->divisor};
  for (const auto& item : list) {
    const auto entry = read_entry(item, how);
    if (!entry) return tl::unexpected(entry.error());
    entries.push_back(*entry);
  }
  return shape->has_unit;
}

}  // namespace

Result<std::optional<double>> divisor_of(const json& object, const CurveReading& reading) {
  if (!object.is_object()) return std::nullopt;
  if (auto ours = check_currency(object, reading); !ours) return tl::unexpected(ours.error());
  auto measure = divisor_at(object, wire::key::kUnitOfMeasurement, reading);
  auto unit = divisor_at(object, wire::key::kUnit, reading);
  if (!measure || !*measure) return measure ? unit : measure;
  // Nord Pool's sensors have "kWh" as the second.
  if (unit && *unit && *unit != *measure) return reading.fail(ErrorCode::illegal, "has two units that differ");
  return measure;
}

Result<EntriesRead> read_entries(const std::vector<const json*>& lists, const CurveReading& reading) {
  Entries entries;
  bool has_unit = true;
  for (const auto* const list : lists) {
    const auto with_unit = add_entries(entries, *list, reading);
    if (!with_unit) return tl::unexpected(with_unit.error());
    has_unit = has_unit && *with_unit;
  }
  std::ranges::stable_sort(entries, {}, &Entry::begin);
  return with_ends(std::move(entries), reading)
      .and_then([&](const Entries& ended) { return timed(ended, reading); })
      .map([&](auto values) {
        return EntriesRead{std::move(values), has_unit};
      });
}

}  // namespace home_energy
