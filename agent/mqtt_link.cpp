#include "agent/mqtt_link.hpp"

#include <mqtt/async_client.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <string_view>
#include <utility>

#include "agent/backoff.hpp"

namespace home_energy {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto kKeepAlive = 15s;
constexpr auto kConnectTimeout = 5s;
constexpr auto kDisconnectTimeout = 1s;
constexpr auto kRetryPublish = 100ms;
/// Messages handed to Paho and not yet written: few, so that what waits is conflated in the outbox and not queued there.
constexpr int kInFlight = 64;
constexpr int kFlushAgainAt = kInFlight / 2;
/// A connection lost sooner than this has not settled.
constexpr auto kSettled = 5s;
constexpr int kUnsettledLossesToReport = 3;

// CONNACK codes, MQTT 3.1.1 (3.2.2.3) and MQTT 5 (3.2.2.2), and a DISCONNECT's.
constexpr int kBadProtocol311 = 1;
constexpr int kBadCredentials311 = 4;
constexpr int kNotAuthorised311 = 5;
constexpr int kBadProtocol5 = 132;
constexpr int kBadCredentials5 = 134;
constexpr int kNotAuthorised5 = 135;

/// What Paho says when the broker closed the connection instead of answering CONNECT.
constexpr std::string_view kClosedByBroker = "socket error";

/// Calls a function with a finished token, on Paho's thread.
class Listener : public mqtt::iaction_listener {
 public:
  using Handler = std::function<void(const mqtt::token&, bool ok)>;
  explicit Listener(Handler handler) : handler_(std::move(handler)) {}
  void on_success(const mqtt::token& token) override { handler_(token, true); }
  void on_failure(const mqtt::token& token) override { handler_(token, false); }

 private:
  Handler handler_;
};

std::string reason_of(const mqtt::token_ptr& failed) {
  try {
    failed->wait_for(0s);
  } catch (const mqtt::exception& error) {
    return error.get_message();
  }
  return "no answer";
}

mqtt::ssl_options ssl_options(const MqttSettings& settings, mqtt::ssl_options::error_handler on_error) {
  mqtt::ssl_options ssl;
  if (!settings.ca_file.empty()) ssl.set_trust_store(settings.ca_file);
  if (!settings.certificate_file.empty()) ssl.set_key_store(settings.certificate_file);
  if (!settings.key_file.empty()) ssl.set_private_key(settings.key_file);
  ssl.set_enable_server_cert_auth(true);
  ssl.set_verify(true);  // the certificate's name, too
  ssl.set_error_handler(std::move(on_error));
  return ssl;
}

mqtt::connect_options connect_options(const MqttSettings& settings, bool v5) {
  mqtt::connect_options options;
  options.set_mqtt_version(v5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1);
  if (v5) {
    options.set_clean_start(true);
    options.set_properties({{mqtt::property::MAXIMUM_PACKET_SIZE, kMaxPacket}});
  } else {
    options.set_clean_session(true);
  }
  options.set_keep_alive_interval(kKeepAlive);
  options.set_connect_timeout(kConnectTimeout);
  options.set_max_inflight(kInFlight);
  if (!settings.username.empty()) options.set_user_name(settings.username);
  if (!settings.password.empty()) options.set_password(settings.password);
  options.set_will_message(mqtt::message(settings.status_topic, settings.offline, 1, true));
  return options;
}

Incoming incoming(const mqtt::message& message) {
  const std::string& payload = message.get_payload_str();
  Incoming copy{.topic = message.get_topic(),
                .payload = payload.substr(0, kMaxPayload),
                .payload_bytes = payload.size(),
                .stored = message.is_retained(),
                .response_topic = std::nullopt,
                .correlation = {}};
  const auto& properties = message.get_properties();
  if (properties.contains(mqtt::property::RESPONSE_TOPIC)) {
    copy.response_topic = mqtt::get<std::string>(properties, mqtt::property::RESPONSE_TOPIC);
  }
  if (properties.contains(mqtt::property::CORRELATION_DATA)) {
    copy.correlation = mqtt::get<std::string>(properties, mqtt::property::CORRELATION_DATA);
  }
  return copy;
}

mqtt::message_ptr message_of(const Outgoing& out) {
  mqtt::properties properties;
  if (!out.correlation.empty()) properties.add({mqtt::property::CORRELATION_DATA, out.correlation});
  return mqtt::message::create(out.topic, out.payload.data(), out.payload.size(), out.qos, out.retained, properties);
}

}  // namespace

