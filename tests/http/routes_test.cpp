#include "agent/http/routes.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "agent/http/metrics.hpp"
#include "agent/http/openapi.hpp"
#include "agent/system/version.hpp"
#include "tests/runners.hpp"

namespace home_energy {
namespace {

struct Served {
  explicit Served(std::string token = {}, std::vector<std::string> homes = {"home"},
                  AnonymousReads reads = AnonymousReads::refused)
      : world(std::move(homes)),
        metrics(world.io, world.runner, world.outbox,
                {.mqtt = [] { return MqttTraffic{.is_connected = true, .received = 7}; },
                 .http = [] { return HttpServer::Traffic{.connections = 3}; }},
                kMetricsHomes),
        routes(
            world.runner, world.outbox, HttpAccess(std::move(token), reads), "'none'",
            [] { return std::string_view("connected"); }, [this] { return metrics.answer(); }) {}
  HttpResponse ask(const HttpRequest& request) {
    auto response = routes.answer(request);
    if (!response.later) return response;
    std::optional<HttpResponse> answer;
    response.later([&](HttpResponse later) { answer = std::move(later); });
    REQUIRE(world.io.run_until([&] { return answer.has_value(); }));
    return *answer;
  }
  HttpResponse get(std::string_view target, std::string_view accept = {}) {
    return ask({.method = "GET", .target = target, .accept = accept});
  }
  HttpResponse post(std::string_view target, std::string_view body, std::string_view authorization = {}) {
    return ask({.method = "POST", .target = target, .body = body, .authorization = authorization});
  }

