// Reads the options, runs the agent or a subcommand, and gives the exit code.
#include <malloc.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <iostream>

#include "agent/agent.hpp"
#include "agent/commands/addon_environment.hpp"
#include "agent/commands/check_command.hpp"
#include "agent/commands/health_command.hpp"
#include "agent/commands/plan_command.hpp"
#include "agent/options/options.hpp"
#include "agent/system/log.hpp"

namespace {

using namespace home_energy;
namespace asio = boost::asio;

constexpr int kUsage = 2;

/// Larger blocks than this go back to the system when they are freed: what a flood took does not stay.
constexpr int kLargeBlock = 32 * 1024;

std::optional<std::string> environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): before any thread starts
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

/// The processor time that this thread has taken.
std::chrono::nanoseconds processor_time() {
  std::timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// Nothing is to keep others from their turn for long: the log of level debug tells the longest turns.
void run_measured(asio::io_context& io) {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  std::chrono::nanoseconds longest{};
  for (auto began = processor_time(); io.run_one() > 0;) {
    const auto ended = processor_time();
    if (ended - began > longest) {
      longest = ended - began;
      spdlog::debug("the longest turn so far took {:.3f} ms of processor time", Milliseconds(longest).count());
    }
    began = ended;
  }
}

/// Runs until it is stopped. A defect in one handler is logged, and the others go on.
void run(asio::io_context& io) {
  while (true) {
    try {
      if (spdlog::should_log(spdlog::level::debug)) return run_measured(io);
      io.run();
      return;
    } catch (const std::exception& defect) {
      spdlog::error("internal error: {}", defect.what());
    }
  }
}

/// Before the loop runs nothing is under way that the next start does not begin with again. A handler, since what
/// signals do by default they do not do to process 1 of a container.
void end_at_once(int) {
  ::_exit(0);
}

/// What a subcommand was to say is not there: no success.
void end_without_answer(int signal) {
  constexpr int kSignalled = 128;  // as a shell puts it
  ::_exit(kSignalled + signal);
}

void handle_signals(void (*handler)(int)) {
  for (const int signal : {SIGINT, SIGTERM}) static_cast<void>(std::signal(signal, handler));
}

struct Subcommand {
  std::string_view name;
  Exit (*run)(const std::vector<std::string>& arguments, const Environment& environment);
};
constexpr std::array kSubcommands{Subcommand{"check", check_and_exit}, Subcommand{"health", health_and_exit},
                                  Subcommand{"plan", plan_and_exit}};

/// The end of the table where there is none.
const Subcommand* subcommand_of(const std::vector<std::string>& arguments) {
  return arguments.empty() ? kSubcommands.end() : std::ranges::find(kSubcommands, arguments.front(), &Subcommand::name);
}

int end(const Exit& exit) {
  std::cout << exit.out;
  std::cerr << exit.err;
  return exit.code;
}

/// Until a signal comes. @return the exit code
int run_agent(const std::vector<std::string>& arguments, const Environment& variables) {
  auto read = read_options(arguments, variables);
  if (const auto* const exit = std::get_if<Exit>(&read)) return end(*exit);
  auto& options = std::get<Options>(read);
  log_to_stderr(options.log_level, options.log_format);
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));  // a peer that closed is an error code, not the end
  mallopt(M_MMAP_THRESHOLD, kLargeBlock);            // NOLINT(concurrency-mt-unsafe): before any thread starts
  asio::io_context io(1);
  Agent agent(io, std::move(options));
  if (const auto outcome = agent.start(); !outcome) {
    std::cerr << "home-energy-agent: --" << outcome.error().field << ": " << outcome.error().reason << '\n';
    return kUsage;
  }
  run(io);
  return 0;
}

constexpr std::string_view kAddon = "addon";

/// The same as an add-on of Home Assistant. @param arguments the folder that the Supervisor gave it, /data without
int run_addon(const std::vector<std::string>& arguments) {
  const auto variables = addon_environment(environment, arguments.empty() ? "/data" : arguments.front());
  if (!variables) return end(usage_error(variables.error().reason));
  return run_agent({}, *variables);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto* const subcommand = subcommand_of(arguments);
  handle_signals(subcommand != kSubcommands.end() ? end_without_answer : end_at_once);
  if (subcommand != kSubcommands.end())
    return end(subcommand->run({arguments.begin() + 1, arguments.end()}, environment));
  if (!arguments.empty() && arguments.front() == kAddon) return run_addon({arguments.begin() + 1, arguments.end()});
  return run_agent(arguments, environment);
}
