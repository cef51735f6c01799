/// @file
/// Takes back from the broker and from Home Assistant what earlier starts announced and this one does not: homes and
/// further cars that are no longer configured, all homes below another base topic, devices at another discovery prefix,
/// topics of further devices that homes have no more. Runs on the thread of the `io_context`.
///
/// What there is to take back is told by the agent's own retained `info`, by retained discovery documents, and by the
/// data folder, which knows it too where the broker has forgotten it. The steps, each when the broker has acknowledged
/// the one before, so that whoever stops in between leaves what the next start needs to know:
/// - connected: `info` names the homes as `leaving`. Each one's status says `offline`, so that nobody takes it for
///   available. A discovery document that the broker has lost is there once more, for a Home Assistant that starts now;
/// - 1 s later its device is removed from a Home Assistant that runs (an empty document, not retained);
/// - 2 s later the topics are cleared, the status last, and `info` names the homes no more;
/// - at the next birth of Home Assistant the retained documents are cleared, those at another prefix at once.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/mqtt/announced_memory.hpp"
#include "agent/mqtt/inbox.hpp"
#include "agent/mqtt/mqtt_settings.hpp"
#include "agent/mqtt/other_agents.hpp"
#include "agent/mqtt/outbox.hpp"
#include "common/wire/home_assistant.hpp"
#include "common/wire/wire.hpp"

namespace home_energy {

constexpr std::chrono::seconds kBetweenDocuments{1};  ///< of one device: Home Assistant is not to be hurried

class GoneHomes {
 public:
  /// So many are taken back in one run of the process: as many as an agent may have. A later start finds the others.
  static constexpr std::size_t kMost = 100'000;
  /// So much of `info` names homes that are leaving, bytes: with the homes themselves it can still be read again.
  static constexpr std::size_t kMostLeaving = kMaxPayload / 2;

  struct Settings {
    std::string base_topic;
    std::vector<std::string> homes;      ///< those that are configured
    std::vector<std::size_t> devices{};  ///< the kinds of their further devices
    wire::HomeParts parts{};
    std::optional<home_assistant::Settings> home_assistant{};       ///< none: no device is announced
    std::chrono::milliseconds silence = std::chrono::seconds(150);  ///< see OtherAgents
  };

  struct Actions {
    std::function<void(const std::vector<std::string>& leaving)> tell;  ///< publishes `info` with these as leaving
    std::function<bool()> acknowledged;                                 ///< whether all bulk messages are
    std::function<void()> flush;                                        ///< the outbox has got something to send
  };

  GoneHomes(boost::asio::io_context& io, Settings settings, Outbox& outbox, Store& store, Actions actions);

  /// What it needs to hear, before anything else.
  std::vector<Subscription> subscriptions() const;

  /// Remembers what this start announces. @param done called once; nothing is to be announced before
  void record(std::function<void()> done) { memory_.record(std::move(done)); }

  void on_message(const Incoming& message);
  /// The broker has a discovery document of this device, which is not configured.
  /// @param device see home_assistant::DeviceName
  void found_document(const std::string& device);

  void connected();
  void lost();
  /// Home Assistant has come up, and knows the retained documents.
  void born();

 private:
  /// Base topic, and home or device of a further car; neither: the agent's own topics.
  using Place = std::pair<std::string, std::string>;
  struct Remains {
    bool topics = false;
    std::set<std::string> prefixes{};  ///< of discovery, with a device
    bool document = false;             ///< the broker has the one at the prefix of today
  };
  using Each = std::map<Place, Remains>::iterator;
  enum class Step { none, offline, removal, clearing, documents };

  void recall(const Announcement& each);
  Remains* remains_of(const std::string& base, const std::string& home);
  void read_info(const Incoming& info);
  void read_document(const std::string& id);
  bool is_of_gone_device(std::string_view topic) const;
  void tell_leaving();

  void begin(Step step);
  void go_on();
  void ended();
  Each through(Each each, std::vector<Announcement>& forgotten);
  bool is_due(const Place& place, const std::string& prefix) const;

  void post_step(const Place& place, const Remains& remains);
  void post_offline(const Place& place, const Remains& remains);
  void post_removal(const Place& place, const std::string& prefix, bool retained);
  void post_cleared(const Place& place);
  void post(std::string topic, std::string payload, bool retained = true);
  void clear(std::string topic);
  bool is_of_today(std::string_view topic) const;
  void wait(std::chrono::milliseconds duration, void (GoneHomes::*then)());
  void begin_removal() { begin(Step::removal); }
  void begin_clearing() { begin(Step::clearing); }

  Settings settings_;
  std::string prefix_;  ///< of discovery, today; none where no device is announced
  wire::Topics topics_;
  std::set<std::string, std::less<>> configured_;  ///< homes and devices
  Outbox& outbox_;
  Actions actions_;
  AnnouncedMemory memory_;
  OtherAgents others_;
  boost::asio::steady_timer timer_;
  std::map<Place, Remains> gone_;
  std::set<std::string, std::less<>> gone_topics_;  ///< of what no home has
  std::vector<std::string> of_gone_topics_;         ///< what the broker keeps of them
  bool reading_ = true;                             ///< what is stored is told, nothing is taken back yet
  bool told_ = false;                               ///< the log
  bool born_ = false;                               ///< since the connection was made
  bool knows_documents_ = false;                    ///< Home Assistant, when the last step began
  Step step_ = Step::none;
  Each acknowledged_;  ///< those before are through with the step
  Each posted_;        ///< those before are on their way
};

}  // namespace home_energy