  static constexpr std::size_t kMetricsHomes = 2;
  test::World world;
  Metrics metrics;
  Routes routes;
};

}  // namespace

TEST_CASE("a command over HTTP acts, and tells the broker") {
  Served served;
  test::sent(served.world.outbox);
  CHECK(served.post("/charge?x=1", R"({"charging":"on"})").body == R"({"charging":"on"})");
  CHECK(served.world.runner.home(0).snapshot().car.charging == Charging::on);
  const auto topics = test::sent(served.world.outbox);
  CHECK(std::ranges::any_of(topics, [](const auto& m) { return m.topic == "home-energy/home/battery"; }));
}

TEST_CASE("the clock is read and told by HTTP") {
  Served served;
  const auto before = served.get("/clock").body;
  CHECK(before.find(R"("time":"00:00")") != std::string::npos);
  const auto after = served.post("/clock", R"({"until":"1T07:00"})");
  CHECK(after.status == 200);
  CHECK(after.body == served.get("/clock").body);
  CHECK(after.body.starts_with(R"({"day":1,"time":"07:00")"));
  CHECK(served.post("/clock", "step=1h").body.starts_with(R"({"day":1,"time":"08:00")"));
  CHECK(served.post("/clock", "{}").status == 400);
  CHECK(served.get("/healthz").body.find(R"("running":false)") != std::string::npos);
}

TEST_CASE("a step that outlasts a client's patience is answered with where the clock stands, once") {
  using namespace std::chrono_literals;
  test::World world({"home"}, test::reference_settings(), 1s, 1ms);
  const Routes routes(
      world.runner, world.outbox, HttpAccess({}, AnonymousReads::refused), "'none'", [] { return ""; },
      [] { return HttpResponse(); }, 0ms);
  std::vector<HttpResponse> answers;
  const auto tell = [&](std::string_view body) {
    const auto response = routes.answer({.method = "POST", .target = "/clock", .body = body});
    response.later([&](HttpResponse answer) { answers.push_back(std::move(answer)); });
  };
  tell(R"({"step":"3660d"})");
  REQUIRE(world.io.run_until([&] { return !answers.empty(); }));
  CHECK(answers.back().status == 202);
  CHECK(answers.back().body.starts_with(R"({"day":)"));
  tell(R"({"pause":true})");
  REQUIRE(world.io.run_until([&] { return answers.size() == 2; }));
  CHECK(answers.back().status == 200);
}

TEST_CASE("several slashes at the start of a path are one") {
  Served served;
  for (const auto* path : {"/charge", "//charge", "////charge?x=//", "http://127.0.0.1:5000//charge"}) {
    CAPTURE(path);
    CHECK(served.get(path).body == "20.0");
    CHECK(served.post(path, R"({"charging":"off"})").status == 200);
  }
  CHECK(served.get("//").body == served.get("/").body);
  CHECK(served.get("//homes/home/state").status == 200);
  CHECK(served.get("/homes//home/state").status == 404);
  CHECK(served.get("/charge//").status == 404);
}

TEST_CASE("each home has its own endpoints, the first is the documented one") {
  Served served({}, {"home-1", "home-2"});
  CHECK(served.post("/homes/home-2/charge", R"({"charging":"on"})").status == 200);
  CHECK(served.world.runner.home(0).snapshot().car.charging == Charging::off);
  CHECK(served.world.runner.home(1).snapshot().car.charging == Charging::on);
  CHECK(served.post("/homes/home-3/charge", R"({"charging":"on"})").status == 404);
  CHECK(served.get("/homes/home-1/x/state").status == 404);
  CHECK(served.get("/homes//state").status == 404);
}

TEST_CASE("what is wrong gets its status and changes nothing") {
  Served served;
  CHECK(served.get("/nothing").status == 404);
  CHECK(served.post("/charge", "").status == 400);
  CHECK(served.post("/charge", "[1").status == 400);
  const auto wrong_method = served.post("/info", "{}");
  CHECK(wrong_method.status == 405);
  CHECK(wrong_method.headers == "Allow: GET, HEAD, OPTIONS\r\n");
  CHECK(served.world.runner.home(0).snapshot().car.charging == Charging::off);
}

TEST_CASE("with a token only who shows it may change things") {
  Served served("secret");
  const auto on = R"({"charging":"on"})";
  for (const auto* shown : {"", "secret", "Bearer", "Bearer ", "Bearer secre", "Bearer secrets", "Basic secret"}) {
    CAPTURE(shown);
    CHECK(served.post("/charge", on, shown).status == 401);
  }
  CHECK(served.get("/info").status == 401);
  CHECK(served.post("/charge", on, "Bearer secret").status == 200);
}

/// All that a browser sends back of `Set-Cookie`.
std::string cookie_of(const HttpResponse& response) {
  const std::string line = "Set-Cookie: ";
  const auto begin = response.headers.find(line);
  if (begin == std::string::npos) return {};
  return response.headers.substr(begin + line.size(), response.headers.find(';', begin) - begin - line.size());
}

TEST_CASE("with a token each route but a few asks for it") {
  Served served("secret", {"home-1", "home-2"});
  const std::set<std::string_view> open{"/healthz", "/session", "/web/{file}"};
  for (const auto& [method, path] : Routes::described()) {
    CAPTURE(method, path);
    auto asked = std::string(path);
    if (const auto car = asked.find("{car}/{command}"); car != std::string::npos)
      asked.replace(car, std::string::npos, method == "GET" ? "car-2/plan" : "car-2/charge");
    if (const auto home = asked.find("{home}"); home != std::string::npos) asked.replace(home, 6, "home-2");
    if (const auto file = asked.find("{file}"); file != std::string::npos) asked.replace(file, 6, "style.css");
    const auto anonymous = served.ask({.method = method, .target = asked, .body = "{}"});
    CHECK((anonymous.status == 401) == !open.contains(path));
    if (!open.contains(path)) CHECK(anonymous.headers == "WWW-Authenticate: Bearer\r\n");
    const auto known = served.ask({.method = method, .target = asked, .body = "{}", .authorization = "bearer secret"});
    CHECK(known.status != 401);
  }
  CHECK(served.get("/homes/none/state").status == 401);  // nor does it tell which homes there are
  CHECK(served.get("/nothing").status == 404);
  CHECK(served.ask({.method = "OPTIONS", .target = "/charge"}).status == 204);
}

TEST_CASE("reading may be open although a token is set") {
  Served served("secret", {"home"}, AnonymousReads::allowed);
  CHECK(served.get("/info").status == 200);
  CHECK(served.get("/", "text/html").body.find("20.0") != std::string::npos);
  CHECK(served.post("/charge", R"({"charging":"on"})").status == 401);
}

TEST_CASE("a session's cookie counts as the token") {
  Served served("secret", {"home-1", "home-2"});
  for (const auto* body :
       {R"({"token":"secret"})", "token=secret", "home=x&token=s%65cret", R"( {"token":" secret "})"}) {
    CAPTURE(body);
    const auto answer = served.post("/session", body);
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"session":"open"})");
    const auto cookie = cookie_of(answer);
    CHECK(cookie.starts_with("home_energy_"));
    CHECK(cookie.find("secret") == std::string::npos);
    const auto others = "a=b; " + cookie + ";home_energy_01234567=x";
    CHECK(served.ask({.method = "GET", .target = "/info", .cookies = others}).status == 200);
    CHECK(served.ask({.method = "POST", .target = "/charge", .body = "charging=on", .cookies = cookie}).status == 200);
  }
  CHECK(cookie_of(served.post("/session", "", "Bearer secret")).size() > 40);
  for (const auto* wrong : {R"({"token":"other"})", "token=secrets", R"({"token":"secre"})"}) {
    CAPTURE(wrong);
    const auto answer = served.post("/session", wrong);
    CHECK(answer.status == 401);
    CHECK(cookie_of(answer).empty());
  }
  for (const auto* wrong : {"", "{}", "[]", R"({"token":7})", R"({"token":""})", "{", "token", "home=home-1"}) {
    CAPTURE(wrong);
    CHECK(served.post("/session", wrong).status == 400);
  }
  CHECK(served.post("/session", "", "Bearer other").status == 401);
}

