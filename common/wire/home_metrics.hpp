/// @file
/// The values of homes as Prometheus reads them. Each row of the tables of values is a family of metrics:
/// `home_energy_<topic>_<key>`, with the label `home` and, of a further car, `car`. What its name ends in, and what a
/// sample says, follows from the kind of the value:
///
/// | kind          | ends in              | a sample                              | of many homes           |
/// |---------------|----------------------|---------------------------------------|-------------------------|
/// | amount, level |                      | the number                            | the sum; of a level the mean |
/// | counter       | `_total`             | the number                            | the sum                 |
/// | truth, position |                    | 1 or 0                                | in how many it is true  |
/// | word          |                      | 1, the word is a label of the key's name | how many have the word |
/// | time_of_day   | `_seconds`           | seconds since midnight                | left out                |
/// | date, moment  | `_timestamp_seconds` | Unix seconds, of a date its 00:00 UTC | left out                |
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/wire/value_table.hpp"
#include "common/wire/wire.hpp"
#include "common/world/home.hpp"

namespace home_energy::wire {

/// Whether each home has its samples, or all have them together.
enum class MetricScope { each_home, all_homes };

/// Takes one home after the other, then gives the text. Of no thread; what it holds grows with the homes where each has
/// its samples, about 4 KB of one.
class HomeMetrics {
 public:
  /// @param home what all the homes that come are made of
  HomeMetrics(const HomeSettings& home, MetricScope scope);

  void add(std::string_view id, const Snapshot& home, const Labels& labels);
  void append(std::string& out) const;

 private:
  /// The same value of each car is one family.
  struct Source {
    std::size_t car = 0;                ///< its place
    std::optional<std::size_t> device;  ///< its place among the further devices
    std::string samples{};              ///< of each home
    double sum = 0;
    std::size_t homes = 0;  ///< that have the value
    std::map<std::string, std::size_t> words{};
  };
  struct Family {
    std::string name;
    const ValueRow* row;
    std::vector<Source> sources;
  };

  void add_families(std::string_view topic, std::span<const ValueRow> rows, const Source& source);
  void add_value(const Family& family, Source& source, std::string_view json, std::string_view home) const;
  static void append_together(std::string& out, const Family& family, const Source& source);

  MetricScope scope_;
  std::vector<Family> families_;
  std::string scratch_;
};

}  // namespace home_energy::wire
