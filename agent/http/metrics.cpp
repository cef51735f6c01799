#include "agent/http/metrics.hpp"

#include <array>
#include <utility>

#include "agent/system/duration_histogram.hpp"
#include "agent/system/guarded.hpp"
#include "agent/system/process_figures.hpp"
#include "agent/system/version.hpp"
#include "common/wire/home_metrics.hpp"
#include "common/wire/metric_text.hpp"

namespace home_energy {
namespace {

using wire::append_family;
using wire::append_sample;
using wire::MetricType;

/// As Prometheus names its format.
constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

void append_one(std::string& out, std::string_view name, MetricType type, std::string_view help, double value) {
  append_family(out, name, type, help);
  append_sample(out, name, {}, value);
}
void append_gauge(std::string& out, std::string_view name, std::string_view help, double value) {
  append_one(out, name, MetricType::gauge, help, value);
}
void append_counter(std::string& out, std::string_view name, std::string_view help, double value) {
  append_one(out, name, MetricType::counter, help, value);
}

std::string label(std::string_view name, std::string_view value) {
  return std::string(name).append("=\"").append(value).append("\"");
}

void append_histogram(std::string& out, std::string_view name, std::string_view help, const DurationHistogram& of) {
  append_family(out, name, MetricType::histogram, help);
  const std::string bucket = std::string(name) + "_bucket";
  std::uint64_t within = 0;
  for (std::size_t i = 0; i < of.counts().size(); ++i) {
    within += of.counts().at(i);
    const bool is_last = i == DurationHistogram::kBounds.size();
    const std::string bound = is_last ? "+Inf" : wire::number_text(DurationHistogram::kBounds.at(i));
    append_sample(out, bucket, label("le", bound), std::to_string(within));
  }
  append_sample(out, std::string(name) + "_sum", {}, of.sum());
  append_sample(out, std::string(name) + "_count", {}, std::to_string(within));
}

/// Under the names that Prometheus' own client libraries give them.
void append_process(std::string& out, double began) {
  const ProcessFigures figures = process_figures();
  const auto number = [](std::size_t count) { return static_cast<double>(count); };
  append_counter(out, "process_cpu_seconds_total", "Processor time taken, user and system", figures.cpu_seconds);
  append_gauge(out, "process_resident_memory_bytes", "Memory that is resident", number(figures.resident_bytes));
  append_gauge(out, "process_virtual_memory_bytes", "Addresses that are mapped", number(figures.virtual_bytes));
  append_gauge(out, "process_open_fds", "File descriptors that are open", number(figures.open_descriptors));
  append_gauge(out, "process_max_fds", "File descriptors that may be open", number(figures.most_descriptors));
  append_gauge(out, "process_start_time_seconds", "When the process began, Unix seconds", began);
}

void append_mqtt(std::string& out, const MqttTraffic& traffic, const Outbox& outbox) {
  const auto number = [](std::uint64_t count) { return static_cast<double>(count); };
  append_gauge(out, "home_energy_agent_broker_connected", "Whether the broker is connected",
               traffic.is_connected ? 1 : 0);
  append_counter(out, "home_energy_agent_broker_connections_total", "Connections made to the broker",
                 number(traffic.connections));
  append_counter(out, "home_energy_agent_mqtt_received_total", "Messages received from the broker",
                 number(traffic.received));
  append_counter(out, "home_energy_agent_mqtt_sent_total", "Messages handed to the broker", number(outbox.sent()));
  append_gauge(out, "home_energy_agent_mqtt_unread", "Messages received that nobody has looked at",
               number(traffic.unread));
  const std::string_view waiting = "home_energy_agent_mqtt_waiting";
  append_family(out, waiting, MetricType::gauge, "Messages that wait for the broker");
  constexpr std::array<std::pair<Lane, std::string_view>, kLanes> kNames{
      {{Lane::prompt, "prompt"}, {Lane::bulk, "bulk"}, {Lane::background, "background"}}};
  for (const auto& [lane, name] : kNames)
    append_sample(out, waiting, label("lane", name), std::to_string(outbox.waiting(lane)));
  const std::string_view dropped = "home_energy_agent_mqtt_dropped_total";
  append_family(out, dropped, MetricType::counter, "Messages that found no room");
  append_sample(out, dropped, label("kind", "command"), std::to_string(traffic.commands_dropped));
  append_sample(out, dropped, label("kind", "receipt"), std::to_string(traffic.receipts_dropped));
}

void append_http(std::string& out, const HttpServer::Traffic& traffic) {
  append_gauge(out, "home_energy_agent_http_connections", "HTTP connections that are open, streams among them",
               static_cast<double>(traffic.connections));
  append_gauge(out, "home_energy_agent_http_streams", "Streams of events that are open",
               static_cast<double>(traffic.streams));
  append_counter(out, "home_energy_agent_http_requests_total", "HTTP requests that were read",
                 static_cast<double>(traffic.requests));
}

}  // namespace

/// An answer that is being made, a home after the other.
struct Metrics::Work {
  wire::HomeMetrics homes;
  std::size_t next = 0;
};

Metrics::Metrics(boost::asio::io_context& io, const Runner& runner, const Outbox& outbox, Sources sources,
                 std::size_t most_homes)
    : runner_(runner),
      outbox_(outbox),
      sources_(std::move(sources)),
      most_homes_(most_homes),
      began_(std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count()),
      slices_(io) {}

HttpResponse Metrics::answer() {
  return {.later = [this](const HttpReply& reply) {
    waiting_.push_back(reply);
    if (waiting_.size() == 1 && !guarded("metrics", [this] { begin(); })) waiting_.clear();
  }};
}

void Metrics::begin() {
  const bool each = runner_.home_ids().size() <= most_homes_;
  const auto work = std::make_shared<Work>(Work{wire::HomeMetrics(
      runner_.home(0).settings(), each ? wire::MetricScope::each_home : wire::MetricScope::all_homes)});
  slices_.add([this, work] {
    bool more = false;
    if (!guarded("metrics", [&] { more = go_on(*work); })) waiting_.clear();  // who waits is answered 500
    return more;
  });
}

/// @return whether there is more to do
bool Metrics::go_on(Work& work) {
  if (work.next == runner_.home_ids().size()) {
    finish(work);
    return false;
  }
  const std::size_t home = work.next++;
  work.homes.add(runner_.home_ids()[home], runner_.snapshot(home), runner_.labels());
  return true;
}

void Metrics::finish(const Work& work) {
  std::string text;
  append_agent(text);
  work.homes.append(text);
  for (const HttpReply& reply : std::exchange(waiting_, {})) {
    auto share = unread_.take(text.size());
    if (!share) {
      reply(error_response(503, "metrics that others have not read yet take up all that may be used for them"));
      continue;
    }
    reply({.body = text, .content_type = kContentType, .held = std::move(share)});
  }
}

void Metrics::append_agent(std::string& out) const {
  const std::string_view info = "home_energy_agent_info";
  append_family(out, info, MetricType::gauge, "1; the version is a label");
  append_sample(out, info, label("version", kVersion), "1");
  append_process(out, began_);
  append_gauge(out, "home_energy_agent_homes", "Homes", static_cast<double>(runner_.home_ids().size()));
  append_gauge(out, "home_energy_agent_ticking", "Whether ticks come when they are due, as /healthz tells",
               runner_.ticking() ? 1 : 0);
  append_gauge(out, "home_energy_agent_plans_waiting", "Homes that wait for their plan",
               static_cast<double>(runner_.planning()));
  append_gauge(out, "home_energy_agent_commands_waiting", "Commands that wait for a plan",
               static_cast<double>(runner_.held()));
  append_gauge(out, "home_energy_agent_store_failing", "Whether writes to the disk fail",
               runner_.gate().health().state == StoreHealth::State::failing ? 1 : 0);
  append_histogram(out, "home_energy_agent_tick_lateness_seconds", "How late ticks began", runner_.tick_lateness());
  append_histogram(out, "home_energy_agent_command_seconds",
                   "From a command's arrival until it is carried out and kept", runner_.command_latency());
  append_histogram(out, "home_energy_agent_commit_seconds", "How long a commit to the disk took",
                   runner_.gate().commit_latency());
  append_mqtt(out, sources_.mqtt(), outbox_);
  append_http(out, sources_.http());
}

}  // namespace home_energy