TEST_CASE("what is no cookie of a session opens nothing") {
  Served served("secret");
  const auto cookie = cookie_of(served.post("/session", "token=secret"));
  const auto name = cookie.substr(0, cookie.find('='));
  const auto value = cookie.substr(name.size() + 1);
  for (const auto& shown :
       {name + "=", name, std::string(";;;="), std::string("="), "home_energy_01234567=" + value, cookie + "x",
        cookie + cookie, name + "=" + value.substr(1), "x" + cookie, value, name + "=secret"}) {
    CAPTURE(shown);
    CHECK(served.ask({.method = "GET", .target = "/info", .cookies = shown}).status == 401);
  }
  CHECK(Served("other").ask({.method = "GET", .target = "/info", .cookies = cookie}).status == 401);
  CHECK(Served("secret").ask({.method = "GET", .target = "/info", .cookies = cookie}).status == 200);  // a restart
}

TEST_CASE("how a session's cookie is kept") {
  Served served("secret");
  const auto plain = served.post("/session", "token=secret").headers;
  CHECK(plain.ends_with("; Max-Age=7776000; HttpOnly; SameSite=Strict\r\n"));
  const auto secure = served.ask(
      {.method = "POST", .target = "/session", .body = "token=secret", .origin = "https://energy.example.org"});
  CHECK(secure.headers.ends_with("; HttpOnly; SameSite=Strict; Secure\r\n"));
  // Of its own name: browsers do not let a plain page replace a cookie that came over TLS.
  CHECK(cookie_of(secure).starts_with(plain.substr(12, 20) + "_tls="));
  CHECK(served.ask({.method = "GET", .target = "/info", .cookies = cookie_of(secure)}).status == 200);
  // Two agents at ports of one host get each other's cookies.
  CHECK(cookie_of(Served("other").post("/session", "token=other")).substr(0, 20) != plain.substr(12, 20));
  for (const auto* body : {R"({"session":"closed"})", "session=closed&home=home"}) {
    const auto ended = served.post("/session", body);
    CHECK(ended.body == R"({"session":"closed"})");
    CHECK(cookie_of(ended) == plain.substr(12, 20) + "=");
    CHECK(ended.headers.ends_with("_tls=; Max-Age=0; HttpOnly; SameSite=Strict\r\n"));
  }
  Served open;
  for (const auto* body : {"", "token=x", R"({"session":"closed"})"}) {  // where there is no token nothing is kept
    CHECK(open.post("/session", body).status == 200);
    CHECK(open.post("/session", body).headers.empty());
  }
}

