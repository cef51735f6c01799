#include "agent/mqtt/announced_memory.hpp"

#include <utility>

namespace home_energy {

AnnouncedMemory::AnnouncedMemory(Store& store, std::set<Announcement> present)
    : store_(store), present_(std::move(present)), earlier_(store.take_announced()) {
  for (const Announcement& each : present_)
    if (earlier_.erase(each) == 0) new_.emplace(each, true);
  store_.on_replaced([this] { write_anew(); });
}

void AnnouncedMemory::record(std::function<void()> done) {
  if (!store_.outlives_the_process() || new_.empty()) return done();
  StoreBatch batch;
  batch.announced = std::exchange(new_, {});
  store_.write(std::move(batch), [done = std::move(done)](bool) { done(); });
}

void AnnouncedMemory::forget(const std::vector<Announcement>& gone) {
  StoreBatch batch;
  for (const Announcement& each : gone)
    if (earlier_.erase(each) > 0) batch.announced.emplace(each, false);
  if (!batch.empty()) store_.write(std::move(batch), [](bool) {});
}

void AnnouncedMemory::write_anew() {
  StoreBatch batch;
  for (const auto* const known : {&present_, &earlier_})
    for (const Announcement& each : *known) batch.announced.emplace(each, true);
  store_.write(std::move(batch), [](bool) {});
}

}  // namespace home_energy
