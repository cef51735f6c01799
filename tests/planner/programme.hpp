/// @file
/// The mixed integer programme of a charging problem. Times in hours, energies in kWh, powers in kW.
#pragma once

#include <algorithm>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/planner/linear_sum.hpp"
#include "tests/planner/milp.hpp"

namespace home_energy::test {

constexpr double kTiny = 1e-4;  // a start, so that of equal plans the one with the fewest is found

/// A stretch of the way to the need along which the taper is the same; kWh and kW.
struct Segment {
  double width;
  double limit;
};

inline std::vector<Segment> segments_of(const ChargingProblem& problem, double energy) {
  std::vector<Segment> segments;
  double from = 0;
  double limit = static_cast<double>(problem.most.count()) / 1e3;
  for (const TaperStep& step : problem.taper) {
    const double stored =
        static_cast<double>(problem.capacity.count()) * static_cast<double>(step.from.count()) / 1e4 * 3600;
    const double drawn = (stored - static_cast<double>(problem.stored.count())) /
                         (static_cast<double>(problem.efficiency.count()) / 1e4) / 3.6e6;
    if (drawn >= energy) break;
    if (drawn > from) {
      segments.push_back({drawn - from, limit});
      from = drawn;
    }
    limit = std::min(limit, static_cast<double>(step.at_most.count()) / 1e3);
  }
  segments.push_back({energy - from, limit});
  return segments;
}

/// Times in hours, energies in kWh, powers in kW.
class Programme {
 public:
  Programme(const ChargingProblem& problem, const MilpOptions& options)
      : problem_(problem),
        options_(options),
        segments_(segments_of(problem, options.energy_kwh)),
        least_(static_cast<double>(problem.least.count()) / 1e3) {
    set_min_run();
    for (std::size_t i = 0; i < slots(); ++i) add_slot(i);
    for (std::size_t i = 0; i < slots(); ++i) add_min_runs(i);
    for (std::size_t i = 0; i < slots(); ++i) tighten(i);
    if (!options.most_energy) fix_energy();
  }

  void ask_for_most() {
    for (std::size_t s = 0; s < segments_.size(); ++s) objective_.add(-1, name("q", slots(), s));
  }

  /// Whether values keep all rows; those that are not named are 0.
  bool is_kept_by(const Values& values) const {
    return std::all_of(rows_.begin(), rows_.end(), [&](const Row& row) { return row.is_kept_by(values); });
  }

  void write(std::ostream& out) const {
    out << "Minimize\n obj:" << objective_.text() << "\nSubject To\n";
    out.precision(17);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      out << " r" << i << ':' << rows_[i].sum.text() << "\n " << rows_[i].relation << ' ' << rows_[i].value << '\n';
    }
    out << "Bounds\n" << bounds_.str() << "Binaries\n" << binaries_.str() << "End\n";
  }

 protected:
  std::size_t slots() const { return problem_.slots.size(); }
  double length(std::size_t i) const { return static_cast<double>(problem_.slots[i].length.count()) / 3600; }
  double room(std::size_t i) const {
    return static_cast<double>((problem_.fuse - problem_.slots[i].base_load).count()) / 1e3;
  }

  void row(const Sum& sum, const std::string& relation, double value) { rows_.push_back({sum, relation, value}); }
  void binary(const std::string& variable) { binaries_ << ' ' << variable << '\n'; }
  void zero(const std::string& variable) { bounds_ << ' ' << variable << " = 0\n"; }

  void set_min_run() {
    double least_time = 0;
    for (const Segment& segment : segments_) least_time += segment.width / std::min(least_, segment.limit);
    const auto asked = static_cast<double>(problem_.min_run.count()) / 3600;
    min_run_ = least_ > 0 ? std::min(asked, least_time) : asked;
    if (min_run_ > 0) min_run_ += static_cast<double>(options_.longer_runs.count()) / 3600;
  }

