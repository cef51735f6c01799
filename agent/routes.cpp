#include "agent/routes.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "agent/openapi.hpp"
#include "common/text.hpp"

namespace home_energy {

namespace {

constexpr std::string_view kHomePlace = "{home}";
constexpr std::string_view kAllMethods = "GET, HEAD, POST, OPTIONS";

std::string header(std::string_view name, std::string_view value) {
  std::string line(name);
  line += ": ";
  line += value;
  return line += "\r\n";
}

/// The home's id that `path` has where `pattern` says {home}. Nothing where they do not match; empty where the pattern
/// has no such place.
std::optional<std::string_view> matched_home(std::string_view pattern, std::string_view path) {
  const auto place = pattern.find(kHomePlace);
  if (place == std::string_view::npos) return pattern == path ? std::optional<std::string_view>("") : std::nullopt;
  const auto before = pattern.substr(0, place);
  const auto after = pattern.substr(place + kHomePlace.size());
  if (!path.starts_with(before) || !path.ends_with(after) || path.size() <= before.size() + after.size()) {
    return std::nullopt;
  }
  const auto home = path.substr(before.size(), path.size() - before.size() - after.size());
  return home.find('/') == std::string_view::npos ? std::optional(home) : std::nullopt;
}

/// The path of a target: without its query, and of an absolute one (`http://host/info`) without its beginning.
std::string_view path_of(std::string_view target) {
  if (target.starts_with("http://")) {
    target.remove_prefix(std::string_view("http://").size());
    target = target.substr(std::min(target.find('/'), target.size()));
  }
  return target.substr(0, target.find('?'));
}

/// Compares all bytes whatever they are, so that the time taken tells nothing of the token.
bool same_secret(std::string_view shown, std::string_view secret) {
  unsigned difference = shown.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    difference |= static_cast<unsigned>(shown[i] ^ secret[i % secret.size()]);
  }
  return difference == 0;
}

}  // namespace

HttpResponse error_response(int status, std::string_view reason) {
  return {.status = status, .body = wire::http::error(reason)};
}

/// What a handler is given.
struct Routes::Match {
  const Routes& routes;
  const HttpRequest& request;
  std::size_t home;
  std::string_view command;  ///< of a route that carries one out
  const Home& state() const { return routes.runner_.home(home); }
};

struct Routes::Route {
  std::string_view method;
  std::string path;
  HttpResponse (*answer)(const Match& match);
  std::string_view command{};
};

std::span<const Routes::Route> Routes::table() {
  using M = const Match&;
  constexpr auto kState = [](M m) {
    return HttpResponse{.body = wire::http::state(m.state(), m.routes.runner_.labels())};
  };
  constexpr auto kPlan = [](M m) {
    return HttpResponse{.body = wire::http::plan(m.state(), m.routes.runner_.labels())};
  };
  static const auto kRoutes = with_commands({
      Route{"GET", "/info", [](M m) { return HttpResponse{.body = wire::http::info(m.state().snapshot())}; }},
      Route{"GET", "/charge", [](M m) { return HttpResponse{.body = wire::http::soc_percent(m.state().snapshot())}; }},
      Route{"GET", "/baseload",
            [](M m) { return HttpResponse{.body = wire::http::hourly_loads(m.state().baseload())}; }},
      Route{"GET", "/priceperhour",
            [](M m) { return HttpResponse{.body = wire::http::hourly_prices(m.state().price())}; }},
      Route{"GET", "/discharge",
            [](M) {
              return HttpResponse{.body = wire::http::message(R"(POST {"discharging":"on"} to discharge to 20 %)")};
            }},
      Route{"GET", "/", [](M m) { return HttpResponse{.body = wire::http::stored_kwh(m.state().snapshot())}; }},
      Route{"GET", "/state", kState},
      Route{"GET", "/plan", kPlan},
      Route{"GET", "/homes", [](M m) { return HttpResponse{.body = wire::http::homes(m.routes.runner_.home_ids())}; }},
      Route{"GET", "/homes/{home}/state", kState},
      Route{"GET", "/homes/{home}/plan", kPlan},
      Route{"GET", "/healthz",
            [](M m) {
              const Runner& runner = m.routes.runner_;
              const wire::http::Health health{runner.ticking(), m.routes.broker_(), runner.home_ids().size()};
              return HttpResponse{.status = health.ticking ? 200 : 503, .body = wire::http::health(health)};
            }},
      Route{"GET", "/openapi.json", [](M) { return HttpResponse{.body = std::string(kOpenApi)}; }},
  });
  return kRoutes;
}

