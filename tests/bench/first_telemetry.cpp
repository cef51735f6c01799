// How long from the start of a process to its first telemetry at the broker, as a subscriber sees it that was there
// before. Starts the command, prints the milliseconds, ends it with SIGTERM.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <iostream>
#include <system_error>

#include "tests/bench/mqtt_socket.hpp"

namespace {

using namespace home_energy::bench;
using std::chrono::steady_clock;

constexpr const char* kUsage = "first_telemetry PORT FILTER COMMAND ARGUMENT...";

/// A process that lives as long as this does.
class Child {
 public:
  explicit Child(char** command) {
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    const int error = posix_spawn(&pid_, command[0], &quiet, nullptr, command, environ);
    posix_spawn_file_actions_destroy(&quiet);
    if (error != 0) throw std::system_error(error, std::generic_category(), command[0]);
  }
  ~Child() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

 private:
  pid_t pid_ = 0;
};

void measure(std::span<char*> arguments) {
  MqttSocket mqtt(static_cast<std::uint16_t>(number(arguments[0])), "first-telemetry");
  mqtt.subscribe(arguments[1]);
  const auto started = steady_clock::now();
  const Child child(&arguments[2]);
  mqtt.next();
  std::cout << std::chrono::duration<double, std::milli>(steady_clock::now() - started).count() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  return run_helper({argv, static_cast<std::size_t>(argc)}, 3, kUsage, measure);
}
