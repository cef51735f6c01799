#include "agent/options/toml_file.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <string_view>

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

namespace {

/// The line of a key of more parts than anybody writes, which toml++ would follow until the stack ends; 0 where none
/// is.
std::size_t line_of_deep_key(std::string_view content) {
  constexpr std::ptrdiff_t kMostDots = 64;
  for (std::size_t line = 1; !content.empty(); ++line) {
    const auto end = std::min(content.find('\n'), content.size());
    const auto key = content.substr(0, std::min(end, content.find('=')));
    // Else it is a row of numbers, or a comment.
    const bool is_key = key.size() < end || (key.starts_with('[') && key.find(',') == std::string_view::npos);
    if (is_key && !key.starts_with('#') && std::ranges::count(key, '.') > kMostDots) return line;
    content.remove_prefix(std::min(end + 1, content.size()));
  }
  return 0;
}

}  // namespace

Result<TomlValue> read_toml(const std::string& content, const std::string& name) {
  if (const auto line = line_of_deep_key(content); line > 0)
    return failure(ErrorCode::malformed, "toml", fmt::format("{}:{}: a key has at most 65 parts", name, line));
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
