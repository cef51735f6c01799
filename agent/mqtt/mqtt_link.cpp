#include "agent/mqtt/mqtt_link.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <iterator>
#include <string_view>
#include <utility>

#include "agent/mqtt/backoff.hpp"
#include "agent/mqtt/broker_probe.hpp"
#include "agent/mqtt/connection_log.hpp"
#include "agent/mqtt/dropped_report.hpp"
#include "agent/mqtt/in_flight.hpp"
#include "agent/mqtt/inbox.hpp"
#include "agent/mqtt/paho_values.hpp"
#include "agent/mqtt/version_choice.hpp"
#include "agent/system/guarded_timer.hpp"

namespace home_energy {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto kRetryPublish = 100ms;
constexpr auto kReconnectAgain = 10s;  ///< after a defect
/// For the answer to a subscription. Without it the agent would be connected and deaf.
constexpr auto kSubscribePatience = 10s;
/// For any acknowledgement while messages wait for theirs, in keep-alives: longer than it takes to notice by those that
/// the broker is silent altogether.
constexpr int kAcknowledgePatience = 4;
/// From the broker to us; senders choose theirs. With a clean session QoS 1 would redeliver nothing, and its
/// acknowledgement costs 25 us before a command is looked at.
constexpr int kIncomingQos = 0;
/// Messages are carried out for so long before others get their turn.
constexpr auto kTurn = 2ms;

// CONNACK codes of MQTT 3.1.1 (3.2.2.3) and MQTT 5 (3.2.2.2).
constexpr std::array<int, 2> kBadVersion{1, 132};
/// Opened at once after a refusal, the next connection sometimes ended with "socket error" before CONNECT was sent (in
/// one of 1 to 11 tries on a busy machine): probably Paho's thread still closes a socket of the same descriptor.
constexpr auto kUntilClosed = 100ms;

/// What Paho says when the broker closed the connection instead of answering CONNECT; of the second it says that of a
/// refused port, too.
constexpr std::array<std::string_view, 2> kClosedByBroker{"socket error", "TCP connect completion failure"};

template <class Values, class Value>
bool contains(const Values& values, const Value& value) {
  return std::ranges::find(values, value) != values.end();
}

}  // namespace

class MqttLink::Impl {
 public:
  Impl(boost::asio::io_context& io, MqttSettings settings, Outbox& outbox, MqttEvents events);

  void start() {
    outbox_.hold();
    connect();
  }
  void flush();
  void stop(std::function<void()> done);
  State state() const { return state_; }
  MqttTraffic traffic() const;
  bool bulk_is_acknowledged() const;
  void when_published(std::function<void()> done);

 private:
  mqtt::async_client& client();
  std::unique_ptr<mqtt::async_client> make_client();
  void connect();
  void disconnect();
  void connected();
  void subscribe(std::size_t index);
  void acknowledged(bool ok, std::uint64_t kept);
  void subscribed(bool ok);
  void await_answer();
  void subscription_unanswered();
  void end_reading();
  void take_messages();
  void flush_soon();
  void hold();
  void tell_published();
  void confirmed();
  void note_dropped();
  void connect_failed(int code, const std::string& reason);
  void found(const std::string& reason, const Finding& finding);
  bool try_lower_version(Refusal refusal);
  void connect_anew();
  void watch_acknowledgements();
  void give_up(const std::string& reason);
  void lost();
  void published(const mqtt::token& token, bool ok);
  bool more_may_go();
  bool send_while_room(steady_clock::time_point end);
  void wait(steady_clock::duration duration, void (Impl::*then)());
  /// What throws ends the connection, or the try to get one. The next one comes later.
  template <class Work>
  void survive(Work&& work) {
    if (!guarded("the connection to the broker", std::forward<Work>(work)) && !stopping_) recover();
  }
  void recover();
  template <class Handler>
  void post(Handler handler) {
    boost::asio::post(io_, std::move(handler));
  }

