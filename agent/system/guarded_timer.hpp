/// @file
/// What is to happen later, and happens although it throws at first. Runs on the thread of the timer's `io_context`.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string_view>
#include <utility>

#include "agent/system/guarded.hpp"

namespace home_energy {

/// Calls `then` after `duration`. What it throws is logged, and it is called once more after `again`. Sets the timer
/// anew: what was to come before does not. @param timer outlives the call @param place a literal, for the log
inline void call_after(boost::asio::steady_timer& timer, boost::asio::steady_timer::duration duration,
                       boost::asio::steady_timer::duration again, std::string_view place, std::function<void()> then) {
  timer.expires_after(duration);
  timer.async_wait([&timer, again, place, then = std::move(then)](const boost::system::error_code& cancelled) {
    if (!cancelled && !guarded(place, then)) call_after(timer, again, again, place, then);
  });
}

}  // namespace home_energy
