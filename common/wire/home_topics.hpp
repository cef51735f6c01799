/// @file
/// The topics that a home has.
#pragma once

#include <array>
#include <string_view>
#include <vector>

namespace home_energy::wire {

/// The retained topics of a home that hold JSON, in the order in which they are published.
enum class HomeTopic { clock, baseload, price, battery, grid, plan, baseload_profile, price_profile, car };
inline constexpr std::array kHomeTopics{
    HomeTopic::clock, HomeTopic::baseload,         HomeTopic::price,         HomeTopic::battery, HomeTopic::grid,
    HomeTopic::plan,  HomeTopic::baseload_profile, HomeTopic::price_profile, HomeTopic::car};

/// What decides which of them a home has.
struct HomeParts {
  bool car = true;
  bool trips = false;  ///< the car leaves
  bool plans = true;   ///< there is a car or a home battery
};
/// The topics of such a home, in the order of the enumeration.
std::vector<HomeTopic> topics_of(const HomeParts& parts);
/// Whether it changes when the home's revision does; the others move with time and commands.
constexpr bool follows_revision(HomeTopic topic) {
  return topic == HomeTopic::plan || topic == HomeTopic::baseload_profile || topic == HomeTopic::price_profile;
}

/// What follows the home's id in the topic: `battery`, `price/profile`. That of a further device is its name.
constexpr std::string_view name(HomeTopic topic) {
  switch (topic) {
    case HomeTopic::clock:
      return "clock";
    case HomeTopic::baseload:
      return "baseload";
    case HomeTopic::price:
      return "price";
    case HomeTopic::battery:
      return "battery";
    case HomeTopic::grid:
      return "grid";
    case HomeTopic::plan:
      return "plan";
    case HomeTopic::baseload_profile:
      return "baseload/profile";
    case HomeTopic::price_profile:
      return "price/profile";
    case HomeTopic::car:
      return "car";
  }
  return {};
}

}  // namespace home_energy::wire
