/// @file
/// Randomness that can be computed for any moment alone: a hash of a seed, a stream and a number. The same on every
/// machine.
#pragma once

#include <cstdint>

namespace home_energy {

/// 64 well mixed bits (SplitMix64 by Steele, Lea and Flood, 2014), of each number of each stream of a seed.
constexpr std::uint64_t noise_bits(std::uint64_t seed, std::uint64_t stream, std::int64_t number) {
  constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;
  const auto mixed = [](std::uint64_t bits) {
    bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111eb;
    return bits ^ (bits >> 31U);
  };
  return mixed(mixed(seed + kGolden * (stream + 1)) + kGolden * static_cast<std::uint64_t>(number));
}

/// Close to normal, mean 0 and variance 1: the sum of four uniform numbers (Irwin-Hall), so within +-3.5.
constexpr double noise_normal(std::uint64_t seed, std::uint64_t stream, std::int64_t number) {
  constexpr unsigned kPart = 16;
  constexpr double kMean = 2.0 * 65'535;
  constexpr double kDeviation = 37'837.2;  // 65,536 / sqrt(3)
  std::uint64_t bits = noise_bits(seed, stream, number);
  std::uint64_t sum = 0;
  for (int part = 0; part < 4; ++part, bits >>= kPart) sum += bits & 0xFFFFU;
  return (static_cast<double>(sum) - kMean) / kDeviation;
}

}  // namespace home_energy
