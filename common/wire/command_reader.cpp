#include "common/wire/command_reader.hpp"
#include "common/time/iso8601.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>

#include "common/base/text.hpp"
#include "common/wire/wire.hpp"

namespace home_energy {
namespace {

using nlohmann::json;

constexpr double kHundredths = 100;
constexpr std::ptrdiff_t kMaxIdLength = 64;

char lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

std::string shown(const json& value) {
  if (value.is_string()) return excerpt(value.get_ref<const std::string&>());
  if (value.is_structured()) return value.is_array() ? "an array" : "an object";
  return value.dump();
}

/// A value that came as bare text or in a form, as JSON would have it: a number or a string in its quotes, else the
/// text itself as a string.
json value_of(std::string_view text) {
  constexpr std::string_view kBeginsValue = "-0123456789\"";
  if (text.empty() || kBeginsValue.find(text.front()) == std::string_view::npos) return text;
  json value = json::parse(text, nullptr, false);
  return value.is_number() || value.is_string() ? value : json(text);
}

/// A word in lower case; the number or boolean of a switch as JSON writes it.
std::string word_of(const json& value) {
  if (value.is_boolean() || value.is_number_integer()) return value.dump();
  if (!value.is_string()) return {};
  std::string word(trimmed(value.get_ref<const std::string&>()));
  std::ranges::transform(word, word.begin(), lower);
  return word;
}

/// Node-RED and many others write a switch as a boolean or as 1 and 0.
std::optional<Charging> read_switch(const json& value) {
  const auto word = word_of(value);
  if (word == "on" || word == "true" || word == "1") return Charging::on;
  if (word == "off" || word == "false" || word == "0") return Charging::off;
  return std::nullopt;
}

std::optional<Command> read_charging(const json& value) {
  const auto charging = read_switch(value);
  return charging ? std::optional<Command>(ChargeCommand{*charging}) : std::nullopt;
}

std::optional<Command> read_discharging(const json& value) {
  const auto word = word_of(value);
  if (word == "on" || word == "press") return DischargeCommand{};
  return std::nullopt;
}

/// A number, or a string that holds one and nothing else: many flows send every value as text.
double number_of(const json& value) {
  if (value.is_number()) return value.get<double>();
  const json inside = value.is_string() ? value_of(trimmed(value.get_ref<const std::string&>())) : json();
  return inside.is_number() ? inside.get<double>() : NAN;
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

std::optional<Command> read_mode(const json& value) {
  const auto word = word_of(value);
  for (const auto mode : kChargingModes)
    if (word == wire::text(mode)) return ModeCommand{mode};
  return std::nullopt;
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

/// How one command is written: `{"<key>": <value>}`, or the value alone.
struct Grammar {
  std::string_view command;
  std::string_view key;
  std::string_view old_key;  ///< another spelling that is taken, too
  std::string_view legal;    ///< what the value must be, for people
  std::optional<Command> (*read)(const json& value);
};

constexpr std::string_view kPercentage = "a percentage from 20 to 100";
constexpr std::array kGrammar{
    Grammar{wire::command::kCharge, wire::key::kCharging, wire::key::kChargingAsPublished, R"("on" or "off")",
            read_charging},
    Grammar{wire::command::kDischarge, wire::key::kDischarging, {}, R"("on")", read_discharging},
    Grammar{wire::command::kChargeLimit, wire::key::kChargeLimit, {}, kPercentage, read_limit},
    Grammar{wire::command::kMode, wire::key::kMode, {}, R"("manual", "cheapest" or "lowest_load")", read_mode},
    Grammar{wire::command::kTarget, wire::key::kTarget, {}, kPercentage, read_target},
    Grammar{wire::command::kReadyBy, wire::key::kReadyBy, {}, R"(a time from "00:00" to "23:59")", read_ready_by},
};

const Grammar* grammar_of(std::string_view command) {
  const auto* const found = std::ranges::find(kGrammar, command, &Grammar::command);
  return found == kGrammar.end() ? nullptr : found;
}

std::string all_commands() {
  std::string all;
  for (const auto command : wire::command::kAll) all += (all.empty() ? "" : ", ") + std::string(command);
  return all;
}

std::string must_be(const Grammar& grammar) {
  return "it must be " + std::string(grammar.legal);
}

tl::unexpected<Error> unreadable(const Grammar& grammar, const std::string& why) {
  const std::string field(grammar.key);
  return failure(ErrorCode::malformed, field, field + " cannot be read: " + why + ", " + must_be(grammar));
}

/// A form's fields, `charging=on&x=y`, as a JSON object of strings. Nothing where the text is no form.
std::optional<json> parse_form_fields(std::string_view text) {
  json fields = json::object();
  while (!text.empty()) {
    const auto end = text.find('&');
    const auto field = text.substr(0, end);
    const auto equals = field.find('=');
    if (equals == std::string_view::npos || equals == 0) return std::nullopt;
    const auto value = percent_decoded(field.substr(equals + 1));
    if (!is_utf8(value)) return std::nullopt;
    fields[std::string(trimmed(field.substr(0, equals)))] = value_of(trimmed(value));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  if (fields.empty()) return std::nullopt;
  return fields;
}

Result<Command> parse_value(const Grammar& grammar, std::string_view key, const json& value) {
  if (const auto command = grammar.read(value)) return *command;
  const std::string field(key);
  return failure(ErrorCode::illegal, field, field + " must be " + std::string(grammar.legal) + ", got " + shown(value));
}

Result<Command> parse_fields(const Grammar& grammar, const json& fields) {
  for (const auto key : {grammar.key, grammar.old_key}) {
    if (key.empty()) continue;
    if (const auto found = fields.find(key); found != fields.end()) return parse_value(grammar, key, *found);
  }
  const std::string field(grammar.key);
  return failure(ErrorCode::missing, field, field + " is missing, " + must_be(grammar));
}

std::ptrdiff_t characters(std::string_view utf8) {
  return std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

std::optional<std::string> id_of(const json& object) {
  const auto found = object.find(wire::key::kId);
  if (found == object.end() || !(found->is_string() || found->is_number())) return std::nullopt;
  if (found->is_string() && characters(found->get_ref<const std::string&>()) > kMaxIdLength) return std::nullopt;
  // JSON's whole numbers beyond 2^53 come out of a double with other digits than went in.
  constexpr double kExact = 9'007'199'254'740'992.0;
  if (found->is_number_float() && std::abs(found->get<double>()) > kExact) return std::nullopt;
  return found->dump();
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
  if (const json document = json::parse(text, nullptr, false); document.is_object()) parsed.id = id_of(document);
  return parsed;
}

ParsedCommand parse_object(const Grammar& grammar, std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  if (document.is_discarded()) return {unreadable(grammar, "not valid JSON"), std::nullopt};
  if (!document.is_object()) return {unreadable(grammar, "not a JSON object"), std::nullopt};
  return {parse_fields(grammar, document), id_of(document)};
}

}  // namespace

bool is_curve_command(std::string_view name) {
  return name == wire::command::kPrice || name == wire::command::kBaseload;
}

ParsedCommand parse_command(std::string_view name, std::string_view text, TextForm form, const CurveContext& context) {
  if (is_curve_command(name)) return parse_curve_command(name, text, context);
  const Grammar* const grammar = grammar_of(name);
  if (grammar == nullptr) {
    return {failure(ErrorCode::unknown_command, "command",
                    "command " + excerpt(name) + " does not exist, there are: " + all_commands()),
            std::nullopt};
  }
  if (!is_utf8(text)) return {unreadable(*grammar, "not UTF-8"), std::nullopt};
  // The JSON parser would take NUL for the end of the text, and what follows for nothing.
  if (text.find('\0') != std::string_view::npos) return {unreadable(*grammar, "it holds a NUL"), std::nullopt};
  const auto content = trimmed(text);
  if (content.starts_with('{')) return parse_object(*grammar, content);
  switch (form) {
    case TextForm::bare:
      return {parse_value(*grammar, grammar->key, value_of(content)), std::nullopt};
    case TextForm::form:
      if (const auto fields = parse_form_fields(content)) return {parse_fields(*grammar, *fields), std::nullopt};
  }
  return parse_object(*grammar, content);
}

}  // namespace home_energy
