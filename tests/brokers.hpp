/// @file
/// Brokers for the tests.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>

namespace home_energy::test {

/// Debian's mosquitto at a loopback port that was free a moment ago.
class Broker {
 public:
  Broker() : port_(free_port()) { start(); }
  ~Broker() { stop(); }
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;
  Broker(Broker&&) = delete;
  Broker& operator=(Broker&&) = delete;

  std::string uri() const { return "mqtt://127.0.0.1:" + std::to_string(port_); }
  void start() {
    const std::string port = std::to_string(port_);
    process_ = fork();
    if (process_ == 0) {
      freopen("/dev/null", "w", stderr);
      execl("/usr/sbin/mosquitto", "mosquitto", "-p", port.c_str(), nullptr);
      _exit(1);
    }
  }
  void stop() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }

 private:
  /// Below those that the kernel gives to others meanwhile.
  static std::uint16_t free_port() {
    std::random_device random;
    std::uniform_int_distribution<std::uint16_t> ports(10'000, 31'999);
    for (;;) {
      const std::uint16_t port = ports(random);
      boost::asio::io_context io;
      boost::asio::ip::tcp::socket probe(io, boost::asio::ip::tcp::v4());
      boost::system::error_code taken;
      probe.bind({boost::asio::ip::address_v4::loopback(), port}, taken);
      if (!taken) return port;
    }
  }

  std::uint16_t port_;
  pid_t process_ = 0;
};

}  // namespace home_energy::test
