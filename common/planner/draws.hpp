/// @file
/// What is drawn when: from the levels of the search to energies and times, and charging at once.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "common/planner/search.hpp"

namespace home_energy::planner {

/// Drawing within one slot without interruption.
struct Draw {
  std::size_t slot;
  std::int64_t begin;    ///< microseconds since the slot's begin
  std::int64_t lasts;    ///< microseconds
  std::int64_t from;     ///< microjoules drawn before
  std::int64_t to;       ///< microjoules drawn after
  std::int64_t offered;  ///< watts
  bool starts;           ///< a run begins with it; the others continue the one before
};

/// Draws as the search found it. Where the charger modulates and nothing tapers, energy is shifted from dearer slots of
/// the plan to cheaper ones as far as the powers allow: that mends what the grid had rounded.
std::vector<Draw> draws_of(const Task& task, const Levels& levels, const std::vector<Use>& uses);

/// What holds while charging at the highest power.
struct Rules {
  bool fuse = true;
  bool ceiling = true;
};

struct AtOnce {
  std::vector<Draw> draws;
  std::int64_t drawn = 0;    ///< microjoules
  std::int64_t on_time = 0;  ///< microseconds
};

/// Draws at the highest power in every slot that the rules allow, from now on until so much is drawn.
AtOnce draw_at_once(const ChargingProblem& problem, const Intake& intake, Rules rules, std::int64_t wanted);

/// The same with all rules, but what is not needed is left out where the last stretch between barred slots begins: so
/// no run is too short.
std::vector<Draw> draw_all_but(const Task& task);

}  // namespace home_energy::planner
