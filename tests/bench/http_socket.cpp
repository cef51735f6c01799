#include "tests/bench/http_socket.hpp"

#include <stdexcept>

namespace home_energy::bench {

void HttpSocket::get(std::string_view path) {
  stream_.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  const auto header = stream_.read_until("\r\n\r\n");
  if (!header.starts_with("HTTP/1.1 200")) throw std::runtime_error("answer " + std::string(header.substr(0, 32)));
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const auto found = header.find(kLength);
  if (found == std::string_view::npos) throw std::runtime_error("an answer without Content-Length");
  const auto rest = header.substr(found + kLength.size());
  stream_.read(static_cast<std::size_t>(number(rest.substr(0, rest.find('\r')))));
}

}  // namespace home_energy::bench
