#include "common/curve_update.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/curve_text.hpp"
#include "common/curve_unit.hpp"
#include "common/iso8601.hpp"
#include "common/text.hpp"
#include "common/timed_values.hpp"
#include "common/wire.hpp"

namespace home_energy {
namespace {

// Documents are looked at where they are and never copied or written out again: both recurse, and what is nested deeply
// enough would end the stack.
using nlohmann::json;

constexpr std::size_t kMaxEntries = 400;  // two days of quarters, one of them of 25 hours, are 196

using Counts = std::vector<std::int64_t>;

/// A curve in small units, before it is one of prices or of loads.
struct Update {
  std::optional<Counts> every_day;
  std::vector<std::pair<std::int64_t, Counts>> of_days;
  bool has_unit = false;
};

/// Prices or loads: what is different between them.
struct Kind {
  std::string field;
  CurveRange range;
  Result<double> (*divisor)(std::string_view unit, const Kind& kind, const CurveContext& context);
  /// Whether values that came without a unit can be in ours.
  Result<void> (*plausible)(Counts counts, const Kind& kind, const CurveContext& context);
};

/// How one text is read: what it may hold, and what its values are divided by for their unit.
struct Reading {
  const Kind& kind;
  const CurveContext& context;
  double divisor = 1;

  tl::unexpected<Error> fail(ErrorCode code, const std::string& predicate) const {
    return failure(code, kind.field, kind.field + " " + predicate);
  }
};

/// One of a list of dated values, as it was written.
struct Entry {
  std::int64_t begin;
  std::optional<std::int64_t> end;
  std::optional<double> value;
};

using Entries = std::vector<Entry>;

/// The member of an object; null is as good as none.
const json* member(const json& object, std::string_view key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

Result<std::int64_t> read_time(const json& time, const Reading& reading) {
  if (time.is_string()) return parse_iso8601(time.get_ref<const std::string&>(), reading.kind.field);
  return reading.fail(ErrorCode::illegal, "must have start and end as text, as in \"2026-11-22T00:00:00+01:00\"");
}

Result<Entry> read_entry(const json& item, const Reading& reading) {
  const auto* const start = item.is_object() ? member(item, wire::key::kStart) : nullptr;
  if (start == nullptr || !item.contains(wire::key::kValue)) {
    return reading.fail(ErrorCode::missing, "must be a list of objects that each have start, end and value");
  }
  const auto begin = read_time(*start, reading);
  if (!begin) return tl::unexpected(begin.error());
  Entry entry{*begin, std::nullopt, std::nullopt};
  if (const auto* const end = member(item, wire::key::kEnd)) {
    const auto read = read_time(*end, reading);
    if (!read) return tl::unexpected(read.error());
    if (*read <= *begin) {
      return reading.fail(ErrorCode::illegal,
                          "must have each end after its start, " + iso8601_utc(*begin) + " has not");
    }
    entry.end = *read;
  }
  if (const auto* const value = member(item, wire::key::kValue)) {
    if (!value->is_number()) {
      return reading.fail(ErrorCode::illegal, "must have numbers as values, " + iso8601_utc(*begin) + " has not");
    }
    entry.value = value->get<double>() / reading.divisor;
  }
  return entry;
}

Result<Entries> read_entries(const std::vector<const json*>& lists, const Reading& reading) {
  Entries entries;
  for (const auto* const list : lists) {
    if (!list->is_array()) return reading.fail(ErrorCode::illegal, "must have arrays as raw_today and raw_tomorrow");
    if (entries.size() + list->size() > kMaxEntries) {
      return reading.fail(ErrorCode::too_large, "must have at most " + std::to_string(kMaxEntries) + " entries");
    }
    for (const auto& item : *list) {
      const auto entry = read_entry(item, reading);
      if (!entry) return tl::unexpected(entry.error());
      entries.push_back(*entry);
    }
  }
  return entries;
}

/// Gives an end to those that came without: the next start, or for the last as long as the one before.
/// @param entries by start
Result<Entries> with_ends(Entries entries, const Reading& reading) {
  for (auto& entry : entries) {
    if (entry.end) continue;
    const auto next = std::ranges::upper_bound(entries, entry.begin, {}, &Entry::begin);
    const auto same = std::ranges::lower_bound(entries, entry.begin, {}, &Entry::begin);
    if (next != entries.end()) {
      entry.end = next->begin;
    } else if (same != entries.begin()) {
      const auto before = std::prev(same);  // which has an end by now
      entry.end = entry.begin + (*before->end - before->begin);
    } else {
      return reading.fail(ErrorCode::missing, "must have an end where it has a single start");
    }
  }
  return entries;
}

/// What holds when, by start: the entries but those without a value.
Result<std::vector<TimedValue>> timed(const Entries& entries, const Reading& reading) {
  std::vector<TimedValue> values;
  for (const auto& entry : entries) {
    if (!entry.value) continue;
    const auto count =
        curve_count(*entry.value, reading.kind.field, reading.kind.range, "that of " + iso8601_utc(entry.begin));
    if (!count) return tl::unexpected(count.error());
    values.push_back({entry.begin, *entry.end, *count});
  }
  return values;
}

std::string dates_of(std::span<const LocalDay> days) {
  std::string dates;
  for (const auto& day : days) dates += (dates.empty() ? "" : " or ") + day.date;
  return dates;
}

Result<Update> of_days(const std::vector<TimedValue>& values, const Reading& reading) {
  const auto days = reading.context.days;
  if (values.empty()) return reading.fail(ErrorCode::missing, "must have values for " + dates_of(days) + ", has none");
  Update update;
  for (const auto& day : days) {
    if (!any_within(values, day)) continue;
    auto counts = counts_of_day(values, day, reading.kind.field);
    if (!counts) return tl::unexpected(counts.error());
    update.of_days.emplace_back(day.day, std::move(*counts));
  }
  if (!update.of_days.empty()) return update;
  return reading.fail(ErrorCode::illegal, "must have values for " + dates_of(days) + ", has only others, from " +
                                              iso8601_utc(values.front().begin) + " on");
}

Result<Update> read_dated(const std::vector<const json*>& lists, const Reading& reading) {
  if (reading.context.days.empty()) {
    return reading.fail(ErrorCode::illegal, "has dates, which need --realtime; send 24 or 96 numbers");
  }
  return read_entries(lists, reading)
      .and_then([&](Entries entries) {
        std::ranges::stable_sort(entries, {}, &Entry::begin);
        return with_ends(std::move(entries), reading);
      })
      .and_then([&](const Entries& entries) { return timed(entries, reading); })
      .and_then([&](const auto& values) { return of_days(values, reading); });
}

Result<Update> of_every_day(std::vector<double> numbers, const Reading& reading) {
  for (auto& number : numbers) number /= reading.divisor;
  return curve_counts(numbers, reading.kind.field, reading.kind.range).map([](Counts counts) {
    return Update{.every_day = std::move(counts), .of_days = {}};
  });
}

/// A list of numbers or of dated values, whichever its first one is.
Result<Update> read_list(const json& list, const Reading& reading) {
  if (list.is_array() && !list.empty() && list.front().is_object()) return read_dated({&list}, reading);
  return curve_numbers(list, reading.kind.field).and_then([&](auto numbers) {
    return of_every_day(std::move(numbers), reading);
  });
}

/// Nothing where the object names no unit.
Result<std::optional<double>> divisor_of(const json& object, const Reading& reading) {
  // Nord Pool's sensors have their unit as the first of these, and "kWh" as the second.
  for (const auto key : {wire::key::kUnitOfMeasurement, wire::key::kUnit}) {
    const auto* const unit = member(object, key);
    if (unit == nullptr) continue;
    // What is no text is refused as any unknown unit is, with the legal ones.
    const auto text = unit->is_string() ? std::string_view(unit->get_ref<const std::string&>()) : unit->type_name();
    if (trimmed(text).empty()) return std::nullopt;
    return reading.kind.divisor(text, reading.kind, reading.context);
  }
  return std::nullopt;
}

Result<Update> read_lists(const json& object, const Reading& reading) {
  if (const auto* const values = member(object, wire::key::kValues)) return read_list(*values, reading);
  std::vector<const json*> lists;
  for (const auto key : {wire::key::kRawToday, wire::key::kRawTomorrow}) {
    if (const auto* const list = member(object, key)) lists.push_back(list);
  }
  if (!lists.empty()) return read_dated(lists, reading);
  return reading.fail(ErrorCode::missing, "is missing: the object must have values, or raw_today and raw_tomorrow");
}

Result<Update> read_object(const json& object, Reading reading) {
  const auto divisor = divisor_of(object, reading);
  if (!divisor) return tl::unexpected(divisor.error());
  reading.divisor = divisor->value_or(1);
  auto update = read_lists(object, reading);
  if (update) update->has_unit = divisor->has_value();
  return update;
}

Result<Update> read_text(std::string_view text, const Reading& reading) {
  if (!is_utf8(text)) return reading.fail(ErrorCode::malformed, "cannot be read: it must be UTF-8");
  // The JSON parser would take NUL for the end of the text, and what follows for nothing.
  if (text.find('\0') != std::string_view::npos) {
    return reading.fail(ErrorCode::malformed, "cannot be read: it must not hold a NUL");
  }
  const auto content = trimmed(text);
  if (!content.starts_with('[') && !content.starts_with('{')) {
    return curve_numbers(content, reading.kind.field).and_then([&](auto numbers) {
      return of_every_day(std::move(numbers), reading);
    });
  }
  const json document = json::parse(content, nullptr, false);
  if (document.is_discarded()) {
    return reading.fail(ErrorCode::malformed, "cannot be read: it must be valid JSON, or 24 or 96 numbers");
  }
  return document.is_object() ? read_object(document, reading) : read_list(document, reading);
}

Result<void> check_plausible(const Update& update, const Reading& reading) {
  if (update.has_unit) return {};
  Counts all = update.every_day.value_or(Counts{});
  for (const auto& [day, counts] : update.of_days) all.insert(all.end(), counts.begin(), counts.end());
  return reading.kind.plausible(std::move(all), reading.kind, reading.context);
}

bool is_quarterly(const Counts& counts) {
  return counts.size() == kQuartersPerDay;
}

Result<Update> parse_update(std::string_view text, const Kind& kind, const CurveContext& context) {
  const Reading reading{kind, context};
  auto update = read_text(text, reading);
  if (!update) return update;
  if (auto plausible = check_plausible(*update, reading); !plausible) return tl::unexpected(plausible.error());
  if (context.finest == Resolution::quarter_hourly) return update;
  const bool is_finer = (update->every_day && is_quarterly(*update->every_day)) ||
                        std::ranges::any_of(update->of_days, [](const auto& of) { return is_quarterly(of.second); });
  if (!is_finer) return update;
  return reading.fail(ErrorCode::illegal,
                      "must be hourly, has 96 values: the --tick that the agent was started with does not divide 15 "
                      "minutes of the home's clock");
}

template <class Value>
CurveUpdate<DayCurve<Value>> update_of(const Update& update, const std::string& unit) {
  CurveUpdate<DayCurve<Value>> curves;
  curves.unit = unit;
  if (update.every_day) curves.every_day = curve_of<Value>(*update.every_day);
  for (const auto& [day, counts] : update.of_days) curves.of_days.emplace_back(day, curve_of<Value>(counts));
  return curves;
}

}  // namespace

Result<PriceUpdate> parse_price_update(std::string_view text, const CurveContext& context) {
  const Kind prices{"price", kPriceRange,
                    [](auto unit, const auto& kind, const auto& against) {
                      return price_divisor(unit, against.currency, kind.field);
                    },
                    [](auto counts, const auto& kind, const auto& against) {
                      return check_plausible(std::move(counts), against.currency, kind.field);
                    }};
  return parse_update(text, prices, context).map([&](const Update& update) {
    return update_of<PricePerKwh>(update, std::string(context.currency) + "/kWh");
  });
}

Result<LoadUpdate> parse_load_update(std::string_view text, const CurveContext& context) {
  const Kind loads{"baseload", kLoadRange,
                   [](auto unit, const auto& kind, const auto&) { return load_divisor(unit, kind.field); },
                   [](auto, const auto&, const auto&) { return Result<void>(); }};
  return parse_update(text, loads, context).map([](const Update& update) { return update_of<Watts>(update, "kW"); });
}

}  // namespace home_energy
