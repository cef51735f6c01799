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
    while (!answer) world.io.run_one_for(std::chrono::seconds(10));
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
