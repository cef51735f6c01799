/// @file
/// Brokers for the tests.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <string>

namespace home_energy::test {

/// Debian's mosquitto at a loopback port that was free a moment ago.
class Broker {
 public:
  Broker() {
    boost::asio::io_context io;
    port_ = boost::asio::ip::tcp::acceptor(io, {boost::asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
    start();
  }
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
  std::uint16_t port_ = 0;
  pid_t process_ = 0;
};

}  // namespace home_energy::test
