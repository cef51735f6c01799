/// @file
/// The text format of Prometheus, version 0.0.4: what a family of metrics begins with, and its samples.
#pragma once

#include <string>
#include <string_view>

namespace home_energy::wire {

enum class MetricType { gauge, counter, histogram };

/// What stands before the samples of a family. @param help without line breaks and backslashes
void append_family(std::string& out, std::string_view name, MetricType type, std::string_view help);

/// One sample. @param labels `home="x",car="car-2"`, or nothing @param value a decimal number
void append_sample(std::string& out, std::string_view name, std::string_view labels, std::string_view value);
/// The same of a number.
void append_sample(std::string& out, std::string_view name, std::string_view labels, double value);

/// The number with 12 significant digits at most: a sum of decimals shows none of its rounding.
std::string number_text(double value);

}  // namespace home_energy::wire