  boost::asio::io_context& io_;
  MqttSettings settings_;
  Outbox& outbox_;
  MqttEvents events_;
  State state_ = State::disconnected;
  bool stopping_ = false;
  VersionChoice version_;
  Backoff backoff_;
  boost::asio::steady_timer timer_;
  Inbox inbox_;
  bool taking_ = false;         ///< messages out of it
  bool flushing_soon_ = false;  ///< it is posted
  DroppedReport dropped_;
  MqttTraffic totals_;           ///< of what is counted here
  std::size_t subscribing_ = 0;  ///< which of the subscriptions is under way
  std::uint64_t heard_ = 0;      ///< messages, when its answer was last waited for
  ConnectionLog log_;
  std::string farewell_of_broker_;  ///< what its DISCONNECT said, for the loss that follows
  InFlight in_flight_;
  boost::asio::steady_timer watch_;
  std::vector<std::function<void()>> awaiting_;    ///< that all is sent and acknowledged
  std::uint64_t awaited_in_background_ = 0;        ///< and that so many of the background are sent
  std::vector<std::function<void()>> confirming_;  ///< that the broker has taken it
  void* confirmation_ = nullptr;                   ///< the mark of what asks for that
  std::atomic<bool> told_of_refusal_ = false;
  std::function<void()> stopped_;
  Listener on_connect_;
  Listener on_subscribe_;
  Listener on_publish_;
  Listener on_confirm_;
  Listener on_farewell_;
  Listener on_disconnect_;
  mqtt::token_ptr connect_token_;
  // One for each version, made when it is first wanted: a client keeps the version that it last spoke.
  // Last: gone before anything that their callbacks use.
  std::unique_ptr<mqtt::async_client> client5_;
  std::unique_ptr<mqtt::async_client> client311_;
};

MqttLink::Impl::Impl(boost::asio::io_context& io, MqttSettings settings, Outbox& outbox, MqttEvents events)
    : io_(io),
      settings_(std::move(settings)),
      outbox_(outbox),
      events_(std::move(events)),
      version_(settings_.version),
      timer_(io),
      dropped_(io, events_.on_dropped),
      log_(settings_.uri, settings_.client_id),
      watch_(io),
      on_connect_([this](const mqtt::token& token, bool ok) {
        post([this, ok, code = token.get_return_code()] {
          survive([&] { ok ? connected() : connect_failed(code, reason_of(connect_token_)); });
        });
      }),
      on_subscribe_([this](const mqtt::token&, bool ok) {
        post([this, ok, kept = inbox_.kept()] {
          if (!stopping_ && state_ == State::connecting) timer_.cancel();
          survive([&] { acknowledged(ok, kept); });
        });
      }),
      on_publish_([this](const mqtt::token& token, bool ok) { published(token, ok); }),
      on_confirm_([this](const mqtt::token& token, bool) {
        post([this, mark = token.get_user_context()] {
          in_flight_.done(mark);
          if (mark == confirmation_) confirmed();  // else of an earlier connection
          flush();
        });
      }),
      on_farewell_([this](const mqtt::token&, bool) { post([this] { disconnect(); }); }),
      on_disconnect_([this](const mqtt::token&, bool) { post([this] { stopped_(); }); }) {}

mqtt::async_client& MqttLink::Impl::client() {
  auto& client = version_.v5() ? client5_ : client311_;
  if (!client) client = make_client();
  return *client;
}

std::unique_ptr<mqtt::async_client> MqttLink::Impl::make_client() {
  prepare_paho();
  const mqtt::create_options options(version_.v5() ? MQTTVERSION_5 : MQTTVERSION_3_1_1);
  auto client = std::make_unique<mqtt::async_client>(settings_.uri, settings_.client_id, options);
  client->set_message_callback([this](const mqtt::const_message_ptr& message) {
    if (inbox_.push(incoming(*message))) post([this] { take_messages(); });
  });
  client->set_connection_lost_handler([this](const std::string&) { post([this] { survive([this] { lost(); }); }); });
  client->set_disconnected_handler([this](const mqtt::properties&, mqtt::ReasonCode reason) {
    post([this, reason] { farewell_of_broker_ = fmt::format(", the broker said {}", static_cast<int>(reason)); });
  });
  return client;
}

void MqttLink::Impl::connect() {
  state_ = State::connecting;
  farewell_of_broker_.clear();
  told_of_refusal_ = false;
  const auto options = connect_options(settings_, version_.v5(),
                                       InFlight::kMost);  // copied into the call: a moved one loses its properties
  try {
    connect_token_ = client().connect(options, nullptr, on_connect_);
  } catch (const mqtt::exception& error) {
    connect_failed(error.get_return_code(), error.get_message());
  }
}

