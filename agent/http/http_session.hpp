/// @file
/// One HTTP connection: reads requests, answers them in their order, keeps its deadlines. `http_reader` takes the bytes
/// apart.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <unordered_set>

#include "agent/http/http_bytes.hpp"
#include "agent/http/http_message.hpp"
#include "agent/http/http_settings.hpp"
#include "agent/system/budget.hpp"

namespace home_energy {

/// With a concrete executor: nothing is called through a type-erased one.
using HttpSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

class HttpSession;

/// What the connections of a server share.
struct HttpSessions {
  /// When all slots are taken, the connection that has been idle longest is closed for the newest, if for so long:
  /// browsers open six connections for a page and keep them for a minute, so that forty pages would lock out all
  /// others.
  static constexpr std::chrono::seconds kMayStay{5};

  HttpHandler handler;
  ResponseWriter writer;
  HttpLimits limits;
  HttpPatience patience;
  std::string vital;   ///< see HttpSettings
  HttpPeers peers;     ///< see HttpSettings
  HostNames admitted;  ///< beside the local ones
  /// Requests larger than a few KiB, together: all connections with a full header and body each were 50 MB.
  Budget large_requests{{.things = 64, .bytes = std::size_t{12} * 1024 * 1024}};
  std::unordered_set<std::shared_ptr<HttpSession>> open{};
  std::size_t refused = 0;     ///< of the open ones, strangers among them
  std::size_t streams = 0;     ///< of the open ones
  std::uint64_t requests = 0;  ///< read so far
};

class HttpSession {
 public:
  enum class Kind {
    served,
    refused,   ///< gets 503 and is closed, once its request tells whose page may read that
    stranger,  ///< is no peer that is expected: the same with 403
  };

  /// Adds a connection to `shared.open`, from which it takes itself when it ends.
  static void begin(HttpSocket socket, HttpSessions& shared, Kind kind);

  HttpSession() = default;
  virtual ~HttpSession() = default;
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;
  HttpSession(HttpSession&&) = delete;
  HttpSession& operator=(HttpSession&&) = delete;

  /// Closes what does not get on; keeps a stream alive that has had nothing to say for long.
  virtual void sweep(std::chrono::steady_clock::time_point now) = 0;
  /// Since when it has been waiting for a request; none where it has something to do.
  virtual std::optional<std::chrono::steady_clock::time_point> idle_since() const = 0;
  /// There may be events for a stream.
  virtual void wake() = 0;
  virtual void close() = 0;
};

}  // namespace home_energy
