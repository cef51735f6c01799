#include "agent/http/routes.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <optional>
#include <utility>

#include "agent/http/asyncapi.hpp"
#include "agent/http/openapi.hpp"
#include "agent/system/version.hpp"
#include "agent/web/web_page.hpp"
#include "common/base/text.hpp"
#include "common/wire/session_request.hpp"

namespace home_energy {

namespace {

/// A row of history as text takes less, and what is kept of it while it is made.
constexpr std::size_t kHistoryRow = 256;
/// Two years in quarters of an hour fit together.
constexpr Budget::Limits kHistories{.things = 64, .bytes = 2 * std::size_t{366} * 96 * kHistoryRow};
constexpr std::string_view kNotThere = " is not there: the home was started without one";
constexpr std::string_view kAllMethods = "GET, HEAD, POST, OPTIONS";

std::string header(std::string_view name, std::string_view value) {
  std::string line(name);
  line += ": ";
  line += value;
  return line += "\r\n";
}

/// After a form: so that a reload does not send it again.
HttpResponse redirect(std::string_view place) {
  return {.status = 303, .body = {}, .headers = header("Location", place)};
}

/// What `path` has where `pattern` says {home} or {file}. Nothing where they do not match; empty where the pattern has
/// no such place.
std::optional<std::string_view> matched(std::string_view pattern, std::string_view path) {
  const auto place = pattern.find('{');
  if (place == std::string_view::npos) return pattern == path ? std::optional<std::string_view>("") : std::nullopt;
  const auto before = pattern.substr(0, place);
  const auto after = pattern.substr(pattern.find('}') + 1);
  if (!path.starts_with(before) || !path.ends_with(after) || path.size() <= before.size() + after.size()) {
    return std::nullopt;
  }
  const auto found = path.substr(before.size(), path.size() - before.size() - after.size());
  return found.find('/') == std::string_view::npos ? std::optional(found) : std::nullopt;
}

/// The path of a target: without its query, and of an absolute one (`http://host/info`) without its beginning. Several
/// slashes at its start are one: some clients join a base URL that ends in `/` with a path that begins with it.
std::string_view path_of(std::string_view target) {
  if (target.starts_with("http://")) {
    target.remove_prefix(std::string_view("http://").size());
    target = target.substr(std::min(target.find('/'), target.size()));
  }
  const auto path = target.substr(0, target.find('?'));
  const auto slashes = std::min(path.find_first_not_of('/'), path.size());
  return slashes > 1 ? path.substr(slashes - 1) : path;
}

std::string_view query_of(std::string_view target) {
  const auto query = target.find('?');
  return query == std::string_view::npos ? std::string_view{} : target.substr(query + 1);
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// A browser that opens a page, rather than a program that asks.
bool wants_page(const HttpRequest& request) {
  return contains(request.accept, "text/html");
}

/// A browser's form, which is answered with a page.
bool is_form(const HttpRequest& request) {
  return wants_page(request) && contains(request.content_type, "application/x-www-form-urlencoded");
}

/// The way from a path up to the folder that all paths are in, so that every address in a page is relative: behind a
/// proxy that folder may be any. `/homes/x` is `../`.
std::string root_of(std::string_view path) {
  std::string root;
  for (auto slashes = std::ranges::count(path, '/'); slashes > 1; --slashes) root += "../";
  return root;
}

/// Whether the browser says that a page of another origin asks. The cookie is no proof then that its owner wants it:
/// to `SameSite` all ports of a host are one site, and neighbours below one domain, too. Browsers say so where the page
/// is on this machine or comes over TLS.
bool is_of_another_page(const HttpRequest& request) {
  return request.fetch_site == "same-site" || request.fetch_site == "cross-site";
}

std::string_view text(StoreHealth::State state) {
  switch (state) {
    case StoreHealth::State::memory:
      return "memory";
    case StoreHealth::State::ok:
      return "ok";
    case StoreHealth::State::failing:
      return "failing";
  }
  return {};
}

/// A command to what the home does not have asks at an address that is none.
HttpResponse refusal(const Error& error) {
  return error_response(error.code == ErrorCode::absent ? 404 : 400, error.reason);
}

}  // namespace

/// `/homes/x/car-2/charge` is what `/homes/x/charge` is, of another car.
struct Routes::CarPath {
  explicit CarPath(std::string_view path);

