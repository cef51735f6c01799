/// @file
/// Decides when state is committed, and hides counters until they are durable: what has been seen of a counter is on
/// disk, so that no crash makes it fall. Runs on the thread that owns the homes.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "agent/store/store.hpp"
#include "agent/system/duration_histogram.hpp"
#include "agent/system/slices.hpp"
#include "common/world/history.hpp"
#include "common/world/home.hpp"

namespace home_energy {

class CommitGate {
 public:
  /// Called when a change of these homes is kept and may be seen; where they are many, some at a time.
  using Kept = std::function<void(std::span<const std::size_t>)>;

  /// What is gathered for one commit is gathered for three times as long as a commit takes, and at most so long.
  static constexpr std::chrono::microseconds kLongestGathering{1000};

  /// @param homes, ids     outlive the gate
  /// @param history_homes  so many, the first ones, have a history
  /// @param currency       of what the homes pay from now on
  /// @param piece          the length of a piece of its work on many homes
  CommitGate(boost::asio::io_context& io, Store& store, const std::vector<Home>& homes,
             const std::vector<std::string>& ids, std::size_t history_homes, std::string currency, Kept kept,
             std::chrono::milliseconds piece = Slices::kPiece);

  /// Before the first change: where a home's history goes on.
  void restore(std::size_t home, const HistoryMeter::State& row);
  /// The row that is not over ends where its home stands, in the currency that it had.
  void end_row(std::size_t home, const std::string& currency);
  /// The home's counters begin anew: so does its row.
  void begin_row(std::size_t home);
  /// What is remembered of the agent; written with the next commit.
  void set_agent(AgentRecord agent);

  /// Before a home's tick, and after whatever may have changed it.
  void before_tick(std::size_t home);
  void changed(std::size_t home);

  /// Writes what has changed, in one go with all that changes meanwhile. It waits for a moment first: what is seen at
  /// once goes out before the disk's work begins, and commands that follow each other closely share a commit.
  void commit();
  /// Writes nothing for now: the homes are not where the record of the agent says.
  void hold(bool on_hold) { on_hold_ = on_hold; }
  /// Calls back when all that has changed by now is on disk, at once where nothing is kept; with false where it is not
  /// and may be lost.
  void when_kept(Store::Done done);

  /// Calls back when the store has taken all rows so far, be it on disk or in memory; with false where it takes none.
  void when_written(Store::Done done);

  /// The home's counters as far as they may be seen.
  const Counters& visible(std::size_t home) const;

  bool has_history(std::size_t home) const { return home < meters_.size(); }
  /// Reads the history of a home that has one.
  void history(std::size_t home, Store::Query query, Store::Render render, Store::Read done);

  const StoreHealth& health() const { return store_.health(); }
  /// How long commits took, from when the store had them.
  const DurationHistogram& commit_latency() const { return commit_latency_; }

 private:
  bool keeps() const { return store_.outlives_the_process(); }
  std::optional<HistoryRow> open_row(std::size_t home) const;
  void write_all_anew();
  void gather();
  void draft();
  void take(std::size_t home);
  void submit();
  void put_back();
  void finish(bool durable);
  bool finish_step(bool durable);
  void land();

  Store& store_;
  const std::vector<Home>& homes_;
  const std::vector<std::string>& ids_;
  std::string currency_;
  Kept kept_;
  std::vector<HistoryMeter> meters_;
  AgentRecord agent_;
  bool agent_is_written_ = false;

  std::vector<std::size_t> dirty_;
  std::vector<bool> is_dirty_;
  std::vector<RowRecord> rows_;
  std::deque<Store::Done> waiting_;
  std::vector<std::uint64_t> written_revisions_;  ///< of each home's curves; empty where nothing is kept

  std::vector<Counters> visible_;  ///< empty where nothing is kept
  std::vector<std::optional<HistoryRow>> visible_rows_;

  /// A batch, from when it is begun until all who wait for it have been told. The homes that are to be in it are taken
  /// one after the other, each before its next tick: all of them at the moment that the agent's record names.
  struct Flight {
    StoreBatch batch;                  ///< until the store has it
    std::vector<std::size_t> to_take;  ///< some of them may have been taken before their turn
    std::vector<std::size_t> homes;    ///< those taken
    std::vector<Counters> counters;    ///< theirs
    std::vector<std::pair<std::size_t, std::optional<HistoryRow>>> rows;
    std::deque<Store::Done> waiting;
    std::size_t next;  ///< of to_take, later of homes; value-initialised, as clang 14 wants it here
  };
  std::optional<Flight> flight_;
  Flight landed_{};  ///< the last one, empty: its memory serves the next, for to free much takes long
  std::vector<bool> is_to_take_;
  std::chrono::steady_clock::time_point took_off_;
  std::chrono::steady_clock::duration flight_took_{};  ///< the last one
  DurationHistogram commit_latency_;
  boost::asio::steady_timer gatherer_;
  bool gathering_ = false;
  bool on_hold_ = false;
  Slices slices_;
};

}  // namespace home_energy
