#include "agent/mqtt/dropped_report.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

#include "agent/system/guarded.hpp"

namespace home_energy {
namespace {

using namespace std::chrono_literals;

/// What was dropped is told so long after the first of it.
constexpr auto kTellDropped = 1s;

}  // namespace

DroppedReport::DroppedReport(boost::asio::io_context& io, std::function<void(std::size_t)> on_messages)
    : on_messages_(std::move(on_messages)), timer_(io) {}

void DroppedReport::note(std::size_t messages, std::size_t receipts) {
  messages_ += messages;
  receipts_ += receipts;
  if (messages_ + receipts_ == 0 || std::exchange(telling_, true)) return;
  timer_.expires_after(kTellDropped);
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) guarded("telling what was dropped", [this] { tell(); });
  });
}

void DroppedReport::tell() {
  telling_ = false;
  if (const auto receipts = std::exchange(receipts_, 0))
    spdlog::warn("mqtt: {} receipts dropped, the broker does not take them fast enough", receipts);
  if (const auto messages = std::exchange(messages_, 0)) {
    spdlog::warn("mqtt: {} messages dropped, they came faster than they can be answered", messages);
    on_messages_(messages);
  }
}

void DroppedReport::stop() {
  telling_ = true;
  timer_.cancel();
}

}  // namespace home_energy