  std::string_view of_first() const { return car == 0 ? asked : joined; }

  std::string_view asked;
  std::string joined{};  ///< without the car's name
  std::size_t car;       ///< its place: 0 is the first
};

Routes::CarPath::CarPath(std::string_view path) : asked(path) {
  constexpr std::string_view kHomes = "/homes/";
  const auto before = path.starts_with(kHomes) ? std::min(path.find('/', kHomes.size()), path.size()) : 0;
  const auto [number, rest] = wire::car_command_of(path.substr(std::min(before + 1, path.size())));
  car = number;
  if (car != 0) joined = std::string(path.substr(0, before + 1)).append(rest);
}

/// What a handler is given.
struct Routes::Match {
  const Routes& routes;
  const HttpRequest& request;
  std::size_t home;
  std::size_t car;           ///< its place: 0 is the first
  std::string_view command;  ///< of a route that carries one out
  std::string_view file;     ///< of a route that has one in its path
  const Home& state() const { return routes.runner_.home(home); }
  Snapshot snapshot() const { return routes.runner_.snapshot(home); }
  bool has(wire::HomeTopic topic) const {
    const auto& names = routes.runner_.topic_names();
    return std::ranges::find(names, wire::name(wire::TopicOfHome(topic, car))) != names.end();
  }
  std::string car_name() const { return car == 0 ? "car" : std::string(wire::kCarNames.at(car)); }
};

/// Where a token is set.
enum class Access {
  guarded,  ///< asks for it
  page,     ///< the same, and a browser gets a page that asks for it
  open,     ///< tells no value of a home
};

struct Routes::Route {
  std::string_view method;
  std::string path;
  HttpResponse (*answer)(const Match& match);
  std::string_view command{};
  Access access = Access::guarded;
  bool is_of_car = false;  ///< each car has it

