#include "common/world/storage.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace home_energy {
namespace {

constexpr Int128 kParts = kFull.count();  // of a unit of energy
constexpr std::int64_t kMostPower = 1'000'000;

Energy energy(Int128 count) {
  return Energy(static_cast<std::int64_t>(count));
}

}  // namespace

Storage::Storage(const StorageDesign& design, Percent soc, Percent reserve, StorageMode mode)
    : design_(design),
      stored_(energy(Int128{design.capacity.count()} * soc.count() / kFull.count())),
      mode_(mode),
      power_(std::max(design.most_in, design.most_out)),
      reserve_(reserve) {}

Int128 Storage::parts() const {
  return stored_.count() * kParts + fraction_;
}

Int128 Storage::parts_above_reserve() const {
  return std::max(Int128{0}, parts() - Int128{design_.capacity.count()} * reserve_.count());
}

void Storage::set_parts(Int128 parts) {
  stored_ = energy(parts / kParts);
  fraction_ = static_cast<std::int64_t>(parts % kParts);
  assert(parts >= 0 && parts <= design_.capacity.count() * kParts);
}

/// What can still be drawn.
Energy Storage::room() const {
  return energy((design_.capacity.count() * kParts - parts()) / design_.efficiency_in.count());
}

/// What can still be given.
Energy Storage::available() const {
  return energy(parts_above_reserve() * design_.efficiency_out.count() / (kParts * kParts));
}

Int128 Storage::wanted(Int128 net, Int128 car, Int128 per_watt) const {
  const auto mode = [&]() -> StorageStep {
    switch (mode_) {
      case StorageMode::self_consumption:
        return {};
      case StorageMode::hold:
        return {StorageAct::charge, Watts()};
      case StorageMode::charge:
        return {StorageAct::charge, power_};
      case StorageMode::discharge:
        return {StorageAct::discharge, power_};
      case StorageMode::plan:
        return planned();
    }
    return {};
  };
  const StorageStep step = mode();
  const Int128 most_in = design_.most_in.count() * per_watt;
  const Int128 most_out = design_.most_out.count() * per_watt;
  const Int128 fuse = design_.fuse.count() * per_watt;
  const Int128 told = step.power.count() * per_watt;
  const Int128 surplus = std::clamp(-net, Int128{0}, most_in);
  const Int128 lacking = net < 0 ? 0 : std::clamp(design_.feeds_car ? net : net - car, Int128{0}, most_out);
  switch (step.act) {
    case StorageAct::self_consumption:
      return surplus - lacking;
    case StorageAct::take_at_most:
      return std::min(surplus, told) - lacking;
    case StorageAct::give_at_most:
      return surplus - std::min(lacking, told);
    case StorageAct::charge:
      return std::clamp(fuse - net, Int128{0}, std::min(told, most_in));
    case StorageAct::discharge:
      return -std::min({told, most_out, std::max(Int128{0}, fuse + net)});
  }
  return 0;
}

StorageStep Storage::planned() const {
  const std::int64_t begin = floored_quotient(plan_made_at_, kSecondsPerQuarter) * kSecondsPerQuarter;
  const std::int64_t step = (quarter_ - begin) / kSecondsPerQuarter;
  if (!plan_ || quarter_ < begin || step >= std::ssize(plan_->steps)) return {};
  return plan_->steps[static_cast<std::size_t>(step)];
}

void Storage::begin_quarter(const Quarter& quarter, const Calendar& /*calendar*/) {
  quarter_ = quarter.moment;
}

void Storage::follow(std::shared_ptr<const StoragePlan> plan, std::int64_t made_at) {
  plan_ = std::move(plan);
  plan_made_at_ = made_at;
}

StorageProblem Storage::problem(int ticks_per_hour) const {
  const auto joules = [&](Energy energy) { return in_joules(energy, ticks_per_hour); };
  const Energy reserve = energy(Int128{design_.capacity.count()} * reserve_.count() / kParts);
  return {.slots = {},
          .capacity = joules(design_.capacity),
          .stored = joules(stored_),
          .reserve = joules(reserve),
          .most_in = design_.most_in,
          .most_out = design_.most_out,
          .standby = design_.standby,
          .fuse = design_.fuse,
          .efficiency_in = design_.efficiency_in,
          .efficiency_out = design_.efficiency_out,
          .feeds_car = design_.feeds_car};
}

Watts Storage::power(const Balance<Watts>& others) const {
  const auto watts = static_cast<std::int64_t>(wanted(others.net.count(), others.car.count(), 1));
  return Watts(std::clamp(watts, -available().count() / kMilliwattsPerWatt, room().count() / kMilliwattsPerWatt));
}

Flow Storage::advance(const Balance<Energy>& others) {
  const Int128 wish = wanted(others.net.count(), others.car.count(), kMilliwattsPerWatt);
  Flow flow;
  Int128 now = parts();
  if (wish > 0) {
    flow.drawn = std::min(energy(wish), room());
    now += Int128{flow.drawn.count()} * design_.efficiency_in.count();
  } else if (wish < 0) {
    flow.given = std::min(energy(-wish), available());
    // Rounded up, so that nothing is given that was not stored.
    const Int128 efficiency = design_.efficiency_out.count();
    now -= (flow.given.count() * kParts * kParts + efficiency - 1) / efficiency;
  }
  const Int128 standby = in_one_tick(design_.standby).count() * kParts;
  set_parts(std::max(Int128{0}, now - standby));
  return flow;
}

DeviceState Storage::state() const {
  return {{"stored", stored_.count()},
          {"fraction", fraction_},
          {"mode", static_cast<std::int64_t>(mode_)},
          {"power", power_.count()},
          {"reserve", reserve_.count()}};
}

/// Of more than fits here the rest is gone; what is out of range has its default.
void Storage::restore(const DeviceState& state) {
  const auto within = [&](std::string_view name, std::int64_t otherwise, std::int64_t most) {
    const std::int64_t value = value_in(state, name, otherwise);
    return value >= 0 && value <= most ? value : otherwise;
  };
  const Energy stored(std::max<std::int64_t>(0, value_in(state, "stored", stored_.count())));
  stored_ = std::min(stored, design_.capacity);
  fraction_ = stored_ == design_.capacity ? 0 : within("fraction", 0, kFull.count() - 1);
  mode_ = kStorageModes.at(static_cast<std::size_t>(
      within("mode", static_cast<std::int64_t>(mode_), static_cast<std::int64_t>(kStorageModes.size()) - 1)));
  power_ = Watts(within("power", power_.count(), kMostPower));
  reserve_ = Percent(within("reserve", reserve_.count(), kFull.count()));
}

}  // namespace home_energy
