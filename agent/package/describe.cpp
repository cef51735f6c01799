// Writes what a package says of the options, from the one table of them: `describe man DATE`, `describe bash`,
// `describe zsh`, `describe fish`.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/algorithm/string/finder.hpp>
#include <boost/algorithm/string/iter_find.hpp>
#include <boost/algorithm/string/replace.hpp>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "agent/commands/plan_command.hpp"
#include "agent/options/option_layers.hpp"
#include "agent/system/version.hpp"

namespace {

using namespace home_energy;

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  boost::replace_all(text, what, by);
  return text;
}

/// Those that `--help` shows.
std::vector<OptionSpec> shown_options() {
  std::vector<OptionSpec> all;
  std::ranges::copy_if(option_specs(), std::back_inserter(all),
                       [](const OptionSpec& each) { return !each.group.empty(); });
  return all;
}

bool takes_value(const OptionSpec& spec) {
  return spec.kind != OptionKind::flag;
}

bool is_of_files(const OptionSpec& spec) {
  return spec.legal.find("file") != std::string::npos || spec.legal.find("folder") != std::string::npos;
}

/// The words that an option may be, where it has such: `on or off` are two.
std::vector<std::string> choices_of(const OptionSpec& spec) {
  std::vector<std::string> words;
  const std::string legal = replaced(spec.legal, " or ", ", ");
  boost::iter_split(words, legal, boost::first_finder(", "));
  const bool are_words =
      takes_value(spec) && std::ranges::all_of(words, [&](const std::string& word) {
        return spec.is_legal(word) && word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
      });
  return are_words ? words : std::vector<std::string>();
}

// The manual page, in man(7)'s macros.

std::string roff(const std::string& text) {
  std::string out = replaced(replaced(text, "\\", "\\e"), "-", "\\-");
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

constexpr std::string_view kManualHead = R"(.SH NAME
home\-energy\-agent \- plays a home with an electric car, over MQTT and HTTP
.SH SYNOPSIS
.B home\-energy\-agent
[\fIOPTIONS\fR]
.br
.B home\-energy\-agent plan
[\fIOPTIONS\fR]
.br
.B home\-energy\-agent health
[\fIOPTIONS\fR]
.br
.B home\-energy\-agent check
[\fIOPTIONS\fR]
.SH DESCRIPTION
Simulates a home: base load, electricity price, an electric car, and where they are asked for solar panels, a home battery and
a heater. It publishes telemetry over MQTT, takes commands over MQTT and HTTP, is a device in Home Assistant, and plans charging to
the least cost. Without options it connects to a broker at this machine, and shows the home at http://localhost:5000.
.PP
.B plan
prints the charging plan of a home, and ends.
.B health
asks an agent that runs at this machine with the same options how it is, and ends with 0 where it is well, else with 1.
.B check
says whether an agent with the same options would start, without starting it: whether its options and files can be read, HTTP can listen,
its folder can be written, and the broker takes it. It ends with 0 where all is well, else with 1.
.SH OPTIONS
An option is taken from the command line, else from the environment (\fB\-\-mqtt\-uri\fR from \fBHOME_ENERGY_MQTT_URI\fR), else from the file
of \fB\-\-config\fR.
.TP
\fB\-h\fR, \fB\-\-help\fR
print the options, and exit
.TP
.B \-\-version
print the version, and exit
)";

constexpr std::string_view kManualTail = R"(.SH ENVIRONMENT
.TP
.B HOME_ENERGY_MQTT_PASSWORD
the password at the broker, where no file holds it
.TP
.B TZ
the time zone of \fB\-\-realtime\fR
.SH FILES
.TP
.I /etc/home\-energy\-agent/home\-energy\-agent.toml
the options of the service
.TP
.I /etc/home\-energy\-agent/credentials/
the secrets of the service, one a file, readable by root alone: \fImqtt\-password\fR and \fIhttp\-token\fR
.TP
.I /var/lib/home\-energy\-agent/
state and history of the service
.SH EXIT STATUS
0 after SIGINT or SIGTERM, 2 where an option is wrong. \fBhealth\fR: 1 where the agent is not well or does not answer. \fBcheck\fR: 1
where something is in the way
.SH SEE ALSO
.BR mosquitto (8),
.BR mosquitto_sub (1),
/usr/share/doc/home\-energy\-agent/
)";

