#include "common/base/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "agent/http/http_origin.hpp"
#include "agent/options/option_values.hpp"
#include "common/base/decimal.hpp"
#include "common/time/iso8601.hpp"
#include "common/wire/home_assistant.hpp"
#include "common/wire/solar_text.hpp"
#include "common/wire/tariff_options.hpp"
#include "common/wire/trip_text.hpp"
#include "common/wire/wire.hpp"
#include "common/wire/wire_history.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/stockholm_days.hpp"

namespace home_energy::fuzz {
namespace {

void times(const std::string& text) {
  if (const auto minute = minute_of_day(text)) {
    hold(*minute >= 0 && *minute < kHoursPerDay * kMinutesPerHour, "a minute of the day");
    hold(clock_time(text) == minute && time_text(*minute) == text, "HH:MM");
  }
  if (const auto minute = clock_time(text)) hold(*minute >= 0 && *minute < kHoursPerDay * kMinutesPerHour, "a time");
  const auto time = parse_iso8601(text, "start");
  if (!time) return hold(is_utf8(time.error().reason) && time.error().reason.size() < 400, "a reason");
  constexpr std::int64_t kYear0 = -62'167'219'200;
  constexpr std::int64_t kYear9999 = 253'402'300'799;
  constexpr std::int64_t kDay = 86'400;
  hold(*time >= kYear0 - kDay && *time <= kYear9999 + kDay, "a time in its years");
  if (*time < kYear0 || *time > kYear9999) return;
  const auto again = parse_iso8601(iso8601_utc(*time), "start");
  hold(again.has_value() && *again == *time, "a time that comes back");
}

void decimals(const std::string& text) {
  Input input({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  const std::int64_t scaled = input.whole();
  const int places = static_cast<int>(input.below(7));
  std::string shown;
  append_decimal(shown, scaled, places);
  hold_json(shown);
  const double value = static_cast<double>(scaled) / std::pow(10, places);
  hold(std::abs(std::strtod(shown.c_str(), nullptr) - value) <= std::abs(value) * 1e-15, "a decimal");
  const std::int64_t denominator = input.within(1, 1'000'000'000);
  const auto numerator = scaled / 1'000'000;
  const double quotient = static_cast<double>(numerator) / static_cast<double>(denominator) * std::pow(10, places);
  const auto rounded = static_cast<double>(rounded_quotient(numerator, denominator, places));
  hold(std::abs(rounded - quotient) <= 1.5 + std::abs(quotient) * 1e-12, "a quotient");
}

void queries(const std::string& text) {
  static const Calendar kPlain;
  for (const auto& context : {wire::HistoryContext{3, kPlain}, wire::HistoryContext{3, stockholm()}}) {
    const auto query = wire::parse_history_query(text, context);
    if (!query) hold(is_utf8(query.error().reason) && query.error().reason.size() < 400, "a reason");
  }
  const std::string decoded = percent_decoded(text);
  hold(decoded.size() <= text.size(), "what was decoded is no longer");
  hold(is_utf8(excerpt(text)) && excerpt(text).size() <= 40 + std::string_view("\"...\"").size(), "an excerpt");
  hold(trimmed(trimmed(text)) == trimmed(text), "trimmed once");
  hold_json(wire::json_string(text));
}

void hosts(const std::string& text) {
  static const HostNames kAdmitted{"energy.example.org"};
  for (const auto host : {host_of_authority(text), host_of_origin(text), host_of_url(text)}) {
    hold(host.empty() || text.find(host) != std::string::npos, "a host of the text");
    hold(host.find_first_of("/@ \r\n") == std::string_view::npos, "a host and nothing else");
    is_local_name(host, kAdmitted);
  }
  if (is_open_to(text, kAdmitted)) hold(text.size() < 512, "a short origin");
  is_open_to_head(text, kAdmitted);
  is_our_host(text, "/info", kAdmitted);
  is_our_host("127.0.0.1", text, kAdmitted);
}

void topics(const std::string& text) {
  const wire::Topics topics("home-energy");
  if (const auto address = topics.command_address(text); address && !address->home.empty())
    hold(topics.command(address->home, address->command) == text, "an address that comes back");
  if (topics.may_answer_to(text, "homeassistant")) {
    hold(text.find_first_of("+#") == std::string::npos, "no wildcard");
    hold(text != topics.status() && text != topics.info() && !text.starts_with("homeassistant/"), "none of our own");
    hold(is_utf8(text) && text.find('\0') == std::string::npos, "a topic that a broker takes");
  }
  if (const auto id = home_assistant::id_of_topic("homeassistant", text))
    hold(home_assistant::discovery_topic("homeassistant", *id) == text, "an id that comes back");
  if (const auto device = home_assistant::device_of_id("home-energy", text)) {
    hold(home_assistant::device_id("home-energy", *device) == text, "a device that comes back");
    hold(device->starts_with(home_assistant::parse_device(*device).home), "the home of a device");
  }
  hold(home_assistant::device_of_id("home-energy", home_assistant::device_id("home-energy", text)).value_or("") == text,
       "any id comes back");
}

void values(const std::string& text) {
  if (const auto tick = to_tick(text)) hold(tick->count() >= 10 && tick->count() <= 60'000, "a tick");
  if (const auto taper = to_taper(text)) {
    Percent last(-1);
    for (const TaperStep& step : *taper) {
      hold(step.from > last && step.from <= kFull && step.at_most >= Watts() && step.at_most <= Watts(1'000'000),
           "a taper");
      last = step.from;
    }
  }
  if (const auto mode = to_mode(text)) hold(wire::text(*mode) == text, "a mode");
  if (is_number_within(text, -1, 1)) hold(std::isfinite(to_number(text)), "a number");
  if (is_home_id(text)) hold(wire::Topics("a").command_address("a/" + text + "/charge/set").has_value(), "an id");
  is_reserved_home(text);
  is_broker_uri(text);
  is_http_url(text);
  if (is_host_list(text)) hold(!to_host_list(text).empty(), "hosts");
  if (is_base_topic(text)) hold(is_utf8(text) && !text.empty(), "a topic");
  if (is_currency(text)) hold(text.size() == 3, "a currency");
  if (is_listen_address(text)) is_loopback(text);
  if (is_listen_address(text)) url_for_others(text, 5000);
}

void hold_share(double share) {
  hold(share >= 0 && share <= 1, "a share");
}

/// Values of options that have parts: trips, the sun's, the tariff's.
void parts(const std::string& text) {
  if (const auto week = to_week(text)) {
    hold(is_legal(*week), "a week of trips");
    hold_json(week_json(*week));
  }
  if (const auto place = to_place(text))
    hold(std::abs(place->place.latitude) <= 90 && std::abs(place->place.longitude) <= 180, "a place");
  if (const auto shade = to_shade(text)) std::ranges::for_each(*shade, hold_share);
  if (const auto clearness = to_clearness(text)) std::ranges::for_each(*clearness, hold_share);
  if (const auto price = to_export_price(text)) {
    const auto prices = to_export_prices(text);
    hold(prices && prices->front().front() == *price, "one price is one for all hours");
  }
  to_fees(text);
  if (const auto prices = to_peak_prices(text))
    for (const auto& day : *prices)
      for (const PricePerKwh price : day) hold(price >= PricePerKwh(), "a price of power");
}

/// What a broker keeps of an agent, for all to write.
void info(const std::string& text) {
  const auto homes = wire::homes_of_info(text);
  hold(homes.size() <= text.size(), "no more homes than text");
  for (const auto& home : homes) hold(is_utf8(home) && home.size() <= text.size(), "a home's name");
  std::string again;
  wire::append_info(again, {.version = "1", .homes = homes, .seconds_per_hour = 4, .http = std::nullopt});
  hold(wire::homes_of_info(again) == homes, "homes that come back");
}

}  // namespace

void text(Bytes bytes) {
  // The order is that of the corpus: new ones go to the end.
  static constexpr std::array kReaders{times, decimals, queries, hosts, topics, values, parts, info};
  Input input(bytes);
  const auto read = kReaders.at(input.below(kReaders.size()));
  read(input.rest());
}

}  // namespace home_energy::fuzz
