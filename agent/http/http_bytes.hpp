/// @file
/// An HTTP response as bytes. Written by hand into one buffer: a general serializer costs a third of a request.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "agent/http/http_message.hpp"

namespace home_energy {

/// Whether pages of other origins may read an answer.
enum class CrossOrigin { allowed, withheld };

enum class Persistence { keep_alive, keep_alive_http10, close };

/// Appends whole responses to a buffer.
class ResponseWriter {
 public:
  explicit ResponseWriter(const std::string& server);

  /// @param now       seconds since 1970, for the Date header
  /// @param with_body false for the answer to HEAD
  void append(std::string& out, const HttpResponse& response, CrossOrigin readers, Persistence persistence,
              bool with_body, std::time_t now);

  /// The head of an answer that goes on until the connection ends.
  void append_stream_head(std::string& out, const HttpResponse& response, CrossOrigin readers, std::time_t now);

 private:
  void append_head(std::string& out, const HttpResponse& response, CrossOrigin readers, std::time_t now);

  std::string server_;  ///< the line that says who answers
  std::string date_;
  std::time_t date_of_ = -1;
};

/// `404` is "Not Found".
std::string_view reason_phrase(int status);

}  // namespace home_energy
