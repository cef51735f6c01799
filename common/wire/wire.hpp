/// @file
/// Every topic, every JSON key and every rendering of what the agent says. Pure functions: values in, text out.
/// A key is spelt nowhere else. Renderers append to `out`, so that a caller can use one buffer again and again.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/wire/home_topics.hpp"
#include "common/world/home.hpp"

namespace home_energy::wire {

/// Keys of what is written here and read elsewhere: by `command.cpp`, `curve_update.cpp`, and by the templates that
/// `home_assistant` gives.
namespace key {
inline constexpr std::string_view kHomes = "homes";
inline constexpr std::string_view kLeaving = "leaving";
inline constexpr std::string_view kCharging = "charging";
inline constexpr std::string_view kChargingAsPublished = "chargin";  ///< the published documentation's slip
inline constexpr std::string_view kDischarging = "discharging";
inline constexpr std::string_view kChargeLimit = "charge_limit";
inline constexpr std::string_view kChargePower = "charge_power";
inline constexpr std::string_view kMode = "mode";
inline constexpr std::string_view kTarget = "target";
inline constexpr std::string_view kReadyBy = "ready_by";
inline constexpr std::string_view kId = "id";
inline constexpr std::string_view kTime = "time";
inline constexpr std::string_view kPowerKw = "power_kw";
inline constexpr std::string_view kEnergyKwh = "energy_kwh";
inline constexpr std::string_view kPrice = "price";
inline constexpr std::string_view kSocPercent = "soc_percent";
inline constexpr std::string_view kStoredKwh = "stored_kwh";
inline constexpr std::string_view kChargedKwh = "charged_kwh";
inline constexpr std::string_view kLimitPercent = "limit_percent";
inline constexpr std::string_view kCost = "cost";
inline constexpr std::string_view kOverload = "overload";
inline constexpr std::string_view kBaseKwh = "base_kwh";
inline constexpr std::string_view kCarKwh = "car_kwh";
inline constexpr std::string_view kOverloadMinutes = "overload_minutes";
inline constexpr std::string_view kMinutes = "minutes";
inline constexpr std::string_view kSince = "since";
inline constexpr std::string_view kStart = "start";
inline constexpr std::string_view kEnd = "end";
inline constexpr std::string_view kSaving = "saving";
inline constexpr std::string_view kPeakCost = "peak_cost";
inline constexpr std::string_view kValue = "value";
inline constexpr std::string_view kValues = "values";
inline constexpr std::string_view kUnit = "unit";
inline constexpr std::string_view kUnitOfMeasurement = "unit_of_measurement";  ///< Home Assistant's
inline constexpr std::string_view kLowest = "lowest";
inline constexpr std::string_view kHighest = "highest";
inline constexpr std::string_view kFrom = "from";
inline constexpr std::string_view kTo = "to";
inline constexpr std::string_view kMissing = "missing";
inline constexpr std::string_view kFilled = "filled";
inline constexpr std::string_view kRawToday = "raw_today";
inline constexpr std::string_view kRawTomorrow = "raw_tomorrow";
inline constexpr std::string_view kExportKwh = "export_kwh";
inline constexpr std::string_view kEarned = "earned";
inline constexpr std::string_view kSecondsPerHour = "seconds_per_hour";
inline constexpr std::string_view kRun = "run";
inline constexpr std::string_view kPause = "pause";
inline constexpr std::string_view kStep = "step";
inline constexpr std::string_view kUntil = "until";
inline constexpr std::string_view kRealtime = "realtime";
inline constexpr std::string_view kRunning = "running";
}  // namespace key

namespace command {
inline constexpr std::string_view kCharge = "charge";
inline constexpr std::string_view kDischarge = "discharge";
inline constexpr std::string_view kChargeLimit = "charge_limit";
inline constexpr std::string_view kChargePower = "charge_power";
inline constexpr std::string_view kMode = "mode";
inline constexpr std::string_view kTarget = "target";
inline constexpr std::string_view kReadyBy = "ready_by";
inline constexpr std::string_view kPrice = "price";
inline constexpr std::string_view kBaseload = "baseload";
/// Of a home; the clock is that of all homes.
inline constexpr std::string_view kPlug = "plug";
inline constexpr std::string_view kTrip = "trip";
inline constexpr std::string_view kTrips = "trips";
inline constexpr std::array kOfEveryHome{kCharge,  kDischarge, kChargeLimit, kChargePower, kMode, kTarget,
                                         kReadyBy, kPrice,     kBaseload,    kPlug,        kTrip, kTrips};
/// Those of them that a further car has, too.
inline constexpr std::array kOfCar{kCharge, kDischarge, kChargeLimit, kChargePower, kMode,
                                   kTarget, kReadyBy,   kPlug,        kTrip,        kTrips};
/// Those and the commands of further devices, whether a home has them or not.
std::span<const std::string_view> all();
inline constexpr std::string_view kClock = "clock";
}  // namespace command

/// No home is called so: topics below the base topic that are, or will be, another thing's.
inline constexpr std::array<std::string_view, 6> kReservedHomes{"fleet", "clock",   "status",
                                                                "info",  "receipt", "answers"};
/// Of those the one below which receipts may be asked for: `<base>/answers/<client>`.
inline constexpr std::string_view kAnswers = "answers";

HomeParts parts_of(const HomeSettings& home);
/// What each charger draws at most; none of those that only switch.
CarArray<std::optional<Watts>> modulating_chargers(const HomeSettings& home);
int qos(HomeTopic topic);

struct CommandAddress {
  std::string home;     ///< empty where the topic leaves it out: `home-energy/charge/set`
  std::string command;  ///< `charge`, `car-2/charge`
};

/// The topics below one base topic.
class Topics {
 public:
  explicit Topics(std::string base) : base_(std::move(base)) {}

