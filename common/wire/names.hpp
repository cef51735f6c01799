/// @file
/// What topics, homes and currencies may be called.
#pragma once

#include <string>

namespace home_energy {

/// One or more levels of a topic, without wildcards, NUL or a slash at either end.
bool is_base_topic(const std::string& text);

/// 1 to 64 of letters, digits, `_` and `-`.
bool is_home_id(const std::string& text);
/// Legal as an id, but the name of a topic that is no home's.
bool is_reserved_home(const std::string& id);

/// Three capital letters.
bool is_currency(const std::string& text);

}  // namespace home_energy