void MqttLink::Impl::connected() {
  if (stopping_) return;
  version_.worked();
  in_flight_.begin(receive_maximum(connect_token_));
  log_.connected(version_.v5() ? "MQTT 5" : version_.fell_back() ? "MQTT 3.1.1, the broker refuses 5" : "MQTT 3.1.1");
  subscribe(0);
}

/// One after the other: a broker gives what it has stored for one before it acknowledges the next.
void MqttLink::Impl::subscribe(std::size_t index) {
  using Options = mqtt::subscribe_options;
  subscribing_ = index;
  const Subscription& subscription = settings_.subscriptions[index];
  const Options options(
      Options::SUBSCRIBE_LOCAL, Options::NO_RETAIN_AS_PUBLISHED,
      subscription.stored == Stored::read_once ? Options::SEND_RETAINED_ON_SUBSCRIBE : Options::DONT_SEND_RETAINED);
  await_answer();
  try {
    client().subscribe(subscription.filter, kIncomingQos, nullptr, on_subscribe_, options);
  } catch (const mqtt::exception& error) {
    spdlog::debug("mqtt: subscribing failed: {}", error.what());  // the connection is gone already: lost() follows
  }
}

/// Once what came before it has been heard.
void MqttLink::Impl::acknowledged(bool ok, std::uint64_t kept) {
  if (inbox_.taken() < kept) return post([this, ok, kept] { survive([&] { acknowledged(ok, kept); }); });
  subscribed(ok);
}

void MqttLink::Impl::take_messages() {
  const auto end = steady_clock::now() + kTurn;
  bool any = true;
  taking_ = true;
  while (any && steady_clock::now() < end) {
    const auto message = inbox_.pop();
    any = message.has_value();
    if (any) guarded("a message", [&] { events_.on_message(*message); });
  }
  taking_ = false;
  flush();
  if (any) post([this] { take_messages(); });
  note_dropped();
}

void MqttLink::Impl::note_dropped() {
  if (stopping_) return;
  const std::size_t commands = inbox_.take_dropped();
  const std::size_t receipts = outbox_.take_dropped();
  totals_.commands_dropped += commands;
  totals_.receipts_dropped += receipts;
  dropped_.note(commands, receipts);
}

MqttTraffic MqttLink::Impl::traffic() const {
  MqttTraffic traffic = totals_;
  traffic.is_connected = state_ == State::connected;
  traffic.received = inbox_.kept();
  traffic.unread = traffic.received - inbox_.taken();
  return traffic;
}

/// After the last one commands are heard, so now the world is told.
void MqttLink::Impl::subscribed(bool ok) {
  if (stopping_ || state_ != State::connecting || !client().is_connected()) return;
  if (!ok) {
    spdlog::error("mqtt: the broker refused the subscription to {}, see its access list",
                  settings_.subscriptions[subscribing_].filter);
  }
  if (subscribing_ + 1 < settings_.subscriptions.size()) return subscribe(subscribing_ + 1);
  end_reading();
  state_ = State::connected;
  ++totals_.connections;
  watch_acknowledgements();
  guarded("what follows a connection", [this] { events_.on_connected(); });
  outbox_.start_over();
  flush();
}

void MqttLink::Impl::await_answer() {
  heard_ = inbox_.kept();
  wait(kSubscribePatience, &Impl::subscription_unanswered);
}

/// Before the answer come the stored messages, which may take long.
void MqttLink::Impl::subscription_unanswered() {
  if (inbox_.kept() != heard_) return await_answer();
  give_up(fmt::format("no answer to the subscription to {} within {} s", settings_.subscriptions[subscribing_].filter,
                      kSubscribePatience.count()));
}

void MqttLink::Impl::end_reading() {
  for (const Subscription& subscription : settings_.subscriptions) {
    if (subscription.stored != Stored::read_once) continue;
    try {
      client().unsubscribe(subscription.filter);
    } catch (const mqtt::exception& error) {
      spdlog::debug("mqtt: unsubscribing failed: {}", error.what());  // as above
    }
  }
}

