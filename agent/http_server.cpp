#include "agent/http_server.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <ctime>
#include <optional>
#include <unordered_set>
#include <vector>

#include "agent/http_bytes.hpp"

namespace home_energy {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace http = boost::beast::http;
using NetError = boost::system::error_code;
using Executor = asio::io_context::executor_type;  // concrete: nothing is called through a type-erased executor
using Tcp = asio::ip::tcp;
using Socket = asio::basic_stream_socket<Tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<Tcp, Executor>;
using std::chrono::steady_clock;

constexpr std::size_t kMaxConnections = 256;
constexpr std::size_t kMaxRefused = 256;  ///< connections over the limit that are told so at a time
constexpr std::uint32_t kMaxHeader = 32 * 1024;
constexpr std::uint64_t kMaxBody = 64 * 1024;
constexpr std::size_t kReadSize = 4 * 1024;
constexpr std::size_t kWriteAt = 64 * 1024;  ///< answers to pipelined requests are gathered up to this
constexpr auto kIdle = 60s;
constexpr auto kRequest = 30s;
constexpr auto kWrite = 30s;
constexpr auto kLinger = 2s;  ///< after a refusal: so long we read on, lest a reset destroys the answer on its way
constexpr auto kSweep = 1s;
constexpr auto kAcceptAgain = 100ms;

class Session;

/// What the sessions share.
struct Shared {
  HttpServer::Handler handler;
  ResponseWriter writer;
  std::unordered_set<std::shared_ptr<Session>> sessions{};
  std::size_t refused = 0;
};

std::string_view view(boost::string_view text) {
  return {text.data(), text.size()};
}

class Session : public std::enable_shared_from_this<Session> {
 public:
  enum class Kind { served, refused };

  Session(Socket socket, Shared& shared, Kind kind) : socket_(std::move(socket)), shared_(shared), kind_(kind) {}

  void start() {
    if (kind_ == Kind::refused) {
      reply(error_response(503, "connections are limited to " + std::to_string(kMaxConnections) + ", try again later"),
            Persistence::close, true);
      return write();
    }
    begin_request();
    read();
  }

  Kind kind() const { return kind_; }
  void close_if_overdue(steady_clock::time_point now) {
    if (now > deadline_) close();
  }
  void close() {
    NetError ignored;
    socket_.close(ignored);
  }

 private:
  void begin_request() {
    parser_.emplace();
    parser_->eager(true);
    parser_->header_limit(kMaxHeader);
    parser_->body_limit(kMaxBody);
    continue_sent_ = false;
  }

  void read();
  void parse();
  bool skip_line_ends();
  void respond();
  void fail(const NetError& error);
  HttpResponse handled(const HttpRequest& request) const;
  void reply(const HttpResponse& response, Persistence persistence, bool with_body);
  void write();
  void after_write();
  void linger();
  void end();

  Socket socket_;
  Shared& shared_;
  Kind kind_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::string out_;
  steady_clock::time_point deadline_ = steady_clock::now() + kIdle;
  bool continue_sent_ = false;
  bool closing_ = false;
};

void Session::read() {
  const bool between_requests = buffer_.size() == 0 && !parser_->got_some();
  if (between_requests) deadline_ = steady_clock::now() + kIdle;
  socket_.async_read_some(buffer_.prepare(kReadSize),
                          [this, self = shared_from_this(), between_requests](const NetError& error, std::size_t size) {
                            if (error) return end();
                            buffer_.commit(size);
                            if (between_requests) deadline_ = steady_clock::now() + kRequest;
                            parse();
                          });
}

void Session::parse() {
  while (!closing_ && buffer_.size() > 0 && out_.size() < kWriteAt) {
    if (!parser_->got_some() && skip_line_ends()) continue;
    NetError error;
    buffer_.consume(parser_->put(buffer_.data(), error));
    if (error && error != http::error::need_more) {
      fail(error);
      break;
    }
    if (parser_->is_done()) {
      respond();
      continue;
    }
    if (parser_->is_header_done() && !continue_sent_ &&
        boost::beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
      continue_sent_ = true;
      out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    }
    if (error == http::error::need_more) break;
  }
  out_.empty() ? read() : write();
}

/// Some clients end a body with a line end that belongs to nothing (RFC 9112, 2.2).
bool Session::skip_line_ends() {
  const auto* const text = static_cast<const char*>(buffer_.data().data());
  const auto line_ends = std::string_view(text, buffer_.size()).find_first_not_of("\r\n");
  const auto skipped = std::min(line_ends, buffer_.size());
  buffer_.consume(skipped);
  return skipped > 0;
}

void Session::fail(const NetError& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    reply(error_response(431, "header must be at most 32768 bytes"), Persistence::close, true);
  } else if (error == http::error::body_limit) {
    reply(error_response(413, "body must be at most 65536 bytes"), Persistence::close, true);
  } else {
    reply(error_response(400, "request cannot be read: " + error.message()), Persistence::close, true);
  }
}

