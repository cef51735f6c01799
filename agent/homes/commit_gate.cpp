#include "agent/homes/commit_gate.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "agent/system/guarded.hpp"
#include "common/wire/home_state.hpp"
#include "common/wire/stored_curves.hpp"

namespace home_energy {
namespace {
constexpr auto kNeverWritten = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kHomesAtOnce = 256;  ///< are told of as kept in one call
}  // namespace

CommitGate::CommitGate(boost::asio::io_context& io, Store& store, const std::vector<Home>& homes,
                       const std::vector<std::string>& ids, std::size_t history_homes, std::string currency, Kept kept,
                       std::chrono::milliseconds piece)
    : store_(store),
      homes_(homes),
      ids_(ids),
      currency_(std::move(currency)),
      kept_(std::move(kept)),
      is_dirty_(homes.size()),
      is_to_take_(homes.size()),
      gatherer_(io),
      slices_(io, piece) {
  for (std::size_t home = 0; home < std::min(history_homes, homes_.size()); ++home) meters_.emplace_back(homes_[home]);
  if (!keeps()) return;
  for (const Home& home : homes_) visible_.push_back(home.counters());
  visible_rows_.resize(meters_.size());
  written_revisions_.assign(homes_.size(), kNeverWritten);
  store_.on_replaced([this] { write_all_anew(); });
}

void CommitGate::write_all_anew() {
  written_revisions_.assign(homes_.size(), kNeverWritten);
  agent_is_written_ = false;
  is_dirty_.assign(homes_.size(), true);
  dirty_.resize(homes_.size());
  std::iota(dirty_.begin(), dirty_.end(), std::size_t{0});
  commit();
}

void CommitGate::restore(std::size_t home, const HistoryMeter::State& row) {
  if (keeps()) visible_[home] = homes_[home].counters();
  const bool had_one = row.number > 0;
  if (!has_history(home) || !had_one) return;
  meters_[home].restore(row);
  if (keeps()) visible_rows_[home] = open_row(home);
}

void CommitGate::end_row(std::size_t home, const std::string& currency) {
  if (!has_history(home)) return;
  if (auto row = open_row(home)) {
    row->currency = currency_code(currency);
    rows_.push_back({ids_[home], *row});
  }
}

void CommitGate::begin_row(std::size_t home) {
  if (keeps()) visible_[home] = homes_[home].counters();
  if (!has_history(home)) return;
  meters_[home].begin_row(homes_[home]);
  if (keeps()) visible_rows_[home] = open_row(home);
}

void CommitGate::set_agent(AgentRecord agent) {
  agent_ = std::move(agent);
  agent_is_written_ = false;
}

void CommitGate::before_tick(std::size_t home) {
  if (is_to_take_[home]) take(home);
  if (has_history(home)) meters_[home].before_tick(homes_[home]);
}

/// What a home has still to be taken for goes with it, the row that has ended as well.
void CommitGate::changed(std::size_t home) {
  const bool goes_along = is_to_take_[home];
  if (!goes_along && !is_dirty_[home]) {
    dirty_.push_back(home);
    is_dirty_[home] = true;
  }
  if (!has_history(home)) return;
  if (auto row = meters_[home].look(homes_[home])) {
    row->currency = currency_code(currency_);
    (goes_along ? flight_->batch.rows : rows_).push_back({ids_[home], *row});
  }
}

void CommitGate::commit() {
  if (keeps()) return gather();
  if (!rows_.empty()) {
    StoreBatch rows;
    for (const RowRecord& row : rows_) rows.homes[row.home].currency = currency_;  // a row needs its home
    rows.rows = std::exchange(rows_, {});
    rows.calendar = homes_.front().settings().calendar;
    store_.write(std::move(rows), [](bool) {});
  }
  const auto homes = std::exchange(dirty_, {});
  for (const std::size_t home : homes) is_dirty_[home] = false;
  kept_(homes);
}

void CommitGate::when_kept(Store::Done done) {
  if (!keeps()) return done(true);
  if (!dirty_.empty()) {
    waiting_.push_back(std::move(done));
    return gather();
  }
  if (flight_) return flight_->waiting.push_back(std::move(done));
  done(store_.health().state != StoreHealth::State::failing);
}

void CommitGate::when_written(Store::Done done) {
  if (keeps()) return when_kept(std::move(done));
  store_.write({}, std::move(done));  // behind what was written before
}

void CommitGate::gather() {
  if (on_hold_ || flight_ || dirty_.empty() || std::exchange(gathering_, true)) return;
  gatherer_.expires_after(std::min<std::chrono::steady_clock::duration>(3 * flight_took_, kLongestGathering));
  gatherer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    gathering_ = false;
    if (!on_hold_ && !guarded("storing", [this] { draft(); }) && flight_) put_back();
  });
}