  std::string status() const { return base_ + "/status"; }
  std::string info() const { return base_ + "/info"; }
  std::string receipt() const { return base_ + "/receipt"; }
  std::string receipt(std::string_view home) const;
  /// Says `online` or `offline` for this home, as an availability beside the agent's own.
  std::string status(std::string_view home) const;
  std::string of(std::string_view home, TopicOfHome topic) const { return of(home, name(topic)); }
  std::string of(std::string_view home, std::string_view name) const;
  std::string command(std::string_view home, std::string_view command) const;
  /// The subscription that covers all commands of all homes, but for those to further cars.
  std::string command_filter() const { return base_ + "/+/+/set"; }
  /// The subscription that covers commands to further cars.
  std::string car_command_filter() const { return base_ + "/+/+/+/set"; }
  /// The subscription that covers commands that leave out the home.
  std::string homeless_filter() const { return base_ + "/+/set"; }
  /// The home and the command that a topic of these subscriptions names; nothing where it is another topic.
  std::optional<CommandAddress> command_address(std::string_view topic) const;
  /// The home whose status or state a topic is; nothing where it is another topic.
  std::optional<std::string_view> home_of(std::string_view topic) const;
  /// Whether a receipt may go to the Response Topic that a command asked for: a topic that a broker takes, and none
  /// that the agent itself owns. Else who may only write commands could make the agent publish in its own name.
  /// @param discovery_prefix Home Assistant's; all below it are the agent's, too
  bool may_answer_to(std::string_view topic, std::string_view discovery_prefix) const;

 private:
  /// Telemetry, status, info, receipts, commands, and all below an id that no home may have, but for answers.
  bool owns(std::string_view topic) const;

  std::string base_;
};

inline constexpr std::string_view kAgentName = "home-energy-agent";
inline constexpr std::string_view kOnline = "online";
inline constexpr std::string_view kOffline = "offline";

/// What the agent says of itself.
struct AgentInfo {
  std::string version;
  std::vector<std::string> homes;
  double seconds_per_hour;
  std::optional<std::string> http;  ///< where its HTTP is, none where it is off
  /// Homes of earlier starts of which something is still at the broker; none as a rule.
  std::vector<std::string> leaving{};
};

/// The homes, and those that are leaving, of an `info` that an earlier start published; empty where it is none.
/// @param payload may be anything at all
std::vector<std::string> homes_of_info(std::string_view payload);

/// The quarters of an hour of a day and how they are written: the same for all homes, so it is made once.
struct ShownDay {
  ShownDay(const Calendar& of, std::int64_t number);

