#include "common/planner/intake.hpp"

#include <algorithm>

namespace home_energy::planner {
namespace {

constexpr std::int64_t kJoulesPerWattHour = 3600;

}  // namespace

Intake::Intake(const ChargingProblem& problem) {
  if (problem.target > problem.stored) {
    const Int128 gained = problem.target.count() - problem.stored.count();
    const Int128 drawn = divide_up(gained * kFull.count(), Int128{problem.efficiency.count()});
    need_ = static_cast<std::int64_t>(std::min<Int128>(drawn, kNever / kMicro)) * kMicro;
  }
  segments_.push_back({0, problem.most.count()});
  for (const TaperStep& step : problem.taper) {
    const std::int64_t limit = std::min(segments_.back().limit, step.at_most.count());
    const Int128 at = Int128{problem.capacity.count()} * kJoulesPerWattHour * step.from.count();
    const Int128 above = at - Int128{problem.stored.count()} * kFull.count();
    const Int128 drawn = above <= 0 ? 0 : divide_up(above * kMicro, Int128{problem.efficiency.count()});
    if (drawn >= kNever) break;
    const auto from = static_cast<std::int64_t>(drawn);
    if (segments_.back().from == from) segments_.back().limit = limit;
    if (segments_.back().limit > limit) segments_.push_back({from, limit});
  }
}

std::size_t Intake::segment_at(std::int64_t drawn) const {
  std::size_t segment = segments_.size() - 1;
  while (segments_[segment].from > drawn) --segment;
  return segment;
}

std::int64_t Intake::end_of(std::size_t segment) const {
  return segment + 1 < segments_.size() ? segments_[segment + 1].from : kNever;
}

std::int64_t Intake::limit_at(std::int64_t drawn) const {
  return segments_[segment_at(drawn)].limit;
}

std::int64_t Intake::after(std::int64_t drawn, std::int64_t offered, std::int64_t time) const {
  for (std::size_t segment = segment_at(drawn);; ++segment) {
    const std::int64_t rate = std::min(offered, segments_[segment].limit);
    if (rate <= 0) return drawn;
    const std::int64_t end = end_of(segment);
    const std::int64_t until_end = end == kNever ? kNever : divide_up(end - drawn, rate);
    if (time < until_end) return drawn + rate * time;
    time -= until_end;
    drawn = end;
  }
}

std::int64_t Intake::time(std::int64_t drawn, std::int64_t wanted, std::int64_t offered) const {
  std::int64_t taken = 0;
  for (std::size_t segment = segment_at(drawn); drawn < wanted; ++segment) {
    const std::int64_t rate = std::min(offered, segments_[segment].limit);
    if (rate <= 0) return kNever;
    const std::int64_t end = std::min(end_of(segment), wanted);
    taken += divide_up(end - drawn, rate);
    drawn = end;
  }
  return taken;
}

std::vector<std::int64_t> Intake::kinks() const {
  std::vector<std::int64_t> kinks;
  for (std::size_t segment = 1; segment < segments_.size(); ++segment) kinks.push_back(segments_[segment].from);
  return kinks;
}

}  // namespace home_energy::planner
