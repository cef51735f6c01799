/// @file
/// Remembers in the store what was announced, for a broker that forgets and for settings that change: each start knows
/// what earlier ones left behind, under another base topic, id or discovery prefix too. Runs on the thread of the
/// `io_context`.
#pragma once

#include <functional>
#include <set>
#include <vector>

#include "agent/store/store.hpp"

namespace home_energy {

class AnnouncedMemory {
 public:
  /// @param store   outlives this
  /// @param present what this start announces
  AnnouncedMemory(Store& store, std::set<Announcement> present);

  /// What earlier starts announced, this one does not, and nobody has taken back.
  const std::set<Announcement>& earlier() const { return earlier_; }

  /// Remembers what this start announces. Nothing is to be announced before `done`, called once: a crash in between
  /// would leave what no later start knows. A disk that fails is not waited for.
  void record(std::function<void()> done);

  /// These were taken back.
  void forget(const std::vector<Announcement>& gone);

 private:
  void write_anew();

  Store& store_;
  std::set<Announcement> present_;
  std::set<Announcement> earlier_;
  std::map<Announcement, bool> new_;  ///< of those present, what is not remembered yet
};

}  // namespace home_energy
