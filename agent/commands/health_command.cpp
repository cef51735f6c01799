#include "agent/commands/health_command.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <exception>

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

asio::awaitable<Answer> ask(asio::ip::tcp::endpoint agent) {
  beast::tcp_stream stream(co_await asio::this_coro::executor);
  stream.expires_after(kPatience);
  co_await stream.async_connect(agent, asio::use_awaitable);
  http::request<http::empty_body> request(http::verb::get, "/healthz", 11);
  request.set(http::field::host, "localhost");
  co_await http::async_write(stream, request, asio::use_awaitable);
  beast::flat_buffer buffer;
  Answer answer;
  co_await http::async_read(stream, buffer, answer, asio::use_awaitable);
  co_return answer;
}

Exit exit_of(const asio::ip::tcp::endpoint& agent) {
  asio::io_context io;
  Exit exit{1, {}, {}};
  asio::co_spawn(io, ask(agent), [&](const std::exception_ptr& failed, const Answer& answer) {
    if (!failed) {
      exit = {answer.result() == http::status::ok ? 0 : 1, answer.body() + '\n', {}};
      return;
    }
    try {
      std::rethrow_exception(failed);
    } catch (const std::exception& error) {
      exit.err = std::string("home-energy-agent: no answer: ") + error.what() + '\n';
    }
  });
  io.run();
  return exit;
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
