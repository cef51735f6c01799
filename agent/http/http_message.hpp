/// @file
/// HTTP requests and responses as values.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "agent/system/budget.hpp"

namespace home_energy {

/// Appends the events that a stream has not had yet.
using EventSource = std::function<void(std::string& out)>;

/// A request as far as it matters here. Views live as long as the request's buffer.
struct HttpRequest {
  std::string_view method;
  std::string_view target;
  std::string_view body;
  std::string_view host;
  std::string_view origin;
  bool foreign_origin = false;  ///< a page of another site asks: it may not read the answer
  std::string_view authorization;
  std::string_view cookies;
  std::string_view fetch_site;  ///< `Sec-Fetch-Site`: in how far a browser takes the page that asks for one of ours
  std::string_view accept;
  std::string_view content_type;
  std::string_view last_event_id;
  std::string_view asked_headers;     ///< Access-Control-Request-Headers
  bool preflight = false;             ///< Access-Control-Request-Method is there
  bool asks_private_network = false;  ///< Access-Control-Request-Private-Network is there
};

struct HttpResponse;
using HttpReply = std::function<void(HttpResponse)>;

struct HttpResponse {
  int status = 200;
  std::string body;
  std::string_view content_type = "application/json";
  std::string headers;  ///< further header lines, each ended by CR LF
  /// Instead of `body`: bytes that stay as long as the process, and are not copied for each connection.
  std::string_view constant_body{};
  Budget::Share held{};  ///< of a large body; kept until it is written
  /// The answer is not there yet: called once, it gives the answer, now or later, to what it is called with. What is
  /// said above does not count then.
  std::function<void(HttpReply)> later{};
  /// The answer is a stream of events, and goes on until one side ends it.
  EventSource events{};
};

/// Answers every whole request; what it throws is answered 500.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

/// The answer to what has gone wrong: `{"error": reason}`.
HttpResponse error_response(int status, std::string_view reason);

}  // namespace home_energy
