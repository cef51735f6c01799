#include "common/wire/command_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "common/base/text.hpp"
#include "common/base/units.hpp"
#include "common/time/iso8601.hpp"
#include "common/wire/device_table.hpp"
#include "common/wire/option_text.hpp"
#include "common/wire/trip_text.hpp"
#include "common/wire/wire.hpp"

namespace home_energy {
namespace {

using nlohmann::json;

std::optional<Command> read_charging(const json& value) {
  const auto position = switch_of(value);
  if (!position) return std::nullopt;
  return ChargeCommand{*position == Switch::on ? Charging::on : Charging::off};
}

std::optional<Command> read_discharging(const json& value) {
  const auto word = word_of(value);
  if (word == "on" || word == "press") return ResetCommand{};
  return std::nullopt;
}

std::optional<Percent> percentage_of(const json& value) {
  const double percent = number_of(value);
  if (!(percent >= kLowestLimitPercent && percent <= kHighestLimitPercent)) return std::nullopt;
  return Percent(std::llround(percent * kHundredths));
}

std::optional<Command> read_limit(const json& value) {
  const auto percent = percentage_of(value);
  if (!percent) return std::nullopt;
  return ChargeLimitCommand{*percent};
}

/// What the home's charger can is judged by the home.
std::optional<Command> read_charge_power(const json& value) {
  constexpr double kMost = 1000;
  const double kilowatts = number_of(value);
  if (!(kilowatts >= 0 && kilowatts <= kMost)) return std::nullopt;
  return ChargePowerCommand{Watts(std::llround(kilowatts * kMilli))};
}

std::optional<Command> read_mode(const json& value) {
  const auto mode = to_mode(word_of(value));
  if (!mode) return std::nullopt;
  return ModeCommand{*mode};
}

std::optional<Command> read_target(const json& value) {
  const auto percent = percentage_of(value);
  if (!percent) return std::nullopt;
  return TargetCommand{*percent};
}

std::optional<Command> read_ready_by(const json& value) {
  if (!value.is_string()) return std::nullopt;
  const auto minute = clock_time(trimmed(value.get_ref<const std::string&>()));
  if (!minute) return std::nullopt;
  return ReadyByCommand{*minute};
}

std::optional<Command> read_plug(const json& value) {
  const auto position = switch_of(value);
  if (!position) return std::nullopt;
  return PlugCommand{*position};
}

/// How one command is written: `{"<key>": <value>}`, or the value alone.
struct CommandGrammar {
  std::string_view command;
  std::string_view key;
  std::string_view old_key;  ///< another spelling that is taken, too
  std::string_view legal;    ///< what the value must be, for people
  std::optional<Command> (*read)(const json& value);
};

constexpr std::string_view kOnOrOff = R"("on" or "off")";
constexpr std::string_view kPercentage = "a percentage from 20 to 100";
constexpr std::array kCommands{
    CommandGrammar{wire::command::kCharge, wire::key::kCharging, wire::key::kChargingAsPublished, kOnOrOff,
                   read_charging},
    CommandGrammar{wire::command::kDischarge, wire::key::kDischarging, {}, R"("on")", read_discharging},
    CommandGrammar{wire::command::kChargeLimit, wire::key::kChargeLimit, {}, kPercentage, read_limit},
    CommandGrammar{wire::command::kChargePower,
                   wire::key::kChargePower,
                   {},
                   "a power in kW from 0 to --charger-kw",
                   read_charge_power},
    CommandGrammar{wire::command::kMode,
                   wire::key::kMode,
                   {},
                   R"("manual", "cheapest", "lowest_load", "immediate" or "solar")",
                   read_mode},
    CommandGrammar{wire::command::kTarget, wire::key::kTarget, {}, kPercentage, read_target},
    CommandGrammar{
        wire::command::kReadyBy, wire::key::kReadyBy, {}, R"(a time from "00:00" to "23:59")", read_ready_by},
    CommandGrammar{wire::command::kPlug, wire::command::kPlug, {}, kOnOrOff, read_plug},
};

const CommandGrammar* grammar_of(std::string_view command) {
  const auto* const found = std::ranges::find(kCommands, command, &CommandGrammar::command);
  return found == kCommands.end() ? nullptr : found;
}

template <class Names>
std::string listed(const Names& names) {
  std::string all;
  for (const auto name : names) all += (all.empty() ? "" : ", ") + std::string(name);
  return all;
}

/// A value by itself, or an object that has it under one of these keys; empty ones are none.
/// @param read gives the command that a value means, nothing where it is not legal
template <class Read>
ParsedCommand parse_by(const std::array<std::string_view, 2>& keys, std::string_view legal, std::string_view text,
                       TextForm form, const Read& read) {
  const auto command_of = [&](std::string_view key, const json& value) -> Result<Command> {
    if (const std::optional<Command> command = read(value)) return *command;
    return illegal_value(key, legal, value);
  };
  const auto document = parse_command_text(text, form, keys.front(), legal);
  if (!document) return {tl::unexpected(document.error()), std::nullopt};
  if (!document->is_object()) return {command_of(keys.front(), *document), std::nullopt};
  for (const auto key : keys) {
    if (key.empty()) continue;
    if (const auto found = document->find(key); found != document->end())
      return {command_of(key, *found), id_of(*document)};
  }
  const std::string field(keys.front());
  return {failure(ErrorCode::missing, field, field + " is missing, it must be " + std::string(legal)),
          id_of(*document)};
}

/// A curve has a grammar of its own; only the sender's id is read here.
ParsedCommand parse_curve_command(std::string_view name, std::string_view text, const CurveContext& context) {
  ParsedCommand parsed;
  if (name == wire::command::kPrice) {
    parsed.command =
        parse_price_update(text, context).map([](auto update) -> Command { return PriceCommand{std::move(update)}; });
  } else {
    parsed.command =
        parse_load_update(text, context).map([](auto update) -> Command { return BaseloadCommand{std::move(update)}; });
  }
  parsed.id = id_of(json::parse(text, nullptr, false));
  return parsed;
}

/// Trips are objects themselves, perhaps below their command's name.
template <class Read>
ParsedCommand parse_trip_command(std::string_view name, std::string_view legal, std::string_view text,
                                 const Read& read) {
  const auto document = parse_command_text(text, TextForm::form, name, legal);
  if (!document) return {tl::unexpected(document.error()), std::nullopt};
  const auto below = document->find(name);
  const json& value = below != document->end() ? *below : *document;
  if (const auto command = read(value)) return {Command(*command), id_of(*document)};
  return {illegal_value(name, legal, value), id_of(*document)};
}

ParsedCommand parse_device_command(const wire::DeviceVerbOfKind& found, std::string_view text, TextForm form) {
  const wire::DeviceVerb& verb = *found.verb;
  return parse_by({verb.key}, verb.legal, text, form, [&](const json& value) -> std::optional<Command> {
    const auto order = verb.read(value);
    if (!order) return std::nullopt;
    return DeviceCommand{wire::number_of(*found.kind), *order};
  });
}

}  // namespace

bool is_curve_command(std::string_view name) {
  return name == wire::command::kPrice || name == wire::command::kBaseload;
}

ParsedCommand parse_command(std::string_view name, std::string_view text, TextForm form, const CurveContext& context) {
  const auto [car, of_car] = wire::car_command_of(name);
  if (car != 0) {
    if (std::ranges::find(wire::command::kOfCar, of_car) == wire::command::kOfCar.end())
      return {
          failure(ErrorCode::unknown_command, "command",
                  "command " + excerpt(name) + " does not exist, of a car there are: " + listed(wire::command::kOfCar)),
          std::nullopt};
    ParsedCommand parsed = parse_command(of_car, text, form, context);
    parsed.car = car;
    return parsed;
  }
  if (is_curve_command(name)) return parse_curve_command(name, text, context);
  if (const auto found = wire::device_verb(name); found.verb != nullptr) return parse_device_command(found, text, form);
  if (name == wire::command::kTrip) return parse_trip_command(name, kLegalTrip, text, read_trip);
  if (name == wire::command::kTrips) return parse_trip_command(name, kLegalTrips, text, read_trips);
  const CommandGrammar* const grammar = grammar_of(name);
  if (grammar == nullptr) {
    return {failure(ErrorCode::unknown_command, "command",
                    "command " + excerpt(name) + " does not exist, there are: " + listed(wire::command::all())),
            std::nullopt};
  }
  return parse_by({grammar->key, grammar->old_key}, grammar->legal, text, form, grammar->read);
}

}  // namespace home_energy
