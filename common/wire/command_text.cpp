#include "common/wire/command_text.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>

#include "common/base/text.hpp"
#include "common/wire/wire.hpp"

namespace home_energy {
namespace {

using nlohmann::json;

constexpr std::ptrdiff_t kMaxIdLength = 64;

char lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// A value that came as bare text or in a form, as JSON would have it: a number or a string in its quotes, else the
/// text itself as a string.
json value_of(std::string_view text) {
  constexpr std::string_view kBeginsValue = "-0123456789\"";
  if (text.empty() || kBeginsValue.find(text.front()) == std::string_view::npos) return text;
  json value = json::parse(text, nullptr, false);
  return value.is_number() || value.is_string() ? value : json(text);
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

std::ptrdiff_t characters(std::string_view utf8) {
  return std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

}  // namespace

Result<json> parse_command_text(std::string_view text, TextForm form, std::string_view field, std::string_view legal) {
  const auto unreadable = [&](const std::string& why) {
    const std::string name(field);
    return failure(ErrorCode::malformed, name, name + " cannot be read: " + why + ", it must be " + std::string(legal));
  };
  if (!is_utf8(text)) return unreadable("not UTF-8");
  // The JSON parser would take NUL for the end of the text, and what follows for nothing.
  if (text.find('\0') != std::string_view::npos) return unreadable("it holds a NUL");
  const auto content = trimmed(text);
  if (!content.starts_with('{')) {
    if (form == TextForm::bare) return value_of(content);
    if (auto fields = parse_form_fields(content)) return std::move(*fields);
  }
  json document = json::parse(content, nullptr, false);
  if (document.is_discarded()) return unreadable("not valid JSON");
  if (!document.is_object()) return unreadable("not a JSON object");
  return document;
}

std::optional<std::string> id_of(const json& document) {
  if (!document.is_object()) return std::nullopt;
  const auto found = document.find(wire::key::kId);
  if (found == document.end() || !(found->is_string() || found->is_number())) return std::nullopt;
  if (found->is_string() && characters(found->get_ref<const std::string&>()) > kMaxIdLength) return std::nullopt;
  // JSON's whole numbers beyond 2^53 come out of a double with other digits than went in.
  constexpr double kExact = 9'007'199'254'740'992.0;
  if (found->is_number_float() && std::abs(found->get<double>()) > kExact) return std::nullopt;
  return found->dump();
}

std::string word_of(const json& value) {
  if (value.is_boolean() || value.is_number_integer()) return value.dump();
  if (!value.is_string()) return {};
  std::string word(trimmed(value.get_ref<const std::string&>()));
  std::ranges::transform(word, word.begin(), lower);
  return word;
}

std::optional<Switch> switch_of(const json& value) {
  const auto word = word_of(value);
  if (word == "on" || word == "true" || word == "1") return Switch::on;
  if (word == "off" || word == "false" || word == "0") return Switch::off;
  return std::nullopt;
}

double number_of(const json& value) {
  if (value.is_number()) return value.get<double>();
  const json inside = value.is_string() ? value_of(trimmed(value.get_ref<const std::string&>())) : json();
  return inside.is_number() ? inside.get<double>() : NAN;
}

tl::unexpected<Error> illegal_value(std::string_view key, std::string_view legal, const json& value) {
  const std::string field(key);
  return failure(ErrorCode::illegal, field, field + " must be " + std::string(legal) + ", got " + shown(value));
}

std::string shown(const json& value) {
  if (value.is_string()) return excerpt(value.get_ref<const std::string&>());
  if (value.is_structured()) return value.is_array() ? "an array" : "an object";
  return value.dump();
}

}  // namespace home_energy
