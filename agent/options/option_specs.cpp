// The options, each declared once.
#include <algorithm>
#include <array>

#include "agent/options/option_layers.hpp"
#include "agent/options/option_values.hpp"
#include "agent/options/presets.hpp"
#include "agent/system/local_time.hpp"
#include "common/base/text.hpp"

namespace home_energy {
namespace {

std::string preset_names() {
  std::string all;
  for (const Preset& each : presets()) all += (all.empty() ? "" : ", ") + std::string(each.name);
  return all;
}

}  // namespace

// An empty default means that there is none.
const std::vector<OptionSpec>& option_specs() {
  static const std::vector<OptionSpec> kSpecs = [] {
    std::vector<OptionSpec> all;
    add_group(all, "General",
              {{"config", OptionKind::text, "", "a TOML file", is_file_name,
                "file of options, with the same names as the flags"},
               {"log-level", OptionKind::text, "info", "trace, debug, info, warn, error or off",
                [](const std::string& text) {
                  constexpr std::array<std::string_view, 6> kLevels{"trace", "debug", "info", "warn", "error", "off"};
                  return std::ranges::find(kLevels, text) != kLevels.end();
                },
                "how much the log on standard error tells"},
               {"log-format", OptionKind::text, "text", "text or json",
                [](const std::string& text) { return text == "text" || text == "json"; },
                "lines for people, or a JSON object a line: time, level, message"}});
    add_group(all, "General",
              {{"house", OptionKind::text, "", "a TOML file", is_file_name,
                "file that describes the home: [house] [tariff] [[car]] [solar] [storage] [heater]; see --print-house"},
               {"preset", OptionKind::text, "reference", preset_names(),
                [](const std::string& text) { return preset(text).has_value(); }, "a home that comes with the program"},
               {"print-house", OptionKind::flag, "false", "true or false", is_truth,
                "print the file of --preset, to start one's own from"}});
    add_group(
        all, "MQTT",
        {{"mqtt-uri", OptionKind::text, "mqtt://127.0.0.1:1883", "mqtt://host:port, or mqtts:// for TLS", is_broker_uri,
          "the broker"},
         {"mqtt-username", OptionKind::text, "", "any text", is_anything, "user at the broker"},
         {"mqtt-password-file", OptionKind::text, "", "a file", is_file_name,
          "file whose first line is the password; or set HOME_ENERGY_MQTT_PASSWORD"},
         {"mqtt-ca", OptionKind::text, "", "a PEM file", is_file_name,
          "certificates to trust with mqtts://, instead of the system's"},
         {"mqtt-cert", OptionKind::text, "", "a PEM file", is_file_name, "client certificate"},
         {"mqtt-key", OptionKind::text, "", "a PEM file", is_file_name, "key of the client certificate"},
         {"mqtt-client-id", OptionKind::text, "", "1 to 128 characters",
          [](const std::string& text) { return !text.empty() && text.size() <= 128 && is_utf8(text); },
          "name at the broker; without it one of this machine and these homes"},
         {"mqtt-version", OptionKind::text, "auto", "auto (5, then 3.1.1), 5 or 3.1.1",
          [](const std::string& text) { return text == "auto" || text == "5" || text == "3.1.1"; },
          "protocol to speak"},
         {"mqtt-keep-alive", OptionKind::number, "15", "1..3600 whole seconds", whole_within<1, 3600>,
          "how often agent and broker show each other that they live; a broker that is silent for longer is left"},
         {"base-topic", OptionKind::text, "home-energy", "a topic without wildcards", is_base_topic,
          "everything is published below this topic; one agent each"}});
    add_group(
        all, "HTTP",
        {{"http-address", OptionKind::text, "loopback", "an IP address, or loopback for 127.0.0.1 and ::1",
          is_listen_address, "where HTTP listens"},
         {"http-port", OptionKind::number, "5000", "0..65535 (0 takes a free one), or off",
          [](const std::string& text) { return text == "off" || whole_within<0, 65'535>(text); }, "port of HTTP"},
         {"ingress-port", OptionKind::text, "off", "0..65535 (0 takes a free one), or off",
          [](const std::string& text) { return text == "off" || whole_within<0, 65'535>(text); },
          "port, at the address of HTTP, for a proxy that has looked who asks, as Home Assistant's ingress: needs no "
          "token"},
         {"ingress-peers", OptionKind::text, "172.30.32.2", "IP addresses, separated by commas", is_address_list,
          "whose connections are taken at the ingress port: those of such proxies, without it Home Assistant's "
          "Supervisor"},
         {"http-token-file", OptionKind::text, "", "a file", is_file_name,
          "file whose first line is the token that requests must show as Authorization: Bearer, or to POST /session "
          "for a "
          "cookie; the page asks for it; or set HOME_ENERGY_HTTP_TOKEN"},
         {"http-read-anonymous", OptionKind::flag, "false", "true or false", is_truth,
          "with a token only what changes something needs it, reading does not"},
         {"http-allow-anonymous", OptionKind::flag, "false", "true or false", is_truth,
          "serve without a token on an address that others reach"},
         {"http-allow-host", OptionKind::text, "", "names of hosts without ports, separated by commas", is_host_list,
          "further names under which HTTP may be asked, and whose pages may read and change; without it addresses, "
          "local "
          "names and the host of --public-url"},
         {"http-frame-ancestors", OptionKind::text, "none",
          "none, self, or origins as http://homeassistant.local:8123, separated by commas",
          [](const std::string& text) { return to_frame_ancestors(text).has_value(); },
          "whose pages may show the page in a frame, as Home Assistant's webpage card does"},
         {"metrics-homes", OptionKind::number, "100", "0..10000", whole_within<0, 10'000>,
          "with so many homes or fewer each has its values in GET /metrics; with more there are sums and means of all"},
         {"http-timeout", OptionKind::number, "30", "1..3600 whole seconds", whole_within<1, 3600>,
          "how long a client may take for a request, and to take an answer; for twice as long it may ask nothing, "
          "after "
          "half as long a quiet stream of events sends a comment"},
         {"public-url", OptionKind::text, "", "http://... or https://...", is_http_url,
          "how others reach HTTP; without it http://127.0.0.1:<port>"}});
    add_group(all, "Home Assistant",
              {{"ha-discovery", OptionKind::text, "on", "on or off",
                [](const std::string& text) { return text == "on" || text == "off"; },
                "announce the homes to Home Assistant, as devices"},
               {"ha-prefix", OptionKind::text, "homeassistant", "a topic without wildcards", is_base_topic,
                "where Home Assistant looks for devices, its discovery prefix"}});
    all.insert(all.end(), home_option_specs().begin(), home_option_specs().end());
    add_group(all, "Time",
              {{"zone", OptionKind::text, "", "a time zone such as Europe/Stockholm", local_time::is_zone,
                "time zone of the homes, whose days and dates they have; without it simulated days have 24 hours and "
                "--realtime is in the machine's zone (TZ)"}});
    add_group(all, "Storage",
              {{"data-dir", OptionKind::text, "", "a folder, or none", is_file_name,
                "where state and history are kept; without it $STATE_DIRECTORY (a service has one), with --realtime "
                "$XDG_STATE_HOME/home-energy-agent, else none: history then lives in memory"},
               {"fresh", OptionKind::flag, "false", "true or false", is_truth,
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