void MqttLink::Impl::flush_soon() {
  if (std::exchange(flushing_soon_, true)) return;
  post([this] {
    flushing_soon_ = false;
    flush();
  });
}

/// On Paho's thread.
void MqttLink::Impl::published(const mqtt::token& token, bool ok) {
  if (!ok && token.get_reason_code() == mqtt::ReasonCode::NOT_AUTHORIZED && !told_of_refusal_.exchange(true)) {
    spdlog::error("mqtt: the broker refuses what is published, see its access list");
  }
  if (in_flight_.done(token.get_user_context())) post([this] { flush(); });
}

void MqttLink::Impl::flush() {
  if (taking_) return;  // once for all messages of a turn: each call waits for Paho's thread, which is busy receiving
  const auto end = steady_clock::now() + kTurn;
  do {
    if (!send_while_room(end)) break;
  } while (state_ == State::connected && more_may_go());
  tell_published();
  note_dropped();
}

/// Else the next acknowledgement tells when.
bool MqttLink::Impl::more_may_go() {
  const auto lane = outbox_.most_urgent();
  return lane && in_flight_.want(*lane);
}

void MqttLink::Impl::when_published(std::function<void()> done) {
  awaiting_.push_back(std::move(done));
  awaited_in_background_ = outbox_.background_queued();
  flush();
}

/// What goes with QoS 0 is through when it is written. A broker carries out in turn what comes over one connection: it
/// has taken all that before when it answers something behind it, as to unsubscribe from what nobody subscribed to.
void MqttLink::Impl::tell_published() {
  if (state_ != State::connected) return confirmed();
  if (awaiting_.empty() || !confirming_.empty()) return;
  if (outbox_.most_urgent() == Lane::prompt || outbox_.background_sent() < awaited_in_background_) return;
  if (!in_flight_.want_through()) return;
  confirming_ = std::exchange(awaiting_, {});
  confirmation_ = in_flight_.add(1, Lane::prompt);
  try {
    client().unsubscribe(settings_.status_topic + "/published", confirmation_, on_confirm_);
  } catch (const mqtt::exception& error) {
    spdlog::debug("mqtt: asking for a confirmation failed: {}", error.what());
    in_flight_.done(confirmation_);
    confirmed();
  }
}

/// All waits end where there is no connection.
void MqttLink::Impl::confirmed() {
  auto told = std::exchange(confirming_, {});
  if (state_ != State::connected) std::ranges::move(std::exchange(awaiting_, {}), std::back_inserter(told));
  for (auto& done : told) post([done = std::move(done)] { guarded("what waits to be published", done); });
}

/// No connection: nothing is sent.
void MqttLink::Impl::hold() {
  state_ = State::disconnected;
  outbox_.hold();
  tell_published();
}

/// At least one message goes each time: to make a payload alone may take longer than until `end`.
/// @return whether what is left waits for room
bool MqttLink::Impl::send_while_room(steady_clock::time_point end) {
  for (bool any = false; state_ == State::connected; any = true) {
    const auto last = in_flight_.room();
    if (!last) break;
    if (any && steady_clock::now() >= end) {
      flush_soon();
      return false;
    }
    const Outgoing* const message = outbox_.next(*last);
    if (message == nullptr) break;
    void* const mark = in_flight_.add(message->qos, outbox_.lane());
    try {
      client().publish(message_of(*message), mark, on_publish_);
    } catch (const std::exception& error) {
      in_flight_.done(mark);
      spdlog::debug("mqtt: publishing failed: {}", error.what());
      if (!stopping_) wait(kRetryPublish, &Impl::flush);
      return false;
    }
    outbox_.pop();
  }
  return true;
}

/// With a connection all that was in flight ends, too: so that is asked last.
bool MqttLink::Impl::bulk_is_acknowledged() const {
  const auto& client = version_.v5() ? client5_ : client311_;
  return !outbox_.has_bulk_messages() && in_flight_.none_of_bulk() && state_ == State::connected &&
         client->is_connected();
}