  const Calendar* calendar;  ///< outlives it
  std::int64_t day;
  std::vector<Quarter> quarters;
  std::vector<bool> begins_hour;    ///< of each
  std::vector<std::string> starts;  ///< of each, and at last the end of the day: ISO 8601 with zone
};

class ForecastCache;

/// What is the same for all homes of an agent, and not a matter of simulated time.
struct Labels {
  std::string currency;         ///< ISO 4217
  std::string since;            ///< when the counters began: ISO 8601 with zone
  bool running = true;          ///< whether time goes on by itself
  double seconds_per_hour = 4;  ///< real seconds that a simulated hour lasts
  /// Today, of the clock on the wall where homes have no dates, else of theirs. Null: no day is listed, unless of homes
  /// that have dates.
  std::shared_ptr<const ShownDay> today{};
  /// Where forecasts of the sun are kept that several homes have. Null: each is made when it is shown.
  std::shared_ptr<ForecastCache> forecasts{};
};

void append_info(std::string& out, const AgentInfo& info);
void append_clock(std::string& out, const Snapshot& home, const Labels& labels);
void append_baseload_profile(std::string& out, const LoadCurve& curve);
/// `values` are by the clock's face, `raw_today` lists the hours or quarters that there are: 23, 24 or 25 hours.
void append_price_profile(std::string& out, const Home& home, const Labels& labels);
/// What is to be charged when, what it costs, and why. Times are rounded out to whole minutes.
/// @param made none in manual mode
/// @param storage none where there is none; one that plans adds what it is going to do
/// @param later of a car that leaves; else none
void append_plan(std::string& out, const ChargingWish& wish, const HomePlan* made, const Calendar& calendar,
                 const Labels& labels, const Storage* storage = nullptr, const std::vector<LaterPlan>* later = nullptr);
/// The same of a home without a car: what its storage is going to do.
void append_storage_plan(std::string& out, const Storage* storage, const Calendar& calendar, const Labels& labels);
/// What follows the home's id in the topic of the sun's forecast; only where there are solar panels.
inline constexpr std::string_view kSolarForecast = "solar/forecast";
/// The quarters of today and tomorrow, kW, in the shape of the price profile.
void append_solar_forecast(std::string& out, const Solar& solar);
/// The payload of a further device's topic.
void append_device(std::string& out, const Device& device, const Snapshot& home, const Labels& labels);
/// The payload of any of a home's topics.
void append_topic(std::string& out, TopicOfHome of, const Home& home, const Snapshot& snapshot, const Labels& labels);

/// The answer to a command, accepted or not.
/// @param id the sender's, as JSON text
/// @param durable false where what the command did could not be stored: the answer says so
std::string receipt(std::string_view command, const std::optional<std::string>& id, const Result<Receipt>& outcome,
                    bool durable = true);

/// The answer to a command to the clock.
/// @param status `ok` or, while a long step is under way, `progress`
/// @param clock  as `append_clock` gives it
std::string clock_receipt(std::string_view status, const std::optional<std::string>& id, std::string_view clock);

/// The one answer to so many messages that came faster than they could be answered.
std::string dropped_receipt(std::size_t count);

/// `"text"` with JSON's escapes; bytes that are not UTF-8 become U+FFFD.
std::string json_string(std::string_view text);

/// What a name in the wire looks like for a charging state: `on` or `off`.
std::string_view text(Charging charging);
std::string_view text(Switch position);
/// `manual`, `cheapest`, `lowest_load`, `immediate` or `solar`.
std::string_view text(ChargingMode mode);

/// The bodies of the HTTP endpoints.
namespace http {
std::string info(const Snapshot& home);
/// @param car its place: 0 is the first
std::string plan(const Home& home, const Labels& labels, std::size_t car = 0);
std::string stored_kwh(const Snapshot& home);
std::string soc_percent(const CarSnapshot& car);
std::string hourly_loads(const LoadCurve& curve);
/// In hundredths of the currency (öre, cents) per kWh.
std::string hourly_prices(const PriceCurve& curve);
/// All topics of a home in one object.
std::string state(const Home& home, const Snapshot& snapshot, const Labels& labels);
std::string homes(const std::vector<std::string>& ids);
/// @param durable false where it could not be stored: the answer has a further key that says so
std::string result(const Receipt& receipt, bool durable = true);
std::string error(std::string_view reason);
std::string message(std::string_view text);
std::string session(std::string_view state);

struct Health {
  bool ticking;
  bool running;             ///< whether time goes on by itself; one that was told to stand still is healthy
  std::string_view broker;  ///< `connected`, `connecting` or `disconnected`
  std::size_t homes;
  std::string_view store;    ///< `ok`, `memory` or `failing`
  std::string store_error;   ///< why it fails
  std::size_t planning = 0;  ///< homes that wait for their plan
  std::int64_t late_ms = 0;  ///< how late the latest home is
  struct CatchingUp {
    std::string from;
    std::string reached;
    std::string until;
  };
  std::optional<CatchingUp> catching_up{};  ///< what is simulated of the past
};
std::string health(const Health& health);
}  // namespace http

}  // namespace home_energy::wire
