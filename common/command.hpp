/// @file
/// What a home can be told to do, and the one parser of it: MQTT payloads and HTTP bodies both come through here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/battery.hpp"
#include "common/result.hpp"
#include "common/units.hpp"

namespace home_energy {

/// Start or stop charging the car. Idempotent.
struct ChargeCommand {
  Charging charging;
};

/// The battery to 20 %, charging off, the clock to 00:00 of the next day.
struct DischargeCommand {};

constexpr int kLowestLimitPercent = 20;
constexpr int kHighestLimitPercent = 100;

/// The state of charge at which charging stops, 20..100 %.
struct ChargeLimitCommand {
  Percent limit;
};

using Command = std::variant<ChargeCommand, DischargeCommand, ChargeLimitCommand>;

/// Says that a command was carried out; the command itself holds what was asked and is now so.
struct Receipt {
  Command done;
};

/// How the text of a command may be written, beside a JSON object.
enum class TextForm {
  bare,  ///< MQTT: the value alone, `on`
  form,  ///< HTTP: a form's fields, `charging=on`
};

struct ParsedCommand {
  Result<Command> command;
  /// The sender's `id`, as JSON text, where the command carried one that can be repeated: a string or a number of at
  /// most 64 characters.
  std::optional<std::string> id;
};

/// Reads a command by its name (`charge`, `discharge`, `charge_limit`) and its text, which may be anything at all.
ParsedCommand parse_command(std::string_view name, std::string_view text, TextForm form);

}  // namespace home_energy
