#include "common/wire/wire_history.hpp"

#include <algorithm>

#include "common/base/text.hpp"
#include "common/time/iso8601.hpp"
#include "common/wire/device_table.hpp"
#include "common/wire/wire.hpp"
#include "common/wire/wire_numbers.hpp"

namespace home_energy::wire {
namespace {

constexpr std::int64_t kLastQuarter = kMostDays * kQuartersPerDay;

/// A day, and perhaps a time of it, as the number of a quarter of an hour.
Result<std::int64_t> quarter_of(const std::string& field, std::string_view text, const HistoryContext& context) {
  const Calendar& calendar = context.calendar;
  const bool has_dates = calendar.has_zone();
  if (has_dates) {
    // In a query a plus sign means a blank, unless it is written as %2B.
    std::string with_plus(text);
    if (const auto blank = with_plus.rfind(' '); blank != std::string::npos) with_plus[blank] = '+';
    const auto time = parse_iso8601(with_plus, field);
    const auto moment = time.value_or(0) - calendar.epoch();
    if (time && *time % kSecondsPerMinute == 0 && moment % kSecondsPerQuarter == 0) return quarter_number(moment);
  }
  const auto end_of_day = std::min(text.find('T'), text.size());
  const auto day_text = text.substr(0, end_of_day);
  const auto day = has_dates ? parse_date(day_text) : whole_number(day_text, kMostDays);
  const auto minute = end_of_day == text.size() ? std::optional(0) : minute_of_day(text.substr(end_of_day + 1));
  if (day && minute && *minute % kMinutesPerQuarter == 0) {
    const auto of_calendar = has_dates ? *day - calendar.first_date() : *day;
    return quarter_number(calendar.moment_of(of_calendar, *minute * kSecondsPerMinute));
  }
  const std::string form = has_dates ? "a date such as 2026-11-22" : "a simulated day such as 3";
  return failure(
      ErrorCode::illegal, field,
      field + " must be " + form + ", perhaps with a quarter of an hour such as T07:15, got " + excerpt(text));
}

Result<HistoryStep> step_of(std::string_view text) {
  if (text == "15m") return HistoryStep::quarter;
  if (text == "1h") return HistoryStep::hour;
  if (text == "1d") return HistoryStep::day;
  return failure(ErrorCode::illegal, "step", "step must be 15m, 1h or 1d, got " + excerpt(text));
}

std::string_view text(HistoryStep step) {
  switch (step) {
    case HistoryStep::quarter:
      return "15m";
    case HistoryStep::hour:
      return "1h";
    case HistoryStep::day:
      return "1d";
  }
  return {};
}

Result<HistoryFormat> format_of(std::string_view text) {
  if (text == "json") return HistoryFormat::json;
  if (text == "csv") return HistoryFormat::csv;
  return failure(ErrorCode::illegal, "format", "format must be json or csv, got " + excerpt(text));
}

Result<void> read_field(HistoryQuery& query, std::string_view name, const std::string& value,
                        const HistoryContext& context) {
  const auto into = [](auto& place) { return [&place](auto read) { place = read; }; };
  if (name == "from") return quarter_of("from", value, context).map(into(query.from));
  if (name == "to") return quarter_of("to", value, context).map(into(query.to));
  if (name == "step") return step_of(value).map(into(query.step));
  if (name == "format") return format_of(value).map(into(query.format));
  return {};
}

void append_millionths(std::string& out, std::int64_t millionths, int decimals) {
  append_decimal(out, rounded_quotient(millionths, kMicroPerUnit, decimals), decimals);
}

/// The values of a row in the order of the columns, each written by `column`.
template <class Column>
void for_each_value(std::string& out, const HistoryRow& row, const HistoryDevices& devices, const Column& column) {
  column(key::kBaseKwh);
  append_millionths(out, row.base_mwh, 3);
  if (devices.car) {
    column(key::kCarKwh);
    append_millionths(out, row.car_mwh, 3);
  }
  column(key::kPrice);
  append_price_value(out, PricePerKwh(row.price_micro));
  column(key::kCost);
  append_millionths(out, row.cost_micro, 4);
  if (devices.car) {
    column(key::kSocPercent);
    append_percent(out, Percent(row.soc));
  }
  column(key::kOverloadMinutes);
  append_decimal(out, rounded_quotient(row.overload_s, kSecondsPerMinute, 2), 2);
  column(key::kMinutes);
  out += std::to_string(row.minutes);
  const bool exports = devices.any_of(DeviceRole::generator) || devices.any_of(DeviceRole::storage);
  const auto add_devices = [&](bool loads) {
    for (std::size_t kind = 0; kind < kDeviceKinds; ++kind) {
      if (!devices.kinds[kind] || (kDeviceRoles.at(kind) == DeviceRole::load) != loads) continue;
      for (const DeviceColumn& each : device_kinds()[kind].columns) {
        column(each.name);
        append_millionths(out, (row.*each.energies).at(kind), 3);
      }
    }
  };
  add_devices(true);
  if (!exports) return;
  column("import_kwh");
  append_millionths(out, import_mwh(row), 3);
  column(key::kExportKwh);
  append_millionths(out, row.export_mwh, 3);
  add_devices(false);
  column(key::kEarned);
  append_millionths(out, row.earned_micro, 4);
}

/// Those that the home has, and those that it had in one of the rows.
HistoryDevices with_those_of(std::span<const HistoryRow> rows, HistoryDevices devices) {
  devices.car = devices.car || std::ranges::any_of(rows, [](const HistoryRow& row) { return row.car_mwh != 0; });
  for (std::size_t kind = 0; kind < kDeviceKinds; ++kind)
    if (std::ranges::any_of(
            rows, [&](const HistoryRow& row) { return row.drawn_mwh.at(kind) != 0 || row.given_mwh.at(kind) != 0; }))
      devices.kinds.set(kind);
  return devices;
}

/// @param present the currency of a row that does not say its own
std::string_view currency_of(const HistoryRow& row, std::string_view present) {
  const auto own = home_energy::text(row.currency);
  return own.empty() ? present : own;
}

bool are_of_several_currencies(std::span<const HistoryRow> rows, std::string_view present) {
  return std::ranges::any_of(
      rows, [&](const HistoryRow& row) { return currency_of(row, present) != currency_of(rows.front(), present); });
}

}  // namespace

Result<HistoryQuery> parse_history_query(std::string_view query, const HistoryContext& context) {
  HistoryQuery read{
      .from = quarter_number(context.calendar.begin_of(context.today)), .to = kLastQuarter, .format = std::nullopt};
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto field = query.substr(0, end);
    const auto equals = std::min(field.find('='), field.size());
    const auto value = percent_decoded(field.substr(std::min(equals + 1, field.size())));
    if (auto outcome = read_field(read, field.substr(0, equals), value, context); !outcome)
      return tl::unexpected(outcome.error());
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
  }
  if (read.from <= read.to) return read;
  return failure(ErrorCode::illegal, "to", "to must not be before from, which is today where it is left out");
}

