#include "agent/mqtt/connection_log.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace home_energy {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// A connection lost sooner than this has not settled.
constexpr auto kSettled = 5s;
constexpr int kUnsettledLossesToReport = 3;

}  // namespace

ConnectionLog::ConnectionLog(std::string uri, std::string client_id)
    : uri_(std::move(uri)), client_id_(std::move(client_id)) {}

void ConnectionLog::connected(std::string_view version) {
  connected_at_ = steady_clock::now();
  told_.clear();
  spdlog::info("mqtt: connected to {} as {}, {}", uri_, client_id_, version);
}

void ConnectionLog::failed(const std::string& reason) {
  const bool new_to_the_log = told_.insert(reason).second;
  spdlog::log(new_to_the_log ? spdlog::level::warn : spdlog::level::debug,
              "mqtt: no connection to {}: {}; trying again until it works", uri_, reason);
}

bool ConnectionLog::lost(std::string_view farewell) {
  spdlog::warn("mqtt: connection to {} lost{}", uri_, farewell);
  const bool settled = steady_clock::now() - connected_at_ >= kSettled;
  if (!settled && ++unsettled_losses_ == kUnsettledLossesToReport) {
    spdlog::warn("mqtt: lost {} times right after connecting: probably a second client is called {}", unsettled_losses_,
                 client_id_);
  }
  return settled;
}

}  // namespace home_energy
