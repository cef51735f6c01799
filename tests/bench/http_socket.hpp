/// @file
/// One keep-alive HTTP/1.1 connection that asks and waits for the answer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/bench/tcp_stream.hpp"

namespace home_energy::bench {

class HttpSocket {
 public:
  explicit HttpSocket(std::uint16_t port) : stream_(port) {}

  /// Throws unless the answer is 200 and whole.
  void get(std::string_view path);

 private:
  TcpStream stream_;
};

}  // namespace home_energy::bench