class MqttLink::Impl {
 public:
  Impl(boost::asio::io_context& io, MqttSettings settings, Outbox& outbox,
       std::function<void(const Incoming&)> on_message);

  void start() { connect(); }
  void flush();
  void stop(std::function<void()> done);
  State state() const { return state_; }

 private:
  void set_callbacks();
  void connect();
  void connected();
  void subscribe();
  void connect_failed(int code, const std::string& reason);
  void lost();
  void try_again();
  void report_failure(int code, const std::string& reason);
  void wait(steady_clock::duration duration, void (Impl::*then)());
  template <class Handler>
  void post(Handler handler) {
    boost::asio::post(io_, std::move(handler));
  }

  boost::asio::io_context& io_;
  MqttSettings settings_;
  Outbox& outbox_;
  std::function<void(const Incoming&)> on_message_;
  State state_ = State::disconnected;
  bool stopping_ = false;
  bool v5_;
  Backoff backoff_;
  boost::asio::steady_timer timer_;
  steady_clock::time_point connected_at_;
  int unsettled_losses_ = 0;
  std::string reported_;     ///< the failure that the log tells already
  std::string last_detail_;  ///< what TLS or the broker's DISCONNECT said of the failure that comes
  std::atomic<int> in_flight_ = 0;
  std::atomic<std::uintptr_t> connection_ = 0;  ///< counts connections: tokens of an earlier one are none of ours
  std::function<void()> stopped_;
  Listener on_connect_;
  Listener on_subscribe_;
  Listener on_publish_;
  Listener on_disconnect_;
  mqtt::token_ptr connect_token_;
  mqtt::async_client client_;  ///< last: gone before anything that its callbacks use
};

MqttLink::Impl::Impl(boost::asio::io_context& io, MqttSettings settings, Outbox& outbox,
                     std::function<void(const Incoming&)> on_message)
    : io_(io),
      settings_(std::move(settings)),
      outbox_(outbox),
      on_message_(std::move(on_message)),
      v5_(settings_.version != MqttVersion::v3_1_1),
      timer_(io),
      on_connect_([this](const mqtt::token& token, bool ok) {
        post([this, ok, code = token.get_return_code()] {
          ok ? connected() : connect_failed(code, reason_of(connect_token_));
        });
      }),
      on_subscribe_([](const mqtt::token&, bool ok) {
        if (!ok) spdlog::error("mqtt: the broker refused the subscription to commands: check its access list");
      }),
      on_publish_([this](const mqtt::token& token, bool ok) {
        if (reinterpret_cast<std::uintptr_t>(token.get_user_context()) != connection_) return;
        if (!ok && token.get_reason_code() >= mqtt::ReasonCode::UNSPECIFIED_ERROR) {
          spdlog::debug("mqtt: the broker refused a message");
        }
        if (in_flight_.fetch_sub(1) == kFlushAgainAt + 1) post([this] { flush(); });
      }),
      on_disconnect_([this](const mqtt::token&, bool) { post([this] { stopped_(); }); }),
      client_(settings_.uri, settings_.client_id, mqtt::create_options(MQTTVERSION_5)) {
  set_callbacks();
}

void MqttLink::Impl::set_callbacks() {
  client_.set_message_callback([this](const mqtt::const_message_ptr& message) {
    post([this, message = incoming(*message)] { on_message_(message); });
  });
  client_.set_connection_lost_handler([this](const std::string&) { post([this] { lost(); }); });
  client_.set_disconnected_handler([this](const mqtt::properties&, mqtt::ReasonCode reason) {
    post([this, reason] { last_detail_ = "the broker said " + std::to_string(static_cast<int>(reason)); });
  });
}

void MqttLink::Impl::connect() {
  state_ = State::connecting;
  last_detail_.clear();
  ++connection_;
  in_flight_ = 0;
  auto options = connect_options(settings_, v5_);
  if (settings_.uri.starts_with("mqtts://")) {
    options.set_ssl(ssl_options(settings_, [this](const std::string& error) {
      post([this, error] { last_detail_ = error; });
    }));
  }
  try {
    connect_token_ = client_.connect(std::move(options), nullptr, on_connect_);
  } catch (const mqtt::exception& error) {
    connect_failed(error.get_return_code(), error.get_message());
  }
}

void MqttLink::Impl::connected() {
  if (stopping_) return;
  state_ = State::connected;
  connected_at_ = steady_clock::now();
  reported_.clear();
  spdlog::info("mqtt: connected to {} as {}, MQTT {}", settings_.uri, settings_.client_id, v5_ ? "5" : "3.1.1");
  subscribe();
  outbox_.send_all_again();
  flush();
}