TEST_CASE("whether a session is open") {
  Served served("secret");
  const auto cookie = cookie_of(served.post("/session", "token=secret"));
  CHECK(served.get("/session").body == R"({"session":"closed"})");
  CHECK(served.ask({.method = "GET", .target = "/session", .cookies = cookie}).body == R"({"session":"open"})");
  CHECK(Served().get("/session").body == R"({"session":"open"})");
  const auto page = served.get("/session?home=home-2", "text/html");
  CHECK(page.status == 200);
  CHECK(page.body.find("name=\"home\" value=\"home-2\"") != std::string::npos);
  const auto known = served.ask({.method = "GET", .target = "/session", .cookies = cookie, .accept = "text/html"});
  CHECK(known.status == 303);
  CHECK(known.headers == "Location: ./\r\n");
  CHECK(Served().get("/session", "text/html").headers == "Location: ./\r\n");
}

TEST_CASE("a cookie that another page makes a browser send changes nothing") {
  Served served("secret");
  const auto cookie = cookie_of(served.post("/session", "token=secret"));
  const auto status = [&](std::string_view site, std::string_view method, std::string_view authorization = "") {
    return served
        .ask({.method = method,
              .target = method == "GET" ? "/info" : "/charge",
              .body = "charging=on",
              .authorization = authorization,
              .cookies = cookie,
              .fetch_site = site})
        .status;
  };
  for (const auto* ours : {"", "same-origin", "none"}) CHECK(status(ours, "POST") == 200);
  for (const auto* other : {"same-site", "cross-site"}) {
    CHECK(status(other, "POST") == 401);
    CHECK(status(other, "GET") == 200);  // a link to the page, a frame with it
    CHECK(status(other, "POST", "Bearer secret") == 200);
  }
}

TEST_CASE("a browser without the token gets a page that asks for it and tells no value") {
  Served served("secret", {"home-1", "home-2"});
  const auto first = served.get("/", "text/html");
  CHECK(first.status == 200);
  CHECK(first.body.find("action=\"session\"") != std::string::npos);
  CHECK(first.body.find("{{") == std::string::npos);
  CHECK(first.body.find("home-1") == std::string::npos);
  CHECK(first.headers.find("Content-Security-Policy: default-src 'none'") != std::string::npos);
  const auto second = served.get("/homes/home-2", "text/html");
  CHECK(second.status == 401);
  CHECK(second.body.find("action=\"../session\"") != std::string::npos);
  CHECK(second.body.find("value=\"home-2\"") != std::string::npos);
  CHECK(served.get("/homes/%22%3E", "text/html").body.find("<\"") == std::string::npos);
  CHECK(served.get("/", "*/*").status == 401);
  CHECK(served.get("/state", "text/html").body.starts_with("{\"error\""));
  const auto form = [&](std::string_view body, std::string_view target = "/session") {
    return served.ask({.method = "POST",
                       .target = target,
                       .body = body,
                       .accept = "text/html",
                       .content_type = "application/x-www-form-urlencoded"});
  };
  CHECK(form("home=home-2&token=secret").headers.starts_with("Location: homes/home-2\r\nSet-Cookie: "));
  CHECK(form("home=home-1&token=secret").headers.starts_with("Location: ./\r\n"));
  CHECK(form("home=//evil.example&token=secret").headers.starts_with("Location: ./\r\n"));
  CHECK(form("token=other").status == 401);
  CHECK(form("token=other").body.find("role=\"alert\" >") != std::string::npos);
  CHECK(form("home=home-2").status == 401);
  CHECK(form("charging=on", "/homes/home-2/charge").body.find("action=\"../../session\"") != std::string::npos);
  CHECK(served.world.runner.home(1).snapshot().car.charging == Charging::off);
}

