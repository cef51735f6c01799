/// @file
/// What the HTTP server and its routes are told at the start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "agent/http/http_origin.hpp"
#include "agent/system/descriptors.hpp"

namespace home_energy {

constexpr std::size_t kLongestHttpToken = 511;  ///< bytes; crypt(3) takes no more

/// Who may read without the token.
enum class AnonymousReads { refused, allowed };

struct HttpSettings {
  std::string address;  ///< an IP address, or `loopback` for 127.0.0.1 and ::1
  std::uint16_t port;   ///< 0 takes a free one
  std::string server;   ///< what the Server header says
  HostNames admitted;   ///< beside the local ones
  HttpLimits limits{};
};

}  // namespace home_energy
