/// @file
/// How those who have prices write a list of dated values, and where in their answers the list is.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"

namespace home_energy {

/// What a shape's values are in where the sender names no unit.
enum class ShapeUnit {
  plausible,  ///< the currency per kWh, or kW; refused where prices cannot be that
  must_be_named,
  of_shape,  ///< `CurveShape::unit`
};

/// One way to write an entry of a list.
struct CurveShape {
  std::string_view start;  ///< key of the time from which on the value holds
  std::string_view end;    ///< key of its end; empty: there is none, it lasts until the next start
  std::string_view value;  ///< key of the value
  ShapeUnit unit_is = ShapeUnit::plausible;
  std::string_view unit = {};
  bool utc = false;  ///< times without a zone are UTC
};

/// The member of an object; null is as good as none.
const nlohmann::json* member(const nlohmann::json& object, std::string_view key);

/// The shapes that have keys for the start and the value of this entry, the likelier first.
std::vector<const CurveShape*> shapes_of(const nlohmann::json& entry);

/// The lists of dated values in an object: a pair for today and tomorrow, or the only one there is, below any names, at
/// most 8 deep. Never empty. The documents are looked at where they are.
/// @param field how errors name the curve: where there is no list, or more than one
Result<std::vector<const nlohmann::json*>> find_lists(const nlohmann::json& object, const std::string& field);

}  // namespace home_energy
