/// @file
/// One question over HTTP, for what runs before or beside the agent.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "common/base/result.hpp"

namespace home_energy {

struct HttpQuestion {
  std::string host;  ///< a name or an address
  std::uint16_t port;
  std::string target;
  std::string bearer{};  ///< the token of `Authorization: Bearer`; none where empty
};

struct HttpAnswer {
  int status;
  std::string body;
};

/// Asks with GET, and blocks. Fails with what the system says, and after 3 s.
Result<HttpAnswer> ask(const HttpQuestion& question);

}  // namespace home_energy
