#include "agent/options/toml_file.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include "agent/options/toml_depth.hpp"

namespace home_energy {
namespace {

using Type = TomlValue::Type;

TomlValue value_of(const toml::node& node) {
  TomlValue value{.line = static_cast<int>(node.source().begin.line)};
  if (const auto* const flag = node.as_boolean()) {
    value.type = Type::flag;
    value.text = flag->get() ? "true" : "false";
  } else if (const auto* const text = node.as_string()) {
    value.type = Type::text;
    value.text = text->get();
  } else if (const auto* const whole = node.as_integer()) {
    value.type = Type::number;
    value.text = fmt::format("{}", whole->get());
  } else if (const auto* const real = node.as_floating_point()) {
    value.type = Type::number;
    value.text = fmt::format("{}", real->get());
  } else if (const auto* const list = node.as_array()) {
    value.type = Type::list;
    for (const toml::node& item : *list) value.items.push_back(value_of(item));
  } else if (const auto* const table = node.as_table()) {
    value.type = Type::table;
    for (const auto& [key, member] : *table) value.members.emplace_back(key.str(), value_of(member));
  }
  return value;
}

}  // namespace

Result<TomlValue> read_toml(const std::string& content, const std::string& name) {
  if (const auto excess = excess_of_toml(content))
    return failure(ErrorCode::malformed, "toml", fmt::format("{}:{}: {}", name, excess->line, excess->reason));
  try {
    return value_of(toml::parse(content, name));
  } catch (const toml::parse_error& wrong) {
    return failure(ErrorCode::malformed, "toml",
                   fmt::format("{}:{}: {}", name, wrong.source().begin.line, wrong.description()));
  }
}

std::optional<std::string> option_text(const TomlValue& value, OptionKind kind) {
  const bool fits = (kind == OptionKind::flag && value.type == Type::flag) ||
                    (kind != OptionKind::flag && value.type == Type::text) ||
                    (kind == OptionKind::number && value.type == Type::number);
  return fits ? std::optional(value.text) : std::nullopt;
}

}  // namespace home_energy