  /// The first segment on whose grounds the slot may be used; none is past the last.
  std::size_t allowed_from(std::size_t i) const {
    const bool too_dear = problem_.max_price && problem_.slots[i].price > *problem_.max_price;
    if (too_dear) return segments_.size();
    std::size_t segment = 0;
    while (segment < segments_.size() && std::min(least_, segments_[segment].limit) > room(i) + 1e-9) ++segment;
    return segment;
  }

  void add_slot(std::size_t i) {
    for (const char* kind : {"F", "T", "H", "S"}) binary(name(kind, i));
    row(Sum().add(1, name("F", i)).add(1, name("T", i)), "<=", 1);
    row(Sum().add(1, name("F", i)).add(1, name("H", i)), "<=", 1);
    row(Sum().add(1, name("h", i)).add(-length(i), name("H", i)), "<=", 0);
    row(Sum().add(1, name("t", i)).add(-length(i), name("T", i)), "<=", 0);
    row(Sum().add(1, name("h", i)).add(1, name("t", i)), "<=", length(i));
    add_bars(i);
    add_start(i);
    add_energy(i);
    if (options_.most_energy) return;
    const PlannerSlot& slot = problem_.slots[i];
    const double weight = problem_.objective == Objective::cost ? static_cast<double>(slot.price.count()) / 1e6
                                                                : static_cast<double>(slot.base_load.count()) / 1e3;
    for (std::size_t s = 0; s < segments_.size(); ++s) objective_.add(weight, name("e", i, s));
    const double start =
        problem_.objective == Objective::cost ? static_cast<double>(problem_.start_cost.count()) / 1e6 : 0;
    objective_.add(start + kTiny, name("S", i)).add(start + kTiny, name("T", i));
  }

  void add_bars(std::size_t i) {
    const std::size_t from = allowed_from(i);
    for (const char* kind : {"F", "T", "H"}) {
      if (from == segments_.size()) zero(name(kind, i));
      if (from == segments_.size() || from == 0) continue;
      if (i == 0) zero(name(kind, i));  // at the beginning nothing is drawn yet
      if (i > 0) row(Sum().add(1, name(kind, i)).add(-1, name("z", i, from)), "<=", 0);
    }
  }

  /// S: a run begins at the slot's beginning.
  void add_start(std::size_t i) {
    Sum sum;
    sum.add(1, name("S", i)).add(-1, name("F", i)).add(-1, name("H", i));
    if (i > 0) sum.add(1, name("F", i - 1)).add(1, name("T", i - 1));
    row(sum, ">=", i == 0 && problem_.running_for ? -1 : 0);
  }

  /// e: drawn in the slot and segment; q: drawn in the segment until the slot's end; z: the segment has been entered.
  void add_energy(std::size_t i) {
    Sum fast;
    Sum slow;
    double lowest = 1e9;
    for (std::size_t s = 0; s < segments_.size(); ++s) {
      Sum sum;
      sum.add(1, name("q", i + 1, s)).add(-1, name("e", i, s));
      if (i > 0) sum.add(-1, name("q", i, s));
      row(sum, "=", 0);
      if (s > 0) {
        binary(name("z", i + 1, s));
        row(Sum().add(1, name("q", i + 1, s)).add(-segments_[s].width, name("z", i + 1, s)), "<=", 0);
        row(Sum().add(1, name("q", i + 1, s - 1)).add(-segments_[s - 1].width, name("z", i + 1, s)), ">=", 0);
      }
      bounds_.precision(17);
      bounds_ << " 0 <= " << name("q", i + 1, s) << " <= " << segments_[s].width << '\n';
      const double offered = std::clamp(room(i), least_, static_cast<double>(problem_.most.count()) / 1e3);
      const double rate = std::min(offered, segments_[s].limit);
      if (rate <= 0) {
        zero(name("e", i, s));
        continue;
      }
      lowest = std::min(lowest, rate);
      fast.add(1 / rate, name("e", i, s));
      if (least_ > 0) slow.add(1 / std::min(least_, segments_[s].limit), name("e", i, s));
    }
    bound_times(i, fast, slow, lowest);
  }

