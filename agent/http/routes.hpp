/// @file
/// What each HTTP request is answered with. Pure of sockets: a request in, a response out. One table holds the paths.
#pragma once

#include <chrono>
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

class Routes {
 public:
  /// @param frame_ancestors whose pages may show ours in a frame, as a Content-Security-Policy has it
  /// @param broker          the state of the broker's connection, for /healthz
  /// @param metrics         the answer to /metrics
  /// @param longest_step    a step of the clock is answered after so long, whether it is over or not
  Routes(Runner& runner, const Outbox& outbox, HttpAccess access, const std::string& frame_ancestors,
         std::function<std::string_view()> broker, std::function<HttpResponse()> metrics,
         std::chrono::milliseconds longest_step = kLongestStep);

  HttpResponse answer(const HttpRequest& request) const;

  /// One line of the table, for the test that holds `openapi.json` against it.
  struct Described {
    std::string_view method;
    /// With `{home}` where a home's id stands, `{file}` a file's name; `{car}` a further car's, `{command}` what it
    /// has.
    std::string path;
  };
  static std::vector<Described> described();

 private:
  /// Clients wait for 30 s or so.
  static constexpr std::chrono::seconds kLongestStep{25};

  struct CarPath;
  struct Match;
  struct Route;
  static std::span<const Route> table();
  static std::vector<Route> with_commands(std::vector<Route> routes);

  HttpResponse command(std::string_view name, std::size_t home, const HttpRequest& request) const;
  HttpResponse clock(const HttpRequest& request) const;
  HttpResponse history(std::size_t home, const HttpRequest& request) const;
  HttpResponse health() const;
  HttpResponse described_topics() const;
  HttpResponse page(std::size_t home, const HttpRequest& request) const;
  HttpResponse sign_in_page(const HttpRequest& request, std::string_view home, int status, bool refused) const;
  HttpResponse session(const HttpRequest& request) const;
  HttpResponse change_session(const HttpRequest& request) const;
  bool may_change(const HttpRequest& request) const;
  bool may(const Route& route, const HttpRequest& request) const;
  HttpResponse unauthorised(const Route& route, const HttpRequest& request, std::string_view place) const;
  /// OPTIONS, an unknown path, or a method that the path does not have.
  static HttpResponse without_route(const HttpRequest& request, const CarPath& asked);
  static HttpResponse options(const HttpRequest& request, const std::string& allow);

  Runner& runner_;
  std::string homes_;             ///< the answer to /homes, made once
  mutable std::string asyncapi_;  ///< the answer to /asyncapi.json, made when it is first asked for
  /// Histories that are made, or wait for readers, together: two of a year in quarters of an hour.
  std::shared_ptr<Budget> histories_;
  EventFeed feed_;
  HttpAccess access_;
  bool framed_;
  std::string page_headers_;
  std::function<std::string_view()> broker_;
  std::function<HttpResponse()> metrics_;
  std::chrono::milliseconds longest_step_;
};

}  // namespace home_energy
