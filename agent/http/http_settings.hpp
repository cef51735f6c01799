/// @file
/// What the HTTP server and its routes are told at the start.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/http/http_origin.hpp"
#include "agent/system/descriptors.hpp"

namespace home_energy {

constexpr std::size_t kLongestHttpToken = 511;  ///< bytes; crypt(3) takes no more

/// Who may read without the token.
enum class AnonymousReads { refused, allowed };

/// How long a client is waited for.
struct HttpPatience {
  std::chrono::milliseconds request = std::chrono::seconds(30);  ///< for a whole request, and until an answer is taken

  /// Between two requests.
  std::chrono::milliseconds idle() const { return 2 * request; }
  /// A stream that has had nothing to say for so long sends a comment.
  std::chrono::milliseconds quiet() const { return request / 2; }
};

/// Addresses of proxies that have looked who asks. Where there are any, connections of others are refused, and which
/// hosts and pages may ask is the proxies' affair.
using HttpPeers = std::vector<boost::asio::ip::address>;

struct HttpSettings {
  std::string address;  ///< an IP address, or `loopback` for 127.0.0.1 and ::1
  std::uint16_t port;   ///< 0 takes a free one
  std::string server;   ///< what the Server header says
  HostNames admitted;   ///< beside the local ones
  HttpLimits limits{};
  HttpPatience patience{};
  HttpPeers peers{};
  std::string vital{};  ///< a path whose GET is answered also where all connections are taken; never later
};

}  // namespace home_energy
