/// @file
/// When each home's next tick is due. Homes tick together until a discharge begins a home's day anew: from then on it
/// ticks at a phase of its own, so that its first hour is a whole one. Pure data; told the time, never asking it.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <span>
#include <vector>

namespace home_energy {

class TickSchedule {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  /// A world held up for longer than this (a suspended process) does not hurry through what it missed.
  static constexpr std::chrono::seconds kMostToCatchUp{10};

  TickSchedule(std::size_t homes, Duration tick, Time first);

  /// When the next tick of any home is due.
  Time next() const { return groups_.begin()->first; }

  struct Due {
    std::span<const std::size_t> homes;  ///< valid until the next take
    Duration skipped;                    ///< time that was left out because the world was held up for too long
  };

  /// Takes the homes whose tick is due next, and puts them down for their following one.
  Due take(Time now);

  /// The home's next tick is one tick from now.
  void restart(std::size_t home, Time now);

 private:
  /// So many homes more than there are may stand in groups that they have left, before those are cleaned up: a restart
  /// only marks them, which takes no time however many homes there are.
  static constexpr std::size_t kMostLeft = 1024;

  void put(std::vector<std::size_t> homes, Time due);
  std::size_t drop_left(std::vector<std::size_t>& group, Time due, Time mark);
  void drop_left_groups();
  void clean_up();

  Duration tick_;
  std::vector<Time> due_at_;  ///< of each home; where a group has another time, the home has left it
  std::size_t left_ = 0;
  std::map<Time, std::vector<std::size_t>> groups_;
  std::vector<std::size_t> due_;
};

}  // namespace home_energy
