#include "common/world/storage.hpp"

#include <algorithm>
#include <cassert>

namespace home_energy {
namespace {

constexpr Int128 kParts = kFull.count();  // of a unit of energy
constexpr std::int64_t kMostPower = 1'000'000;
constexpr std::int64_t kMilli = 1000;  // units of a tick's energy for each watt

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
  const Int128 most_in = design_.most_in.count() * per_watt;
  const Int128 most_out = design_.most_out.count() * per_watt;
  const Int128 told = power_.count() * per_watt;
  switch (mode_) {
    case StorageMode::self_consumption: {
      const Int128 lacking = design_.feeds_car ? net : net - car;
      if (net < 0) return std::min(-net, most_in);
      return -std::clamp(lacking, Int128{0}, most_out);
    }
    case StorageMode::hold:
      return 0;
    case StorageMode::charge:
      return std::clamp(design_.fuse.count() * per_watt - net, Int128{0}, std::min(told, most_in));
    case StorageMode::discharge:
      return -std::min({told, most_out, std::max(Int128{0}, design_.fuse.count() * per_watt + net)});
  }
  return 0;
}

Watts Storage::power(const Balance<Watts>& others) const {
  const auto watts = static_cast<std::int64_t>(wanted(others.net.count(), others.car.count(), 1));
  return Watts(std::clamp(watts, -available().count() / kMilli, room().count() / kMilli));
}

Flow Storage::advance(const Balance<Energy>& others) {
  const Int128 wish = wanted(others.net.count(), others.car.count(), kMilli);
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
