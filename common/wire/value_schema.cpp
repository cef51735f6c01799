#include "common/wire/value_schema.hpp"

#include <nlohmann/json.hpp>

namespace home_energy::wire {
namespace {

using nlohmann::ordered_json;

ordered_json schema_of(Kind kind) {
  switch (kind) {
    case Kind::amount:
    case Kind::level:
      return {{"type", "number"}};
    case Kind::counter:
      return {{"type", "number"}, {"minimum", 0}};
    case Kind::truth:
      return {{"type", "boolean"}};
    case Kind::position:
      return {{"type", "string"}, {"enum", {text(Switch::on), text(Switch::off)}}};
    case Kind::word:
      return {{"type", "string"}};
    case Kind::time_of_day:
      return {{"type", "string"}, {"pattern", "^([01][0-9]|2[0-3]):[0-5][0-9]$"}};
    case Kind::date:
      return {{"type", "string"}, {"format", "date"}};
    case Kind::moment:
      return {{"type", {"string", "null"}}, {"format", "date-time"}};
  }
  return {};
}

}  // namespace

ordered_json schema_of(std::span<const ValueRow> rows) {
  ordered_json properties = ordered_json::object();
  ordered_json required = ordered_json::array();
  for (const ValueRow& row : rows) {
    ordered_json& value = properties[std::string(row.key)] = schema_of(row.kind);
    value["description"] = row.help;
    if (row.presence == Presence::always) required.push_back(row.key);
  }
  return {{"type", "object"}, {"properties", properties}, {"required", required}};
}

}  // namespace home_energy::wire
