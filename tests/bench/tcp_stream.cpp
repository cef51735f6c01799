#include "tests/bench/tcp_stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <iostream>
#include <stdexcept>
#include <system_error>

namespace home_energy::bench {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

TcpStream::TcpStream(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (socket_ < 0) fail("socket");
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const timeval patience{.tv_sec = kPatience.count(), .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    fail("connect");
  }
}

TcpStream::~TcpStream() {
  ::close(socket_);
}

void TcpStream::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void TcpStream::receive() {
  std::array<char, 16 * 1024> chunk;
  const ssize_t size = ::recv(socket_, chunk.data(), chunk.size(), 0);
  if (size == 0) throw std::runtime_error("the peer closed the connection");
  if (size < 0) fail("recv");
  received_.erase(0, taken_);
  taken_ = 0;
  received_.append(chunk.data(), static_cast<std::size_t>(size));
}

std::string_view TcpStream::take(std::size_t size) {
  const auto bytes = std::string_view(received_).substr(taken_, size);
  taken_ += size;
  return bytes;
}

std::string_view TcpStream::read(std::size_t size) {
  while (received_.size() - taken_ < size) receive();
  return take(size);
}

std::string_view TcpStream::read_until(std::string_view end) {
  while (true) {
    const auto found = received_.find(end, taken_);
    if (found != std::string::npos) return take(found + end.size() - taken_);
    receive();
  }
}

void TcpStream::shut_down() const {
  ::shutdown(socket_, SHUT_RDWR);
}

long number(std::string_view argument) {
  long value = 0;
  const auto [end, error] = std::from_chars(argument.data(), argument.data() + argument.size(), value);
  if (error != std::errc() || end != argument.data() + argument.size() || value < 0) {
    throw std::runtime_error("not a whole number: " + std::string(argument));
  }
  return value;
}

int run_helper(std::span<char*> arguments, std::size_t expected, const char* usage, void (*helper)(std::span<char*>)) {
  try {
    if (arguments.size() < expected + 1) throw std::runtime_error(std::string("usage: ") + usage);
    helper(arguments.subspan(1));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << arguments[0] << ": " << error.what() << '\n';
    return 1;
  }
}

}  // namespace home_energy::bench