void Session::respond() {
  const auto& message = parser_->get();
  const HttpRequest request{.method = view(message.method_string()),
                            .target = view(message.target()),
                            .body = message.body(),
                            .accept = view(message[http::field::accept]),
                            .authorization = view(message[http::field::authorization]),
                            .asked_headers = view(message[http::field::access_control_request_headers]),
                            .preflight = message.count(http::field::access_control_request_method) > 0,
                            .asks_private_network = message.count("Access-Control-Request-Private-Network") > 0};
  const auto persistence = !message.keep_alive()     ? Persistence::close
                           : message.version() >= 11 ? Persistence::keep_alive
                                                     : Persistence::keep_alive_http10;
  reply(handled(request), persistence, message.method() != http::verb::head);
  begin_request();
}

HttpResponse Session::handled(const HttpRequest& request) const {
  try {
    return shared_.handler(request);
  } catch (const std::exception& defect) {
    spdlog::error("http: {} {} failed inside: {}", request.method, request.target.substr(0, 64), defect.what());
    return error_response(500, "internal error, the log tells more");
  }
}

void Session::reply(const HttpResponse& response, Persistence persistence, bool with_body) {
  shared_.writer.append(out_, response, persistence, with_body, std::time(nullptr));
  if (persistence == Persistence::close) closing_ = true;
}

/// At once as a rule: a peer that reads has room. Only what does not fit takes the way through the reactor.
void Session::write() {
  NetError error;
  const std::size_t written = socket_.write_some(asio::buffer(out_), error);
  if (written == out_.size()) return after_write();
  if (error && error != asio::error::would_block) return end();
  deadline_ = steady_clock::now() + kWrite;
  asio::async_write(socket_, asio::buffer(out_) + written,
                    [this, self = shared_from_this()](const NetError& failed, std::size_t) {
                      if (failed) return end();
                      after_write();
                    });
}

void Session::after_write() {
  out_.clear();
  if (closing_) return linger();
  if (buffer_.size() == 0) return read();
  deadline_ = steady_clock::now() + kRequest;
  parse();
}

void Session::linger() {
  NetError ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  deadline_ = steady_clock::now() + kLinger;
  struct Drain {
    std::shared_ptr<Session> session;
    void operator()(const NetError& error, std::size_t) const {
      if (error) return session->end();
      next();
    }
    void next() const {
      session->buffer_.clear();
      session->socket_.async_read_some(session->buffer_.prepare(kReadSize), *this);
    }
  };
  Drain{shared_from_this()}.next();
}

void Session::end() {
  close();
  if (kind_ == Kind::refused) --shared_.refused;
  shared_.sessions.erase(shared_from_this());
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(asio::io_context& io, HttpSettings settings, Handler handler)
      : io_(io),
        settings_(std::move(settings)),
        shared_{std::move(handler), ResponseWriter(settings_.server)},
        sweeper_(io) {}

  Result<std::uint16_t> start();
  void stop();

 private:
  struct Door {
    Acceptor acceptor;
    asio::steady_timer again;
  };

  NetError listen(const asio::ip::address& address, std::uint16_t port);
  void accept(Door& door);
  void welcome(Socket socket);
  void sweep();

  asio::io_context& io_;
  HttpSettings settings_;
  Shared shared_;
  std::vector<std::unique_ptr<Door>> doors_;
  asio::steady_timer sweeper_;
};

