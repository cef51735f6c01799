#include "agent/homes/home_restore.hpp"

#include <spdlog/spdlog.h>

#include "common/wire/stored_curves.hpp"

namespace home_energy {

std::string names_of(const GivenOptions& given) {
  std::string names;
  const auto add = [&](bool is_given, std::string_view name) {
    if (is_given) (names += names.empty() ? "" : ", ") += name;
  };
  add(given.start_soc, "start-soc");
  add(given.charge_limit, "charge-limit");
  add(given.mode, "mode");
  add(given.target, "target");
  add(given.ready_by, "ready-by");
  add(given.prices, "prices");
  add(given.baseload, "baseload");
  add(given.trips, "trips");
  add(given.storage_soc, "storage-soc");
  add(given.storage_mode, "storage-mode");
  add(given.storage_reserve, "storage-reserve");
  return names;
}

namespace {

/// What is not there has the value with which the storage begins.
void override_storage(DeviceStates& devices, const GivenOptions& given) {
  const auto found = devices.find(Storage::kName);
  if (found == devices.end()) return;
  const auto forget = [&](bool is_given, std::string_view name) {
    const auto value = found->second.find(name);
    if (is_given && value != found->second.end()) found->second.erase(value);
  };
  forget(given.storage_soc, "stored");
  forget(given.storage_soc, "fraction");
  forget(given.storage_mode, "mode");
  forget(given.storage_reserve, "reserve");
}

}  // namespace

bool is_in_another_currency(const HomeRecord& record, const std::string& currency) {
  return !record.currency.empty() && record.currency != currency;
}

Result<HistoryMeter::State> restore_home(Home& home, const HomeRecord& record, const GivenOptions& given,
                                         const std::string& currency) {
  const HomeState fresh = home.state();
  const Pace& pace = home.settings().pace;
  auto remembered = parse_state(record.state, *home.settings().calendar);
  if (!remembered) return tl::unexpected(remembered.error());
  auto [state, row] = at_pace(*remembered, pace);
  if (given.start_soc) {
    state.car.battery.stored = fresh.car.battery.stored;
    state.car.battery.fraction = 0;
  }
  if (given.charge_limit) state.car.battery.limit = fresh.car.battery.limit;
  const bool same_promise = (!given.mode || state.car.wish.mode == fresh.car.wish.mode) &&
                            (!given.ready_by || state.car.wish.ready_by == fresh.car.wish.ready_by);
  if (!same_promise) state.car.late_since.reset();
  if (given.mode) state.car.wish.mode = fresh.car.wish.mode;
  if (given.target) state.car.wish.target = fresh.car.wish.target;
  if (given.ready_by) state.car.wish.ready_by = fresh.car.wish.ready_by;
  if (given.trips && state.car.travel) state.car.travel->week.reset();
  override_storage(state.devices, given);
  auto curves = parse_curves(record.curves.value_or(""), pace.finest(), *home.settings().calendar);
  if (!curves) spdlog::warn("store: curves that were set are left out: {}", curves.error().reason);
  HomeCurves set = curves.value_or(HomeCurves{});
  if (given.prices || is_in_another_currency(record, currency)) set.price = {};
  if (given.baseload) set.baseload = {};
  home.restore(state, set);
  return row;
}

}  // namespace home_energy