std::string QuarterText::operator()(std::int64_t quarter) {
  const std::int64_t moment = quarter * kSecondsPerQuarter;
  if (moment < from_ || moment >= until_) {
    const auto shown = calendar_->at(moment);
    from_ = moment;
    until_ = shown.until;
    second_ = shown.second;
    before_ = std::to_string(shown.day) + 'T';
    if (calendar_->has_zone()) {
      constexpr std::size_t kTime = std::string_view("2026-11-22T").size();
      constexpr std::size_t kAfter = kTime + std::string_view("07:15").size();
      const std::string text = calendar_->text(moment);
      before_ = text.substr(0, kTime);
      after_ = text.substr(kAfter);
    }
  }
  return before_ + time_text((second_ + moment - from_) / kSecondsPerMinute) + after_;
}

std::string history_json(std::string_view home, std::string_view currency, HistoryStep step,
                         std::span<const HistoryRow> rows, QuarterText start_text, HistoryDevices devices) {
  const bool mixed = are_of_several_currencies(rows, currency);
  devices = with_those_of(rows, devices);
  std::string out = R"({"home":)" + json_string(home) + R"(,"step":")";
  out += text(step);
  out += R"(","currency":)";
  out += json_string(mixed || rows.empty() ? currency : currency_of(rows.front(), currency));
  out += R"(,"rows":[)";
  for (const HistoryRow& row : rows) {
    if (out.back() != '[') out += ',';
    begin(out, key::kStart);
    out += '"' + start_text(row.quarter) + '"';
    for_each_value(out, row, devices, [&](std::string_view name) { next(out, name); });
    if (mixed) {
      next(out, "currency");
      out += json_string(currency_of(row, currency));
    }
    out += '}';
  }
  return out + "]}";
}

std::string history_csv(std::string_view currency, std::span<const HistoryRow> rows, QuarterText start_text,
                        HistoryDevices devices) {
  const bool mixed = are_of_several_currencies(rows, currency);
  devices = with_those_of(rows, devices);
  std::string out(key::kStart);
  std::string ignored;
  for_each_value(ignored, HistoryRow{}, devices, [&](std::string_view name) { (out += ',') += name; });
  if (mixed) out += ",currency";
  out += "\r\n";
  for (const HistoryRow& row : rows) {
    out += start_text(row.quarter);
    for_each_value(out, row, devices, [&](std::string_view) { out += ','; });
    if (mixed) (out += ',') += currency_of(row, currency);
    out += "\r\n";
  }
  return out;
}

}  // namespace home_energy::wire
