#include "agent/http/http_session.hpp"

#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "agent/http/metrics.hpp"
#include "agent/http/routes.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/runners.hpp"

namespace home_energy::fuzz {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// A runner and its routes behind connections that are no network's.
class Served {
 public:
  explicit Served(const std::string& token)
      : metrics_(world_.io, world_.runner, world_.outbox,
                 {.mqtt = [] { return MqttTraffic(); }, .http = [] { return HttpServer::Traffic(); }}, 1),
        routes_(
            world_.runner, world_.outbox, HttpAccess(token, AnonymousReads::refused), "'none'",
            [] { return std::string_view("connected"); }, [this] { return metrics_.answer(); }),
        shared_{.handler = [this](const HttpRequest& request) { return answer(request); },
                .writer = ResponseWriter("fuzzed"),
                .limits = {},
                .admitted = {}} {}

  /// The answers to what a peer sends in pieces, before it closes its side.
  std::string answers(const std::string& sent, std::size_t piece, HttpSession::Kind kind) {
    std::array<int, 2> ends{};
    hold(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0, "a pair of sockets");
    HttpSocket socket(world_.io.get_executor());
    socket.assign(asio::ip::tcp::v4(), ends[0]);
    socket.non_blocking(true);
    HttpSession::begin(std::move(socket), shared_, kind);
    std::string received;
    for (std::size_t done = 0; done < sent.size() && !shared_.open.empty();) {
      const auto size = send(ends[1], sent.data() + done, std::min(piece, sent.size() - done), MSG_NOSIGNAL);
      done += size > 0 ? static_cast<std::size_t>(size) : 0;
      world_.io.poll();
      receive(ends[1], received);
      if (size < 0) world_.io.run_one_for(1ms);
    }
    shutdown(ends[1], SHUT_WR);
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!shared_.open.empty() && std::chrono::steady_clock::now() < end) {
      world_.io.run_one_for(1ms);
      receive(ends[1], received);
    }
    hold(shared_.open.empty(), "a connection that ends");
    receive(ends[1], received);
    close(ends[1]);
    hold(shared_.streams == 0, "no stream is left");
    return received;
  }
  /// Whether a command may have changed it.
  bool is_used() const { return used_; }

 private:
  HttpResponse answer(const HttpRequest& request) {
    try {
      auto response = routes_.answer(request);
      hold(response.status != 500, "no internal error");
      used_ = used_ || request.method == "POST";
      return response;
    } catch (const std::exception& thrown) {
      hold(false, std::string("thrown: ") + thrown.what());
      throw;
    }
  }
  static void receive(int from, std::string& into) {
    std::array<char, 65'536> some{};
    for (ssize_t size = 0; (size = recv(from, some.data(), some.size(), 0)) > 0;)
      into.append(some.data(), static_cast<std::size_t>(size));
  }

  test::World world_;
  Metrics metrics_;
  Routes routes_;
  HttpSessions shared_;
  bool used_ = false;
};

void hold_head(const std::string& answers) {
  if (answers.empty()) return;
  const auto end = answers.find("\r\n\r\n");
  hold(answers.starts_with("HTTP/1.1 ") && end != std::string::npos, "an answer");
  const std::string_view head(answers.data(), end);
  for (std::size_t at = head.find("\r\n"); at < head.size(); at = head.find("\r\n", at + 2)) {
    const auto line = head.substr(at + 2, std::min(head.find("\r\n", at + 2), head.size()) - at - 2);
    hold(line.find(": ") != std::string_view::npos, "a header line");
    hold(std::ranges::none_of(line, [](unsigned char c) { return c < 32 && c != '\t'; }), "no control in a header");
  }
}

}  // namespace

/// Two bytes say how it comes and whether a token is needed (`secret`), the rest is what comes. A command makes the
/// next input begin with a home that is new.
void http(Bytes bytes) {
  static std::array<std::unique_ptr<Served>, 2> both;
  spdlog::set_level(spdlog::level::off);
  Input input(bytes);
  const std::size_t piece = input.below(4) == 0 ? 1 + input.below(64) : 1U << 20U;
  const std::size_t how = input.below(16);
  auto& served = both.at(how < 4 ? 1 : 0);
  if (!served || served->is_used()) served = std::make_unique<Served>(how < 4 ? "secret" : "");
  hold_head(served->answers(input.rest(), piece, how == 0 ? HttpSession::Kind::refused : HttpSession::Kind::served));
}

}  // namespace home_energy::fuzz
