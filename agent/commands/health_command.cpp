#include "agent/commands/health_command.hpp"

#include <boost/asio/ip/address.hpp>

#include "agent/commands/http_question.hpp"

namespace home_energy {
namespace {

namespace ip = boost::asio::ip;

/// Where the agent listens, as one at the same machine reaches it.
std::string host_of(const std::string& listens) {
  if (listens == "loopback") return ip::address_v4::loopback().to_string();
  const auto address = ip::make_address(listens);
  if (!address.is_unspecified()) return listens;
  return address.is_v6() ? ip::address_v6::loopback().to_string() : ip::address_v4::loopback().to_string();
}

}  // namespace

Exit health_and_exit(const std::vector<std::string>& arguments, const Environment& environment) {
  const auto read = read_layers(arguments, environment);
  if (std::holds_alternative<std::string>(read)) return {0, std::get<std::string>(read), {}};
  if (std::holds_alternative<Error>(read)) return usage_error(std::get<Error>(read).reason);
  const auto& values = std::get<OptionValues>(read);
  const bool has_http = values.at("http-port").text != "off";
  const std::string& port = values.at(has_http ? "http-port" : "ingress-port").text;
  if (port == "off" || port == "0") return usage_error("--http-port: health needs to know the port, it is " + port);
  const auto answer = ask({.host = host_of(values.at("http-address").text),
                           .port = static_cast<std::uint16_t>(std::stoul(port)),
                           .target = "/healthz"});
  if (!answer) return {1, {}, "home-energy-agent: no answer: " + answer.error().reason + '\n'};
  constexpr int kOk = 200;
  return {answer->status == kOk ? 0 : 1, answer->body + '\n', {}};
}

}  // namespace home_energy
