#include "agent/commands/check_command.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>

#include "agent/http/http_server.hpp"
#include "agent/mqtt/broker_check.hpp"
#include "agent/options/options.hpp"
#include "agent/store/store_check.hpp"

namespace home_energy {
namespace {

/// What was looked at, line by line.
class Found {
 public:
  void add(std::string_view what, const Result<std::string>& finding) {
    all_is_well_ = all_is_well_ && finding.has_value();
    lines_ +=
        fmt::format("{:<7} {:<5} {}\n", what, finding ? "ok" : "fails", finding ? *finding : finding.error().reason);
  }
  Exit exit() const { return {all_is_well_ ? 0 : 1, lines_, {}}; }

 private:
  bool all_is_well_ = true;
  std::string lines_;
};

Result<std::string> check_http(const std::optional<HttpSettings>& settings) {
  if (!settings) return "off";
  boost::asio::io_context io;
  HttpServer server(io, *settings, [](const HttpRequest&) { return HttpResponse(); });
  auto bound = server.start();
  server.stop();
  return bound.map([](const HttpServer::Bound& at) { return at.url + " is free"; });
}

/// Without a broker an agent starts all the same.
Result<std::string> check_mqtt(const MqttSettings& settings) {
  const auto version = check_broker(settings);
  if (version) return settings.uri + " speaks " + *version;
  return failure(ErrorCode::illegal, "mqtt-uri",
                 fmt::format("{}: {}; the agent starts all the same, and tries again until it works", settings.uri,
                             version.error().reason));
}

std::string homes_of(const RunnerSettings& runner) {
  const std::size_t homes = runner.home_ids.size();
  return homes == 1 ? runner.home_ids.front() : fmt::format("{} homes", homes);
}

}  // namespace

Exit check_and_exit(const std::vector<std::string>& arguments, const Environment& environment) {
  const auto read = read_options(arguments, environment);
  if (const auto* const exit = std::get_if<Exit>(&read)) return *exit;
  const auto& options = std::get<Options>(read);
  Found found;
  found.add("options", homes_of(options.runner));
  found.add("http", check_http(options.http));
  if (options.ingress) found.add("ingress", check_http(options.ingress));
  found.add("store", check_store(options.store));
  found.add("broker", check_mqtt(options.mqtt));
  return found.exit();
}

}  // namespace home_energy