TEST_CASE("addresses in a page are relative, whatever folder a proxy puts it in") {
  Served served({}, {"home-1", "home-2"});
  for (const auto& [path, root, base] :
       {std::tuple{"/", "", ""}, std::tuple{"//", "", ""}, std::tuple{"/homes/home-2", "../", "../homes/home-2/"},
        std::tuple{"/homes/home-1", "../", "../"}}) {
    CAPTURE(path);
    const auto page = served.get(path, "text/html");
    CHECK(page.status == 200);
    CHECK(page.body.find("data-root=\"" + std::string(root) + "\" data-base=\"" + base + "\"") != std::string::npos);
    CHECK(page.body.find("action=\"" + std::string(base) + "charge\"") != std::string::npos);
    for (const auto* absolute : {"href=\"/", "src=\"/", "action=\"/"})
      CHECK(page.body.find(absolute) == std::string::npos);
  }
}

TEST_CASE("history is read by the home's page, JSON and CSV, and what is wrong is named") {
  Served served({}, {"home-1", "home-2"});
  served.world.runner.tick(std::array<std::size_t, 2>{0, 1});
  const auto json = served.get("/history?step=1d");
  CHECK(json.content_type == "application/json");
  CHECK(nlohmann::json::parse(json.body)["rows"][0]["base_kwh"] == 0.22);
  CHECK(nlohmann::json::parse(served.get("/homes/home-2/history").body)["home"] == "home-2");
  CHECK(served.get("/history", "text/csv").body.starts_with("start,base_kwh,"));
  const auto csv = served.get("/history?format=csv");
  CHECK(csv.content_type == "text/csv; charset=utf-8");
  CHECK(csv.headers == "Content-Disposition: attachment; filename=\"home-1.csv\"\r\n");
  const auto wrong = served.get("/history?step=1y");
  CHECK(wrong.status == 400);
  CHECK(wrong.body.find("step must be") != std::string::npos);
}

TEST_CASE("a home beyond those with a history has none, and says so") {
  std::vector<std::string> homes;
  for (int i = 0; i < 12; ++i) homes.push_back("h" + std::to_string(i));
  Served served({}, homes);
  CHECK(served.get("/homes/h9/history").status == 200);
  CHECK(served.get("/homes/h10/history").status == 404);
}

TEST_CASE("browsers get the page, programs the state") {
  Served served({}, {"home-1", "home-2"});
  const auto page = served.get("/", "text/html,application/xhtml+xml");
  CHECK(page.content_type == "text/html; charset=utf-8");
  CHECK(page.headers.find("Content-Security-Policy: default-src 'none'") != std::string::npos);
  CHECK(page.body.find("{{") == std::string::npos);
  CHECK(served.get("/", "*/*").body == "9.26");
  const auto second = served.get("/homes/home-2", "text/html");
  CHECK(second.body.find("../homes/home-2/charge") != std::string::npos);
  CHECK(served.get("/homes/home-2").body.starts_with("{\"clock\""));
  CHECK(served.get("/homes/home-3", "text/html").status == 404);
  CHECK(served.get("/web/chart.js").content_type == "text/javascript; charset=utf-8");
  CHECK(served.get("/web/index.html").status == 404);
  CHECK(served.get("/web/sign_in.html").status == 404);
  CHECK(served.get("/web/../main.cpp").status == 404);
}

