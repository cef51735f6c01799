/// @file
/// Homes of a fuzzer's input: their settings, with the devices that came after the first corpus.
#pragma once

#include <optional>

#include "common/world/home.hpp"
#include "tests/fuzz/targets.hpp"

namespace home_energy::fuzz {

/// A home, and what of it only its storage knows else.
struct FuzzedHome {
  HomeSettings settings;
  std::optional<StorageDesign> storage{};  ///< none where it has none
  bool has_more = false;                   ///< whether its input tells of such devices
};

/// Where the input's last byte says so, the bytes before it tell of sun, storage, trips and tariff; all else is read
/// from the beginning, so that inputs from before there were such devices mean what they did.
struct HomeInput {
  Input front;
  Input more;
  std::uint8_t devices = 0;  ///< flags; all but 0 in `has_more`
  bool has_more = false;
};
HomeInput split(Bytes bytes);

FuzzedHome home_of(HomeInput& input);

/// A curve of few different values, as those of people are.
template <class Value>
DayCurve<Value> a_curve(Input& input, std::int64_t lowest, std::int64_t highest, std::size_t slots) {
  std::vector<std::int64_t> values(1 + input.below(8));
  for (auto& value : values) value = input.within(lowest, highest);
  std::vector<Value> curve;
  for (std::size_t i = 0; i < slots; ++i) curve.emplace_back(values[(i + i / 7) % values.size()]);
  return DayCurve<Value>(curve);
}

/// Up to two trips on some days of the week; none where they would overlap.
WeekOfTrips a_week(Input& input);

}  // namespace home_energy::fuzz
