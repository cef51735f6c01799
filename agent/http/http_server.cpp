#include "agent/http/http_server.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <utility>
#include <vector>

#include "agent/http/http_session.hpp"
#include "agent/system/guarded.hpp"
#include "agent/system/slices.hpp"

namespace home_energy {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using NetError = boost::system::error_code;
using Tcp = asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<Tcp, asio::io_context::executor_type>;
using std::chrono::steady_clock;

constexpr auto kSweep = 1s;
constexpr auto kAcceptAgain = 100ms;
constexpr auto kGatherEvents = 10ms;

/// Where one on this machine reaches what listens at an address: all addresses are the loopback one, too.
std::string local_url(asio::ip::address address, std::uint16_t port) {
  if (address.is_unspecified() && address.is_v4()) address = asio::ip::address_v4::loopback();
  if (address.is_unspecified()) address = asio::ip::address_v6::loopback();
  const std::string text = address.to_string();
  return "http://" + (address.is_v6() ? '[' + text + ']' : text) + ':' + std::to_string(port);
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(asio::io_context& io, HttpSettings settings, HttpHandler handler)
      : io_(io),
        settings_(std::move(settings)),
        sessions_{std::move(handler), ResponseWriter(settings_.server),
                  settings_.limits,   settings_.patience,
                  settings_.vital,    settings_.peers,
                  settings_.admitted},
        sweeper_(io),
        waker_(io),
        slices_(io) {}

  Result<Bound> start();
  void stop();
  void wake_streams();
  Traffic traffic() const { return {sessions_.open.size(), sessions_.streams, sessions_.requests}; }

 private:
  struct Listener {
    explicit Listener(asio::io_context& io) : acceptor(io), again(io) {}
    Acceptor acceptor;
    asio::steady_timer again;
  };

  NetError listen(const asio::ip::address& address, std::uint16_t port);
  void accept(Listener& listener);
  void admit(HttpSocket socket);
  HttpSession::Kind kind_of(const HttpSocket& socket);
  bool evict_idle();
  void sweep();
  /// In slices: to write to a thousand streams takes 15 ms. Sessions may end meanwhile.
  void for_each_session(const std::function<void(HttpSession&)>& work, const std::function<void()>& then);

  asio::io_context& io_;
  HttpSettings settings_;
  HttpSessions sessions_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  asio::steady_timer sweeper_;
  asio::steady_timer waker_;
  bool waking_ = false;      ///< soon, or now
  bool is_to_wake_ = false;  ///< there may be events since the streams were woken
  Slices slices_;
};

NetError HttpServer::Impl::listen(const asio::ip::address& address, std::uint16_t port) {
  auto listener = std::make_unique<Listener>(io_);
  const Tcp::endpoint endpoint(address, port);
  NetError error;
  listener->acceptor.open(endpoint.protocol(), error);
  if (!error) listener->acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && address.is_v6()) listener->acceptor.set_option(asio::ip::v6_only(true), error);
  if (!error) listener->acceptor.bind(endpoint, error);
  if (!error) listener->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) listeners_.push_back(std::move(listener));
  return error;
}

Result<HttpServer::Bound> HttpServer::Impl::start() {
  const bool loopback = settings_.address == "loopback";
  const auto address =
      loopback ? asio::ip::address(asio::ip::address_v4::loopback()) : asio::ip::make_address(settings_.address);
  if (const NetError error = listen(address, settings_.port)) {
    const bool taken = error == asio::error::address_in_use;
    return failure(ErrorCode::illegal, taken ? "http-port" : "http-address",
                   taken ? "port " + std::to_string(settings_.port) + " is in use, choose another (0 takes a free one)"
                         : settings_.address + " cannot be listened on: " + error.message());
  }
  const std::uint16_t port = listeners_.front()->acceptor.local_endpoint().port();
  if (loopback) {
    const NetError error = listen(asio::ip::address_v6::loopback(), port);
    if (error == asio::error::address_in_use) {
      return failure(ErrorCode::illegal, "http-port",
                     "port " + std::to_string(port) + " is in use on ::1, choose another");
    }
    if (error) spdlog::info("http: not on ::1, there is no IPv6 here ({})", error.message());
  }
  for (auto& listener : listeners_) accept(*listener);
  sweep();
  return Bound{local_url(address, port), port};
}

