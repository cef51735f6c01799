/// @file
/// The command line, the environment and the file of options, read into one checked value.
///
/// Every option is declared once, in options.cpp: its flag, its default, what is legal, what it means. From that one
/// declaration come `--help`, `HOME_ENERGY_<FLAG>` in the environment and the key of the TOML file. A flag beats the
/// environment, the environment beats the file.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "agent/homes/runner.hpp"
#include "agent/http/http_server.hpp"
#include "agent/mqtt/mqtt_link.hpp"
#include "agent/store/store.hpp"

namespace home_energy {

struct Options {
  MqttSettings mqtt;
  RunnerSettings runner;
  std::optional<HttpSettings> http;  ///< none: HTTP is off
  std::string http_token;            ///< none where empty
  AnonymousReads http_reads = AnonymousReads::refused;
  std::string frame_ancestors = "'none'";  ///< as a Content-Security-Policy has it
  std::string public_url;                  ///< none where empty: the loopback address and the port
  StoreSettings store;
  bool store_is_by_default = false;  ///< nobody asked for its folder
  std::string ha_prefix;             ///< Home Assistant's discovery prefix; empty: it is told nothing
  std::string log_level;
};

/// The process has nothing to run: it prints and ends.
struct Exit {
  int code;
  std::string out;  ///< for standard output
  std::string err;  ///< for standard error, one line
};

/// Where a value of the environment is read: `getenv`, or a test's own.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// Reads files that options name. Never throws.
std::variant<Options, Exit> read_options(const std::vector<std::string>& arguments, const Environment& environment);

/// `home-energy-agent plan ...`: prints what a plan for the options would be, and needs no broker. Takes the options of
/// the agent and `--soc`, `--at`, `--json`. @param arguments what follows `plan`
Exit plan_and_exit(const std::vector<std::string>& arguments, const Environment& environment);

/// How `--help` prints.
std::string help_text();

/// What a file of options has to say of each option: name, default as TOML, meaning. For the test of the example file.
struct OptionDoc {
  std::string name;
  std::string default_toml;
  std::string meaning;
};
std::vector<OptionDoc> option_docs();

}  // namespace home_energy
