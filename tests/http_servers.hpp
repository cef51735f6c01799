/// @file
/// HTTP servers for the tests.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <string>
#include <thread>
#include <utility>

#include "agent/http/http_server.hpp"

namespace home_energy::test {

/// One on a thread of its own.
class HttpServerThread {
 public:
  HttpServerThread(HttpHandler handler, HttpLimits limits)
      : server_(io_, {.address = "127.0.0.1", .port = 0, .server = "test", .limits = limits}, std::move(handler)),
        bound_(server_.start().value()),
        thread_([this] { io_.run(); }) {}
  ~HttpServerThread() {
    boost::asio::post(io_, [this] { server_.stop(); });
    thread_.join();
  }
  HttpServerThread(const HttpServerThread&) = delete;
  HttpServerThread& operator=(const HttpServerThread&) = delete;
  HttpServerThread(HttpServerThread&&) = delete;
  HttpServerThread& operator=(HttpServerThread&&) = delete;

  /// All that comes back until the server closes. Throws where it closes before all is sent.
  std::string ask(const std::string& path) const {
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket(io);
    socket.connect({boost::asio::ip::address_v4::loopback(), bound_.port});
    boost::asio::write(socket, boost::asio::buffer("GET " + path + " HTTP/1.1\r\nConnection: close\r\n\r\n"));
    std::string answer;
    boost::system::error_code end;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), end);
    return answer;
  }
  void wake() {
    boost::asio::post(io_, [this] { server_.wake_streams(); });
  }
  /// On the server's thread.
  template <class Work>
  auto call(Work work) {
    std::packaged_task<decltype(work())()> task(work);
    auto result = task.get_future();
    boost::asio::post(io_, [&task] { task(); });
    return result.get();
  }
  std::uint16_t port() const { return bound_.port; }

 private:
  boost::asio::io_context io_;
  HttpServer server_;
  HttpServer::Bound bound_;
  std::thread thread_;
};

}  // namespace home_energy::test
