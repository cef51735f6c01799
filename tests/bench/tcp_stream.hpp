/// @file
/// A blocking TCP connection on loopback, for the helpers that measure: no thread, no queue, no delay of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace home_energy::bench {

/// One thread may send while another reads. Failures, and answers that do not come, are exceptions: a helper that
/// cannot measure ends.
class TcpStream {
 public:
  /// How long a read waits.
  static constexpr std::chrono::seconds kPatience{10};

  /// Connects to 127.0.0.1 with TCP_NODELAY.
  explicit TcpStream(std::uint16_t port);
  ~TcpStream();
  TcpStream(const TcpStream&) = delete;
  TcpStream& operator=(const TcpStream&) = delete;

  void send(std::string_view bytes) const;

  /// The next `size` bytes, valid until the next call.
  std::string_view read(std::size_t size);
  /// All up to and including `end`, valid until the next call.
  std::string_view read_until(std::string_view end);
  /// Ends the reads of another thread.
  void shut_down() const;

 private:
  void receive();
  std::string_view take(std::size_t size);

  int socket_;
  std::string received_;
  std::size_t taken_ = 0;
};

/// `argument` as a whole number of at least 0. Throws where it is none.
long number(std::string_view argument);

/// Runs a helper: 0, or 1 and what was thrown on stderr.
int run_helper(std::span<char*> arguments, std::size_t expected, const char* usage, void (*helper)(std::span<char*>));

}  // namespace home_energy::bench
