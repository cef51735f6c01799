#include "agent/options/house_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>

#include "agent/options/toml_file.hpp"
#include "common/base/text.hpp"
#include "common/wire/home_topics.hpp"

namespace home_energy {
namespace {

/// The options of a section: those of a group of `--help` and those that are named, each by its name or by what follows
/// the prefix.
struct Section {
  std::string_view name;
  std::string_view prefix;
  std::array<std::string_view, 2> groups;
  std::array<std::string_view, 4> options;
};

constexpr std::array kSections{
    Section{"house", {}, {}, {"fuse-kw", "baseload", "load-balancing", "car"}},
    Section{"tariff", {}, {"Tariff"}, {}},
    Section{"car", "car-", {"Car", "Planning"}, {}},
    Section{"solar", "solar-", {"Solar panels"}, {}},
    Section{"storage", "storage-", {"Home battery"}, {}},
    Section{"heater", "heater-", {}, {"heater-kw", "heater-hours"}},
};

bool is_of(const OptionSpec& spec, const Section& section) {
  const auto is_named = [&](std::string_view name) { return !name.empty() && name == spec.name; };
  const auto is_group = [&](std::string_view group) { return !group.empty() && group == spec.group; };
  return std::ranges::any_of(section.options, is_named) || std::ranges::any_of(section.groups, is_group);
}

/// The key of an option in a section.
std::string_view key_of(const OptionSpec& spec, const Section& section) {
  const std::string_view name = spec.name;
  return name.starts_with(section.prefix) ? name.substr(section.prefix.size()) : name;
}

const OptionSpec* option_of(std::string_view key, const Section& section, const std::vector<OptionSpec>& specs) {
  const auto found = std::ranges::find_if(
      specs, [&](const OptionSpec& spec) { return is_of(spec, section) && key_of(spec, section) == key; });
  return found == specs.end() ? nullptr : &*found;
}

std::string keys_of(const Section& section, const std::vector<OptionSpec>& specs) {
  std::string all;
  for (const OptionSpec& spec : specs)
    if (is_of(spec, section)) all += (all.empty() ? "" : ", ") + std::string(key_of(spec, section));
  return all;
}

/// Reads one file.
class HouseReader {
 public:
  HouseReader(std::string name, const std::vector<OptionSpec>& specs) : name_(std::move(name)), specs_(specs) {}

  Result<std::vector<HouseValue>> read(const std::string& toml) {
    const auto house = read_toml(toml, name_);
    if (!house) return tl::unexpected(house.error());
    for (const auto& [key, value] : house->members)
      if (auto outcome = top_level(key, value); !outcome) return tl::unexpected(outcome.error());
    return std::move(values_);
  }

 private:
  using Type = TomlValue::Type;

  tl::unexpected<Error> wrong(const TomlValue& value, const std::string& what) const {
    return failure(ErrorCode::illegal, "house", fmt::format("{}:{}: {}", name_, value.line, what));
  }

  Result<void> top_level(const std::string& key, const TomlValue& value) {
    if (key == "zone") return take(*std::ranges::find(specs_, key, &OptionSpec::name), key, value);
    const auto* const section = std::ranges::find(kSections, key, &Section::name);
    if (section == kSections.end())
      return wrong(value, excerpt(key) +
                              " is no section, there are zone, [house], [tariff], [[car]], [solar], "
                              "[storage] and [heater]");
    if (value.type == Type::table) return keys(*section, value);
    const bool is_cars = key == "car" && value.type == Type::list && !value.items.empty() &&
                         std::ranges::all_of(value.items, [](const auto& item) { return item.type == Type::table; });
    if (!is_cars) return wrong(value, fmt::format("{} must be a section, [{}]", key, key));
    return cars(*section, value);
  }

  Result<void> cars(const Section& section, const TomlValue& list) {
    if (list.items.size() > kMostCars)
      return wrong(list.items[kMostCars], fmt::format("[[car]] is there too often: a home has at most {}", kMostCars));
    for (std::size_t car = 0; car < list.items.size(); ++car) {
      car_ = car;
      if (car > 0) values_.push_back({std::string(wire::kCarNames.at(car)), "on"});
      if (auto outcome = keys(section, list.items[car]); !outcome) return outcome;
    }
    car_ = 0;
    return {};
  }

  Result<void> keys(const Section& section, const TomlValue& table) {
    for (const auto& [key, value] : table.members) {
      const auto* const spec = option_of(key, section, specs_);
      if (spec == nullptr)
        return wrong(value, fmt::format("{} is no key of [{}], there are {}", excerpt(key), section.name,
                                        keys_of(section, specs_)));
      if (auto outcome = take(*spec, key, value); !outcome) return outcome;
    }
    return {};
  }

  Result<void> take(const OptionSpec& spec, const std::string& key, const TomlValue& value) {
    const auto text = text_in(spec, value);
    if (!text || !spec.is_legal(*text))
      return wrong(value, fmt::format("{} must be {}{}", key, spec.legal, text ? ", got " + excerpt(*text) : ""));
    if (car_ > 0 && spec.name == "load-balancing")
      return wrong(value, "load-balancing is for all cars together: it belongs to [house]");
    const bool is_file = is_curve(spec) && value.type != Type::list;
    values_.push_back({wire::below_car(car_, spec.name), is_file ? beside(*text) : *text});
    return {};
  }

  /// Numbers may stand for text, lists for what is separated by commas, and a list of numbers for a curve's file.
  static std::optional<std::string> text_in(const OptionSpec& spec, const TomlValue& value) {
    if (value.type == Type::list && is_curve(spec)) {
      const auto numbers = joined(value, Type::number);
      return numbers ? std::optional('[' + *numbers + ']') : std::nullopt;
    }
    if (value.type == Type::number && spec.kind == OptionKind::text) return value.text;
    if (value.type != Type::list || spec.kind != OptionKind::text) return option_text(value, spec.kind);
    const auto texts = joined(value, Type::text);
    return texts ? texts : joined(value, Type::number);
  }

  /// `a,b`; nothing where an item is of another type.
  static std::optional<std::string> joined(const TomlValue& list, Type type) {
    std::string all;
    for (const TomlValue& item : list.items) {
      if (item.type != type) return std::nullopt;
      all += (all.empty() ? "" : ",") + item.text;
    }
    return all;
  }

  /// A file that the house names lies beside it.
  std::string beside(const std::string& path) const {
    return (std::filesystem::path(name_).parent_path() / path).string();
  }

  static bool is_curve(const OptionSpec& spec) {
    return spec.name == "prices" || spec.name == "baseload" || spec.name == "solar-profile";
  }

  std::string name_;
  const std::vector<OptionSpec>& specs_;
  std::size_t car_ = 0;  ///< whose options are read; 0 is the first, and what is no car's
  std::vector<HouseValue> values_;
};

}  // namespace

Result<std::vector<HouseValue>> read_house(const std::string& toml, const std::string& name,
                                           const std::vector<OptionSpec>& specs) {
  return HouseReader(name, specs).read(toml);
}

}  // namespace home_energy
