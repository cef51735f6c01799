/// @file
/// What the text of a command is made of, whatever command it is: a JSON object, a bare value, the fields of a form.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/world/device_state.hpp"

namespace home_energy {

/// How the text of a command may be written, beside a JSON object.
enum class TextForm {
  bare,  ///< MQTT: the value alone, `on`
  form,  ///< HTTP: a form's fields, `charging=on`
};

/// The text as JSON: an object of fields, or, where it is bare, one value that is no object.
/// @param text  may be anything at all
/// @param field what errors name
/// @param legal what the value must be, for people
Result<nlohmann::json> parse_command_text(std::string_view text, TextForm form, std::string_view field,
                                          std::string_view legal);

/// The sender's `id` as JSON text, where the command carried one that can be repeated: a string or a number of at most
/// 64 characters.
std::optional<std::string> id_of(const nlohmann::json& document);

/// A word in lower case; the number or boolean of a switch as JSON writes it; empty where it is neither.
std::string word_of(const nlohmann::json& value);

/// A switch, which Node-RED and many others write as a boolean or as 1 and 0.
std::optional<Switch> switch_of(const nlohmann::json& value);

/// A number, or a string that holds one and nothing else: many flows send every value as text. NaN where it is neither.
double number_of(const nlohmann::json& value);

/// Why a value is not taken.
tl::unexpected<Error> illegal_value(std::string_view key, std::string_view legal, const nlohmann::json& value);

/// The value as it may be repeated in a message.
std::string shown(const nlohmann::json& value);

}  // namespace home_energy
