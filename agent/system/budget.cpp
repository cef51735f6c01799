#include "agent/system/budget.hpp"

namespace home_energy {

Budget::Share Budget::take(std::size_t bytes) {
  {
    const std::scoped_lock lock(used_->mutex);
    if (used_->things >= limits_.things || bytes > limits_.bytes - used_->bytes) return nullptr;
    ++used_->things;
    used_->bytes += bytes;
  }
  return {used_.get(), [used = used_, bytes](const void*) {
            const std::scoped_lock lock(used->mutex);
            --used->things;
            used->bytes -= bytes;
          }};
}

}  // namespace home_energy
