/// @file
/// How many cars a home has, and a value of each.
#pragma once

#include <array>
#include <cstddef>

namespace home_energy {

/// At the most.
inline constexpr std::size_t kMostCars = 4;

/// By the car's place among the home's; those of cars that are not there have their default.
template <class Value>
using CarArray = std::array<Value, kMostCars>;

/// The same of the cars beside the first.
template <class Value>
using FurtherCarArray = std::array<Value, kMostCars - 1>;

}  // namespace home_energy