  /// What stands at its place, as `matched` says.
  std::optional<std::string_view> takes(const CarPath& asked) const {
    return asked.car == 0 || is_of_car ? matched(path, asked.of_first()) : std::nullopt;
  }
};

std::span<const Routes::Route> Routes::table() {
  using M = const Match&;
  static constexpr auto kState = [](M m) {
    return HttpResponse{.body = wire::http::state(m.state(), m.snapshot(), m.routes.runner_.labels())};
  };
  constexpr auto kPlan = [](M m) {
    if (!m.has(wire::HomeTopic::plan))
      return error_response(
          404, m.car == 0 ? "plan is not there: the home has neither car nor battery" : m.car_name().append(kNotThere));
    return HttpResponse{.body = wire::http::plan(m.state(), m.routes.runner_.labels(), m.car)};
  };
  constexpr auto kHistory = [](M m) { return m.routes.history(m.home, m.request); };
  constexpr auto kEvents = [](M m) {
    return HttpResponse{.content_type = "text/event-stream",
                        .headers = header("X-Accel-Buffering", "no"),  // else nginx passes on 4 KiB at a time
                        .events = m.routes.feed_.open(m.home, m.request.last_event_id)};
  };
  static const auto kRoutes = with_commands({
      Route{"GET", "/info", [](M m) { return HttpResponse{.body = wire::http::info(m.state().snapshot())}; }},
      Route{"GET",
            "/charge",
            [](M m) {
              if (!m.has(wire::HomeTopic::battery)) return error_response(404, m.car_name().append(kNotThere));
              return HttpResponse{.body = wire::http::soc_percent(m.state().snapshot().car_at(m.car))};
            },
            {},
            Access::guarded,
            true},
      Route{"GET", "/baseload",
            [](M m) { return HttpResponse{.body = wire::http::hourly_loads(m.state().baseload())}; }},
      Route{"GET", "/priceperhour",
            [](M m) { return HttpResponse{.body = wire::http::hourly_prices(m.state().price())}; }},
      Route{"GET", "/discharge",
            [](M) {
              return HttpResponse{.body = wire::http::message(R"(POST {"discharging":"on"} to discharge to 20 %)")};
            }},
      Route{"GET",
            "/",
            [](M m) {
              if (wants_page(m.request)) return m.routes.page(m.home, m.request);
              return HttpResponse{.body = wire::http::stored_kwh(m.state().snapshot())};
            },
            {},
            Access::page},
      Route{"GET", "/state", kState},
      Route{"GET", "/plan", kPlan, {}, Access::guarded, true},
      Route{"GET", "/history", kHistory},
      Route{"GET", "/events", kEvents},
      Route{"GET", "/clock", [](M m) { return HttpResponse{.body = m.routes.runner_.clock_json()}; }},
      Route{"POST", "/clock", [](M m) { return m.routes.clock(m.request); }},
      Route{"GET", "/homes", [](M m) { return HttpResponse{.body = {}, .constant_body = m.routes.homes_}; }},
      Route{"GET",
            "/homes/{home}",
            [](M m) { return wants_page(m.request) ? m.routes.page(m.home, m.request) : kState(m); },
            {},
            Access::page},
      Route{"GET", "/homes/{home}/state", kState},
      Route{"GET", "/homes/{home}/plan", kPlan, {}, Access::guarded, true},
      Route{"GET", "/homes/{home}/history", kHistory},
      Route{"GET", "/homes/{home}/events", kEvents},
      Route{"GET", "/web/{file}", [](M m) { return web_file(m.file, m.routes.page_headers_); }, {}, Access::open},
      Route{"GET", "/metrics", [](M m) { return m.routes.metrics_(); }},
      Route{"GET", "/healthz", [](M m) { return m.routes.health(); }, {}, Access::open},
      Route{"GET", "/session", [](M m) { return m.routes.session(m.request); }, {}, Access::open},
      Route{"POST", "/session", [](M m) { return m.routes.change_session(m.request); }, {}, Access::open},
      Route{"GET", "/openapi.json", [](M) { return HttpResponse{.body = {}, .constant_body = kOpenApi}; }},
      Route{"GET", "/asyncapi.json", [](M m) { return m.routes.described_topics(); }},
  });
  return kRoutes;
}

/// Every command is there for the first home and for each.
std::vector<Routes::Route> Routes::with_commands(std::vector<Route> routes) {
  constexpr auto kCarryOut = [](const Match& m) {
    return m.routes.command(wire::below_car(m.car, m.command), m.home, m.request);
  };
  for (const std::string_view command : wire::command::all()) {
    const std::string name(command);
    const bool is_of_car = std::ranges::find(wire::command::kOfCar, command) != wire::command::kOfCar.end();
    routes.push_back({"POST", '/' + name, kCarryOut, command, Access::guarded, is_of_car});
    routes.push_back({"POST", "/homes/{home}/" + name, kCarryOut, command, Access::guarded, is_of_car});
  }
  return routes;
}

Routes::Routes(Runner& runner, const Outbox& outbox, HttpAccess access, const std::string& frame_ancestors,
               std::function<std::string_view()> broker, std::function<HttpResponse()> metrics,
               std::chrono::milliseconds longest_step)
    : runner_(runner),
      homes_(wire::http::homes(runner.home_ids())),
      histories_(std::make_shared<Budget>(kHistories)),
      feed_(runner, outbox),
      access_(std::move(access)),
      framed_(frame_ancestors != "'none'"),
      page_headers_(web_headers(frame_ancestors, access_.has_token() ? WebForms::guarded : WebForms::open)),
      broker_(std::move(broker)),
      metrics_(std::move(metrics)),
      longest_step_(longest_step) {}

std::vector<Routes::Described> Routes::described() {
  std::vector<Described> all;
  for (const Route& route : table()) all.push_back({route.method, route.path});
  for (const std::string_view method : {"GET", "POST"})
    for (const std::string_view home : {"", "/homes/{home}"})
      all.push_back({method, std::string(home) + "/{car}/{command}"});
  return all;
}

HttpResponse Routes::answer(const HttpRequest& request) const {
  const CarPath asked(path_of(request.target));
  const auto method = request.method == "HEAD" ? "GET" : request.method;
  std::string_view place;
  const auto found = std::ranges::find_if(table(), [&](const Route& route) {
    if (route.method != method) return false;
    const auto here = route.takes(asked);
    place = here.value_or("");
    return here.has_value();
  });
  if (found == table().end()) return without_route(request, asked);
  if (!may(*found, request)) return unauthorised(*found, request, place);
  const bool names_home = contains(found->path, "{home}");
  const auto home = names_home ? runner_.find(place) : std::optional<std::size_t>(0);
  if (!home) return error_response(404, "home " + excerpt(place) + " does not exist, see /homes");
  return found->answer(Match{*this, request, *home, asked.car, found->command, place});
}

HttpResponse Routes::without_route(const HttpRequest& request, const CarPath& asked) {
  std::string allow;
  for (const Route& route : table()) {
    if (route.takes(asked)) allow += std::string(route.method) + (route.method == "GET" ? ", HEAD, " : ", ");
  }
  const bool known = !allow.empty();
  allow += "OPTIONS";
  if (request.method == "OPTIONS") return options(request, known ? allow : std::string(kAllMethods));
  if (!known) return error_response(404, "path " + excerpt(asked.asked) + " does not exist, see /openapi.json");
  auto response =
      error_response(405, "method " + excerpt(request.method) + " is not for this path, there are: " + allow);
  response.headers = header("Allow", allow);
  return response;
}

HttpResponse Routes::options(const HttpRequest& request, const std::string& allow) {
  HttpResponse response{.status = 204, .body = {}};
  response.headers = header("Allow", allow);
  if (!request.preflight || request.foreign_origin) return response;
  response.headers += header("Access-Control-Allow-Methods", kAllMethods);
  if (!request.asked_headers.empty()) response.headers += header("Access-Control-Allow-Headers", request.asked_headers);
  if (request.asks_private_network) response.headers += header("Access-Control-Allow-Private-Network", "true");
  return response;
}

bool Routes::may_change(const HttpRequest& request) const {
  return access_.may_change(request.authorization, is_of_another_page(request) ? "" : request.cookies);
}

bool Routes::may(const Route& route, const HttpRequest& request) const {
  if (route.access == Access::open) return true;
  return route.method == "GET" ? access_.may_read(request.authorization, request.cookies) : may_change(request);
}

/// A browser gets the page that asks for the token, with which it comes back to the home that it wanted.
HttpResponse Routes::unauthorised(const Route& route, const HttpRequest& request, std::string_view place) const {
  if ((route.access == Access::page && wants_page(request)) || is_form(request)) {
    return sign_in_page(request, place, route.path == "/" ? 200 : 401, false);
  }
  auto response = error_response(
      401,
      "authorization must be \"Bearer\" and the token of --http-token-file, or the cookie that POST /session gives");
  response.headers = header("WWW-Authenticate", "Bearer");
  return response;
}

HttpResponse Routes::session(const HttpRequest& request) const {
  const bool open = access_.may_change(request.authorization, request.cookies);
  if (!wants_page(request)) return {.body = wire::http::session(open ? "open" : "closed")};
  return open ? redirect("./") : sign_in_page(request, form_value(query_of(request.target), "home"), 200, false);
}

HttpResponse Routes::change_session(const HttpRequest& request) const {
  const auto wanted = parse_session_request(HttpAccess::bearer(request.authorization), request.body);
  const std::string home = wanted ? wanted->home : "";
  const bool opens = !wanted || wanted->wish == SessionRequest::Wish::open;
  if (access_.has_token() && opens && !(wanted && access_.is_token(wanted->token))) {
    if (is_form(request)) return sign_in_page(request, home, 401, true);
    return wanted ? error_response(401, "token is not that of --http-token-file")
                  : error_response(400, wanted.error().reason);
  }
  HttpResponse response{.body = wire::http::session(opens ? "open" : "closed")};
  if (is_form(request)) {
    const auto found = runner_.find(home).value_or(0);
    response = redirect(found == 0 ? "./" : "homes/" + runner_.home_ids()[found]);
  }
  if (access_.has_token()) {
    const bool secure = request.origin.starts_with("https://");
    const auto transport = secure ? HttpAccess::Transport::secure : HttpAccess::Transport::plain;
    response.headers += opens ? access_.begin_session(transport) : access_.end_session();
  }
  return response;
}

HttpResponse Routes::sign_in_page(const HttpRequest& request, std::string_view home, int status, bool refused) const {
  auto response = web_sign_in(
      {.root = root_of(path_of(request.target)), .home = std::string(home), .refused = refused, .framed = framed_},
      page_headers_);
  response.status = status;
  return response;
}

HttpResponse Routes::command(std::string_view name, std::size_t home, const HttpRequest& request) const {
  // The page of a browser without JavaScript is shown again: that beside the command, /homes/x beside /homes/x/charge.
  const auto& id = runner_.home_ids()[home];
  const bool names_home = path_of(request.target).starts_with("/homes/");
  const std::string up = wire::car_command_of(name).car == 0 ? "" : "../";
  const auto page = is_form(request) ? std::optional(up + (names_home ? "../" + id : "./")) : std::nullopt;
  return {
      .later = [this, name = std::string(name), home, body = std::string(request.body), page](const HttpReply& reply) {
        runner_.command(home, name, body, TextForm::form,
                        [this, page, reply](const std::optional<std::string>&, const Result<Receipt>& outcome) {
                          if (!outcome) return reply(refusal(outcome.error()));
                          runner_.gate().when_kept([receipt = *outcome, page, reply](bool durable) {
                            if (page) return reply(redirect(*page));
                            reply({.body = wire::http::result(receipt, durable)});
                          });
                        });
      }};
}

/// A step may last longer than a client waits: then the answer is where the clock stands meanwhile.
HttpResponse Routes::clock(const HttpRequest& request) const {
  return {.later = [this, body = std::string(request.body)](const HttpReply& reply) {
    using std::chrono::steady_clock;
    const auto answered = std::make_shared<bool>(false);
    const auto answer = [reply, answered](HttpResponse response) {
      if (!std::exchange(*answered, true)) reply(std::move(response));
    };
    runner_.command_clock(
        body, TextForm::form,
        [this, answer, since = steady_clock::now()](const std::optional<std::string>&,
                                                    const Result<std::string>& clock) {
          if (steady_clock::now() - since >= longest_step_) answer({.status = 202, .body = *clock});
        },
        [answer](const std::optional<std::string>&, const Result<std::string>& clock) {
          answer(clock ? HttpResponse{.body = *clock} : error_response(400, clock.error().reason));
        });
  }};
}

HttpResponse Routes::history(std::size_t home, const HttpRequest& request) const {
  if (!runner_.gate().has_history(home)) {
    return error_response(404, "history is kept for the first homes only, --history-homes says for how many");
  }
  const auto query = wire::parse_history_query(query_of(request.target), runner_.history_context());
  if (!query) return error_response(400, query.error().reason);
  const auto format = query->format.value_or(contains(request.accept, "text/csv") ? wire::HistoryFormat::csv
                                                                                  : wire::HistoryFormat::json);
  const bool csv = format == wire::HistoryFormat::csv;
  const std::string& id = runner_.home_ids()[home];
  const auto room = std::make_shared<Budget::Share>();
  auto render = [csv, id, step = query->step, currency = runner_.labels().currency, start = runner_.quarter_text(),
                 devices = runner_.history_devices(), budget = histories_,
                 room](const std::vector<HistoryRow>& rows) -> Result<std::string> {
    *room = budget->take(rows.size() * kHistoryRow);
    if (!*room) {
      return failure(
          ErrorCode::too_large, "history",
          "histories that others have not read yet take up all that may be used for them: ask for fewer days "
          "(from, to) or a coarser step (1h, 1d), or again in 30 s");
    }
    return csv ? wire::history_csv(currency, rows, start, devices)
               : wire::history_json(id, currency, step, rows, start, devices);
  };
  return {.later = [this, home, csv, id, query = *query, render, room](const HttpReply& reply) {
    runner_.gate().history(home,
                           {.home = id,
                            .from = query.from,
                            .to = query.to,
                            .step = query.step,
                            .calendar = runner_.home(home).settings().calendar},
                           render, [csv, id, reply, room](Result<std::string> text) {
                             if (!text) {
                               const int status = text.error().field == "from" ? 400 : 503;
                               return reply(error_response(status, text.error().reason));
                             }
                             HttpResponse response{.body = std::move(*text), .held = std::move(*room)};
                             if (csv) {
                               response.content_type = "text/csv; charset=utf-8";
                               response.headers =
                                   header("Content-Disposition", "attachment; filename=\"" + id + ".csv\"");
                             }
                             reply(std::move(response));
                           });
  }};
}

HttpResponse Routes::health() const {
  const StoreHealth& store = runner_.gate().health();
  wire::http::Health health{.ticking = runner_.ticking(),
                            .running = runner_.running(),
                            .broker = broker_(),
                            .homes = runner_.home_ids().size(),
                            .store = text(store.state),
                            .store_error = store.reason,
                            .planning = runner_.planning(),
                            .late_ms = runner_.late().count(),
                            .catching_up = std::nullopt};
  if (const auto progress = runner_.catching_up()) {
    health.catching_up = {local_time::iso8601(progress->from), local_time::iso8601(progress->reached),
                          local_time::iso8601(progress->until)};
  }
  return {.status = health.ticking ? 200 : 503, .body = wire::http::health(health)};
}

HttpResponse Routes::described_topics() const {
  if (asyncapi_.empty()) asyncapi_ = asyncapi(runner_.topics(), runner_.topic_names(), kVersion);
  return {.body = {}, .constant_body = asyncapi_};
}

HttpResponse Routes::page(std::size_t home, const HttpRequest& request) const {
  const auto root = root_of(path_of(request.target));
  const bool may_change = access_.may_change(request.authorization, request.cookies);
  const std::span<const std::string_view> topics(runner_.topic_names());
  return web_page({.root = root,
                   .base = home == 0 ? root : root + "homes/" + runner_.home_ids()[home] + '/',
                   .home = runner_.home_ids()[home],
                   .homes = runner_.home_ids().size(),
                   .topics = topics,
                   .devices = runner_.device_topic_names(),
                   .snapshot = runner_.snapshot(home),
                   .labels = runner_.labels(),
                   .real_time = runner_.home(home).settings().clock_mode == ClockMode::local,
                   .has_dates = runner_.home(home).calendar().has_zone(),
                   .session = !access_.has_token() ? WebSession::none
                              : may_change         ? WebSession::open
                                                   : WebSession::closed,
                   .store = runner_.gate().health(),
                   .version = kVersion},
                  page_headers_);
}

}  // namespace home_energy
