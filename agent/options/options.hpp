/// @file
/// The command line, the environment and the file of options, read into one checked value.
///
/// Every option is declared once, in options.cpp: its flag, its default, what is legal, what it means. From that one
/// declaration come `--help`, `HOME_ENERGY_<FLAG>` in the environment and the key of the TOML file. A flag overrides
/// the environment, the environment overrides the file.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "agent/homes/runner_settings.hpp"
#include "agent/http/http_settings.hpp"
#include "agent/mqtt/mqtt_settings.hpp"
#include "agent/options/option_layers.hpp"
#include "agent/store/store_settings.hpp"
#include "agent/system/log.hpp"

namespace home_energy {

struct Options {
  MqttSettings mqtt;
  RunnerSettings runner;
  std::optional<HttpSettings> http;     ///< none: HTTP is off
  std::optional<HttpSettings> ingress;  ///< the same for a proxy that has looked who asks
  std::string http_token;               ///< none where empty
  AnonymousReads http_reads = AnonymousReads::refused;
  std::string frame_ancestors = "'none'";  ///< as a Content-Security-Policy has it
  std::size_t metrics_homes = 0;           ///< so many at most have metrics of their own
  std::string public_url;                  ///< none where empty: the loopback address and the port
  StoreSettings store;
  bool store_is_by_default = false;  ///< nobody asked for its folder
  std::string ha_prefix;             ///< Home Assistant's discovery prefix; empty: it is told nothing
  std::string log_level;
  LogFormat log_format = LogFormat::text;
};

/// Reads files that options name. Never throws.
std::variant<Options, Exit> read_options(const std::vector<std::string>& arguments, const Environment& environment);

/// The options put together from their texts; or what is wrong.
Result<Options> assemble(const OptionValues& values, const Environment& environment);

}  // namespace home_energy