void MqttLink::Impl::subscribe() {
  const mqtt::subscribe_options live_only(mqtt::subscribe_options::SUBSCRIBE_LOCAL,
                                          mqtt::subscribe_options::NO_RETAIN_AS_PUBLISHED,
                                          mqtt::subscribe_options::DONT_SEND_RETAINED);
  try {
    client_.subscribe(settings_.command_filter, 1, nullptr, on_subscribe_, live_only);
  } catch (const mqtt::exception& error) {
    spdlog::debug("mqtt: subscribing failed: {}", error.what());  // the connection is gone already: lost() follows
  }
}

void MqttLink::Impl::flush() {
  while (state_ == State::connected && !outbox_.empty() && in_flight_ < kInFlight) {
    ++in_flight_;
    try {
      client_.publish(message_of(outbox_.front()), reinterpret_cast<void*>(connection_.load()), on_publish_);
    } catch (const mqtt::exception& error) {
      --in_flight_;
      spdlog::debug("mqtt: publishing failed: {}", error.what());
      if (!stopping_) wait(kRetryPublish, &Impl::flush);
      return;
    }
    outbox_.pop();
  }
  if (const auto dropped = outbox_.take_dropped()) {
    spdlog::warn("mqtt: {} receipts dropped, the broker does not take them fast enough", dropped);
  }
}

void MqttLink::Impl::connect_failed(int code, const std::string& reason) {
  if (stopping_) return;
  state_ = State::disconnected;
  report_failure(code, last_detail_.empty() ? reason : reason + ", " + last_detail_);
  const bool refused_version = code == kBadProtocol311 || code == kBadProtocol5 || reason == kClosedByBroker;
  if (settings_.version == MqttVersion::automatic && refused_version) v5_ = !v5_;
  try_again();
}

void MqttLink::Impl::report_failure(int code, const std::string& reason) {
  std::string failure = "no connection to " + settings_.uri + ": " + reason;
  if (code == kBadCredentials311 || code == kNotAuthorised311 || code == kBadCredentials5 || code == kNotAuthorised5) {
    failure = "the broker at " + settings_.uri + " refused the user or password, see --mqtt-username";
  }
  if (failure == reported_) return spdlog::debug("mqtt: {}", failure);
  reported_ = failure;
  spdlog::warn("mqtt: {}; trying again until it works", failure);
}

void MqttLink::Impl::lost() {
  if (stopping_ || state_ != State::connected) return;
  state_ = State::disconnected;
  spdlog::warn("mqtt: connection to {} lost{}", settings_.uri, last_detail_.empty() ? "" : " (" + last_detail_ + ")");
  if (steady_clock::now() - connected_at_ < kSettled) {
    if (++unsettled_losses_ == kUnsettledLossesToReport) {
      spdlog::warn("mqtt: lost {} times right after connecting: probably a second client is called {}",
                   unsettled_losses_, settings_.client_id);
    }
  } else {
    unsettled_losses_ = 0;
    backoff_.reset();
  }
  try_again();
}

void MqttLink::Impl::try_again() { wait(backoff_.next(), &Impl::connect); }

void MqttLink::Impl::wait(steady_clock::duration duration, void (Impl::*then)()) {
  timer_.expires_after(duration);
  timer_.async_wait([this, then](const boost::system::error_code& error) {
    if (!error && !stopping_) (this->*then)();
  });
}

void MqttLink::Impl::stop(std::function<void()> done) {
  stopping_ = true;
  stopped_ = std::move(done);
  timer_.cancel();
  if (state_ != State::connected) return stopped_();
  try {
    flush();
    client_.publish(settings_.status_topic, settings_.offline.data(), settings_.offline.size(), 1, true);
    client_.disconnect(static_cast<int>(std::chrono::milliseconds(kDisconnectTimeout).count()), nullptr, on_disconnect_);
  } catch (const mqtt::exception& error) {
    spdlog::debug("mqtt: leaving failed: {}", error.what());
    stopped_();
  }
}

MqttLink::MqttLink(boost::asio::io_context& io, MqttSettings settings, Outbox& outbox,
                   std::function<void(const Incoming&)> on_message)
    : impl_(std::make_unique<Impl>(io, std::move(settings), outbox, std::move(on_message))) {}
MqttLink::~MqttLink() = default;

void MqttLink::start() { impl_->start(); }
void MqttLink::flush() { impl_->flush(); }
void MqttLink::stop(std::function<void()> done) { impl_->stop(std::move(done)); }
MqttLink::State MqttLink::state() const { return impl_->state(); }

}  // namespace home_energy