void CommitGate::draft() {
  flight_.emplace(std::exchange(landed_, {}));
  std::swap(flight_->to_take, dirty_);
  std::swap(is_dirty_, is_to_take_);                  // of the latter none was left
  const std::size_t homes = flight_->to_take.size();  // room for all at once: to grow takes long where they are many
  flight_->batch.homes.reserve(homes);
  flight_->homes.reserve(homes);
  flight_->counters.reserve(homes);
  flight_->waiting = std::exchange(waiting_, {});
  flight_->batch.rows = std::exchange(rows_, {});
  flight_->batch.calendar = homes_.front().settings().calendar;
  if (!std::exchange(agent_is_written_, true)) flight_->batch.agent = agent_;
  slices_.add([this] {
    bool more = false;
    const bool well = guarded("storing", [&] {
      more = flight_->next < flight_->to_take.size();
      more ? take(flight_->to_take[flight_->next++]) : submit();
    });
    if (!well) put_back();
    return well && more;
  });
}

void CommitGate::take(std::size_t home) {
  if (!is_to_take_[home]) return;
  HomeRecord record;
  append_state(record.state, {homes_[home].state(), has_history(home) ? meters_[home].state() : HistoryMeter::State{}});
  const auto revision = homes_[home].revision();
  if (written_revisions_[home] != revision) record.curves = curves_text(homes_[home].curves());
  record.currency = currency_;
  flight_->batch.homes[ids_[home]] = std::move(record);
  flight_->homes.push_back(home);
  flight_->counters.push_back(homes_[home].counters());
  if (has_history(home)) flight_->rows.emplace_back(home, open_row(home));
  written_revisions_[home] = revision;
  is_to_take_[home] = false;
}

void CommitGate::submit() {
  took_off_ = std::chrono::steady_clock::now();
  flight_->next = 0;
  store_.write(std::move(flight_->batch), [this](bool durable) { finish(durable); });
}

/// The next change tries again.
void CommitGate::put_back() {
  Flight flight = std::move(*flight_);
  flight_.reset();
  is_to_take_.assign(homes_.size(), false);
  for (const std::size_t home : flight.to_take) {
    written_revisions_[home] = kNeverWritten;
    if (!is_dirty_[home]) dirty_.push_back(home);
    is_dirty_[home] = true;
  }
  rows_.insert(rows_.begin(), flight.batch.rows.begin(), flight.batch.rows.end());
  agent_is_written_ = false;
  waiting_.insert(waiting_.begin(), flight.waiting.begin(), flight.waiting.end());
}

void CommitGate::finish(bool durable) {
  flight_took_ = std::chrono::steady_clock::now() - took_off_;
  commit_latency_.observe(flight_took_);
  for (const auto& [home, row] : flight_->rows) visible_rows_[home] = row;
  slices_.add([this, durable] {
    if (finish_step(durable)) return true;
    land();
    gather();
    return false;
  });
}

/// @return whether there is more
bool CommitGate::finish_step(bool durable) {
  Flight& flight = *flight_;
  if (flight.next < flight.homes.size()) {
    const std::size_t begin = flight.next;
    flight.next = std::min(begin + kHomesAtOnce, flight.homes.size());
    for (std::size_t i = begin; i < flight.next; ++i) visible_[flight.homes[i]] = flight.counters[i];
    guarded("publishing what is stored", [&] { kept_(std::span(flight.homes).subspan(begin, flight.next - begin)); });
  } else if (!flight.waiting.empty()) {
    const auto done = std::move(flight.waiting.front());
    flight.waiting.pop_front();
    guarded("who waits for the disk", [&] { done(durable); });
  } else {
    return false;
  }
  return true;
}

void CommitGate::land() {
  landed_ = std::move(*flight_);
  flight_.reset();
  landed_.batch = {};
  landed_.to_take.clear();
  landed_.homes.clear();
  landed_.counters.clear();
  landed_.rows.clear();
  landed_.next = 0;
}

const Counters& CommitGate::visible(std::size_t home) const {
  return keeps() ? visible_[home] : homes_[home].counters();
}

std::optional<HistoryRow> CommitGate::open_row(std::size_t home) const {
  if (meters_[home].state().ticks == 0) return std::nullopt;
  HistoryRow row = meters_[home].open_row(homes_[home]);
  row.currency = currency_code(currency_);
  return row;
}

void CommitGate::history(std::size_t home, Store::Query query, Store::Render render, Store::Read done) {
  query.home = ids_[home];
  store_.read(std::move(query), keeps() ? visible_rows_[home] : open_row(home), std::move(render), std::move(done));
}

}  // namespace home_energy
