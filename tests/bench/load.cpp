// A steady load on an agent: commands at QoS 1 and HTTP requests at given rates for a given time. Prints the rates that
// were reached, answered ones only: receipts and requests a second.
#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/http_socket.hpp"
#include "tests/bench/mqtt_socket.hpp"

namespace {

using namespace home_energy::bench;
using std::chrono::steady_clock;

constexpr const char* kUsage = "load MQTT_PORT HTTP_PORT BASE_TOPIC/HOME COMMANDS_PER_S REQUESTS_PER_S SECONDS";
constexpr long kHttpConnections = 4;
constexpr std::array kPaths{"/info", "/charge", "/state", "/priceperhour"};

/// Calls `act(i)` at a steady rate until the time is over; late ones follow without a pause. @return how many
template <class Act>
long at_rate(long per_second, std::chrono::seconds duration, const Act& act) {
  const auto began = steady_clock::now();
  const auto step = std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double>(1)) / per_second;
  long done = 0;
  while (steady_clock::now() - began < duration) {
    std::this_thread::sleep_until(began + done * step);
    act(done++);
  }
  return done;
}

struct Load {
  std::uint16_t mqtt_port;
  std::uint16_t http_port;
  std::string home;
  long commands_per_second;
  long requests_per_second;
  std::chrono::seconds duration;
};

long request(const Load& load) {
  HttpSocket http(load.http_port);
  return at_rate(load.requests_per_second / kHttpConnections, load.duration,
                 [&](long i) { http.get(kPaths[static_cast<std::size_t>(i) % kPaths.size()]); });
}

/// @return receipts that came
long command(const Load& load) {
  MqttSocket mqtt(load.mqtt_port, "load");
  mqtt.subscribe(load.home + "/receipt");
  std::atomic<long> receipts = 0;
  std::thread reader([&] {
    try {
      for (;; ++receipts) mqtt.next();
    } catch (const std::exception&) {  // shut down below, or the count tells
    }
  });
  at_rate(load.commands_per_second, load.duration,
          [&](long i) { mqtt.publish(load.home + "/charge/set", i % 2 == 0 ? "on" : "off", 1); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // for the last receipts
  mqtt.shut_down();
  reader.join();
  return receipts;
}

/// A thread that counts; a count of 0 tells that it failed.
class Counter {
 public:
  Counter(const Load& load, long (*count)(const Load&))
      : thread_([this, &load, count] {
          try {
            count_ = count(load);
          } catch (const std::exception& error) {
            std::cerr << "load: " << error.what() << '\n';
          }
        }) {}
  long join() {
    thread_.join();
    return count_;
  }

 private:
  long count_ = 0;
  std::thread thread_;
};

void measure(std::span<char*> arguments) {
  const Load load{.mqtt_port = static_cast<std::uint16_t>(number(arguments[0])),
                  .http_port = static_cast<std::uint16_t>(number(arguments[1])),
                  .home = arguments[2],
                  .commands_per_second = number(arguments[3]),
                  .requests_per_second = number(arguments[4]),
                  .duration = std::chrono::seconds(number(arguments[5]))};
  Counter commands(load, command);
  std::vector<std::unique_ptr<Counter>> requesters;
  for (long i = 0; i < kHttpConnections; ++i) requesters.push_back(std::make_unique<Counter>(load, request));
  long requests = 0;
  for (auto& requester : requesters) requests += requester->join();
  const auto seconds = static_cast<double>(load.duration.count());
  std::cout << static_cast<double>(commands.join()) / seconds << ' ' << static_cast<double>(requests) / seconds << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  return run_helper({argv, static_cast<std::size_t>(argc)}, 6, kUsage, measure);
}