  void bound_times(std::size_t i, Sum fast, Sum slow, double lowest) {
    const double margin = options_.step_kwh / lowest;
    if (margin > 0 && !fast.empty()) row(fast, "<=", std::max(0.0, length(i) - margin));
    for (Sum* sum : {&fast, &slow}) sum->add(-length(i), name("F", i)).add(-1, name("h", i)).add(-1, name("t", i));
    row(fast, "<=", 0);
    if (least_ <= 0) return;
    const double least_margin = options_.step_kwh / std::min(least_, segments_.back().limit);
    if (least_margin > 0) {
      for (const char* kind : {"F", "T", "H"}) slow.add(-least_margin, name(kind, i));
    }
    row(slow, ">=", 0);
  }

  void fix_energy() {
    Sum sum;
    for (std::size_t s = 0; s < segments_.size(); ++s) sum.add(1, name("q", slots(), s));
    row(sum, "=", options_.energy_kwh);
  }

  /// For each way a run that begins in slot i may end too early: then it has lasted long enough after all.
  void add_min_runs(std::size_t i) {
    if (min_run_ <= 0) return;
    end_runs(i, name("T", i), true, min_run_);
    end_runs(i, name("S", i), false, min_run_);
    if (i > 0 || !problem_.running_for) return;
    end_runs(0, "", false, min_run_ - static_cast<double>(problem_.running_for->count()) / 3600);
  }

  /// Follows from the others, and helps CBC: where slot k lies wholly within the least time of any run that begins in
  /// some slots before, at most one begins there, and the slot is used fully.
  void tighten(std::size_t k) {
    Sum starts;
    double passed = 0;
    if (min_run_ <= 0) return;
    for (std::size_t i = k; allowed_from(i) == 0; --i) {
      passed += length(i);
      if (passed > min_run_ + 1e-9) break;
      starts.add(1, name("S", i));
      if (i < k) starts.add(1, name("T", i));
      if (i == 0) break;
    }
    if (!starts.empty()) row(starts.add(-1, name("F", k)), "<=", 0);
  }

  /// @param first  the variable that says a run begins in the slot; none: it has been going on
  /// @param tail   it begins in the slot's tail, else at the slot's beginning
  void end_runs(std::size_t i, const std::string& first, bool tail, double lasts) {
    Sum used;  // all that must hold for the run to be there, and its time, so that: time - lasts * holding >= ...
    int conditions = 0;
    double passed = 0;
    if (!first.empty()) {
      used.add(-lasts, first);
      ++conditions;
    }
    if (tail) {
      used.add(1, name("t", i));
      end_at(i + 1, used, conditions, passed, lasts);
      ++i;
    }
    for (; i < slots() && passed < lasts; ++i) {
      Sum head = used;
      head.add(-lasts, name("H", i)).add(1, name("h", i));
      row(head, ">=", -lasts * conditions - passed);
      used.add(-lasts, name("F", i));
      ++conditions;
      passed += length(i);
      if (passed < lasts) end_at(i + 1, used, conditions, passed, lasts);
    }
  }

  /// It ends at the beginning of slot i though that may be used.
  void end_at(std::size_t i, Sum used, int conditions, double passed, double lasts) {
    if (i >= slots() || allowed_from(i) == segments_.size()) return;
    used.add(lasts, name("F", i)).add(lasts, name("H", i));
    double slack = 0;
    if (allowed_from(i) > 0) {
      used.add(-lasts, name("z", i, allowed_from(i)));
      slack = lasts;
    }
    row(used, ">=", -lasts * (conditions - 1) - slack - passed);
  }

  const ChargingProblem& problem_;
  const MilpOptions& options_;
  std::vector<Segment> segments_;
  double least_;
  double min_run_ = 0;
  Sum objective_;
  std::vector<Row> rows_;
  std::ostringstream bounds_;
  std::ostringstream binaries_;
};

}  // namespace home_energy::test
