#include "agent/options/option_layers.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <cctype>
#include <memory>
#include <numeric>
#include <sstream>
#include <utility>

#include "agent/options/house_file.hpp"
#include "agent/options/option_values.hpp"
#include "agent/options/presets.hpp"
#include "agent/options/toml_file.hpp"
#include "agent/system/version.hpp"
#include "common/base/text.hpp"

namespace home_energy {
namespace {

constexpr std::string_view kEnvironmentPrefix = "HOME_ENERGY_";

std::string environment_name(const OptionSpec& spec) {
  std::string name(kEnvironmentPrefix);
  for (const char c : spec.name)
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

std::string help_of(const OptionSpec& spec) {
  return spec.meaning + " (" + spec.legal + ")";
}

std::string type_name(OptionKind kind) {
  switch (kind) {
    case OptionKind::text:
      return "TEXT";
    case OptionKind::number:
      return "NUMBER";
    case OptionKind::flag:
      return "";
  }
  return {};
}

/// What is wrong with an option's text; empty where nothing is.
std::string fault_of(const OptionSpec& spec, const std::string& text) {
  return spec.is_legal(text) ? "" : "must be " + spec.legal + ", got " + excerpt(text);
}

/// In how many characters two words differ: added, left out or others (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

/// What to say of an option that does not exist. @param dashes what names begin with where this one stands
std::string unknown(std::string_view name, const std::vector<OptionSpec>& specs, const std::string& dashes) {
  const auto nearest =
      std::ranges::min_element(specs, {}, [&](const OptionSpec& spec) { return distance(spec.name, name); });
  return "there is no option " + excerpt(dashes + std::string(name)) + ", the nearest is " + dashes + nearest->name;
}

/// Groups with headings, in lines of at most 100 characters.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    std::string line = "  " + make_option_name(option, is_positional) + make_option_opts(option);
    if (line.size() + 2 > kColumn) line += '\n' + std::string(kColumn, ' ');
    line.resize(std::max(line.size(), kColumn), ' ');
    std::size_t column = kColumn;
    std::istringstream words(make_option_desc(option));
    for (std::string word; words >> word;) {
      if (column > kColumn && column + 1 + word.size() > kWidth) {
        line += '\n' + std::string(kColumn, ' ');
        column = kColumn;
      }
      line += (column > kColumn ? " " : "") + word;
      column += word.size() + (column > kColumn ? 1 : 0);
    }
    return line + '\n';
  }

 private:
  static constexpr std::size_t kColumn = 30;
  static constexpr std::size_t kWidth = 100;
};

/// The parser of the command line: what it was given ends up in `values`.
class Parser {
 public:
  /// @param more beside those of the agent; must outlive the parser
  explicit Parser(const std::vector<OptionSpec>& more = {}) : specs_(more) {
    specs_.insert(specs_.end(), option_specs().begin(), option_specs().end());
    app_.formatter(std::make_shared<HelpFormatter>());
    app_.allow_extras();  // to name the first one alone
    app_.set_version_flag("--version", "home-energy-agent " + std::string(kVersion), "print the version");
    app_.footer(
        "Each option can also be set in the environment, as HOME_ENERGY_<NAME_IN_CAPITALS>, and by its name\n"
        "in the file. The command line overrides the environment, the environment overrides the file.\n"
        "home-energy-agent plan [--soc 20] [--at 00:00] [--json] ... prints a charging plan for the options,\n"
        "without a broker; home-energy-agent check ... says whether the agent would start with them;\n"
        "home-energy-agent health ... asks one that runs how it is.");
    for (const OptionSpec& spec : specs_) add(spec);
  }

  /// Throws CLI::ParseError.
  void parse(std::vector<std::string> arguments) {
    std::ranges::reverse(arguments);  // CLI11 takes them from the back
    app_.parse(std::move(arguments));
    const auto extras = app_.remaining();
    if (extras.empty()) return;
    constexpr auto kExtras = CLI::ExitCodes::ExtrasError;
    const std::string_view first = extras.front();
    if (!first.starts_with("--")) throw CLI::ParseError(excerpt(first) + " belongs to no option", kExtras);
    throw CLI::ParseError(unknown(first.substr(2, first.find('=') - 2), specs_, "--"), kExtras);
  }
  void merge_into(OptionValues& values) const {
    for (const auto& [name, text] : given_) values[name] = {text, true};
  }
  std::string help() const { return boost::algorithm::replace_all_copy(app_.help(), "\n\n\n", "\n\n"); }
  std::string version() const { return app_.version(); }

 private:
  void add(const OptionSpec& spec) {
    const auto keep = [this, &spec](const std::string& text) {
      given_[spec.name] = text.empty() && spec.kind == OptionKind::flag ? "true" : text;
    };
    CLI::Option* const option = app_.add_option_function<std::string>("--" + spec.name, keep, help_of(spec));
    option->take_last()->type_name(type_name(spec.kind));
    if (spec.kind == OptionKind::flag) {
      option->expected(0, 1);  // and no default here: CLI11 would take it for a bare flag's value
    } else {
      option->default_str(spec.default_text);
    }
    option->group(spec.group)->check([&spec](const std::string& text) { return fault_of(spec, text); });
  }