/// Every command is there for the first home and for each.
std::vector<Routes::Route> Routes::with_commands(std::vector<Route> routes) {
  constexpr auto kCarryOut = [](const Match& m) { return m.routes.command(m.command, m.home, m.request); };
  for (const std::string_view command : wire::command::kAll) {
    const std::string name(command);
    routes.push_back({"POST", '/' + name, kCarryOut, command});
    routes.push_back({"POST", "/homes/{home}/" + name, kCarryOut, command});
  }
  return routes;
}

Routes::Routes(Runner& runner, std::string token, std::function<std::string_view()> broker)
    : runner_(runner), token_(std::move(token)), broker_(std::move(broker)) {}

std::vector<Routes::Described> Routes::described() {
  std::vector<Described> all;
  for (const Route& route : table()) all.push_back({route.method, route.path});
  return all;
}

HttpResponse Routes::answer(const HttpRequest& request) const {
  const auto path = path_of(request.target);
  const auto method = request.method == "HEAD" ? "GET" : request.method;
  std::string_view home_id;
  const auto found = std::ranges::find_if(table(), [&](const Route& route) {
    if (route.method != method) return false;
    const auto home = matched_home(route.path, path);
    home_id = home.value_or("");
    return home.has_value();
  });
  if (found == table().end()) return without_route(request, path);
  const auto home = home_id.empty() ? std::optional<std::size_t>(0) : runner_.find(home_id);
  if (!home) return error_response(404, "home " + excerpt(home_id) + " does not exist, see /homes");
  if (found->method == "POST" && !authorised(request)) {
    auto response = error_response(401, "authorization must be \"Bearer\" and the token of --http-token-file");
    response.headers = header("WWW-Authenticate", "Bearer");
    return response;
  }
  return found->answer(Match{*this, request, *home, found->command});
}

HttpResponse Routes::without_route(const HttpRequest& request, std::string_view path) {
  std::string allow;
  for (const Route& route : table()) {
    if (matched_home(route.path, path))
      allow += std::string(route.method) + (route.method == "GET" ? ", HEAD, " : ", ");
  }
  const bool known = !allow.empty();
  allow += "OPTIONS";
  if (request.method == "OPTIONS") return options(request, known ? allow : std::string(kAllMethods));
  if (!known) return error_response(404, "path " + excerpt(path) + " does not exist, see /openapi.json");
  auto response =
      error_response(405, "method " + excerpt(request.method) + " is not for this path, there are: " + allow);
  response.headers = header("Allow", allow);
  return response;
}

HttpResponse Routes::options(const HttpRequest& request, const std::string& allow) {
  HttpResponse response{.status = 204, .body = {}};
  response.headers = header("Allow", allow);
  if (!request.preflight) return response;
  response.headers += header("Access-Control-Allow-Methods", kAllMethods);
  if (!request.asked_headers.empty()) response.headers += header("Access-Control-Allow-Headers", request.asked_headers);
  if (request.asks_private_network) response.headers += header("Access-Control-Allow-Private-Network", "true");
  return response;
}

bool Routes::authorised(const HttpRequest& request) const {
  constexpr std::string_view kScheme = "bearer ";
  if (token_.empty()) return true;
  const auto scheme = request.authorization.substr(0, kScheme.size());
  return std::ranges::equal(scheme, kScheme, {}, [](unsigned char c) { return static_cast<char>(std::tolower(c)); }) &&
         same_secret(request.authorization.substr(scheme.size()), token_);
}

HttpResponse Routes::command(std::string_view name, std::size_t home, const HttpRequest& request) const {
  const auto outcome = runner_.parse(name, request.body, TextForm::form).command.and_then([&](const Command& command) {
    return runner_.carry_out(home, command);
  });
  if (!outcome) return error_response(400, outcome.error().reason);
  return {.body = wire::http::result(*outcome)};
}

}  // namespace home_energy
