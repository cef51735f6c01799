#include "agent/store/database_rows.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/base/text.hpp"
#include "common/time/iso8601.hpp"
#include "common/wire/curve_text.hpp"
#include "common/wire/device_table.hpp"
#include "common/wire/home_assistant.hpp"
#include "common/wire/home_state.hpp"
#include "common/wire/names.hpp"
#include "common/wire/stored_curves.hpp"

namespace home_energy {
namespace {

struct Range {
  const char* column;
  std::int64_t lowest;
  std::int64_t highest;
};

// Far more than any legal run comes to, and little enough for every sum that is made of it.
constexpr std::int64_t kMostEnergy = 10'000'000'000'000;          ///< mWh: 2 MW for half a year
constexpr std::int64_t kMostCost = 1'000'000'000'000'000'000;     ///< what that costs at the highest price, millionths
constexpr std::int64_t kMostMinutes = std::int64_t{7} * 24 * 60;  ///< a day that was simulated again and again
constexpr std::int64_t kMostOverload = 100'000'000;               ///< s: three years
constexpr std::int64_t kMostPrice = 1'000'000'000'000;            ///< millionths: kMaxPricePerKwh
constexpr std::int64_t kLastMoment = 7'258'118'400'000;           ///< ms: the year 2200; nanoseconds end in 2262
constexpr std::int64_t kLastDate = kLastMoment / (24LL * 3600 * 1000);

constexpr std::array kHistory{Range{"quarter", -kMostQuarters, kMostQuarters},
                              Range{"number", 0, kMostRows},
                              Range{"minutes", 0, kMostMinutes},
                              Range{"base_mwh", 0, kMostEnergy},
                              Range{"car_mwh", 0, kMostEnergy},
                              Range{"cost_micro", -kMostCost, kMostCost},
                              Range{"price_micro", -kMostPrice, kMostPrice},
                              Range{"soc", 0, kFull.count()},
                              Range{"overload_s", 0, kMostOverload}};
/// Of day 0: as far back as a simulation that now follows the wall clock may have counted.
constexpr Range kFirstDate{"first_date", -kMostDays, kLastDate};
constexpr Range kWallMs{"wall_ms", 0, kLastMoment};

Result<std::int64_t> whole(const SQLite::Column& column, const Range& range) {
  const std::int64_t value = column.getInt64();
  if (column.isInteger() && value >= range.lowest && value <= range.highest) return value;
  const std::string got = column.isNull() ? "NULL" : column.isBlob() ? "a blob" : excerpt(column.getString());
  return failure(ErrorCode::illegal, range.column,
                 std::string(range.column) + " must be a whole number within " + std::to_string(range.lowest) + ".." +
                     std::to_string(range.highest) + ", got " + got);
}

/// The value, where it is legal; else it is logged.
std::optional<std::int64_t> whole_of_agent(const SQLite::Column& column, const Range& range) {
  const auto value = whole(column, range);
  if (value) return *value;
  spdlog::error("store: the agent's dates begin anew: {}", value.error().reason);
  return std::nullopt;
}

/// Day 0 begins at 00:00 of its date, wherever on earth; else it does so in the present zone.
std::optional<std::int64_t> epoch_of(const SQLite::Column& column, std::int64_t first_date) {
  const std::int64_t in_utc = first_date * kSecondsPerDay;
  return whole_of_agent(column, {"epoch", in_utc - kSecondsPerDay, in_utc + kSecondsPerDay});
}

/// Why what is stored of a home cannot be used.
std::optional<std::string> fault_of(const HomeRecord& home) {
  const Calendar any;
  if (const auto state = parse_state(home.state, any); !state) return state.error().reason;
  if (const auto curves = parse_curves(home.curves.value_or(""), Resolution::quarter_hourly, any); !curves)
    return curves.error().reason;
  if (!home.currency.empty() && !is_currency(home.currency))
    return "currency must be three capital letters, got " + excerpt(home.currency);
  return std::nullopt;
}

/// The numbers of a row that are in its column `devices`: of each its name and what it may be.
template <class Row, class Visit>
void for_each_of_devices(Row& row, const Visit& visit) {
  for (const auto& kind : wire::device_kinds()) {
    const std::size_t number = wire::number_of(kind);
    visit(std::string(kind.name), row.drawn_mwh.at(number), std::int64_t{0}, kMostEnergy);
    visit(std::string(kind.name) + "_given", row.given_mwh.at(number), std::int64_t{0}, kMostEnergy);
  }
  visit(std::string("export"), row.export_mwh, std::int64_t{0}, kMostEnergy);
  visit(std::string("earned"), row.earned_micro, -kMostCost, kMostCost);
}

/// As `devices_text` wrote them. What this program does not know is left out.
Result<void> read_devices(HistoryRow& row, const SQLite::Column& column) {
  if (column.getBytes() == 0) return {};
  const std::string text = column.getString();
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object())
    return failure(ErrorCode::illegal, "devices", "devices must be an object, got " + excerpt(text));
  bool legal = true;
  for_each_of_devices(row, [&](const std::string& name, std::int64_t& value, std::int64_t least, std::int64_t most) {
    const auto found = json.find(name);
    if (found == json.end()) return;
    if (found->is_number_integer()) value = found->get<std::int64_t>();
    legal = legal && found->is_number_integer() && value >= least && value <= most;
  });
  if (legal) return {};
  return failure(ErrorCode::illegal, "devices", "devices must be energies in mWh, got " + excerpt(text));
}

}  // namespace

