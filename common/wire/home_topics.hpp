/// @file
/// The topics that a home has.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/world/car_array.hpp"

namespace home_energy::wire {

/// The retained topics of a home that hold JSON, in the order in which they are published.
enum class HomeTopic { clock, baseload, price, battery, grid, plan, baseload_profile, price_profile, car };
inline constexpr std::array kHomeTopics{
    HomeTopic::clock, HomeTopic::baseload,         HomeTopic::price,         HomeTopic::battery, HomeTopic::grid,
    HomeTopic::plan,  HomeTopic::baseload_profile, HomeTopic::price_profile, HomeTopic::car};
/// Those of them that a further car has, too, below its name.
inline constexpr std::array kCarTopics{HomeTopic::battery, HomeTopic::plan, HomeTopic::car};

/// One of them, of the home and its first car or of a further car.
struct TopicOfHome {
  constexpr TopicOfHome(HomeTopic of, std::size_t number = 0) : topic(of), car(number) {}

  HomeTopic topic;
  std::size_t car;  ///< 0 is the first

  friend constexpr bool operator==(const TopicOfHome&, const TopicOfHome&) = default;
};

/// What decides which of them a home has.
struct HomeParts {
  bool car = true;
  bool trips = false;                ///< the car leaves
  bool plans = true;                 ///< there is a car or a home battery
  std::vector<bool> further_cars{};  ///< whether each leaves
};
/// The topics of such a home: in the order of the enumeration, then those of each further car.
std::vector<TopicOfHome> topics_of(const HomeParts& parts);
/// All that any home may have.
std::span<const TopicOfHome> every_topic();
/// Whether it changes when the home's revision does; the others move with time and commands.
constexpr bool follows_revision(HomeTopic topic) {
  return topic == HomeTopic::plan || topic == HomeTopic::baseload_profile || topic == HomeTopic::price_profile;
}

/// What further cars are called in topics and paths, by their place; the first has no name.
inline constexpr CarArray<std::string_view> kCarNames{"", "car-2", "car-3", "car-4"};

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

/// The same of any: `car-2/battery`.
constexpr std::string_view name(TopicOfHome topic) {
  constexpr std::array<std::array<std::string_view, kCarTopics.size()>, kMostCars - 1> kOfFurtherCars{
      {{"car-2/battery", "car-2/plan", "car-2/car"},
       {"car-3/battery", "car-3/plan", "car-3/car"},
       {"car-4/battery", "car-4/plan", "car-4/car"}}};
  if (topic.car == 0) return name(topic.topic);
  const auto* const place = std::ranges::find(kCarTopics, topic.topic);
  return kOfFurtherCars.at(topic.car - 1).at(static_cast<std::size_t>(place - kCarTopics.begin()));
}

/// A command's name with the car that it is for: `charge`, `car-2/charge`.
struct CarCommand {
  std::size_t car = 0;  ///< 0 is the first
  std::string_view command;
};
CarCommand car_command_of(std::string_view name);
/// The other way round.
std::string below_car(std::size_t car, std::string_view name);

}  // namespace home_energy::wire
