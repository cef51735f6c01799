/// @file
/// What each HTTP request is answered with. Pure of sockets: a request in, a response out. One table holds the paths.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/homes/runner.hpp"
#include "agent/http/event_feed.hpp"
#include "agent/http/http_access.hpp"
#include "agent/system/budget.hpp"

namespace home_energy {

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

/// The answer to what has gone wrong: `{"error": reason}`.
HttpResponse error_response(int status, std::string_view reason);

class Routes {
 public:
  /// @param frame_ancestors whose pages may show ours in a frame, as a Content-Security-Policy has it
  /// @param broker          the state of the broker's connection, for /healthz
  Routes(Runner& runner, const Outbox& outbox, HttpAccess access, const std::string& frame_ancestors,
         std::function<std::string_view()> broker);

  HttpResponse answer(const HttpRequest& request) const;

  /// One line of the table, for the test that holds `openapi.json` against it.
  struct Described {
    std::string_view method;
    std::string_view path;  ///< with `{home}` where a home's id stands, `{file}` where a file's name does
  };
  static std::vector<Described> described();

 private:
  struct Match;
  struct Route;
  static std::span<const Route> table();
  static std::vector<Route> with_commands(std::vector<Route> routes);

  HttpResponse command(std::string_view name, std::size_t home, const HttpRequest& request) const;
  HttpResponse history(std::size_t home, const HttpRequest& request) const;
  HttpResponse health() const;
  HttpResponse page(std::size_t home, const HttpRequest& request) const;
  HttpResponse sign_in_page(const HttpRequest& request, std::string_view home, int status, bool refused) const;
  HttpResponse session(const HttpRequest& request) const;
  HttpResponse change_session(const HttpRequest& request) const;
  bool may_change(const HttpRequest& request) const;
  bool may(const Route& route, const HttpRequest& request) const;
  HttpResponse unauthorised(const Route& route, const HttpRequest& request, std::string_view place) const;
  /// OPTIONS, an unknown path, or a method that the path does not have.
  static HttpResponse without_route(const HttpRequest& request, std::string_view path);
  static HttpResponse options(const HttpRequest& request, const std::string& allow);

  Runner& runner_;
  std::string homes_;  ///< the answer to /homes, made once
  /// Histories that are made, or wait for readers, together: two of a year in quarters of an hour.
  std::shared_ptr<Budget> histories_;
  EventFeed feed_;
  HttpAccess access_;
  bool framed_;
  std::string page_headers_;
  std::function<std::string_view()> broker_;
};

}  // namespace home_energy