Result<HistoryRow> history_row(SQLite::Statement& select) {
  std::array<std::int64_t, kHistory.size()> values{};
  for (std::size_t i = 0; i < kHistory.size(); ++i) {
    const auto value = whole(select.getColumn(static_cast<int>(i)), kHistory.at(i));
    if (!value) return tl::unexpected(value.error());
    values.at(i) = *value;
  }
  const std::string currency = select.getColumn(static_cast<int>(kHistory.size())).getString();
  if (!currency.empty() && !is_currency(currency)) {
    return failure(ErrorCode::illegal, "currency", "currency must be three capital letters, got " + excerpt(currency));
  }
  const auto [quarter, number, minutes, base, car, cost, price, soc, overload] = values;
  HistoryRow row{.number = number,
                 .quarter = quarter,
                 .minutes = static_cast<int>(minutes),
                 .base_mwh = base,
                 .car_mwh = car,
                 .cost_micro = cost,
                 .price_micro = price,
                 .soc = static_cast<int>(soc),
                 .overload_s = overload,
                 .currency = currency_code(currency)};
  const auto devices = read_devices(row, select.getColumn(static_cast<int>(kHistory.size()) + 1));
  if (!devices) return tl::unexpected(devices.error());
  return row;
}

std::string devices_text(const HistoryRow& row) {
  const auto is_nothing = [](std::int64_t value) { return value == 0; };
  if (std::ranges::all_of(row.drawn_mwh, is_nothing) && std::ranges::all_of(row.given_mwh, is_nothing)) return {};
  nlohmann::json devices;
  for_each_of_devices(row, [&](const std::string& name, std::int64_t value, std::int64_t, std::int64_t) {
    if (value != 0) devices[name] = value;
  });
  return devices.dump();
}

StoredWorld stored_world(SQLite::Database& db) {
  StoredWorld world;
  SQLite::Statement agent(db, "SELECT since, first_date, wall_ms, epoch FROM agent");
  if (agent.executeStep()) {
    world.agent = {.since = agent.getColumn(0).getString()};
    const auto first_date = whole_of_agent(agent.getColumn(1), kFirstDate);
    world.agent->first_date = first_date.value_or(0);
    const bool knows_dates = first_date && !agent.getColumn(2).isNull();
    if (knows_dates) world.agent->wall_ms = whole_of_agent(agent.getColumn(2), kWallMs);
    if (knows_dates && !agent.getColumn(3).isNull()) world.agent->epoch = epoch_of(agent.getColumn(3), *first_date);
  }
  SQLite::Statement homes(db, "SELECT id, state, curves, currency FROM home");
  while (homes.executeStep()) {
    world.homes[homes.getColumn(0).getString()] = {homes.getColumn(1).getString(), homes.getColumn(2).getString(),
                                                   homes.getColumn(3).getString()};
  }
  SQLite::Statement announced(db, "SELECT ha_prefix, base_topic, home FROM announced");
  while (announced.executeStep()) {
    world.announced.insert({.ha_prefix = announced.getColumn(0).getString(),
                            .base_topic = announced.getColumn(1).getString(),
                            .home = announced.getColumn(2).getString()});
  }
  return world;
}

std::vector<std::string> leave_out_illegal(StoredWorld& world) {
  constexpr std::size_t kMostTold = 10;  // of 100,000 homes each with its line nobody would read more
  if (world.agent && !parse_iso8601(world.agent->since, "since")) {
    spdlog::error("store: the time since which is counted begins anew: since must be a time, got {}",
                  excerpt(world.agent->since));
    world.agent->since.clear();
  }
  std::vector<std::string> left_out;
  for (auto home = world.homes.begin(); home != world.homes.end();) {
    const auto fault = fault_of(home->second);
    if (fault) {
      if (left_out.size() < kMostTold) spdlog::error("store: home {} begins anew: {}", excerpt(home->first), *fault);
      left_out.push_back(home->first);
    }
    home = fault ? world.homes.erase(home) : std::next(home);
  }
  if (left_out.size() > kMostTold) spdlog::error("store: {} more homes begin anew", left_out.size() - kMostTold);
  std::erase_if(world.announced, [](const Announcement& each) {
    const bool legal = is_base_topic(each.base_topic) && (each.ha_prefix.empty() || is_base_topic(each.ha_prefix)) &&
                       (each.home.empty() || is_home_id(std::string(home_assistant::parse_device(each.home).home)));
    if (!legal) spdlog::error("store: what was announced below {} is left out: no topic", excerpt(each.base_topic));
    return !legal;
  });
  return left_out;
}

}  // namespace home_energy
