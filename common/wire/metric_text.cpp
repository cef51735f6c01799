#include "common/wire/metric_text.hpp"

#include <array>
#include <charconv>

namespace home_energy::wire {
namespace {

std::string_view text(MetricType type) {
  switch (type) {
    case MetricType::gauge:
      return "gauge";
    case MetricType::counter:
      return "counter";
    case MetricType::histogram:
      return "histogram";
  }
  return {};
}

}  // namespace

void append_family(std::string& out, std::string_view name, MetricType type, std::string_view help) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n");
  out.append("# TYPE ").append(name).append(" ").append(text(type)).append("\n");
}

void append_sample(std::string& out, std::string_view name, std::string_view labels, std::string_view value) {
  out += name;
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(value).append("\n");
}

void append_sample(std::string& out, std::string_view name, std::string_view labels, double value) {
  append_sample(out, name, labels, number_text(value));
}

std::string number_text(double value) {
  constexpr int kDigits = 12;
  std::array<char, 32> text{};  // with sign, point and exponent 19 at most
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, kDigits);
  return {text.data(), end};
}

}  // namespace home_energy::wire
