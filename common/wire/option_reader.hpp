/// @file
/// Values of options that are legal by themselves, in the units of the world. For the assemblies of `home_options`.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include "common/base/units.hpp"
#include "common/wire/option_spec.hpp"
#include "common/wire/option_text.hpp"

namespace home_energy {

class OptionReader {
 public:
  /// @param values outlive it
  explicit OptionReader(const OptionValues& values) : values_(values) {}

  const OptionValues& values() const { return values_; }
  const std::string& text(const std::string& name) const { return values_.at(name).text; }
  /// By anyone, rather than by default or by a house.
  bool given(const std::string& name) const { return values_.at(name).given; }
  double number(const std::string& name) const { return to_number(text(name)); }
  /// Rounded to whole parts of the unit that people write.
  std::int64_t parts(const std::string& name, double per_unit) const { return std::llround(number(name) * per_unit); }
  Watts kilowatts(const std::string& name) const { return Watts(parts(name, kMilli)); }
  Percent percent(const std::string& name) const { return Percent(parts(name, kHundredths)); }
  /// 0..1 as a percentage.
  Percent share(const std::string& name) const { return Percent(parts(name, kHundredths * kHundredths)); }

 private:
  const OptionValues& values_;
};

}  // namespace home_energy
