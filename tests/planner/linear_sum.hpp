/// @file
/// Linear expressions as CBC reads them.
#pragma once

#include <cmath>
#include <map>
#include <sstream>
#include <string>
#include <utility>

namespace home_energy::test {

/// Variables' values; those that are not named are 0.
using Values = std::map<std::string, double>;

/// A linear expression, written with one term a line (CBC fails silently on long lines) and no variable twice (it
/// refuses those).
class Sum {
 public:
  Sum& add(double factor, const std::string& name) {
    factors_[name] += factor;
    return *this;
  }
  /// The value, and what its terms are in size together.
  std::pair<double, double> at(const Values& values) const {
    double sum = 0;
    double size = 0;
    for (const auto& [name, factor] : factors_) {
      const auto value = values.find(name);
      if (value == values.end()) continue;
      sum += factor * value->second;
      size += std::abs(factor * value->second);
    }
    return {sum, size};
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

/// A constraint.
struct Row {
  Sum sum;
  std::string relation;  ///< "<=", ">=" or "="
  double value;

  bool is_kept_by(const Values& values) const {
    const auto [is, size] = sum.at(values);
    const double tolerance = 1e-6 + 1e-7 * size;  // CBC writes eight digits
    const double off = is - value;
    return (relation == "<=" || off >= -tolerance) && (relation == ">=" || off <= tolerance);
  }
};

inline std::string name(const char* kind, std::size_t slot) {
  return kind + std::to_string(slot);
}

inline std::string name(const char* kind, std::size_t slot, std::size_t segment) {
  return name(kind, slot) + "_" + std::to_string(segment);
}

}  // namespace home_energy::test
