#include "agent/options/options.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "agent/options/option_layers.hpp"
#include "agent/options/option_values.hpp"

namespace home_energy {
namespace {

using Catch::Contains;
using Variables = std::map<std::string, std::string>;

std::variant<Options, Exit> read(const std::vector<std::string>& arguments, const Variables& variables = {}) {
  return read_options(arguments, [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

Options options(const std::vector<std::string>& arguments, const Variables& variables = {}) {
  const auto outcome = read(arguments, variables);
  if (const auto* exit = std::get_if<Exit>(&outcome)) FAIL(exit->err);
  return std::get<Options>(outcome);
}

/// The one line on standard error, with exit code 2.
std::string refusal(const std::vector<std::string>& arguments, const Variables& variables = {}) {
  const auto outcome = read(arguments, variables);
  if (!std::holds_alternative<Exit>(outcome)) return "accepted";
  const auto& exit = std::get<Exit>(outcome);
  CHECK(exit.code == 2);
  CHECK(exit.out.empty());
  CHECK(std::ranges::count(exit.err, '\n') == 1);
  return exit.err;
}

/// With each run of white space as one blank.
std::string unwrapped(const std::string& text) {
  std::istringstream words(text);
  std::string all;
  for (std::string word; words >> word;) (all += all.empty() ? "" : " ") += word;
  return all;
}

/// A file that is gone with the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("options_test_" + std::to_string(getpid()) + '_' + std::to_string(++count));
    std::ofstream(path_) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("without options there is the contract's home") {
  const auto read = options({});
  CHECK(read.mqtt.uri == "mqtt://127.0.0.1:1883");
  CHECK(read.mqtt.client_id.starts_with("home-energy-"));
  CHECK(std::prev(read.mqtt.subscriptions.end(), 2)->filter == "home-energy/+/+/set");
  CHECK(read.mqtt.subscriptions.back().filter == "home-energy/+/set");
  CHECK(read.runner.home_ids == std::vector<std::string>{"home"});
  CHECK(read.runner.home->car.capacity == WattHours(46'300));
  CHECK(read.runner.home->pace.ticks_per_hour() == 4);
  REQUIRE(read.http);
  CHECK(read.http->port == 5000);
}

TEST_CASE("a name that no home may have is legal before a number") {
  CHECK(options({"--home", "status", "--homes", "2"}).runner.home_ids ==
        std::vector<std::string>{"status-1", "status-2"});
}

TEST_CASE("a flag beats the environment, the environment beats the file") {
  const TemporaryFile file("capacity-kwh = 10\ncharger-kw = 3.7\nhome = 'file'\nrealtime = false\n");
  const Variables variables{
      {"HOME_ENERGY_CONFIG", file.path()}, {"HOME_ENERGY_CHARGER_KW", "5"}, {"HOME_ENERGY_HOME", "env"}};
  const auto read = options({"--home", "flag"}, variables);
  CHECK(read.runner.home->car.capacity == WattHours(10'000));
  CHECK(read.runner.home->car.charger == Watts(5'000));
  CHECK(read.runner.home_ids == std::vector<std::string>{"flag"});
  CHECK(options({"--config=" + file.path()}, {{"HOME_ENERGY_HOME", ""}}).runner.home_ids ==
        std::vector<std::string>{"file"});
}

TEST_CASE("a wrong value is refused with the option and what is legal") {
  struct Row {
    std::vector<std::string> arguments;
    const char* said;
  };
  const auto row = GENERATE(
      Row{{"--tick", "5h"}, "--tick: must be 10ms..60s"}, Row{{"--tick=-1s"}, "--tick: must be 10ms..60s"},
      Row{{"--tick", "9ms"}, "--tick: must be"}, Row{{"--tick", "700ms"}, "--tick: tick must divide"},
      Row{{"--capacity-kwh", "nan"}, "--capacity-kwh: must be 0.1..1000"},
      Row{{"--fuse-kw", "inf"}, "--fuse-kw: must be"}, Row{{"--charger-kw", "-1"}, "--charger-kw: must be 0..1000"},
      Row{{"--start-soc", "101"}, "--start-soc: must be"},
      Row{{"--charge-limit", "19"}, "--charge-limit: must be 20..100"},
      Row{{"--homes", "0"}, "--homes: must be 1..100000"}, Row{{"--homes", "1.5"}, "--homes: must be"},
      Row{{"--home", "a/b"}, "--home: must be"}, Row{{"--home", ""}, "--home: must be"},
      Row{{"--home", "status"}, "--home: must not be fleet, clock, status, info, receipt, answers, got \"status\""},
      Row{{"--base-topic", "a/#"}, "--base-topic: must be"}, Row{{"--currency", "kr"}, "--currency: must be"},
      Row{{"--mqtt-uri", "http://x"}, "--mqtt-uri: must be"},
      Row{{"--mqtt-uri", "mqtt://x:70000"}, "--mqtt-uri: must be"},
      Row{{"--mqtt-version", "6"}, "--mqtt-version: must be"},
      Row{{"--mqtt-ca", "/nowhere"}, "--mqtt-ca: must be a file"},
      Row{{"--http-port", "65536"}, "--http-port: must be"}, Row{{"--http-port", "+1"}, "--http-port: must be"},
      Row{{"--http-address", "::g"}, "--http-address: must be"},
      Row{{"--http-address", "0.0.0.0"}, "--http-address: others reach"},
      Row{{"--ha-discovery", "yes"}, "--ha-discovery: must be on or off"},
      Row{{"--ha-prefix", "a/#"}, "--ha-prefix: must be"}, Row{{"--ha-prefix", ""}, "--ha-prefix: must be"},
      Row{{"--ha-prefix", "home-energy"}, "--ha-prefix: must differ from --base-topic"},
      Row{{"--public-url", "http://"}, "--public-url: must be"},
      Row{{"--public-url", "http://x:99999"}, "--public-url: must be"},
      Row{{"--public-url", "http://user@x"}, "--public-url: must be"},
      Row{{"--public-url", "http://x/ y"}, "--public-url: must be"},
      Row{{"--http-frame-ancestors", ""}, "--http-frame-ancestors: must be none, self, or origins"},
      Row{{"--http-frame-ancestors", "none,self"}, "--http-frame-ancestors: must be"},
      Row{{"--http-frame-ancestors", "*"}, "--http-frame-ancestors: must be"},
      Row{{"--http-frame-ancestors", "http://ha.local/; script-src *"}, "--http-frame-ancestors: must be"},
      Row{{"--http-frame-ancestors", "http://ha.local/lovelace"}, "--http-frame-ancestors: must be"},
      Row{{"--http-frame-ancestors", "ha.local"}, "--http-frame-ancestors: must be"},
      Row{{"--http-frame-ancestors", "http://ha.local,"}, "--http-frame-ancestors: must be"},
      Row{{"--http-read-anonymous=perhaps"}, "http-read-anonymous"}, Row{{"--prices", "/nowhere"}, "--prices: must be"},
      Row{{"--prices", "/"}, "--prices: must be a file"}, Row{{"--config", "/nowhere"}, "--config: must be"},
      Row{{"--realtime", "--seconds-per-hour", "4"}, "--seconds-per-hour"}, Row{{"--foo"}, "--foo"},
      Row{{"foo"}, "foo"}, Row{{"--tick"}, "--tick"}, Row{{"--log-level", "loud"}, "--log-level: must be"},
      Row{{"--seconds-per-hour", "0"}, "--seconds-per-hour: must be"}, Row{{"--realtime=maybe"}, "realtime"});
  CAPTURE(row.arguments);
  CHECK(refusal(row.arguments).find(row.said) != std::string::npos);
}

TEST_CASE("a wrong file is refused with its line") {
  const auto said = [](const std::string& text) {
    const TemporaryFile file(text);
    return refusal({"--config", file.path()});
  };
  CHECK(said("home = 'a'\nhoem = 'b'\n").find(":2: there is no option \"hoem\"") != std::string::npos);
  CHECK(said("home = 'a'\ntick = '1h'\n").find(":2: --tick: must be") != std::string::npos);
  CHECK(said("\nhomes = [1]\n").find(":2: homes must be") != std::string::npos);
  CHECK(said("home = 5\n").find(":1: home must be") != std::string::npos);
  CHECK(said("realtime = 'yes'\n").find(":1: realtime must be") != std::string::npos);
  CHECK(said("[mqtt]\nuri = 'x'\n").find("there is no option \"mqtt\"") != std::string::npos);
  CHECK(said("home = \n").find(":1:") != std::string::npos);
  CHECK(said(std::string("\xff\x00\xfe", 3)).find(":1:") != std::string::npos);
  CHECK(said(std::string(2 << 20, '#')).find("at most 1 MiB") != std::string::npos);
}

TEST_CASE("a number in the file keeps all its digits") {
  const TemporaryFile file("seconds-per-hour = 2468.024\ntick = '104ms'\n");
  CHECK(options({"--config", file.path()}).runner.home->pace.ticks_per_hour() == 23731);
}

TEST_CASE("a value with a hash sign survives the file") {
  const TemporaryFile file("mqtt-username = \"a#b\"\n");
  CHECK(options({"--config", file.path()}).mqtt.username == "a#b");
}

TEST_CASE("a wrong variable is refused with its name") {
  CHECK(refusal({}, {{"HOME_ENERGY_TICK", "x"}}).find("HOME_ENERGY_TICK: --tick: must be") != std::string::npos);
  CHECK(refusal({}, {{"HOME_ENERGY_REALTIME", "x"}}).find("HOME_ENERGY_REALTIME") != std::string::npos);
}

TEST_CASE("passwords and tokens come from files or, for the broker, the environment") {
  const TemporaryFile secret("s3cret\r\nsecond line\n");
  CHECK(options({"--mqtt-password-file", secret.path()}).mqtt.password == "s3cret");
  CHECK(options({}, {{"HOME_ENERGY_MQTT_PASSWORD", "env"}}).mqtt.password == "env");
  CHECK(options({"--http-token-file", secret.path(), "--http-address", "0.0.0.0"}).http_token == "s3cret");
  const TemporaryFile empty("\n");
  CHECK(refusal({"--http-token-file", empty.path()}).find("--http-token-file") != std::string::npos);
  const TemporaryFile longest(std::string(511, 'x') + "\n");
  CHECK(options({"--http-token-file", longest.path()}).http_token.size() == 511);
  const TemporaryFile longer(std::string(512, 'x') + "\n");
  CHECK(refusal({"--http-token-file", longer.path()}).find("at most 511 bytes") != std::string::npos);
  const TemporaryFile binary(std::string("sec\0ret", 7));
  CHECK(refusal({"--http-token-file", binary.path()}).find("without NUL") != std::string::npos);
}

TEST_CASE("whose pages may show the page in a frame") {
  CHECK(options({}).frame_ancestors == "'none'");
  CHECK(options({"--http-frame-ancestors", "self"}).frame_ancestors == "'self'");
  CHECK(options({"--http-frame-ancestors", "http://ha.local:8123, https://ha.example.org,self"}).frame_ancestors ==
        "http://ha.local:8123 https://ha.example.org 'self'");
  CHECK(options({}).http_reads == AnonymousReads::refused);
  CHECK(options({"--http-read-anonymous"}).http_reads == AnonymousReads::allowed);
}

TEST_CASE("in real time a tick is 10 s where none is given") {
  CHECK(options({}).runner.tick == std::chrono::seconds(1));
  CHECK(options({"--realtime"}).runner.tick == std::chrono::seconds(10));
  CHECK(options({"--realtime"}).runner.home->pace.ticks_per_hour() == 360);
  CHECK(options({"--realtime", "--tick", "1s"}).runner.tick == std::chrono::seconds(1));
  CHECK(options({"--realtime"}, {{"HOME_ENERGY_TICK", "2s"}}).runner.tick == std::chrono::seconds(2));
}

TEST_CASE("Home Assistant is told unless it is switched off") {
  const auto on = options({});
  CHECK(on.ha_prefix == "homeassistant");
  const auto off = options({"--ha-discovery", "off", "--ha-prefix", "home-energy"});
  CHECK(off.ha_prefix.empty());
}

TEST_CASE("others reach what listens on an address of its own") {
  CHECK(url_for_others("192.168.1.5", 5000) == "http://192.168.1.5:5000");
  CHECK(url_for_others("fd00::5", 80) == "http://[fd00::5]:80");
  for (const char* address : {"loopback", "127.0.0.1", "::1", "0.0.0.0", "::"})
    CHECK_FALSE(url_for_others(address, 5000));
}

TEST_CASE("several homes are numbered") {
  CHECK(options({"--homes", "3"}).runner.home_ids == std::vector<std::string>{"home-1", "home-2", "home-3"});
}

TEST_CASE("an option that does not exist is named alone, with the one that it may have been") {
  CHECK_THAT(refusal({"--capacity-kw", "20", "--preset", "villa"}),
             Contains("there is no option \"--capacity-kw\", the nearest is --capacity-kwh") && !Contains("preset") &&
                 !Contains("villa"));
  CHECK_THAT(refusal({"--mqtt-url=mqtt://x"}), Contains("the nearest is --mqtt-uri"));
  CHECK_THAT(refusal({"villa", "--homes", "3"}), Contains("\"villa\" belongs to no option"));
  CHECK_THAT(refusal({"-x"}), Contains("\"-x\" belongs to no option"));
}

TEST_CASE("help is grouped and fits 100 columns") {
  std::istringstream help(help_text());
  std::vector<std::string> headings;
  for (std::string line; std::getline(help, line);) {
    CHECK(line.size() <= 100);
    if (line.ends_with(':')) headings.push_back(line);
  }
  CHECK(headings ==
        std::vector<std::string>{"Options:", "General:", "MQTT:", "HTTP:", "Home Assistant:", "Time:", "House:",
                                 "Tariff:", "Solar panels:", "Home battery:", "Car:", "Planning:", "Storage:"});
}

TEST_CASE("help and version go to standard output with exit code 0") {
  const auto help = std::get<Exit>(read({"--help"}));
  CHECK(help.code == 0);
  for (const auto& spec : option_specs()) CHECK(help.out.find("--" + spec.name) != std::string::npos);
  CHECK(std::get<Exit>(read({"--version"})).out.starts_with("home-energy-agent "));
}

TEST_CASE("the example file shows every option with its default and meaning") {
  std::stringstream text;
  text << std::ifstream(EXAMPLE_FILE).rdbuf();
  const std::string example = text.str();
  for (const auto& doc : option_docs()) {
    if (doc.name == "config") continue;  // a file does not name another
    INFO(doc.name);
    CHECK(unwrapped(help_text()).find(doc.meaning) != std::string::npos);
    CHECK(example.find("# " + doc.meaning + "\n#" + doc.name + " = " + doc.default_toml + "\n") != std::string::npos);
  }
  const TemporaryFile file(example);
  CHECK(options({"--config", file.path()}).runner.home->car.capacity == WattHours(46'300));
}

}  // namespace home_energy
