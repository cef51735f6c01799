#include "agent/commands/http_question.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace home_energy {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using NetError = boost::system::error_code;

constexpr std::chrono::seconds kPatience{3};

/// Not as a coroutine: clang 14 translates none for its fuzzer.
class Exchange {
 public:
  Exchange(asio::io_context& io, const HttpQuestion& question)
      : resolver_(io), stream_(io), request_(http::verb::get, question.target, 11) {
    request_.set(http::field::host, question.host);
    if (!question.bearer.empty()) request_.set(http::field::authorization, "Bearer " + question.bearer);
    resolver_.async_resolve(question.host, std::to_string(question.port), [this](const NetError& error, auto found) {
      if (goes_on(error)) connect(found);
    });
  }

  Result<HttpAnswer> outcome() const {
    if (error_) return failure(ErrorCode::illegal, "http", error_.message());
    return HttpAnswer{static_cast<int>(answer_.result_int()), answer_.body()};
  }

 private:
  bool goes_on(const NetError& error) {
    error_ = error;
    return !error;
  }
  void connect(const asio::ip::tcp::resolver::results_type& found) {
    error_ = asio::error::timed_out;  // until there is an answer
    stream_.async_connect(found, [this](const NetError& error, const asio::ip::tcp::endpoint&) {
      if (goes_on(error)) write();
    });
  }
  void write() {
    error_ = asio::error::timed_out;
    http::async_write(stream_, request_, [this](const NetError& error, std::size_t) {
      if (goes_on(error)) read();
    });
  }
  void read() {
    error_ = asio::error::timed_out;
    http::async_read(stream_, buffer_, answer_, [this](const NetError& error, std::size_t) { goes_on(error); });
  }

  asio::ip::tcp::resolver resolver_;
  beast::tcp_stream stream_;
  http::request<http::empty_body> request_;
  beast::flat_buffer buffer_;
  http::response<http::string_body> answer_;
  NetError error_ = asio::error::timed_out;
};

}  // namespace

Result<HttpAnswer> ask(const HttpQuestion& question) {
  asio::io_context io;
  const Exchange exchange(io, question);
  io.run_for(kPatience);
  return exchange.outcome();
}

}  // namespace home_energy
