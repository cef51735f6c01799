/// @file
/// Random charging problems for the proof, the tests and the benchmark: the same seed, the same problem, anywhere.
#pragma once

#include <cstdint>

#include "common/planner/planner.hpp"

namespace home_energy::test {

/// A small generator of our own (SplitMix64): those of the standard library differ between libraries.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  /// Evenly from low..high, both included.
  std::int64_t from(std::int64_t low, std::int64_t high);
  bool one_in(std::int64_t n) { return from(1, n) == 1; }

 private:
  std::uint64_t state_;
};

/// What a problem has in it.
struct Mix {
  bool on_off;
  bool on_grid;  ///< powers in 300 W, needs in 25 Wh, slots in 300 s: nothing is rounded
  bool taper;
  bool fuse;
  bool ceiling;
  bool starts_cost;
  bool running;
  bool short_first;
  bool negative;
  bool load;
  bool too_much;  ///< the need is more than the time allows
  bool round;     ///< numbers as people write them: see `roll_round_problem`
  std::chrono::seconds min_run;
};

struct Instance {
  Mix mix;
  ChargingProblem problem;
};

/// Rolls what is in a problem and then the problem.
Instance roll_instance(Dice& dice, std::size_t slots);
ChargingProblem roll_problem(Dice& dice, const Mix& mix, std::size_t slots);

/// Powers like 7.4 kW, whole percents, a few prices, needs of just some slots, a fuse that just holds the charger and
/// the load, a taper that begins at the state of charge: where rounding decides.
Instance roll_round_instance(Dice& dice, std::size_t slots);

}  // namespace home_energy::test
