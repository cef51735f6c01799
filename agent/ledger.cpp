#include "agent/ledger.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "agent/guarded.hpp"
#include "common/home_state.hpp"

namespace home_energy {
namespace {
constexpr auto kNeverWritten = std::numeric_limits<std::uint64_t>::max();
}

Ledger::Ledger(boost::asio::io_context& io, Store& store, const std::vector<Home>& homes,
               const std::vector<std::string>& ids, std::size_t history_homes, std::string currency, Kept kept)
    : store_(store),
      homes_(homes),
      ids_(ids),
      currency_(std::move(currency)),
      kept_(std::move(kept)),
      is_dirty_(homes.size()),
      gatherer_(io) {
  for (std::size_t home = 0; home < std::min(history_homes, homes_.size()); ++home) meters_.emplace_back(homes_[home]);
  if (!keeps()) return;
  for (const Home& home : homes_) visible_.push_back(home.counters());
  visible_rows_.resize(meters_.size());
  written_revisions_.assign(homes_.size(), kNeverWritten);
  store_.on_replaced([this] {
    written_revisions_.assign(homes_.size(), kNeverWritten);
    agent_is_written_ = false;
    changed_all();
    commit();
  });
}

void Ledger::restore(std::size_t home, const HistoryMeter::State& row) {
  if (keeps()) visible_[home] = homes_[home].counters();
  const bool had_one = row.number > 0;
  if (!has_history(home) || !had_one) return;
  meters_[home].restore(row);
  if (keeps()) visible_rows_[home] = open_row(home);
}

void Ledger::end_row(std::size_t home, const std::string& currency) {
  if (!has_history(home)) return;
  if (auto row = open_row(home)) {
    row->currency = currency_code(currency);
    rows_.push_back({ids_[home], *row});
  }
}

void Ledger::begin_row(std::size_t home) {
  if (keeps()) visible_[home] = homes_[home].counters();
  if (!has_history(home)) return;
  meters_[home].begin_row(homes_[home]);
  if (keeps()) visible_rows_[home] = open_row(home);
}

void Ledger::set_agent(AgentRecord agent) {
  agent_ = std::move(agent);
  agent_is_written_ = false;
}

void Ledger::before_tick(std::size_t home) {
  if (has_history(home)) meters_[home].before_tick(homes_[home]);
}

void Ledger::changed(std::size_t home) {
  if (!is_dirty_[home]) dirty_.push_back(home);
  is_dirty_[home] = true;
  if (!has_history(home)) return;
  if (auto row = meters_[home].look(homes_[home])) {
    row->currency = currency_code(currency_);
    rows_.push_back({ids_[home], *row});
  }
}

void Ledger::changed_all() {
  for (std::size_t home = 0; home < homes_.size(); ++home) changed(home);
}

void Ledger::commit() {
  if (keeps()) return gather();
  if (!rows_.empty()) {
    StoreBatch rows;
    for (const RowRecord& row : rows_) rows.homes[row.home].currency = currency_;  // a row needs its home
    rows.rows = std::exchange(rows_, {});
    store_.write(std::move(rows), [](bool) {});
  }
  const auto homes = std::exchange(dirty_, {});
  for (const std::size_t home : homes) is_dirty_[home] = false;
  kept_(homes);
}

void Ledger::when_kept(Store::Done done) {
  if (!keeps()) return done(true);
  if (!dirty_.empty()) {
    waiting_.push_back(std::move(done));
    return gather();
  }
  if (flight_) return flight_->waiting.push_back(std::move(done));
  done(store_.health().state != StoreHealth::State::failing);
}

void Ledger::gather() {
  if (on_hold_ || flight_ || dirty_.empty() || std::exchange(gathering_, true)) return;
  gatherer_.expires_after(std::min<std::chrono::steady_clock::duration>(3 * flight_took_, kLongestGathering));
  gatherer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    gathering_ = false;
    if (!on_hold_ && !guarded("storing", [this] { submit(); })) flight_.reset();  // the next change tries again
  });
}

void Ledger::submit() {
  auto written = batch();
  took_off_ = std::chrono::steady_clock::now();
  flight_.emplace();
  flight_->homes = std::exchange(dirty_, {});
  flight_->waiting = std::exchange(waiting_, {});
  for (const std::size_t home : flight_->homes) {
    is_dirty_[home] = false;
    flight_->counters.push_back(homes_[home].counters());
    if (has_history(home)) flight_->rows.emplace_back(home, open_row(home));
  }
  store_.write(std::move(written), [this](bool durable) { finish(durable); });
}

StoreBatch Ledger::batch() {
  StoreBatch batch{.agent = std::nullopt, .homes = {}, .rows = std::exchange(rows_, {})};
  if (!std::exchange(agent_is_written_, true)) batch.agent = agent_;
  for (const std::size_t home : dirty_) {
    HomeRecord& record = batch.homes[ids_[home]];
    append_state(record.state,
                 {homes_[home].state(), has_history(home) ? meters_[home].state() : HistoryMeter::State{}});
    if (std::exchange(written_revisions_[home], homes_[home].revision()) != homes_[home].revision())
      record.curves = curves_text(homes_[home].curves());
    record.currency = currency_;
  }
  return batch;
}

void Ledger::finish(bool durable) {
  const Flight flight = std::move(*flight_);
  flight_.reset();
  flight_took_ = std::chrono::steady_clock::now() - took_off_;
  for (std::size_t i = 0; i < flight.homes.size(); ++i) visible_[flight.homes[i]] = flight.counters[i];
  for (const auto& [home, row] : flight.rows) visible_rows_[home] = row;
  guarded("publishing what is stored", [&] { kept_(flight.homes); });
  for (const auto& done : flight.waiting) guarded("who waits for the disk", [&] { done(durable); });
  gather();
}

const Counters& Ledger::visible(std::size_t home) const {
  return keeps() ? visible_[home] : homes_[home].counters();
}

std::optional<HistoryRow> Ledger::open_row(std::size_t home) const {
  if (meters_[home].state().ticks == 0) return std::nullopt;
  HistoryRow row = meters_[home].open_row(homes_[home]);
  row.currency = currency_code(currency_);
  return row;
}

void Ledger::history(std::size_t home, Store::Query query, Store::Render render, Store::Read done) {
  query.home = ids_[home];
  store_.read(std::move(query), keeps() ? visible_rows_[home] : open_row(home), std::move(render), std::move(done));
}

}  // namespace home_energy