NetError HttpServer::Impl::listen(const asio::ip::address& address, std::uint16_t port) {
  auto door = std::make_unique<Door>(Acceptor(io_), asio::steady_timer(io_));
  const Tcp::endpoint endpoint(address, port);
  NetError error;
  door->acceptor.open(endpoint.protocol(), error);
  if (!error) door->acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && address.is_v6()) door->acceptor.set_option(asio::ip::v6_only(true), error);
  if (!error) door->acceptor.bind(endpoint, error);
  if (!error) door->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) doors_.push_back(std::move(door));
  return error;
}

Result<std::uint16_t> HttpServer::Impl::start() {
  const bool loopback = settings_.address == "loopback";
  const auto address =
      loopback ? asio::ip::address(asio::ip::address_v4::loopback()) : asio::ip::make_address(settings_.address);
  if (const NetError error = listen(address, settings_.port)) {
    const bool taken = error == asio::error::address_in_use;
    return failure(ErrorCode::illegal, taken ? "http-port" : "http-address",
                   taken ? "port " + std::to_string(settings_.port) + " is in use, choose another (0 takes a free one)"
                         : settings_.address + " cannot be listened on: " + error.message());
  }
  const std::uint16_t port = doors_.front()->acceptor.local_endpoint().port();
  if (loopback) {
    const NetError error = listen(asio::ip::address_v6::loopback(), port);
    if (error == asio::error::address_in_use) {
      return failure(ErrorCode::illegal, "http-port",
                     "port " + std::to_string(port) + " is in use on ::1, choose another");
    }
    if (error) spdlog::info("http: not on ::1, there is no IPv6 here ({})", error.message());
  }
  for (auto& door : doors_) accept(*door);
  sweep();
  return port;
}

void HttpServer::Impl::accept(Door& door) {
  door.acceptor.async_accept([this, &door](const NetError& error, Socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) {
      welcome(std::move(socket));
      return accept(door);
    }
    spdlog::warn("http: accepting a connection failed: {}", error.message());  // out of file descriptors, as a rule
    door.again.expires_after(kAcceptAgain);
    door.again.async_wait([this, &door](const NetError& cancelled) {
      if (!cancelled) accept(door);
    });
  });
}

void HttpServer::Impl::welcome(Socket socket) {
  NetError ignored;
  socket.set_option(Tcp::no_delay(true), ignored);
  socket.non_blocking(true, ignored);
  const bool full = shared_.sessions.size() - shared_.refused >= kMaxConnections;
  if (full && shared_.refused >= kMaxRefused) return;  // the socket closes
  if (full) ++shared_.refused;
  const auto session =
      std::make_shared<Session>(std::move(socket), shared_, full ? Session::Kind::refused : Session::Kind::served);
  shared_.sessions.insert(session);
  session->start();
}

void HttpServer::Impl::sweep() {
  const auto now = steady_clock::now();
  for (const auto& session : shared_.sessions) session->close_if_overdue(now);
  sweeper_.expires_after(kSweep);
  sweeper_.async_wait([this](const NetError& cancelled) {
    if (!cancelled) sweep();
  });
}

void HttpServer::Impl::stop() {
  NetError ignored;
  for (auto& door : doors_) {
    door->acceptor.close(ignored);
    door->again.cancel();
  }
  for (const auto& session : shared_.sessions) session->close();
  sweeper_.cancel();
}

HttpServer::HttpServer(asio::io_context& io, HttpSettings settings, Handler handler)
    : impl_(std::make_unique<Impl>(io, std::move(settings), std::move(handler))) {}
HttpServer::~HttpServer() = default;

Result<std::uint16_t> HttpServer::start() {
  return impl_->start();
}
void HttpServer::stop() {
  impl_->stop();
}

}  // namespace home_energy
