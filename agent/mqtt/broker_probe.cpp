#include "agent/mqtt/broker_probe.hpp"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "agent/system/guarded.hpp"

namespace home_energy {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using NetError = boost::system::error_code;
using Tcp = asio::ip::tcp;

constexpr auto kPatience = 3s;
/// A server that wants a client certificate says so only after the handshake (TLS 1.3).
constexpr auto kLastWord = 500ms;

struct Place {
  bool tls;
  std::string host;
  std::string port;
};

/// The parts of a URI that the options have checked.
Place place_of(const std::string& uri) {
  Place place{uri.starts_with("mqtts://"), uri.substr(uri.find("://") + 3), ""};
  if (place.host.ends_with('/')) place.host.pop_back();
  place.port = place.tls ? "8883" : "1883";
  const auto colon = place.host.rfind(':');
  if (colon != std::string::npos && place.host.back() != ']') {
    place.port = place.host.substr(colon + 1);
    place.host.resize(colon);
  }
  if (place.host.starts_with('[')) place.host = place.host.substr(1, place.host.size() - 2);
  return place;
}

/// The TLS of a connection; made only where it is spoken: OpenSSL takes megabytes once it is used.
struct Tls {
  Tls(Tcp::socket& socket, const MqttSettings& settings, const std::string& host) : stream(socket, context) {
    NetError ignored;  // the files were read at the start; what is wrong in them shows in the handshake
    if (settings.ca_file.empty()) {
      context.set_default_verify_paths(ignored);
    } else {
      context.load_verify_file(settings.ca_file, ignored);
    }
    stream.set_verify_mode(ssl::verify_peer);
    stream.set_verify_callback(ssl::host_name_verification(host));
    if (settings.certificate_file.empty()) return;
    SSL_use_certificate_file(stream.native_handle(), settings.certificate_file.c_str(), SSL_FILETYPE_PEM);
    SSL_use_PrivateKey_file(stream.native_handle(), settings.key_file.c_str(), SSL_FILETYPE_PEM);
  }

  ssl::context context{ssl::context::tls_client};
  ssl::stream<Tcp::socket&> stream;
};

class Probe : public std::enable_shared_from_this<Probe> {
 public:
  Probe(asio::io_context& io, const MqttSettings& settings, std::function<void(const Finding&)> done)
      : place_(place_of(settings.uri)), done_(std::move(done)), resolver_(io), socket_(io), timer_(io) {
    if (place_.tls) tls_.emplace(socket_, settings, place_.host);
  }

  void start() {
    give_up_after(kPatience, {false, "no answer within 3 s"});
    resolver_.async_resolve(place_.host, place_.port, [self = shared_from_this()](const NetError& error, auto found) {
      self->survive([&] { self->resolved(error, found); });
    });
  }

 private:
  /// What throws ends the look, and who waits for it is told.
  template <class Work>
  void survive(Work&& work) {
    if (!guarded("the look for the broker", std::forward<Work>(work))) end({false, "it could not be looked for"});
  }

  void resolved(const NetError& error, const Tcp::resolver::results_type& found) {
    if (error) return end({false, error.message()});
    asio::async_connect(socket_, found, [self = shared_from_this()](const NetError& failed, const Tcp::endpoint&) {
      self->survive([&] {
        if (failed) return self->end({false, failed.message()});
        self->tls_ ? self->shake_hands() : self->end({true, {}});
      });
    });
  }

  void shake_hands() {
    tls_->stream.async_handshake(ssl::stream_base::client, [self = shared_from_this()](const NetError& error) {
      self->survive([&] {
        if (error) return self->end({false, self->reason_of(error)});
        self->hear_last_word();
      });
    });
  }

  void hear_last_word() {
    give_up_after(kLastWord, {true, {}});
    tls_->stream.async_read_some(asio::buffer(word_), [self = shared_from_this()](const NetError& error, std::size_t) {
      const bool alert = error && error.category() == asio::error::get_ssl_category();
      self->survive([&] { self->end({!alert, alert ? error.message() : std::string()}); });
    });
  }

  std::string reason_of(const NetError& error) {
    const long verified = SSL_get_verify_result(tls_->stream.native_handle());
    if (verified == X509_V_OK) return error.message();
    return error.message() + ": " + X509_verify_cert_error_string(verified);
  }

  void give_up_after(std::chrono::steady_clock::duration duration, Finding finding) {
    timer_.expires_after(duration);
    timer_.async_wait([self = shared_from_this(), finding = std::move(finding)](const NetError& cancelled) {
      if (!cancelled) self->survive([&] { self->end(finding); });
    });
  }

  void end(const Finding& finding) {
    timer_.cancel();
    resolver_.cancel();
    NetError ignored;
    socket_.close(ignored);
    if (auto done = std::exchange(done_, nullptr)) done(finding);
  }

  Place place_;
  std::function<void(const Finding&)> done_;
  Tcp::resolver resolver_;
  Tcp::socket socket_;
  std::optional<Tls> tls_;
  asio::steady_timer timer_;
  std::array<char, 1> word_{};
};

}  // namespace

void probe_broker(asio::io_context& io, const MqttSettings& settings, std::function<void(const Finding&)> done) {
  std::make_shared<Probe>(io, settings, std::move(done))->start();
}

}  // namespace home_energy