void write_manual(const std::string& date) {
  std::cout << ".TH HOME\\-ENERGY\\-AGENT 1 \"" << date << "\" \"home\\-energy\\-agent " << kVersion
            << "\" \"User Commands\"\n"
            << kManualHead;
  std::string group;
  std::vector<OptionSpec> all = shown_options();
  for (OptionSpec spec : plan_option_specs()) {
    spec.group = "Of plan alone";
    all.push_back(std::move(spec));
  }
  for (const OptionSpec& spec : all) {
    if (spec.group != group) std::cout << ".SS " << roff(group = spec.group) << '\n';
    std::cout << ".TP\n\\fB\\-\\-" << roff(spec.name) << "\\fR";
    if (takes_value(spec)) std::cout << " \\fI" << (spec.kind == OptionKind::number ? "NUMBER" : "TEXT") << "\\fR";
    std::cout << '\n' << roff(spec.meaning);
    if (takes_value(spec)) std::cout << " (" << roff(spec.legal) << ')';
    if (takes_value(spec) && !spec.default_text.empty()) std::cout << ". Default: " << roff(spec.default_text);
    std::cout << '\n';
  }
  std::cout << kManualTail;
}

// Completions.

void write_bash() {
  std::cout << "# bash completion for home-energy-agent\n_home_energy_agent() {\n"
               "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n  case $before in\n";
  std::vector<std::string> names{"--help", "--version"};
  std::vector<std::string> of_files;
  for (const OptionSpec& spec : shown_options()) {
    names.push_back("--" + spec.name);
    const auto choices = choices_of(spec);
    if (is_of_files(spec)) of_files.push_back("--" + spec.name);
    if (!choices.empty())
      fmt::print("    --{}) COMPREPLY=($(compgen -W \"{}\" -- \"$word\")); return ;;\n", spec.name,
                 fmt::join(choices, " "));
  }
  fmt::print(
      "    {}) compopt -o filenames 2>/dev/null || true; COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n  esac\n",
      fmt::join(of_files, "|"));
  std::cout << "  local first=''\n  [ \"$COMP_CWORD\" != 1 ] || first='plan health check '\n";
  fmt::print(
      "  COMPREPLY=($(compgen -W \"$first{}\" -- \"$word\"))\n}}\ncomplete -F _home_energy_agent home-energy-agent\n",
      fmt::join(names, " "));
}

/// Within single quotes, where a colon and brackets have a meaning.
std::string zsh(const std::string& text) {
  std::string out = replaced(text, "'", "'\\''");
  for (const char* sign : {"[", "]", ":"}) out = replaced(out, sign, std::string("\\") + sign);
  return out;
}

void write_zsh() {
  std::cout
      << "#compdef home-energy-agent\n_arguments \\\n  '(-h --help)'{-h,--help}'[print the options, and exit]' \\\n"
         "  '--version[print the version, and exit]'";
  for (const OptionSpec& spec : shown_options()) {
    fmt::print(" \\\n  '--{}{}[{}]", spec.name, takes_value(spec) ? "=" : "", zsh(spec.meaning));
    const auto choices = choices_of(spec);
    if (!choices.empty()) fmt::print(":{}:({})", spec.name, fmt::join(choices, " "));
    if (is_of_files(spec)) fmt::print(":{}:_files", spec.name);
    if (takes_value(spec) && choices.empty() && !is_of_files(spec)) fmt::print(":{}: ", zsh(spec.legal));
    std::cout << '\'';
  }
  std::cout << '\n';
}

void write_fish() {
  const auto quoted = [](const std::string& text) { return replaced(replaced(text, "\\", "\\\\"), "'", "\\'"); };
  std::cout << "complete -c home-energy-agent -f\n"
               "complete -c home-energy-agent -s h -l help -d 'print the options, and exit'\n"
               "complete -c home-energy-agent -l version -d 'print the version, and exit'\n";
  for (const OptionSpec& spec : shown_options()) {
    fmt::print("complete -c home-energy-agent -l {}", spec.name);
    if (takes_value(spec)) std::cout << (is_of_files(spec) ? " -r -F" : " -x");
    if (const auto choices = choices_of(spec); !choices.empty()) fmt::print(" -a '{}'", fmt::join(choices, " "));
    fmt::print(" -d '{}'\n", quoted(spec.meaning));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 2 && arguments[0] == "man") return write_manual(arguments[1]), 0;
  if (arguments == std::vector<std::string>{"bash"}) return write_bash(), 0;
  if (arguments == std::vector<std::string>{"zsh"}) return write_zsh(), 0;
  if (arguments == std::vector<std::string>{"fish"}) return write_fish(), 0;
  std::cerr << "usage: describe man DATE | bash | zsh | fish\n";
  return 2;
}
