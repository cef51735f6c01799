/// @file
/// The bytes that a connection receives, taken apart into requests. No socket, no clock; only its source knows Beast.
#pragma once

#include <boost/asio/buffer.hpp>
#include <memory>

#include "agent/http/http_bytes.hpp"
#include "agent/http/http_origin.hpp"

namespace home_energy {

class HttpReader {
 public:
  static constexpr std::size_t kMaxHeader = std::size_t{32} * 1024;
  static constexpr std::size_t kMaxBody = std::size_t{64} * 1024;

  HttpReader();
  ~HttpReader();
  HttpReader(const HttpReader&) = delete;
  HttpReader& operator=(const HttpReader&) = delete;
  HttpReader(HttpReader&&) = delete;
  HttpReader& operator=(HttpReader&&) = delete;

  /// Where received bytes go. received() says how many have come there.
  boost::asio::mutable_buffer space();
  void received(std::size_t size);
  /// Forgets what was received and not read.
  void clear();
  bool empty() const;

  enum class Step {
    starved,  ///< needs more bytes
    moved,    ///< has taken some, there may be more
    request,  ///< request() is whole
    failed,   ///< failure() says why; nothing more can be read
  };
  /// Takes what there is, up to the end of a request.
  Step read();
  /// Forgets the present request.
  void next();

  /// Nothing of a request is there.
  bool is_idle() const;
  bool has_header() const;
  /// True once, where the peer waits for `100 Continue` before it sends the body.
  bool wants_continue();
  /// Bytes that the present request takes, and those behind it.
  std::size_t size() const;

  /// Whether the page that asks may read the answer. By the header; where that is not whole or cannot be read, by its
  /// text.
  CrossOrigin readers(const HostNames& admitted) const;
  /// The present request, until next().
  HttpRequest request(CrossOrigin readers) const;
  Persistence persistence() const;
  bool is_head() const;
  std::size_t hosts() const;  ///< lines with `Host`
  HttpResponse failure() const;

 private:
  /// Of a body in chunks. Beast 1.81 asserts that all of an empty one is there when it is asked again (its pull request
  /// 2861), which ends the process where assertions are on.
  bool is_within_last_chunk() const;

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace home_energy
