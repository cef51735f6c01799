/// @file
/// A bound on what many things hold together, in number and in bytes. Each thing takes a share first, and whoever keeps
/// the thing keeps the share. Thread-safe; a share may outlive its budget.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>

namespace home_energy {

class Budget {
 public:
  struct Limits {
    std::size_t things;
    std::size_t bytes;
  };
  /// Gives back what it took when its last copy goes.
  using Share = std::shared_ptr<const void>;

  explicit Budget(Limits limits) : limits_(limits) {}

  /// A share of so many bytes; none where that is more than there is left.
  Share take(std::size_t bytes);

 private:
  struct Used {
    std::mutex mutex;
    std::size_t things = 0;
    std::size_t bytes = 0;
  };

  Limits limits_;
  std::shared_ptr<Used> used_ = std::make_shared<Used>();
};

}  // namespace home_energy
