/// @file
/// Slots as the search sees them, and how a plan uses them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace home_energy::planner {

enum class UseKind { full, head, tail, split };

/// How a plan uses a slot.
struct Use {
  std::size_t slot;
  UseKind kind;
  bool starts;            ///< a run begins with it, or (split) in it
  std::uint32_t from;     ///< level
  std::uint32_t to;       ///< level
  std::int64_t head = 0;  ///< ticks that the head must last at least
  std::int64_t tail = 0;  ///< ticks that the tail must last at least
};

/// What the search knows of a slot.
struct SlotFacts {
  std::int64_t weight;       ///< what a kilowatt-hour costs, in the objective's measure
  std::int64_t length;       ///< ticks
  std::int64_t offered;      ///< watts at most
  std::size_t allowed_from;  ///< the first level at which it may be used
};

}  // namespace home_energy::planner
