#include "agent/http/http_session.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>
#include <ctime>
#include <optional>

#include "agent/http/http_reader.hpp"
#include "agent/system/guarded.hpp"
#include "common/base/text.hpp"

namespace home_energy {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using NetError = boost::system::error_code;
using Kind = HttpSession::Kind;
using std::chrono::steady_clock;
using Buffers = std::array<asio::const_buffer, 2>;

constexpr std::size_t kSmallRequest = std::size_t{8} * 1024;
/// What a request over that may come to hold: its header twice, its body, and what growing adds to each.
constexpr std::size_t kLargeRequest = 3 * (HttpReader::kMaxHeader + HttpReader::kMaxBody) / 2;
constexpr std::size_t kWriteAt = std::size_t{16} * 1024;  ///< answers to pipelined requests are gathered up to this
constexpr std::size_t kKeptBuffer = std::size_t{8} * 1024;
constexpr int kStreamBuffer = 64 * 1024;
constexpr auto kLinger = 2s;  ///< after a refusal: so long we read on, lest a reset destroys the answer on its way

HttpResponse failed_inside() {
  return error_response(500, "internal error, the log tells more");
}

class Session : public HttpSession, public std::enable_shared_from_this<Session> {
 public:
  Session(HttpSocket socket, HttpSessions& shared, Kind kind)
      : socket_(std::move(socket)), shared_(shared), kind_(kind) {}

  /// What throws ends the connection: nothing would wake it again.
  template <class Work>
  void survive(Work&& work) {
    if (!guarded("an HTTP connection", std::forward<Work>(work))) end();
  }

  void start() {
    if (kind_ != Kind::served) deadline_ = steady_clock::now() + kLinger;
    begin_request();
    read();
  }

  void sweep(steady_clock::time_point now) override {
    if (awaiting_ || now <= deadline_) return;  // an answer of ours that takes long is not the peer's fault
    if (kind_ != Kind::served && !closing_) {
      return survive([this] {
        refuse();
        write();
      });
    }
    if (!streaming_ || writing_) return close();
    survive([this] {
      out_ += ":\n\n";
      write_events();
    });
  }
  std::optional<steady_clock::time_point> idle_since() const override {
    return idle_ && socket_.is_open() ? std::optional(deadline_ - shared_.patience.idle()) : std::nullopt;
  }
  void wake() override;
  void close() override {
    NetError ignored;
    socket_.close(ignored);
  }

 private:
  void begin_request() {
    reader_.next();
    room_ = nullptr;
  }

  void read();
  void parse();
  void parse_buffer();
  bool has_room();
  void respond();
  void refuse();
  void respond_if_vital();
  class Owed;
  void dismiss(const HttpResponse& response);
  std::optional<HttpResponse> refused(const HttpRequest& request) const;
  HttpResponse handled(const HttpRequest& request) const;
  void reply(const HttpResponse& response, Persistence persistence, bool with_body);
  void await(const std::function<void(HttpReply)>& later);
  void resume(const HttpResponse& response);
  void stream(HttpResponse response);
  void write_events();
  void watch_peer();
  void write();
  void after_write();
  void linger();
  void drain();
  void end();

