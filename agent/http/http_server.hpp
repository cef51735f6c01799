/// @file
/// HTTP/1.1 over TCP: listens, and hands connections to `http_session`. Everything here runs on the thread of the
/// `io_context`.
///
/// What a peer can make it hold is bounded: connections, header, body, and time without progress. One that goes beyond
/// is answered and closed; the process goes on. So it is where something inside throws: that connection ends.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "agent/http/http_message.hpp"
#include "agent/http/http_settings.hpp"
#include "common/base/result.hpp"

namespace home_energy {

class HttpServer {
 public:
  /// @param handler called for every whole request; what it throws is answered 500
  HttpServer(boost::asio::io_context& io, HttpSettings settings, HttpHandler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  HttpServer(HttpServer&&) = delete;
  HttpServer& operator=(HttpServer&&) = delete;

  /// Where it listens.
  struct Bound {
    std::string url;  ///< as it is reached from this machine: `http://127.0.0.1:5000`
    std::uint16_t port;
  };
  /// Binds and serves. Fails with the field `http-port` or `http-address`.
  Result<Bound> start();
  void stop();

  struct Traffic {
    std::size_t connections = 0;  ///< open now, streams among them
    std::size_t streams = 0;      ///< of events, open now
    std::uint64_t requests = 0;   ///< that were read, since the beginning
  };
  Traffic traffic() const;

  /// There may be events for the streams: they get them within a few milliseconds, several changes at once.
  void wake_streams();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace home_energy
