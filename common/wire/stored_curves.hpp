/// @file
/// The curves that were set while a home ran, as text that outlives the process. What is read back is checked as if it
/// came from a stranger.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/world/home.hpp"

namespace home_energy {

/// @return empty where no curve was set
std::string curves_text(const HomeCurves& curves);
/// Fails with the field `curves`; also where a curve is finer than the homes' pace meets.
/// @param calendar says when the days are that files of before tell
Result<HomeCurves> parse_curves(std::string_view text, Resolution finest, const Calendar& calendar);

}  // namespace home_energy