void HttpServer::Impl::accept(Listener& listener) {
  listener.acceptor.async_accept([this, &listener](const NetError& error, HttpSocket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) {
      guarded("accepting a connection", [&] { admit(std::move(socket)); });
      return accept(listener);
    }
    log_paced(spdlog::level::warn, "accepting", "http: accepting a connection failed: " + error.message());
    listener.again.expires_after(kAcceptAgain);
    listener.again.async_wait([this, &listener](const NetError& cancelled) {
      if (!cancelled) accept(listener);
    });
  });
}

void HttpServer::Impl::admit(HttpSocket socket) {
  NetError ignored;
  socket.set_option(Tcp::no_delay(true), ignored);
  socket.non_blocking(true, ignored);
  const auto kind = kind_of(socket);
  if (kind != HttpSession::Kind::served && sessions_.refused >= sessions_.limits.refused) return;  // the socket closes
  HttpSession::begin(std::move(socket), sessions_, kind);
}

HttpSession::Kind HttpServer::Impl::kind_of(const HttpSocket& socket) {
  NetError gone;
  const auto peer = socket.remote_endpoint(gone).address();
  const bool is_expected = settings_.peers.empty() || std::ranges::find(settings_.peers, peer) != settings_.peers.end();
  if (!is_expected) return HttpSession::Kind::stranger;
  const std::size_t served = sessions_.open.size() - sessions_.refused - sessions_.streams;
  return served < sessions_.limits.served || evict_idle() ? HttpSession::Kind::served : HttpSession::Kind::refused;
}

/// Makes room. @return whether there is somebody who has been idle for long enough
bool HttpServer::Impl::evict_idle() {
  const auto now = steady_clock::now();
  HttpSession* longest = nullptr;
  auto since = now - HttpSessions::kMayStay;
  for (const auto& session : sessions_.open) {
    if (const auto idle = session->idle_since(); idle && *idle < since) {
      longest = session.get();
      since = *idle;
    }
  }
  if (longest != nullptr) longest->close();
  return longest != nullptr;
}

void HttpServer::Impl::sweep() {
  sweeper_.expires_after(kSweep);
  sweeper_.async_wait([this](const NetError& cancelled) {
    if (!cancelled) sweep();
  });
  guarded("the sweep of connections",
          [&] { for_each_session([now = steady_clock::now()](HttpSession& session) { session.sweep(now); }, [] {}); });
}

void HttpServer::Impl::for_each_session(const std::function<void(HttpSession&)>& work,
                                        const std::function<void()>& then) {
  std::vector<std::shared_ptr<HttpSession>> all(sessions_.open.begin(), sessions_.open.end());
  slices_.add([all = std::move(all), next = std::size_t{0}, work, then]() mutable {
    if (next < all.size()) {
      const auto session = std::move(all[next++]);
      guarded("a connection's turn", [&] { work(*session); });
      return true;
    }
    then();
    return false;
  });
}

void HttpServer::Impl::wake_streams() {
  is_to_wake_ = true;
  if (sessions_.streams == 0 || std::exchange(waking_, true)) return;
  waker_.expires_after(kGatherEvents);
  waker_.async_wait([this](const NetError& cancelled) {
    if (cancelled) return;
    is_to_wake_ = false;
    const bool begun = guarded("events", [this] {
      for_each_session([](HttpSession& session) { session.wake(); },
                       [this] {
                         waking_ = false;
                         if (is_to_wake_) wake_streams();
                       });
    });
    if (!begun) waking_ = false;
  });
}

void HttpServer::Impl::stop() {
  slices_.stop();
  NetError ignored;
  for (auto& listener : listeners_) {
    listener->acceptor.close(ignored);
    listener->again.cancel();
  }
  for (const auto& session : sessions_.open) session->close();
  sweeper_.cancel();
  waker_.cancel();
}

HttpServer::HttpServer(asio::io_context& io, HttpSettings settings, HttpHandler handler)
    : impl_(std::make_unique<Impl>(io, std::move(settings), std::move(handler))) {}
HttpServer::~HttpServer() = default;

Result<HttpServer::Bound> HttpServer::start() {
  return impl_->start();
}
void HttpServer::stop() {
  impl_->stop();
}
void HttpServer::wake_streams() {
  impl_->wake_streams();
}
HttpServer::Traffic HttpServer::traffic() const {
  return impl_->traffic();
}

}  // namespace home_energy
