#include "agent/commands/health_command.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>

namespace home_energy {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Answer = http::response<http::string_body>;

constexpr std::chrono::seconds kPatience{3};

/// Where the agent listens, as one at the same machine reaches it.
asio::ip::address address_of(const std::string& listens) {
  if (listens == "loopback") return asio::ip::address_v4::loopback();
  const auto address = asio::ip::make_address(listens);
  if (!address.is_unspecified()) return address;
  return address.is_v6() ? asio::ip::address(asio::ip::address_v6::loopback()) : asio::ip::address_v4::loopback();
}

/// One request and its answer. Not as a coroutine: clang 14 translates none for its fuzzer.
class Question {
 public:
  Question(asio::io_context& io, const asio::ip::tcp::endpoint& agent) : stream_(io) {
    request_.set(http::field::host, "localhost");
    stream_.expires_after(kPatience);
    stream_.async_connect(agent, [this](const boost::system::error_code& error) {
      if (goes_on(error)) write();
    });
  }

  /// As the process is to end, when all is over.
  Exit exit() const {
    if (error_) return {1, {}, "home-energy-agent: no answer: " + error_.message() + '\n'};
    return {answer_.result() == http::status::ok ? 0 : 1, answer_.body() + '\n', {}};
  }

 private:
  bool goes_on(const boost::system::error_code& error) {
    error_ = error;
    return !error;
  }
  void write() {
    http::async_write(stream_, request_, [this](const boost::system::error_code& error, std::size_t) {
      if (goes_on(error)) read();
    });
  }
  void read() {
    http::async_read(stream_, buffer_, answer_,
                     [this](const boost::system::error_code& error, std::size_t) { goes_on(error); });
  }

  beast::tcp_stream stream_;
  http::request<http::empty_body> request_{http::verb::get, "/healthz", 11};
  beast::flat_buffer buffer_;
  Answer answer_;
  boost::system::error_code error_;
};

Exit exit_of(const asio::ip::tcp::endpoint& agent) {
  asio::io_context io;
  const Question question(io, agent);
  io.run();
  return question.exit();
}

}  // namespace

Exit health_and_exit(const std::vector<std::string>& arguments, const Environment& environment) {
  const auto read = read_layers(arguments, environment);
  if (std::holds_alternative<std::string>(read)) return {0, std::get<std::string>(read), {}};
  if (std::holds_alternative<Error>(read)) return usage_error(std::get<Error>(read).reason);
  const auto& values = std::get<OptionValues>(read);
  const std::string& port = values.at("http-port").text;
  if (port == "off" || port == "0") return usage_error("--http-port: health needs to know the port, it is " + port);
  return exit_of({address_of(values.at("http-address").text), static_cast<std::uint16_t>(std::stoul(port))});
}

}  // namespace home_energy
