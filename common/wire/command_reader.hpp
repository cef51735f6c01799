/// @file
/// The one parser of commands: MQTT payloads and HTTP bodies both come through here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/wire/command_text.hpp"
#include "common/wire/curve_reader.hpp"
#include "common/world/command.hpp"

namespace home_energy {

struct ParsedCommand {
  Result<Command> command;
  /// The sender's `id`, as JSON text, where the command carried one that can be repeated: a string or a number of at
  /// most 64 characters.
  std::optional<std::string> id;
  std::size_t car = 0;  ///< of a command to a car, which one: 0 is the first
};

/// Reads a command by its name (`charge`, `charge_limit`, `car-2/charge` ...) and its text, which may be anything at
/// all.
/// @param context what curves are read against; without one: SEK, and a simulated clock
ParsedCommand parse_command(std::string_view name, std::string_view text, TextForm form,
                            const CurveContext& context = {"SEK", Resolution::quarter_hourly, {}});

/// Whether the command carries a day's curve, which is longer than others may be.
bool is_curve_command(std::string_view name);

}  // namespace home_energy
