/// @file
/// The parser of commands to the clock of all homes: MQTT payloads of `clock/set` and bodies of `POST /clock`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/wire/command_text.hpp"
#include "common/world/clock_command.hpp"

namespace home_energy {

struct ParsedClockCommand {
  Result<ClockCommand> command;
  std::optional<std::string> id;  ///< the sender's, see `id_of`
};

/// Reads `{"run":true}`, `{"pause":true}`, `{"step":"15m"}`, `{"until":"2T07:00"}`, `{"seconds_per_hour":60}`,
/// `{"realtime":true}`, or the bare words `run`, `pause`, `step`, `realtime` and a bare number of seconds. The pace may
/// come together with one of the others; two of those contradict each other and are refused.
/// @param text may be anything at all
ParsedClockCommand parse_clock_command(std::string_view text, TextForm form);

}  // namespace home_energy