  HttpSocket socket_;
  HttpSessions& shared_;
  Kind kind_;
  HttpReader reader_;
  Persistence persistence_ = Persistence::close;  ///< of the present request
  bool with_body_ = true;                         ///< likewise
  Budget::Share room_;                            ///< of a large request
  CrossOrigin readers_ = CrossOrigin::allowed;    ///< likewise
  std::string out_;
  std::string_view whole_;  ///< an answer's body that is not copied; follows `out_`
  Budget::Share held_;      ///< what a large answer has taken, until it is written
  EventSource events_;
  steady_clock::time_point deadline_ = steady_clock::now() + shared_.patience.idle();
  bool idle_ = false;  ///< between requests
  bool reading_ = false;
  bool parsing_ = false;
  bool awaiting_ = false;  ///< an answer that comes later
  bool streaming_ = false;
  bool writing_ = false;  ///< of a stream
  bool closing_ = false;
  bool ended_ = false;
};

void Session::read() {
  idle_ = reader_.is_idle() && kind_ == Kind::served;
  if (idle_) deadline_ = steady_clock::now() + shared_.patience.idle();
  reading_ = true;
  socket_.async_read_some(reader_.space(), [this, self = shared_from_this()](const NetError& error, std::size_t size) {
    reading_ = false;
    if (error) return end();
    survive([&] {
      if (closing_) return drain();  // refused meanwhile
      reader_.received(size);
      if (std::exchange(idle_, false)) deadline_ = steady_clock::now() + shared_.patience.request;
      parse();
    });
  });
}

void Session::parse() {
  parsing_ = true;
  parse_buffer();
  parsing_ = false;
  if (awaiting_ || streaming_) return;
  out_.empty() ? read() : write();
}

void Session::parse_buffer() {
  while (!closing_ && !awaiting_ && !streaming_ && !reader_.empty() && out_.size() < kWriteAt && whole_.empty()) {
    const auto step = reader_.read();
    if (step == HttpReader::Step::failed) return dismiss(reader_.failure());
    if (kind_ != Kind::served && reader_.has_header())
      return step == HttpReader::Step::request ? respond_if_vital() : refuse();
    if (!has_room()) return;
    if (step == HttpReader::Step::request) {
      respond();
      continue;
    }
    if (reader_.wants_continue()) out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    if (step == HttpReader::Step::starved) return;
  }
}

/// Whether the request is small, or there is room for one more large one; if not, it is refused.
bool Session::has_room() {
  if (room_ || reader_.size() <= kSmallRequest) return true;
  room_ = shared_.large_requests.take(kLargeRequest);
  if (!room_) {
    dismiss(error_response(503, "requests of more than " + std::to_string(kSmallRequest) +
                                    " bytes are limited to 64 at a time, try again later"));
  }
  return room_ != nullptr;
}

void Session::refuse() {
  if (kind_ == Kind::stranger) return dismiss(error_response(403, "this port is for the proxy in front of it alone"));
  dismiss(
      error_response(503, "connections are limited to " + std::to_string(shared_.limits.served) + ", try again later"));
}

/// Who watches the agent has to hear that it lives, however many hold a connection.
void Session::respond_if_vital() {
  const HttpRequest request = reader_.request(reader_.readers(shared_.admitted));
  if (request.method != "GET" || request.target != shared_.vital) return refuse();
  dismiss(handled(request));
}

/// Answers a request of which perhaps nobody knows the end, with an answer that is the last.
void Session::dismiss(const HttpResponse& response) {
  readers_ = reader_.readers(shared_.admitted);
  reply(response, Persistence::close, true);
}

void Session::respond() {
  ++shared_.requests;
  readers_ = reader_.readers(shared_.admitted);
  persistence_ = reader_.persistence();
  with_body_ = !reader_.is_head();
  auto response = handled(reader_.request(readers_));
  if (response.later) return await(response.later);
  if (response.events && with_body_) return stream(std::move(response));
  reply(response, persistence_, with_body_);
  begin_request();
}

/// Whoever holds the reply may fail before he gives it: then it is 500, when the last copy of it goes.
class Session::Owed {
 public:
  explicit Owed(std::weak_ptr<Session> session) : session_(std::move(session)) {}
  ~Owed() {
    if (!session_.expired()) guarded("an HTTP answer", [this] { give(failed_inside()); });
  }
  Owed(const Owed&) = delete;
  Owed& operator=(const Owed&) = delete;
  Owed(Owed&&) = delete;
  Owed& operator=(Owed&&) = delete;

  void give(const HttpResponse& response) {
    if (const auto session = std::exchange(session_, {}).lock()) session->resume(response);
  }

