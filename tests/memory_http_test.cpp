// There is no memory, on purpose, at each place of the HTTP server whose failure would stop it for ever: it goes on.
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "agent/http/http_server.hpp"
#include "tests/failing_memory.hpp"
#include "tests/http_servers.hpp"
#include "tests/log_lines.hpp"

namespace home_energy {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Tcp = asio::ip::tcp;

/// With room for two connections, and for two that are refused.
struct Server : test::HttpServerThread {
  Server()
      : HttpServerThread([](const HttpRequest&) { return HttpResponse{.body = "{}"}; },
                         {.served = 2, .refused = 2, .streams = 1}) {}

  /// Empty where the server closes at once.
  std::string ask() const {
    try {
      return HttpServerThread::ask("/");
    } catch (const boost::system::system_error&) {
      return {};
    }
  }
};

constexpr std::size_t kSession = 512;  ///< bytes: a connection takes more, what Asio needs for a wait takes less

}  // namespace

TEST_CASE("a connection for which there is no memory is closed, and others are accepted") {
  Server server;
  const test::LogLines log;
  for (int i = 0; i < 5; ++i) {
    server.call([] { test::fail_one_allocation(kSession); });
    CHECK(server.ask().empty());
    CHECK_FALSE(server.call([] { return test::take_back_failure(); }));
    if (i == 0) CHECK(log.errors() == test::Lines{"internal error in an HTTP connection: std::bad_alloc"});
  }
  CHECK(server.ask().starts_with("HTTP/1.1 200"));
}

TEST_CASE("a sweep without memory is followed by the next one") {
  Server server;
  asio::io_context io;
  Tcp::socket idle(io);
  idle.connect({asio::ip::address_v4::loopback(), server.port()});
  CHECK(server.ask().starts_with("HTTP/1.1 200"));
  server.call([] { test::fail_one_allocation(1); });
  std::this_thread::sleep_for(1500ms);  // a sweep is each second, and lists the connections
  CHECK_FALSE(server.call([] { return test::take_back_failure(); }));
  CHECK(server.ask().starts_with("HTTP/1.1 200"));
}

}  // namespace home_energy
