/// @file
/// Reads JSON that was stored: checked as if it came from a stranger, since a file can be damaged. Part of `wire`.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/base/units.hpp"
#include "common/world/history.hpp"

namespace home_energy::stored {

using Json = nlohmann::json;

/// Seconds before or after 00:00 of day 0 that a home may come to.
constexpr std::int64_t kMostMoment = kMostDays * kSecondsPerDay;

std::string text_of(Int128 value);

/// What cannot be read is thrown by what follows, and told by `read_safely`.
[[noreturn]] void refuse(const std::string& what);
/// Throws where a value is not what it must be, and names all three: the field, the values that are legal, and what
/// came.
[[noreturn]] void refuse_value(const std::string& key, Int128 lowest, Int128 highest, const Json& got);
/// A whole number within these bounds. @param object has the key, or what is thrown names it
std::int64_t whole(const Json& object, const std::string& key, std::int64_t lowest, std::int64_t highest);

/// What `read` makes of the text; fails with the field where that throws.
template <class T, class Read>
Result<T> read_safely(std::string_view text, const std::string& field, const Read& read) {
  try {
    return read(Json::parse(text));
  } catch (const std::exception& error) {
    return failure(ErrorCode::malformed, field, field + " cannot be read: " + error.what());
  }
}

}  // namespace home_energy::stored