 private:
  std::weak_ptr<Session> session_;
};

void Session::await(const std::function<void(HttpReply)>& later) {
  awaiting_ = true;
  const auto owed = std::make_shared<Owed>(weak_from_this());
  try {
    later([owed](const HttpResponse& response) { owed->give(response); });
  } catch (const std::exception& defect) {
    spdlog::error("http: a request failed inside: {}", defect.what());
    owed->give(failed_inside());
  }
}

void Session::resume(const HttpResponse& response) {
  if (!std::exchange(awaiting_, false)) return;
  deadline_ = steady_clock::now() + shared_.patience.request;
  if (!socket_.is_open()) return end();
  survive([&] {
    reply(response, persistence_, with_body_);
    begin_request();
    if (!parsing_) parse();
  });
}

void Session::stream(HttpResponse response) {
  if (shared_.streams == shared_.limits.streams) {
    return reply(error_response(503, "streams of events are limited to " + std::to_string(shared_.limits.streams) +
                                         ", try again later"),
                 Persistence::close, true);
  }
  ++shared_.streams;
  streaming_ = true;
  NetError ignored;  // what a peer that does not read makes the kernel hold
  socket_.set_option(asio::socket_base::send_buffer_size(kStreamBuffer), ignored);
  events_ = std::move(response.events);
  shared_.writer.append_stream_head(out_, response, readers_, std::time(nullptr));
  events_(out_);
  watch_peer();
  write_events();
}

/// Only where the last events are gone: a peer that does not read is never waited for, its deadline runs.
void Session::wake() {
  if (!streaming_ || writing_ || ended_) return;
  survive([this] {
    events_(out_);
    if (!out_.empty()) write_events();
  });
}

void Session::write_events() {
  writing_ = true;
  write();
}

/// What a peer sends into a stream means nothing; that it goes away does.
void Session::watch_peer() {
  reader_.clear();
  socket_.async_read_some(reader_.space(), [this, self = shared_from_this()](const NetError& error, std::size_t) {
    error ? end() : watch_peer();
  });
}

/// What the request may not do whatever it is about.
std::optional<HttpResponse> Session::refused(const HttpRequest& request) const {
  constexpr std::string_view kAdvice = "; --http-allow-host NAME admits further names";
  if (reader_.hosts() > 1) return error_response(400, "host must be given once");
  if (!shared_.peers.empty()) return std::nullopt;  // whom they let through is theirs to know
  if (!is_our_host(request.host, request.target, shared_.admitted)) {
    const auto host = host_of_url(request.target).empty() ? request.host : host_of_url(request.target);
    return error_response(421, "host must be an address or a local name, got " + excerpt(host) + std::string(kAdvice));
  }
  const bool changes = request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
  if (request.foreign_origin && changes) {
    return error_response(403, "origin must be an address or a local name where something is to change, got " +
                                   excerpt(request.origin) + std::string(kAdvice));
  }
  return std::nullopt;
}

HttpResponse Session::handled(const HttpRequest& request) const {
  if (auto refusal = refused(request)) return std::move(*refusal);
  try {
    return shared_.handler(request);
  } catch (const std::exception& defect) {
    spdlog::error("http: {} {} failed inside: {}", request.method, request.target.substr(0, 64), defect.what());
    return failed_inside();
  }
}

void Session::reply(const HttpResponse& response, Persistence persistence, bool with_body) {
  shared_.writer.append(out_, response, readers_, persistence, with_body, std::time(nullptr));
  if (with_body) whole_ = response.constant_body;
  held_ = response.held;
  if (persistence == Persistence::close) closing_ = true;
}

/// At once as a rule: a peer that reads has room. Only what does not fit takes the way through the reactor.
void Session::write() {
  NetError error;
  const std::size_t written = socket_.write_some(Buffers{asio::buffer(out_), asio::buffer(whole_)}, error);
  if (written == out_.size() + whole_.size()) return after_write();
  if (error && error != asio::error::would_block) return end();
  deadline_ = steady_clock::now() + shared_.patience.request;
  const std::size_t of_out = std::min(written, out_.size());
  asio::async_write(socket_, Buffers{asio::buffer(out_) + of_out, asio::buffer(whole_) + (written - of_out)},
                    [this, self = shared_from_this()](const NetError& failed, std::size_t) {
                      if (failed) return end();
                      survive([this] { after_write(); });
                    });
}

void Session::after_write() {
  out_.clear();
  whole_ = {};
  held_ = nullptr;
  if (out_.capacity() > kKeptBuffer) out_.shrink_to_fit();  // else two hundred pages keep the chart library each
  if (streaming_) {
    writing_ = false;
    deadline_ = steady_clock::now() + shared_.patience.quiet();
    return wake();
  }
  if (closing_) return linger();
  if (reader_.empty()) return read();
  deadline_ = steady_clock::now() + shared_.patience.request;
  parse();
}

void Session::linger() {
  NetError ignored;
  socket_.shutdown(HttpSocket::shutdown_send, ignored);
  deadline_ = steady_clock::now() + kLinger;
  if (!reading_) drain();
}

void Session::drain() {
  struct Drain {
    std::shared_ptr<Session> session;
    void operator()(const NetError& error, std::size_t) const {
      if (error) return session->end();
      next();
    }
    void next() const {
      session->reader_.clear();
      session->socket_.async_read_some(session->reader_.space(), *this);
    }
  };
  Drain{shared_from_this()}.next();
}

void Session::end() {
  if (std::exchange(ended_, true)) return;
  close();
  if (streaming_) --shared_.streams;
  if (kind_ != Kind::served) --shared_.refused;
  shared_.open.erase(shared_from_this());
}

}  // namespace

void HttpSession::begin(HttpSocket socket, HttpSessions& shared, Kind kind) {
  const auto session = std::make_shared<Session>(std::move(socket), shared, kind);
  shared.open.insert(session);
  if (kind != Kind::served) ++shared.refused;
  session->survive([&] { session->start(); });
}

}  // namespace home_energy