TEST_CASE("the form of a page without JavaScript is answered with the page") {
  Served served;
  const auto answer = served.ask({.method = "POST",
                                  .target = "/charge",
                                  .body = "charging=on",
                                  .accept = "text/html",
                                  .content_type = "application/x-www-form-urlencoded"});
  CHECK(answer.status == 303);
  CHECK(answer.headers == "Location: ./\r\n");
  CHECK(served.world.runner.home(0).snapshot().car.charging == Charging::on);
}

TEST_CASE("events are a stream") {
  Served served;
  const auto answer = served.get("/events");
  CHECK(answer.content_type == "text/event-stream");
  CHECK(answer.headers == "X-Accel-Buffering: no\r\n");
  REQUIRE(answer.events);
  std::string events;
  answer.events(events);
  CHECK(events.find("event: battery\ndata: {") != std::string::npos);
}

TEST_CASE("health tells of the store") {
  Served served;
  CHECK(nlohmann::json::parse(served.get("/healthz").body)["store"] == "memory");
}

TEST_CASE("metrics tell of each home and of the agent") {
  Served served({}, {"home-1", "home-2"});
  served.post("/homes/home-2/charge", R"({"charging":"on"})");
  const auto answer = served.get("/metrics");
  CHECK(answer.status == 200);
  CHECK(answer.content_type == "text/plain; version=0.0.4; charset=utf-8");
  for (const std::string line :
       {R"(home_energy_battery_charging{home="home-1"} 0)", R"(home_energy_battery_charging{home="home-2"} 1)",
        "home_energy_agent_homes 2", "home_energy_agent_broker_connected 1", "home_energy_agent_mqtt_received_total 7",
        "home_energy_agent_http_connections 3", "home_energy_agent_command_seconds_count 1",
        R"(home_energy_agent_command_seconds_bucket{le="+Inf"} 1)"}) {
    CAPTURE(line);
    CHECK(answer.body.find('\n' + line + '\n') != std::string::npos);
  }
}

TEST_CASE("above a number of homes metrics are of all together") {
  const auto text = Served({}, {"a", "b", "c"}).get("/metrics").body;
  CHECK(text.find("home=") == std::string::npos);
  CHECK(text.find("\nhome_energy_baseload_power_kw 2.64\n") != std::string::npos);
}

TEST_CASE("who asks for metrics at once gets one answer, and slow readers a bound") {
  Served served;
  std::vector<HttpResponse> answers;
  const auto ask = [&] {
    served.metrics.answer().later([&](HttpResponse answer) { answers.push_back(std::move(answer)); });
  };
  constexpr std::size_t kMany = 20;
  for (std::size_t i = 0; i < kMany; ++i) ask();
  REQUIRE(served.world.io.run_until([&] { return answers.size() == kMany; }));
  CHECK(answers.front().status == 200);
  CHECK(answers.back().status == 503);
  answers.clear();  // all have read theirs
  ask();
  REQUIRE(served.world.io.run_until([&] { return !answers.empty(); }));
  CHECK(answers.front().status == 200);
}

TEST_CASE("openapi.json describes every route and no other") {
  const auto document = nlohmann::json::parse(kOpenApi);
  CHECK(document["openapi"] == "3.1.0");
  CHECK(document["info"]["version"] == kVersion);
  std::set<std::string> described;
  for (const auto& [path, methods] : document["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      if (method == "parameters") continue;
      described.insert(method + ' ' + path);
      CHECK(operation.contains("summary"));
      CHECK(operation["responses"].contains("200"));
    }
  }
  std::set<std::string> served;
  for (const auto& route : Routes::described()) {
    std::string method(route.method);
    std::ranges::transform(method, method.begin(), [](unsigned char c) { return std::tolower(c); });
    served.insert(method + ' ' + std::string(route.path));
  }
  CHECK(described == served);
}

}  // namespace home_energy
