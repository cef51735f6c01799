// Many commands at once: publishes COUNT of them without waiting, and prints the seconds until the last is answered.
#include <chrono>
#include <iostream>
#include <string>

#include "tests/bench/mqtt_socket.hpp"

namespace {

using namespace home_energy::bench;
using std::chrono::steady_clock;

void measure(std::span<char*> arguments) {
  const std::string command = arguments[1];
  const long count = number(arguments[3]);
  MqttSocket mqtt(static_cast<std::uint16_t>(number(arguments[0])), "burst");
  mqtt.subscribe(arguments[2]);
  const auto began = steady_clock::now();
  for (long i = 0; i < count; ++i) mqtt.publish(command, i % 2 == 0 ? "on" : "off", 0);
  for (long i = 0; i < count; ++i) mqtt.next();
  std::cout << std::chrono::duration<double>(steady_clock::now() - began).count() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  return run_helper({argv, static_cast<std::size_t>(argc)}, 4, "burst PORT COMMAND_TOPIC ANSWER_TOPIC COUNT", measure);
}
