// Handlers that throw: the connection ends, its place is free again, and the others are served.
#include "agent/http/http_server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/http_servers.hpp"

namespace home_energy {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

/// With room for one stream.
struct Server : test::HttpServerThread {
  explicit Server(HttpHandler handler)
      : HttpServerThread(std::move(handler), {.served = 4, .refused = 2, .streams = 1}) {}
};

HttpResponse stream(EventSource source) {
  return {.content_type = "text/event-stream", .events = std::move(source)};
}

}  // namespace

TEST_CASE("an answer that throws is 500, and the next one is served") {
  Server server([](const HttpRequest& request) -> HttpResponse {
    if (request.target == "/defect") throw std::runtime_error("on purpose");
    return {.body = "1"};
  });
  CHECK(server.ask("/defect").starts_with("HTTP/1.1 500 "));
  CHECK(server.ask("/").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("an answer that is to come later and throws is 500") {
  Server server([](const HttpRequest&) -> HttpResponse {
    return {.later = [](const HttpReply&) { throw std::runtime_error("on purpose"); }};
  });
  CHECK(server.ask("/").starts_with("HTTP/1.1 500 "));
}

TEST_CASE("an answer that was to come later and that nobody gives is 500") {
  Server server([](const HttpRequest&) -> HttpResponse { return {.later = [](const HttpReply&) {}}; });
  CHECK(server.ask("/").starts_with("HTTP/1.1 500 "));
}

TEST_CASE("a stream whose first events throw gives its place back") {
  bool defect = true;  // of the server's thread
  Server server([&](const HttpRequest&) {
    return stream([fails = std::exchange(defect, false)](std::string&) {
      if (fails) throw std::runtime_error("on purpose");
      throw std::logic_error("of another kind");
    });
  });
  // Each ends without a single byte or with its head; were a place lost, the second were told 503.
  CHECK_FALSE(server.ask("/events").starts_with("HTTP/1.1 503 "));
  CHECK_FALSE(server.ask("/events").starts_with("HTTP/1.1 503 "));
}

TEST_CASE("a stream whose later events throw ends, and gives its place back") {
  Server* running = nullptr;
  Server server([&](const HttpRequest&) {
    return stream([&, begun = false](std::string& out) mutable {
      if (std::exchange(begun, true)) throw std::runtime_error("on purpose");
      out += "data: 1\n\n";
      running->wake();
    });
  });
  running = &server;
  for (int i = 0; i < 3; ++i) CHECK(server.ask("/events").find("data: 1") != std::string::npos);
}

TEST_CASE("bytes that stay are sent behind the head, and not for HEAD") {
  static const std::string kLarge(3'000'000, 'x');
  Server server([](const HttpRequest&) -> HttpResponse { return {.body = {}, .constant_body = kLarge}; });
  const auto answer = server.ask("/large");
  CHECK(answer.find("Content-Length: 3000000\r\n") != std::string::npos);
  CHECK(answer.ends_with("\r\n\r\n" + kLarge));
}

TEST_CASE("the address that was bound is told") {
  asio::io_context io;
  const auto url = [&](const std::string& address) {
    HttpServer server(io, {.address = address, .port = 0, .server = "test"},
                      [](const HttpRequest&) { return HttpResponse{}; });
    const auto bound = server.start();
    REQUIRE(bound);
    return std::pair(bound->url, ':' + std::to_string(bound->port));
  };
  for (const auto& [address, shown] :
       {std::pair("127.0.0.2", "http://127.0.0.2"), std::pair("0.0.0.0", "http://127.0.0.1"),
        std::pair("127.0.0.1", "http://127.0.0.1"), std::pair("loopback", "http://127.0.0.1")}) {
    const auto [told, port] = url(address);
    CHECK(told == shown + port);
  }
  boost::system::error_code no_ipv6;
  Tcp::acceptor probe(io);
  probe.open(Tcp::v6(), no_ipv6);
  if (!no_ipv6) probe.bind({asio::ip::address_v6::loopback(), 0}, no_ipv6);
  if (no_ipv6) return;
  for (const std::string address : {"::1", "::"}) {
    const auto [told, port] = url(address);
    CHECK(told == "http://[::1]" + port);
  }
}

}  // namespace home_energy
