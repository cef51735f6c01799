#include "common/wire/home_metrics.hpp"

#include <algorithm>
#include <charconv>

#include "common/time/iso8601.hpp"
#include "common/wire/device_table.hpp"
#include "common/wire/metric_text.hpp"

namespace home_energy::wire {
namespace {

constexpr std::string_view kPrefix = "home_energy_";

std::string_view ending(Kind kind) {
  switch (kind) {
    case Kind::amount:
    case Kind::level:
    case Kind::truth:
    case Kind::position:
    case Kind::word:
      return "";
    case Kind::counter:
      return "_total";
    case Kind::time_of_day:
      return "_seconds";
    case Kind::date:
    case Kind::moment:
      return "_timestamp_seconds";
  }
  return {};
}

/// What is said of many homes, behind what the value is.
std::string_view together(Kind kind) {
  switch (kind) {
    case Kind::amount:
    case Kind::counter:
      return ": sum of all homes";
    case Kind::level:
      return ": mean of all homes";
    case Kind::truth:
    case Kind::position:
    case Kind::word:
      return ": number of homes";
    case Kind::time_of_day:
    case Kind::date:
    case Kind::moment:
      return "";
  }
  return {};
}

bool is_shown_together(Kind kind) {
  return kind != Kind::time_of_day && kind != Kind::date && kind != Kind::moment;
}

/// What stands between the quotes of a text; empty where the JSON is none. Its escapes are those of a label, too.
std::string_view text_of(std::string_view json) {
  return json.starts_with('"') ? json.substr(1, json.size() - 2) : std::string_view();
}

/// The number that a sample has; empty where the value has none now.
std::string sample_of(Kind kind, std::string_view json) {
  switch (kind) {
    case Kind::amount:
    case Kind::counter:
    case Kind::level:
      return std::string(json == "null" ? "" : json);
    case Kind::truth:
      return json == "true" ? "1" : "0";
    case Kind::position:
      return text_of(json) == text(Switch::on) ? "1" : "0";
    case Kind::word:
      return "1";
    case Kind::time_of_day: {
      const auto minute = minute_of_day(text_of(json));
      return minute ? std::to_string(*minute * kSecondsPerMinute) : "";
    }
    case Kind::date: {
      const auto days = parse_date(text_of(json));
      return days ? std::to_string(*days * kSecondsPerDay) : "";
    }
    case Kind::moment: {
      const auto seconds = parse_iso8601(text_of(json), "");
      return seconds ? std::to_string(*seconds) : "";
    }
  }
  return {};
}

double number(std::string_view decimal) {
  double value = 0;
  std::from_chars(decimal.data(), decimal.data() + decimal.size(), value);
  return value;
}

void append_label(std::string& labels, std::string_view name, std::string_view value) {
  if (!labels.empty()) labels += ',';
  labels.append(name).append("=\"").append(value).append("\"");
}

/// Of the first car none: its samples stay what they are when a second one comes.
std::string labels_of_car(std::size_t car) {
  std::string labels;
  if (car != 0) append_label(labels, "car", kCarNames.at(car));
  return labels;
}

}  // namespace

HomeMetrics::HomeMetrics(const HomeSettings& home, MetricScope scope) : scope_(scope) {
  for (const TopicOfHome topic : topics_of(parts_of(home)))
    add_families(name(topic.topic), rows_of(topic.topic), {.car = topic.car, .device = std::nullopt});
  for (std::size_t device = 0; device < home.devices.size(); ++device) {
    const DeviceKind& kind = device_kinds()[kind_of(home.devices[device])];
    add_families(kind.name, kind.rows, {.device = device});
  }
}

void HomeMetrics::add_families(std::string_view topic, std::span<const ValueRow> rows, const Source& source) {
  for (const ValueRow& row : rows) {
    if (scope_ == MetricScope::all_homes && !is_shown_together(row.kind)) continue;
    const auto known = std::ranges::find(families_, &row, &Family::row);
    if (known != families_.end()) {
      known->sources.push_back(source);
      continue;
    }
    std::string name(kPrefix);
    name.append(topic).append("_").append(row.key).append(ending(row.kind));
    families_.push_back({.name = std::move(name), .row = &row, .sources = {source}});
  }
}

void HomeMetrics::add(std::string_view id, const Snapshot& home, const Labels& labels) {
  std::string of_home;
  append_label(of_home, "home", id);
  for (Family& family : families_) {
    for (Source& source : family.sources) {
      const Reported of{.home = home,
                        .labels = labels,
                        .device = source.device ? &home.devices[*source.device] : nullptr,
                        .car_number = source.car};
      if (!is_there(family.row->presence, offers_of(of))) continue;
      scratch_.clear();
      family.row->append(scratch_, of);
      add_value(family, source, scratch_, of_home);
    }
  }
}

void HomeMetrics::add_value(const Family& family, Source& source, std::string_view json, std::string_view home) const {
  const Kind kind = family.row->kind;
  const std::string sample = sample_of(kind, json);
  if (sample.empty()) return;
  if (scope_ == MetricScope::all_homes) {
    ++source.homes;
    kind == Kind::word ? static_cast<void>(++source.words[std::string(text_of(json))])
                       : static_cast<void>(source.sum += number(sample));
    return;
  }
  std::string labels(home);
  if (source.car != 0) append_label(labels, "car", kCarNames.at(source.car));
  if (kind == Kind::word) append_label(labels, family.row->key, text_of(json));
  append_sample(source.samples, family.name, labels, sample);
}

void HomeMetrics::append(std::string& out) const {
  const bool all = scope_ == MetricScope::all_homes;
  for (const Family& family : families_) {
    const auto has_samples = [](const Source& source) { return source.homes > 0 || !source.samples.empty(); };
    if (std::ranges::none_of(family.sources, has_samples)) continue;
    const Kind kind = family.row->kind;
    append_family(out, family.name, kind == Kind::counter ? MetricType::counter : MetricType::gauge,
                  std::string(family.row->help).append(all ? together(kind) : ""));
    for (const Source& source : family.sources)
      all ? append_together(out, family, source) : void(out += source.samples);
  }
}

void HomeMetrics::append_together(std::string& out, const Family& family, const Source& source) {
  if (source.homes == 0) return;
  if (family.row->kind == Kind::word) {
    for (const auto& [word, homes] : source.words) {
      std::string labels = labels_of_car(source.car);
      append_label(labels, family.row->key, word);
      append_sample(out, family.name, labels, std::to_string(homes));
    }
    return;
  }
  const double divisor = family.row->kind == Kind::level ? static_cast<double>(source.homes) : 1;
  append_sample(out, family.name, labels_of_car(source.car), source.sum / divisor);
}

}  // namespace home_energy::wire