  CLI::App app_{"Plays a home with an electric car, over MQTT and HTTP.", "home-energy-agent"};
  std::vector<OptionSpec> specs_;
  std::map<std::string, std::string> given_;
};

Error error_of(const std::string& reason) {
  return {ErrorCode::illegal, "options", reason};
}

/// Lays an option's text over the values. @param where what an error begins with
std::optional<Error> lay_over(OptionValues& values, const OptionSpec& spec, std::string text,
                              const std::string& where) {
  if (const std::string fault = fault_of(spec, text); !fault.empty())
    return error_of(where + "--" + spec.name + ": " + fault);
  values[spec.name] = {std::move(text), true};
  return std::nullopt;
}

std::optional<Error> lay_file_over(OptionValues& values, const std::string& path) {
  const auto content = read_file(path, "config");
  if (!content) return error_of("--config: " + content.error().reason);
  const auto table = read_toml(*content, path);
  if (!table) return error_of(table.error().reason);
  for (const auto& [key, value] : table->members) {
    const std::string where = path + ':' + std::to_string(value.line) + ": ";
    const auto& specs = option_specs();
    const auto spec = std::ranges::find(specs, key, &OptionSpec::name);
    if (spec == specs.end() || spec->name == "config") {
      return error_of(where + unknown(key, specs, ""));
    }
    const auto text = option_text(value, spec->kind);
    if (!text) return error_of(where + spec->name + " must be " + spec->legal);
    if (auto error = lay_over(values, *spec, *text, where)) return error;
  }
  return std::nullopt;
}

/// A house, or one that comes with the program: below all else. What it says is how the home begins, so it does not
/// count as given, which would override what is stored at every start.
std::optional<Error> lay_house_under(OptionValues& values) {
  const OptionValue& file = values["house"];
  const OptionValue& name = values["preset"];
  if (file.given && name.given) return error_of("--preset: is for homes without a --house, leave one of them out");
  if (!file.given && !name.given) return std::nullopt;
  const auto content =
      file.given ? read_file(file.text, "house") : Result<std::string>(std::string(preset(name.text)->toml));
  if (!content) return error_of("--house: " + content.error().reason);
  const auto house = read_house(*content, file.given ? file.text : name.text + ".toml", option_specs());
  if (!house) return error_of(house.error().reason);
  for (const auto& [option, text] : *house)
    if (auto& value = values[option]; !value.given) value = {text, false, true};
  return std::nullopt;
}

/// The environment has no place for "not set" but the empty text, so that is what it means.
std::optional<Error> lay_environment_over(OptionValues& values, const Environment& environment) {
  for (const OptionSpec& spec : option_specs()) {
    const auto text = environment(environment_name(spec));
    if (!text || text->empty()) continue;
    if (auto error = lay_over(values, spec, *text, environment_name(spec) + ": ")) return error;
  }
  return std::nullopt;
}

}  // namespace

std::variant<OptionValues, std::string, Error> read_layers(const std::vector<std::string>& arguments,
                                                           const Environment& environment,
                                                           const std::vector<OptionSpec>& more) {
  Parser parser(more);
  try {
    parser.parse(arguments);
  } catch (const CLI::CallForHelp&) {
    return parser.help();
  } catch (const CLI::CallForVersion&) {
    return parser.version() + '\n';
  } catch (const CLI::ParseError& wrong) {
    return error_of(std::string(wrong.what()) + ", see --help");
  }
  OptionValues flags;
  parser.merge_into(flags);
  OptionValues from_environment;
  if (auto error = lay_environment_over(from_environment, environment)) return *error;
  flags.merge(from_environment);  // keeps what a flag gave

  OptionValues values;
  for (const auto* const specs : {&more, &option_specs()})
    for (const OptionSpec& spec : *specs) values[spec.name] = {spec.default_text, false};
  if (flags.contains("config")) {
    if (auto error = lay_file_over(values, flags["config"].text)) return *error;
  }
  for (auto& [name, value] : flags) values[name] = value;
  if (values["print-house"].text == "true")
    return std::string(preset(values["preset"].given ? values["preset"].text : "reference")->toml);
  if (auto error = lay_house_under(values)) return *error;
  return values;
}

std::string help_text() {
  return Parser().help();
}

std::vector<OptionDoc> option_docs() {
  std::vector<OptionDoc> docs;
  for (const OptionSpec& spec : option_specs()) {
    const bool bare = spec.kind == OptionKind::flag || is_number_within(spec.default_text, -1e9, 1e9);
    docs.push_back({spec.name, bare ? spec.default_text : '"' + spec.default_text + '"', help_of(spec)});
  }
  return docs;
}

}  // namespace home_energy
