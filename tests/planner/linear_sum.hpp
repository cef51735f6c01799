/// @file
/// Linear expressions as CBC reads them.
#pragma once

#include <cmath>
#include <map>
#include <sstream>
#include <string>

namespace home_energy::test {

/// A linear expression, written with one term a line (CBC fails silently on long lines) and no variable twice (it
/// refuses those).
class Sum {
 public:
  Sum& add(double factor, const std::string& name) {
    factors_[name] += factor;
    return *this;
  }
  bool empty() const { return factors_.empty(); }
  std::string text() const {
    std::ostringstream out;
    out.precision(17);
    for (const auto& [name, factor] : factors_)
      out << (factor < 0 ? "\n - " : "\n + ") << std::abs(factor) << ' ' << name;
    return out.str();
  }

 private:
  std::map<std::string, double> factors_;
};

inline std::string name(const char* kind, std::size_t slot) {
  return kind + std::to_string(slot);
}

inline std::string name(const char* kind, std::size_t slot, std::size_t segment) {
  return name(kind, slot) + "_" + std::to_string(segment);
}

}  // namespace home_energy::test
