#include "agent/routes.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "agent/openapi.hpp"
#include "agent/version.hpp"
#include "tests/runners.hpp"

namespace home_energy {
namespace {

struct Served {
  explicit Served(std::string token = {}, std::vector<std::string> homes = {"home"})
      : world(std::move(homes)),
        routes(world.runner, world.outbox, std::move(token), [] { return std::string_view("connected"); }) {}
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

  test::World world;
  Routes routes;
};

}  // namespace

TEST_CASE("a command over HTTP acts, and tells the broker") {
  Served served;
  test::sent(served.world.outbox);
  CHECK(served.post("/charge?x=1", R"({"charging":"on"})").body == R"({"charging":"on"})");
  CHECK(served.world.runner.home(0).snapshot().charging == Charging::on);
  const auto topics = test::sent(served.world.outbox);
  CHECK(std::ranges::any_of(topics, [](const auto& m) { return m.topic == "home-energy/home/battery"; }));
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
  CHECK(served.world.runner.home(0).snapshot().charging == Charging::off);
  CHECK(served.world.runner.home(1).snapshot().charging == Charging::on);
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
  CHECK(served.world.runner.home(0).snapshot().charging == Charging::off);
}

TEST_CASE("with a token only who shows it may change things") {
  Served served("secret");
  const auto on = R"({"charging":"on"})";
  for (const auto* shown : {"", "secret", "Bearer", "Bearer ", "Bearer secre", "Bearer secrets", "Basic secret"}) {
    CAPTURE(shown);
    CHECK(served.post("/charge", on, shown).status == 401);
  }
  CHECK(served.get("/info").status == 200);
  CHECK(served.post("/charge", on, "Bearer secret").status == 200);
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
  CHECK(second.body.find("/homes/home-2/charge") != std::string::npos);
  CHECK(served.get("/homes/home-2").body.starts_with("{\"clock\""));
  CHECK(served.get("/homes/home-3", "text/html").status == 404);
  CHECK(served.get("/web/chart.js").content_type == "text/javascript; charset=utf-8");
  CHECK(served.get("/web/index.html").status == 404);
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
  CHECK(answer.headers == "Location: /\r\n");
  CHECK(served.world.runner.home(0).snapshot().charging == Charging::on);
}

TEST_CASE("events are a stream") {
  Served served;
  const auto answer = served.get("/events");
  CHECK(answer.content_type == "text/event-stream");
  REQUIRE(answer.events);
}

TEST_CASE("health tells of the store") {
  Served served;
  CHECK(nlohmann::json::parse(served.get("/healthz").body)["store"] == "memory");
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
    served.insert((route.method == "GET" ? "get " : "post ") + std::string(route.path));
  }
  CHECK(described == served);
}

}  // namespace home_energy
