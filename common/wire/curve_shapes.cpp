#include "common/wire/curve_shapes.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "common/base/text.hpp"
#include "common/wire/wire.hpp"

namespace home_energy {
namespace {

using nlohmann::json;

// Sources: the answers of each API, and the attributes and actions of Home Assistant's integrations, as documented or
// seen in 2025. Where two integrations use the same keys, the unit is what tells them apart, so it must be named.
constexpr std::array kShapes{
    CurveShape{"start", "end", "value"},                                          // Nord Pool's sensors (custom)
    CurveShape{"start", "end", "price", ShapeUnit::must_be_named},                // nordpool.get_prices_for_date: /MWh
    CurveShape{"start", "end", "value_inc_vat", ShapeUnit::of_shape, "GBP/kWh"},  // Octopus' integration (custom)
    CurveShape{"valid_from", "valid_to", "value_inc_vat", ShapeUnit::of_shape, "p/kWh"},      // Octopus' API
    CurveShape{"start_timestamp", "end_timestamp", "marketprice", ShapeUnit::must_be_named},  // aWATTar: unit per entry
    CurveShape{"start_time", "end_time", "price_per_kwh"},                                    // EPEX Spot (custom)
    CurveShape{"start_time", "end_time", "price"},                                            // tibber.get_prices
    CurveShape{"startsAt", "", "total"},                                                      // Tibber's API
    CurveShape{"time", "", "price"},                                                          // ENTSO-e (custom)
    CurveShape{"HourUTC", "", "SpotPriceDKK", ShapeUnit::of_shape, "DKK/MWh", true},          // Energi Data Service
    CurveShape{"HourUTC", "", "SpotPriceEUR", ShapeUnit::of_shape, "EUR/MWh", true},
    CurveShape{"TimeUTC", "", "DayAheadPriceDKK", ShapeUnit::of_shape, "DKK/MWh", true},  // and since October 2025
    CurveShape{"TimeUTC", "", "DayAheadPriceEUR", ShapeUnit::of_shape, "EUR/MWh", true},
    // Danish time without a zone: refused for want of one, unless the UTC is beside it.
    CurveShape{"HourDK", "", "SpotPriceDKK", ShapeUnit::of_shape, "DKK/MWh"},
    CurveShape{"HourDK", "", "SpotPriceEUR", ShapeUnit::of_shape, "EUR/MWh"},
    CurveShape{"TimeDK", "", "DayAheadPriceDKK", ShapeUnit::of_shape, "DKK/MWh"},
    CurveShape{"TimeDK", "", "DayAheadPriceEUR", ShapeUnit::of_shape, "EUR/MWh"}};

constexpr std::array<std::array<std::string_view, 2>, 3> kPairs{
    {{wire::key::kRawToday, wire::key::kRawTomorrow}, {"prices_today", "prices_tomorrow"}, {"today", "tomorrow"}}};

constexpr int kDeepest = 8;

bool is_entry(const json& item) {
  return item.is_object() &&
         std::ranges::any_of(kShapes, [&](const auto& shape) { return item.contains(shape.start); });
}

bool is_list_of_entries(const json& node) {
  return node.is_array() && !node.empty() && is_entry(node.front());
}

/// The lists of today and tomorrow, of which one may be missing.
std::vector<const json*> pair_in(const json& object) {
  for (const auto& pair : kPairs) {
    std::vector<const json*> lists;
    for (const auto key : pair) {
      const auto* const list = member(object, key);
      // Nord Pool's sensors have plain numbers, without dates, as `today` beside `raw_today`.
      if (list != nullptr && (pair[0] == wire::key::kRawToday || is_list_of_entries(*list))) lists.push_back(list);
    }
    if (!lists.empty()) return lists;
  }
  return {};
}

bool has_lists(const json& node, int depth) {
  if (depth > kDeepest || !node.is_structured()) return false;
  if (is_list_of_entries(node) || (node.is_object() && !pair_in(node).empty())) return true;
  return std::ranges::any_of(node, [&](const json& part) { return has_lists(part, depth + 1); });
}

std::string names_text(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 4;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i) text += (i == 0 ? "" : ", ") + excerpt(names[i]);
  return names.size() > kMost ? text + " and others" : text;
}

Result<std::vector<const json*>> lists_in(const json& node, const std::string& field, int depth) {
  if (is_list_of_entries(node)) return std::vector<const json*>{&node};
  if (node.is_object()) {
    if (auto pair = pair_in(node); !pair.empty()) return pair;
  }
  std::vector<std::string> names;
  const json* only = nullptr;
  for (auto part = node.begin(); part != node.end(); ++part) {
    if (!has_lists(*part, depth + 1)) continue;
    names.push_back(node.is_object() ? part.key() : "number " + std::to_string(part - node.begin() + 1));
    only = &*part;
  }
  if (names.size() == 1) return lists_in(*only, field, depth + 1);
  if (names.empty()) {
    return failure(ErrorCode::missing, field,
                   field + " is missing: the object must have values, or raw_today and raw_tomorrow");
  }
  return failure(ErrorCode::illegal, field,
                 field + " has more than one list, " + names_text(names) + ": send one of them as values");
}

}  // namespace

const json* member(const json& object, std::string_view key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::vector<const CurveShape*> shapes_of(const json& entry) {
  std::vector<const CurveShape*> shapes;
  if (!entry.is_object()) return shapes;
  for (const auto& shape : kShapes) {
    if (entry.contains(shape.start) && entry.contains(shape.value)) shapes.push_back(&shape);
  }
  return shapes;
}

Result<std::vector<const json*>> find_lists(const json& object, const std::string& field) {
  return lists_in(object, field, 0);
}

}  // namespace home_energy