/// A broker may live well and acknowledge nothing: then nothing more would be sent, for ever.
void MqttLink::Impl::watch_acknowledgements() {
  const auto patience = kAcknowledgePatience * settings_.keep_alive;
  watch_.expires_after(patience);
  watch_.async_wait([this, patience, before = in_flight_.through()](const boost::system::error_code& error) {
    if (error || stopping_ || state_ != State::connected) return;
    if (in_flight_.none() || in_flight_.through() != before) return watch_acknowledgements();
    guarded("what follows a loss", [this] { events_.on_lost(); });
    survive([&] { give_up(fmt::format("nothing acknowledged within {} s", patience.count())); });
  });
}

/// Leaves a broker that is there and does not answer, and tries again.
void MqttLink::Impl::give_up(const std::string& reason) {
  hold();
  log_.failed(reason);
  try {
    client().disconnect(0);
  } catch (const mqtt::exception& error) {
    spdlog::debug("mqtt: leaving failed: {}", error.what());
  }
  connect_anew();
}

void MqttLink::Impl::recover() {
  hold();
  guarded("leaving the broker", [this] { client().disconnect(0); });
  wait(kReconnectAgain, &Impl::connect);
}

/// After a pause; the higher version first, since a proxy may have refused it for a broker that was away.
void MqttLink::Impl::connect_anew() {
  version_.start_over();
  wait(backoff_.next(), &Impl::connect);
}

void MqttLink::Impl::connect_failed(int code, const std::string& reason) {
  if (stopping_) return;
  state_ = State::disconnected;
  if (code > 0) {  // the broker's own answer
    if (contains(kBadVersion, code) && try_lower_version(Refusal::by_name)) return;
    log_.failed(refusal_of(code, reason));
    return connect_anew();
  }
  if (contains(kClosedByBroker, reason) && try_lower_version(Refusal::by_closing)) return;
  probe_broker(io_, settings_, [this, reason](const Finding& finding) { survive([&] { found(reason, finding); }); });
}

void MqttLink::Impl::found(const std::string& reason, const Finding& finding) {
  if (stopping_) return;
  log_.failed(finding.reachable ? reason : finding.reason);
  connect_anew();
}

/// Without a backoff.
bool MqttLink::Impl::try_lower_version(Refusal refusal) {
  const bool lower = version_.lower(refusal);
  if (lower) wait(kUntilClosed, &Impl::connect);
  return lower;
}

void MqttLink::Impl::lost() {
  if (stopping_ || state_ == State::disconnected) return;
  hold();
  guarded("what follows a loss", [this] { events_.on_lost(); });
  if (log_.lost(farewell_of_broker_)) backoff_.reset();
  connect_anew();
}

void MqttLink::Impl::wait(steady_clock::duration duration, void (Impl::*then)()) {
  call_after(timer_, duration, kReconnectAgain, "the connection to the broker", [this, then] {
    if (!stopping_) (this->*then)();
  });
}

void MqttLink::Impl::stop(std::function<void()> done) {
  stopping_ = true;
  stopped_ = std::move(done);
  timer_.cancel();
  dropped_.stop();
  watch_.cancel();
  if (state_ != State::connected) return stopped_();
  try {
    flush();
    client().publish(mqtt::message::create(settings_.status_topic, settings_.offline, 1, true), nullptr, on_farewell_);
  } catch (const mqtt::exception& error) {
    spdlog::debug("mqtt: leaving failed: {}", error.what());
    stopped_();
  }
}

void MqttLink::Impl::disconnect() {
  try {
    client().disconnect(0, nullptr, on_disconnect_);
  } catch (const mqtt::exception&) {  // it is gone already
    stopped_();
  }
}

MqttLink::MqttLink(boost::asio::io_context& io, MqttSettings settings, Outbox& outbox, MqttEvents events)
    : impl_(std::make_unique<Impl>(io, std::move(settings), outbox, std::move(events))) {}
MqttLink::~MqttLink() = default;

void MqttLink::start() {
  impl_->start();
}
void MqttLink::flush() {
  impl_->flush();
}
void MqttLink::when_published(std::function<void()> done) {
  impl_->when_published(std::move(done));
}
bool MqttLink::bulk_is_acknowledged() const {
  return impl_->bulk_is_acknowledged();
}
void MqttLink::stop(std::function<void()> done) {
  impl_->stop(std::move(done));
}
MqttLink::State MqttLink::state() const {
  return impl_->state();
}
MqttTraffic MqttLink::traffic() const {
  return impl_->traffic();
}

}  // namespace home_energy
