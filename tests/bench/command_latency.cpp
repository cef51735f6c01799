// How long from a command to its visible effect. Publishes "on" and "off" in turn, each after the answer to the one
// before, and prints the microseconds each took, one a line. The agent and a bare echo are measured by the same code.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/mqtt_socket.hpp"

namespace {

using namespace home_energy::bench;
using std::chrono::steady_clock;

constexpr const char* kUsage =
    "command_latency PORT COMMAND_TOPIC QOS ANSWER_TOPIC PATTERN COUNT UNCOUNTED LONGEST_PAUSE_MS SEED\n"
    "an answer holds PATTERN with @ replaced by what was sent; the first UNCOUNTED warm up";

/// `pattern` with its @ replaced.
std::string filled(std::string pattern, const std::string& value) {
  return pattern.replace(pattern.find('@'), 1, value);
}

struct Plan {
  std::string command_topic;
  int qos;
  std::string pattern;
  long count;
  long uncounted;
  long longest_pause_ms;
  unsigned seed;
};

double round_trip_us(MqttSocket& mqtt, const Plan& plan, const std::string& value) {
  const std::string answer = filled(plan.pattern, value);
  const auto sent = steady_clock::now();
  mqtt.publish(plan.command_topic, value, plan.qos);
  while (mqtt.next().payload.find(answer) == std::string_view::npos) continue;
  return std::chrono::duration<double, std::micro>(steady_clock::now() - sent).count();
}

void measure(std::span<char*> arguments) {
  const Plan plan{.command_topic = arguments[1],
                  .qos = static_cast<int>(number(arguments[2])),
                  .pattern = arguments[4],
                  .count = number(arguments[5]),
                  .uncounted = number(arguments[6]),
                  .longest_pause_ms = number(arguments[7]),
                  .seed = static_cast<unsigned>(number(arguments[8]))};
  if (plan.pattern.find('@') == std::string::npos) throw std::runtime_error("no @ in the pattern");
  MqttSocket mqtt(static_cast<std::uint16_t>(number(arguments[0])), "latency-" + std::string(arguments[1]));
  mqtt.subscribe(arguments[3]);
  round_trip_us(mqtt, plan, "on");  // from here on each command changes something
  round_trip_us(mqtt, plan, "off");
  std::mt19937 random(plan.seed);
  std::uniform_int_distribution<long> pause_us(0, plan.longest_pause_ms * 1000);
  std::vector<double> taken;
  for (long i = 0; i < plan.uncounted + plan.count; ++i) {
    if (plan.longest_pause_ms > 0) std::this_thread::sleep_for(std::chrono::microseconds(pause_us(random)));
    const double us = round_trip_us(mqtt, plan, i % 2 == 0 ? "on" : "off");
    if (i >= plan.uncounted) taken.push_back(us);
  }
  for (const double us : taken) std::cout << us << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  return run_helper({argv, static_cast<std::size_t>(argc)}, 9, kUsage, measure);
}
