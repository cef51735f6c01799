// The options, each declared once.
#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "agent/options/option_layers.hpp"
#include "agent/options/option_values.hpp"
#include "common/base/text.hpp"
#include "common/time/iso8601.hpp"
#include "common/wire/command_reader.hpp"

namespace home_energy {
namespace {

template <int Lowest, int Highest>
bool within(const std::string& text) {
  return is_number_within(text, Lowest, Highest);
}

template <int Lowest, int Highest>
bool whole_within(const std::string& text) {
  return within<Lowest, Highest>(text) &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool anything(const std::string&) {
  return true;
}
bool a_truth(const std::string& text) {
  return text == "true" || text == "false";
}
bool a_file(const std::string& text) {
  return !text.empty() && text.find('\0') == std::string::npos;
}

}  // namespace

// An empty default means that there is none.
const std::vector<OptionSpec>& option_specs() {
  static const std::vector<OptionSpec> kSpecs = [] {
    std::vector<OptionSpec> all;
    const auto add = [&all](const std::string& group, std::vector<OptionSpec> specs) {
      for (OptionSpec& spec : specs) {
        spec.group = group;
        all.push_back(std::move(spec));
      }
    };
    add("General",
        {{"config", OptionKind::text, "", "a TOML file", a_file, "file of options, with the same names as the flags"},
         {"log-level", OptionKind::text, "info", "trace, debug, info, warn, error or off",
          [](const std::string& text) {
            constexpr std::array<std::string_view, 6> kLevels{"trace", "debug", "info", "warn", "error", "off"};
            return std::ranges::find(kLevels, text) != kLevels.end();
          },
          "how much the log on standard error tells"}});
    add("MQTT", {{"mqtt-uri", OptionKind::text, "mqtt://127.0.0.1:1883", "mqtt://host:port, or mqtts:// for TLS",
                  is_broker_uri, "the broker"},
                 {"mqtt-username", OptionKind::text, "", "any text", anything, "user at the broker"},
                 {"mqtt-password-file", OptionKind::text, "", "a file", a_file,
                  "file whose first line is the password; or set HOME_ENERGY_MQTT_PASSWORD"},
                 {"mqtt-ca", OptionKind::text, "", "a PEM file", a_file,
                  "certificates to trust with mqtts://, instead of the system's"},
                 {"mqtt-cert", OptionKind::text, "", "a PEM file", a_file, "client certificate"},
                 {"mqtt-key", OptionKind::text, "", "a PEM file", a_file, "key of the client certificate"},
                 {"mqtt-client-id", OptionKind::text, "", "1 to 128 characters",
                  [](const std::string& text) { return !text.empty() && text.size() <= 128 && is_utf8(text); },
                  "name at the broker; without it one of this machine and these homes"},
                 {"mqtt-version", OptionKind::text, "auto", "auto (5, then 3.1.1), 5 or 3.1.1",
                  [](const std::string& text) { return text == "auto" || text == "5" || text == "3.1.1"; },
                  "protocol to speak"},
                 {"base-topic", OptionKind::text, "home-energy", "a topic without wildcards", is_base_topic,
                  "everything is published below this topic; one agent each"}});
    add("HTTP",
        {{"http-address", OptionKind::text, "loopback", "an IP address, or loopback for 127.0.0.1 and ::1",
          is_listen_address, "where HTTP listens"},
         {"http-port", OptionKind::number, "5000", "0..65535 (0 takes a free one), or off",
          [](const std::string& text) { return text == "off" || whole_within<0, 65'535>(text); }, "port of HTTP"},
         {"http-token-file", OptionKind::text, "", "a file", a_file,
          "file whose first line is the token that requests must show as Authorization: Bearer, or to POST /session "
          "for a "
          "cookie; the page asks for it"},
         {"http-read-anonymous", OptionKind::flag, "false", "true or false", a_truth,
          "with a token only what changes something needs it, reading does not"},
         {"http-allow-anonymous", OptionKind::flag, "false", "true or false", a_truth,
          "serve without a token on an address that others reach"},
         {"http-allow-host", OptionKind::text, "", "names of hosts without ports, separated by commas", is_host_list,
          "further names under which HTTP may be asked, and whose pages may read and change; without it addresses, "
          "local "
          "names and the host of --public-url"},
         {"http-frame-ancestors", OptionKind::text, "none",
          "none, self, or origins as http://homeassistant.local:8123, separated by commas",
          [](const std::string& text) { return to_frame_ancestors(text).has_value(); },
          "whose pages may show the page in a frame, as Home Assistant's webpage card does"},
         {"public-url", OptionKind::text, "", "http://... or https://...", is_http_url,
          "how others reach HTTP; without it http://127.0.0.1:<port>"}});
    add("Home Assistant", {{"ha-discovery", OptionKind::text, "on", "on or off",
                            [](const std::string& text) { return text == "on" || text == "off"; },
                            "announce the homes to Home Assistant, as devices"},
                           {"ha-prefix", OptionKind::text, "homeassistant", "a topic without wildcards", is_base_topic,
                            "where Home Assistant looks for devices, its discovery prefix"}});
    add("Time", {{"seconds-per-hour", OptionKind::number, "4", "0.001..3600",
                  [](const std::string& text) { return is_number_within(text, 0.001, 3600); },
                  "real seconds that a simulated hour lasts"},
                 {"tick", OptionKind::text, "1s", "10ms..60s",
                  [](const std::string& text) { return to_tick(text).has_value(); },
                  "real time between two steps of the world; with --realtime 10s where none is given"},
                 {"clock", OptionKind::text, "run", "run or paused",
                  [](const std::string& text) { return text == "run" || text == "paused"; },
                  "whether simulated time goes on by itself from the start, or waits for clock/set"},
                 {"start-date", OptionKind::text, "2026-01-01", "a date from 1970-01-01 to 9999-12-31",
                  [](const std::string& text) { return to_date(text).has_value(); },
                  "date of the first simulated day, which counts as day 0"},
                 {"realtime", OptionKind::flag, "false", "true or false", a_truth,
                  "an hour is an hour, in step with the local clock"}});
    add("House",
        {{"home", OptionKind::text, "home",
          "1 to 64 of letters, digits, _ and -; a single home not fleet, clock, status, info, receipt or answers",
          is_home_id, "id of the home"},
         {"homes", OptionKind::number, "1", "1..100000", whole_within<1, 100'000>,
          "how many homes; more than one are called home-1, home-2 and so on"},
         {"fuse-kw", OptionKind::number, "11", "0..1000", within<0, 1000>,
          "main fuse; above it the grid topic says overload"},
         {"currency", OptionKind::text, "SEK", "three capital letters (ISO 4217)", is_currency,
          "currency of the prices"},
         {"prices", OptionKind::text, "", "a JSON or CSV file of 24, 48 or 96 numbers", a_file,
          "prices of a day, currency per kWh; without it a day in Stockholm"},
         {"baseload", OptionKind::text, "", "a JSON or CSV file of 24, 48 or 96 numbers", a_file,
          "base load of a day, kW; without it a household of up to 11 kW"}});
    add("Car",
        {{"capacity-kwh", OptionKind::number, "46.3", "0.1..1000",
          [](const std::string& text) { return is_number_within(text, 0.1, 1000); },
          "usable energy of the car's battery"},
         {"charger-kw", OptionKind::number, "7.4", "0..1000", within<0, 1000>, "what the charger draws"},
         {"charger-min-kw", OptionKind::number, "full", "0..1000, at most --charger-kw; or full: it is only on or off",
          [](const std::string& text) { return text == "full" || is_number_within(text, 0, 1000); },
          "the least that the charger draws when it charges"},
         {"start-soc", OptionKind::number, "20", "0..100", within<0, 100>, "state of charge at the start, percent"},
         {"charge-limit", OptionKind::number, "100", "20..100", within<20, 100>,
          "state of charge at which charging stops, percent"},
         {"charge-efficiency", OptionKind::number, "1", "0.1..1",
          [](const std::string& text) { return is_number_within(text, 0.1, 1); },
          "what the battery stores of what is drawn"},
         {"taper", OptionKind::text, "", "percent:kW,... with rising percents, 80:5,90:2.5",
          [](const std::string& text) { return to_taper(text).has_value(); },
          "from which state of charge on the car takes at most which power"}});
    add("Planning", {{"mode", OptionKind::text, "manual", "manual, cheapest or lowest_load",
                      [](const std::string& text) { return to_mode(text).has_value(); },
                      "who decides when the car charges: commands, or a plan"},
                     {"target", OptionKind::number, "80", "20..100, at most --charge-limit", within<20, 100>,
                      "state of charge that a plan is to reach, percent"},
                     {"ready-by", OptionKind::text, "07:00", "00:00..23:59",
                      [](const std::string& text) { return minute_of_day(text).has_value(); },
                      "when a plan is to have reached it: the next time that the clock shows it"},
                     {"start-cost", OptionKind::number, "0", "0..1000", within<0, 1000>,
                      "what beginning to charge counts for in a plan, in the currency"},
                     {"min-run", OptionKind::number, "0", "0..60 whole minutes", whole_within<0, 60>,
                      "how long a plan charges without a break at the least"},
                     {"max-price", OptionKind::number, "off", "a price per kWh, -1000000..1000000, or off",
                      [](const std::string& text) { return text == "off" || within<-1'000'000, 1'000'000>(text); },
                      "a plan does not charge where the price is above it"},
                     {"load-balancing", OptionKind::text, "auto", "on, off, or auto: on where a plan charges",
                      [](const std::string& text) { return text == "on" || text == "off" || text == "auto"; },
                      "cut or stop charging before the main fuse is exceeded"}});
    add("Storage",
        {{"data-dir", OptionKind::text, "", "a folder, or none", a_file,
          "where state and history are kept; without it $STATE_DIRECTORY (a service has one), with --realtime "
          "$XDG_STATE_HOME/home-energy-agent, else none: history then lives in memory"},
         {"fresh", OptionKind::flag, "false", "true or false", a_truth,
          "start anew; what --data-dir holds is put aside under another name"},
         {"keep-days", OptionKind::number, "400", "1..36500 whole days", whole_within<1, 36'500>,
          "simulated days of history in quarters of an hour; older ones become daily sums"},
         {"history-homes", OptionKind::number, "10", "0..100000", whole_within<0, 100'000>,
          "how many homes, the first ones, have a history"}});
    return all;
  }();
  return kSpecs;
}

}  // namespace home_energy
